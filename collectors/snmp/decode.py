"""What a device's raw values mean, by its profiles: readings, facts and gaps. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Final, cast

from collectors.snmp.by_port import Ports
from collectors.snmp.grid import Cell, Cells, Grid
from collectors.snmp.joined import stands_back
from collectors.snmp.measure import HARMLESS, WHOLE, Number, computed, mac, text, word
from collectors.snmp.naming import Naming, broken, rows_of
from collectors.snmp.port import Fetched, Value
from config.profile import Computed, Object, Profile, Stating, Table, instance_of, sources_of
from duty.parameters import PARAMETERS
from duty.readings import Column, Fact, Gap, Notes, Reading, Stated

Key = tuple[str, str]
"""(parameter or fact, instance)"""

WHATEVER: Final = frozenset({"health", "peer_health", "count", "share", "pool_size", "pool_used", "image_used"})
"""What a device may have of its own, and need not have: that it has none is not said."""


def decode(profiles: Iterable[Profile], fetched: Fetched, notes: Notes, naming: Naming | None = None) -> None:
    """Write into ``notes`` what the fetched values mean; what was not asked for is passed over.

    ``naming`` remembers what the rows of this device are called.
    """
    seen, profiles, naming = _Seen(), tuple(profiles), naming or Naming()
    ports = naming.ports(profiles, fetched)
    for profile in profiles:
        special = _Seen()
        _scalars(profile, fetched, special)
        for table in profile.tables.values():
            if stands_back(table, (profile,), fetched):
                continue
            _table(table, fetched, special, ports, naming)
        seen.overlay(special)
    offered = {parameter for parameter, readings in seen.readings.items() if readings} | seen.columns.keys()
    notes.columns += seen.columns.values()
    for readings in seen.readings.values():
        notes.add(*readings.values())
    notes.facts += seen.facts.values()
    notes.stated += seen.stated.values()
    notes.gaps += (
        gap
        for parameter, gaps in seen.gaps.items()
        for gap in gaps.values()
        if gap.code != "not_offered" or gap.instance or parameter not in offered | WHATEVER
    )


def wanting(table: Table, fetched: Fetched) -> list[str]:
    """Return the object identifiers that stand in for others of which some row has none."""
    # Of a table that shows no row so far, one that has nothing: the rows may be those of the stand-ins alone.
    grid = Grid(table.columns, fetched, dict.fromkeys(rows_of(table, fetched) or [""], ""))
    return [
        table.columns[sources[place]].oid
        for sources in table.sources.values()
        for place in range(1, len(sources))
        if grid.harmless(sources[:place])
    ]


def stand_ins(table: Table) -> set[str]:
    """Return the object identifiers of columns whose parameter another column before them gives, too."""
    return {table.columns[name].oid for sources in table.sources.values() for name in sources[1:]}


@dataclass(slots=True)
class _Seen:
    """What one profile gave, by parameter and instance, the first of each.

    A parameter that one column gives whole stands in ``columns`` and nowhere else, until more is said of it.
    """

    columns: dict[str, Column] = field(default_factory=dict)
    readings: dict[str, dict[str, Reading]] = field(default_factory=dict)
    gaps: dict[str, dict[str, Gap]] = field(default_factory=dict)
    facts: dict[Key, Fact] = field(default_factory=dict)
    stated: dict[tuple[str, str, bool], Stated] = field(default_factory=dict)

    def add(self, parameter: str, instance: str, number: Number | str, *, width: int = 0, seen: str = "") -> None:
        """Take a number or a gap code. What is there already stays, unless it says no more than "not offered"."""
        known = self.number(parameter, instance)
        if not isinstance(known, str) or known not in HARMLESS:
            return
        if not isinstance(number, str):
            reading = Reading(parameter, instance, number, PARAMETERS[parameter], width)
            self.readings.setdefault(parameter, {})[instance] = reading
            self.gaps.get(parameter, {}).pop(instance, None)
        elif number:
            self.gaps.setdefault(parameter, {})[instance] = Gap(parameter, instance, number, seen)

    def take(self, cell: Cell, instance: str) -> None:
        """Take what stands at an object, under an instance's whole name."""
        words = text(cell.raw) if cell.number == "malformed" and cell.raw is not None else ""
        self.add(cell.given.parameter, instance, cell.number, width=cell.given.width, seen=words)

    def take_all(self, cells: Cells, instances: tuple[str, ...]) -> None:
        """Take a whole column."""
        given, numbers = cells.given, cells.numbers
        parameter = given.parameter
        if given.part:
            instances = tuple(instance_of(instance, given.part) for instance in instances)
        if str in map(type, numbers) or any(parameter in told for told in (self.columns, self.readings, self.gaps)):
            for place, instance in enumerate(instances):
                self.take(cells.cell(place), instance)
        else:
            whole = tuple(cast(Sequence[Number], numbers))
            self.columns[parameter] = Column(parameter, PARAMETERS[parameter], given.width, instances, whole)

    def tell(self, given: Object, instance: str, raw: Value) -> None:
        """Take a fact, unless it says nothing."""
        if given.words:
            words = given.words.get(raw, "") if isinstance(raw, int) else ""
        else:
            words = mac(raw) if given.format == "mac" and isinstance(raw, bytes) else text(raw)
        self._say(given.fact, instance, words)

    def tell_state(self, given: Object, name: str, raw: Value) -> None:
        """Take the device's own word for a state, unless it has none."""
        self._say(given.parameter, instance_of(name, given.part), word(given, raw))

    def _say(self, fact: str, instance: str, words: str) -> None:
        if words:
            self.facts.setdefault((fact, instance), Fact(fact, instance, words))

    def number(self, parameter: str, instance: str) -> Number | str:
        """Return a number, or a gap code, or "" where nothing is said."""
        self._open(parameter)
        if reading := self.readings.get(parameter, {}).get(instance):
            return reading.value
        gap = self.gaps.get(parameter, {}).get(instance)
        return gap.code if gap else ""

    def overlay(self, special: _Seen) -> None:
        """Lay a more special profile's results over these.

        Where it should have a value and could not see it, the general value does not stand in: a number that comes
        from another place for the length of one look would be taken for a change.
        """
        for parameter in self.columns.keys() | self.readings.keys() | self.gaps.keys():
            special._open(parameter)
        for parameter in special.readings.keys() | special.gaps.keys():
            self._open(parameter)
            readings, gaps = self.readings.setdefault(parameter, {}), self.gaps.setdefault(parameter, {})
            for instance, gap in special.gaps.get(parameter, {}).items():
                if gap.code not in HARMLESS:
                    readings.pop(instance, None)
                if instance not in readings:
                    gaps[instance] = gap
            for instance, reading in special.readings.get(parameter, {}).items():
                gaps.pop(instance, None)
                readings[instance] = reading
        self.columns |= special.columns
        self.facts |= special.facts
        self.stated |= special.stated

    def _open(self, parameter: str) -> None:
        """Take a column apart, for single values to stand beside its own."""
        if column := self.columns.pop(parameter, None):
            self.readings[parameter] = {reading.instance: reading for reading in column.each()}


def _scalars(profile: Profile, fetched: Fetched, seen: _Seen) -> None:
    grid = Grid(profile.scalars, fetched, None)
    for (_, part), sources in sources_of(profile.scalars).items():
        for cell in grid.first(sources):
            # That it has none is said of the parameter, not of each part that there might be.
            seen.take(cell, "" if cell.number == "not_offered" else part)
    for scalar in profile.scalars.values():
        if scalar.oid in fetched.scalars and (scalar.fact or scalar.states):
            (seen.tell if scalar.fact else seen.tell_state)(scalar, "", fetched.scalars[scalar.oid])
    _computed(profile.computed, grid, seen)


def _table(table: Table, fetched: Fetched, seen: _Seen, ports: Ports, naming: Naming) -> None:
    why = broken(table, fetched) or (ports.broken if table.port else "")
    # Of a table about ports no row has another name for the length of one look.
    hidden = why and table.port
    names = {} if hidden else naming.names(table, fetched, keep_nameless=not why, ports=ports)
    grid = Grid(table.columns, fetched, names)
    for (parameter, part), sources in table.sources.items():
        keys = [table.columns[name].key for name in sources]
        codes = [fetched.gaps.get(key, "") for key in keys]
        code = next((code for code in codes if code not in HARMLESS), why)
        offered = any(not names.keys().isdisjoint(fetched.columns.get(key, ())) for key in keys)
        if code or not offered:
            # Said once for the column; the rows that came before it broke off are readings none the less.
            seen.add(parameter, "", code or codes[0])
        if offered and not code and (cells := grid.alone(sources)):
            seen.take_all(cells, grid.instances)
        elif offered:
            for instance, cell in zip(grid.instances, grid.first(sources), strict=True):
                if not code or cell.number != code:
                    seen.take(cell, instance_of(instance, part))
    for given in table.columns.values():
        if given.fact or given.states:
            tell = seen.tell if given.fact else seen.tell_state
            raws, counting = fetched.columns.get(given.key, {}), grid.counting(given) or repeat(True)
            for (row, name), counts in zip(names.items(), counting, strict=False):
                if counts and row in raws:
                    tell(given, name, raws[row])
    whole = tuple(made for made in table.computed if made.compute in WHOLE)
    for made in whole:
        # Of a column that broke off, nothing.
        code = fetched.gaps.get(table.columns[made.of[0]].oid, "") or why
        seen.add(made.parameter, "", code or computed(made, grid.column(made.of[0]).numbers))
    each = tuple(made for made in table.computed if made.compute not in WHOLE)
    _computed(each, grid, seen)
    for made in each if why or not names else ():
        codes = [fetched.gaps.get(table.columns[name].oid, "") for name in made.of if name in table.columns]
        seen.add(made.parameter, "", why or (computed(made, codes) if codes else "not_offered"))
    for stating in table.limits:
        _state(stating, table, grid, seen)


def _state(stating: Stating, table: Table, grid: Grid, seen: _Seen) -> None:
    """Take the limits that the device states for its readings, where it states any."""
    for place, row in enumerate(grid.instances):
        instance = instance_of(row, stating.part)
        if not isinstance(seen.number(stating.parameter, instance), str):
            warning, critical = (
                _limit(table, stating, name, grid, place) for name in (stating.warning, stating.critical)
            )
            if (warning, critical) != (None, None):
                stated = Stated(stating.parameter, instance, warning, critical, stating.below)
                seen.stated[stating.parameter, instance, stating.below] = stated


def _limit(table: Table, stating: Stating, name: str, grid: Grid, place: int) -> float | None:
    """Return a limit that the device states, in the unit of what it limits; None where there is none."""
    if not name:
        return None
    number = grid.column(name).numbers[place]
    limited = (stating.parameter, stating.part)
    recipe = next((made for made in table.computed if (made.parameter, made.part) == limited), None)
    if recipe is not None and not isinstance(number, str):
        # It is in the same scale as the value that the recipe begins with.
        number = computed(recipe, [number, *(grid.column(of).numbers[place] for of in recipe.of[1:])])
    return None if isinstance(number, str) else number


def _computed(recipes: Sequence[Computed], grid: Grid, seen: _Seen) -> None:
    """Add the readings that are made of several objects of one row."""
    columns = {name: grid.column(name).numbers for made in recipes for name in made.of if name in grid.objects}
    counting = [grid.counting(made) for made in recipes]
    for place, instance in enumerate(grid.instances if recipes else ()):
        for made, counts in zip(recipes, counting, strict=True):
            if counts is not None and not counts[place]:
                continue
            inputs: list[Number | str] = []
            for name in made.of:
                if name in columns:
                    inputs.append(columns[name][place])
                else:
                    inputs.append(seen.number(name, instance))
            seen.add(made.parameter, instance_of(instance, made.part), computed(made, inputs))
