"""What came of a table, by column and row, each column measured as a whole and once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from collectors.snmp.measure import HARMLESS, Number, measured, measured_all, text
from collectors.snmp.naming import counts, raw_of
from collectors.snmp.port import Fetched, Value
from config.profile import NAME, Computed, Object


class Cell(NamedTuple):
    """What stands at one object: its number, else a gap code, or "" where there is nothing to see or was not asked."""

    given: Object
    raw: Value | None
    number: Number | str

    @property
    def harmless(self) -> bool:
        """Whether another object may stand in for this one."""
        return isinstance(self.number, str) and self.number in HARMLESS


class Cells(NamedTuple):
    """What stands at one object in each row that counts; as a cell has it."""

    given: Object
    raws: Sequence[Value | None]
    numbers: Sequence[Number | str]

    def cell(self, place: int) -> Cell:
        """Return one row's."""
        return Cell(self.given, self.raws[place], self.numbers[place])

    @property
    def harmless(self) -> bool:
        """Whether another object may stand in for this one in some row."""
        return any(code in self.numbers for code in HARMLESS)


class Grid:
    """The rows of a table that count, or the one row that all scalars are; each object is measured once."""

    def __init__(self, objects: Mapping[str, Object], fetched: Fetched, names: Mapping[str, str] | None) -> None:
        """Take the names of the rows by index; None for scalars."""
        self.objects = objects
        self.instances = ("",) if names is None else tuple(names.values())
        self._rows = None if names is None else list(names)
        self._fetched = fetched
        self._columns: dict[str, Cells] = {}

    def column(self, name: str) -> Cells:
        """Return what stands at an object in each row."""
        column = self._columns.get(name)
        if column is None:
            given = self.objects[name]
            raws = self._raws(given.key)
            if (counting := self.counting(given)) is not None:
                raws = [raw if counts else None for raw, counts in zip(raws, counting, strict=True)]
            numbers = self._with_gaps(given, raws) if None in raws else measured_all(given, raws)
            if counting is not None:
                numbers = [number if counts else "" for number, counts in zip(numbers, counting, strict=True)]
            column = self._columns[name] = Cells(given, raws, numbers)
        return column

    def counting(self, given: Object | Computed) -> Sequence[bool] | None:
        """Say of each row whether something is of it; None where it is of all."""
        if self._rows is None or not (given.only_if or given.unless):
            return None

        def counting(row: str, called: str) -> bool:
            return counts(
                given, lambda name: [called if name == NAME else text(raw_of(self.objects, self._fetched, name, row))]
            )

        return [counting(row, called) for row, called in zip(self._rows, self.instances, strict=True)]

    def _raws(self, oid: str) -> list[Value | None]:
        if self._rows is None:
            return [self._fetched.scalars.get(oid)]
        cells: Mapping[str, Value] = self._fetched.columns.get(oid, {})
        return [cells.get(row) for row in self._rows]

    def _with_gaps(self, given: Object, raws: Sequence[Value | None]) -> list[Number | str]:
        """Measure what is there, and say of the rest why it is not."""
        gaps, oid = self._fetched.gaps, given.key
        missing, rows = gaps.get(oid, ""), self._rows
        if rows is None:
            return [missing if raw is None else measured(given, raw) for raw in raws]
        missing = missing or ("not_offered" if self._fetched.columns.get(oid) else "")
        return [
            (gaps.get(f"{oid}.{row}", "") or missing) if raw is None else measured(given, raw)
            for row, raw in zip(rows, raws, strict=True)
        ]

    def alone(self, sources: Sequence[str]) -> Cells | None:
        """Return the one column that counts in each row, if there is such a one."""
        column = self.column(sources[0])
        return column if len(sources) == 1 or not column.harmless else None

    def harmless(self, sources: Sequence[str]) -> bool:
        """Whether another object may stand in for these in some row."""
        column = self.alone(sources)
        return column.harmless if column else any(cell.harmless for cell in self.first(sources))

    def first(self, sources: Sequence[str]) -> Iterator[Cell]:
        """Yield each row's first cell that has something to say.

        What could not be seen is not replaced by what stands behind it: that is for devices which do not offer the
        first.
        """
        columns = [self.column(name) for name in sources]
        for place in range(len(self.instances)):
            found = columns[0].cell(place)
            for column in columns[1:]:
                if not found.harmless:
                    break
                cell = column.cell(place)
                # Of two that have nothing to say, the one that says why.
                found = cell if cell.number != "" or found.number == "" else found
            yield found
