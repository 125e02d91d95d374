"""Columns of other tables, led to by a row's own words or its index; and tables that stand in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from collectors.snmp.measure import text
from collectors.snmp.naming import rows_of
from collectors.snmp.port import Fetched, Value
from config.profile import INDEX, Object, Profile, Table


def join(profiles: Iterable[Profile], fetched: Fetched) -> None:
    """Write the columns of other tables into what was fetched, by the rows of the tables that ask for them."""
    for profile in profiles:
        for table in profile.tables.values():
            others = [column for column in table.columns.values() if column.by]
            rows = rows_of(table, fetched) if others else ()
            for column in others:
                _join(column, table, rows, fetched)
            for column in table.columns.values():
                if column.among:
                    _choose(column, table, fetched)


def _join(column: Object, table: Table, rows: Iterable[str], fetched: Fetched) -> None:
    cells = fetched.columns.get(column.oid, {})
    way = fetched.columns.get(table.columns[column.by].key, {}) if isinstance(column.by, str) else {}
    led = {row: _other(row, column.by, way) for row in rows}
    there = {row: other for row, other in led.items() if other in cells}
    # Several tables may ask for the same column, each for its own rows.
    fetched.places.setdefault(column.key, {}).update(there)
    fetched.columns.setdefault(column.key, {}).update((row, cells[other]) for row, other in there.items())
    if code := fetched.gaps.get(column.oid):
        fetched.gaps[column.key] = code


def _choose(column: Object, table: Table, fetched: Fetched) -> None:
    """Of the several rows that another table has for each of ours, take the one that fits best."""
    asked = {name: table.columns[name].oid for name in column.among if name != INDEX}
    cells = fetched.columns.get(column.oid, {})
    best: dict[str, tuple[list[int], str]] = {}

    def word(name: str, index: str) -> str:
        return index if name == INDEX else text(fetched.columns.get(asked[name], {}).get(index, ""))

    for index in cells:
        words = [(word(name, index), patterns) for name, patterns in column.among.items()]
        fits = [[fnmatchcase(word, pattern) for pattern in patterns] for word, patterns in words]
        if all(map(any, fits)):
            rank, row = [fit.index(True) for fit in fits], index.rpartition(".")[0]
            if row not in best or rank < best[row][0]:
                best[row] = (rank, index)
    fetched.places[column.key] = {row: index for row, (_, index) in best.items()}
    fetched.columns[column.key] = {row: cells[index] for row, (_, index) in best.items()}
    for oid in (column.oid, *asked.values()):
        if code := fetched.gaps.get(oid):
            fetched.gaps[column.key] = code


def _other(row: str, by: int | tuple[int, int] | str, way: Mapping[str, Value]) -> str:
    """Return the row of the other table that a row leads to."""
    if isinstance(by, str):
        return str(way.get(row, ""))
    arcs = row.split(".")
    if isinstance(by, tuple):
        return ".".join(arcs[by[0] - 1 : by[1]])
    return ".".join(arcs[:by] if by > 0 else arcs[by:])


def stands_back(table: Table, profiles: Iterable[Profile], fetched: Fetched) -> bool:
    """Say whether a table does not count, for the device has the one that it stands in for."""
    if not table.instead_of:
        return False
    theirs = (profile.tables for profile in profiles)
    first = next(tables[table.instead_of] for tables in theirs if any(other is table for other in tables.values()))
    made_of = {name for made in first.computed for name in made.of}
    return any(
        fetched.columns.get(column.oid) for name, column in first.columns.items() if column.parameter or name in made_of
    )
