"""What a device's raw values mean, by its profiles: readings, facts and gaps. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from collectors.snmp.by_port import Ports, port_names
from collectors.snmp.measure import HARMLESS, WHOLE, Number, computed, mac, measured, text
from collectors.snmp.port import Fetched, Value
from collectors.text import clean
from config.profiles import ALIAS, CONTAINED_IN, Computed, Object, Profile, Stating, Table
from duty.parameters import PARAMETERS
from duty.readings import Fact, Gap, Notes, Reading, Stated

Key = tuple[str, str]
"""(parameter or fact, instance)"""


class Cell(NamedTuple):
    """What stands at one object: its number, else a gap code, or "" where there is nothing to see or was not asked."""

    given: Object
    raw: Value | None
    number: Number | str

    @property
    def harmless(self) -> bool:
        """Whether another object may stand in for this one."""
        return isinstance(self.number, str) and self.number in HARMLESS


def decode(profiles: Iterable[Profile], fetched: Fetched, notes: Notes) -> None:
    """Write into ``notes`` what the fetched values mean; what was not asked for is passed over."""
    seen, profiles = _Seen(), tuple(profiles)
    ports = _ports(profiles, fetched)
    for profile in profiles:
        special = _Seen()
        _scalars(profile, fetched, special)
        for table in profile.tables.values():
            _table(table, fetched, special, ports)
        seen.overlay(special)
    offered = {parameter for parameter, _ in seen.readings}
    notes.readings += seen.readings.values()
    notes.facts += seen.facts.values()
    notes.stated += seen.stated.values()
    notes.gaps += (
        gap for gap in seen.gaps.values() if gap.code != "not_offered" or gap.instance or gap.parameter not in offered
    )


def wanting(table: Table, fetched: Fetched) -> list[str]:
    """Return the object identifiers that stand in for others of which some row has none."""
    rows = _rows(table, fetched)
    return [
        sources[place].oid
        for sources in _sources(table.columns.values()).values()
        for place in range(1, len(sources))
        if any(_first(sources[:place], fetched, row).harmless for row in rows)
    ]


def stand_ins(table: Table) -> set[str]:
    """Return the object identifiers of columns whose parameter another column before them gives, too."""
    return {source.oid for sources in _sources(table.columns.values()).values() for source in sources[1:]}


@dataclass(slots=True)
class _Seen:
    """What one profile gave, the first of each key."""

    readings: dict[Key, Reading] = field(default_factory=dict)
    facts: dict[Key, Fact] = field(default_factory=dict)
    gaps: dict[Key, Gap] = field(default_factory=dict)
    stated: dict[tuple[str, str, bool], Stated] = field(default_factory=dict)

    def add(self, parameter: str, instance: str, number: Number | str, *, width: int = 0, seen: str = "") -> None:
        """Take a number or a gap code. What is there already stays, unless it says no more than "not offered"."""
        key = (parameter, instance)
        if key in self.readings or (key in self.gaps and self.gaps[key].code not in HARMLESS):
            return
        if not isinstance(number, str):
            self.readings[key] = Reading(parameter, instance, number, PARAMETERS[parameter], width)
            self.gaps.pop(key, None)
        elif number:
            self.gaps[key] = Gap(parameter, instance, number, seen)

    def take(self, cell: Cell, instance: str) -> None:
        """Take what stands at an object."""
        words = text(cell.raw) if cell.number == "malformed" and cell.raw is not None else ""
        self.add(cell.given.parameter, instance, cell.number, width=cell.given.width, seen=words)

    def tell(self, given: Object, instance: str, raw: Value) -> None:
        """Take a fact, unless it says nothing."""
        words = mac(raw) if given.format == "mac" and isinstance(raw, bytes) else text(raw)
        if words:
            self.facts.setdefault((given.fact, instance), Fact(given.fact, instance, words))

    def overlay(self, special: _Seen) -> None:
        """Lay a more special profile's results over these.

        Where it should have a value and could not see it, the general value does not stand in: a number that comes
        from another place for the length of one look would be taken for a change.
        """
        for key, gap in special.gaps.items():
            if gap.code not in HARMLESS:
                self.readings.pop(key, None)
            if key not in self.readings:
                self.gaps[key] = gap
        for key in special.readings:
            self.gaps.pop(key, None)
        self.readings |= special.readings
        self.facts |= special.facts
        self.stated |= special.stated


def _scalars(profile: Profile, fetched: Fetched, seen: _Seen) -> None:
    for sources in _sources(profile.scalars.values()).values():
        seen.take(_first(sources, fetched), "")
    for scalar in profile.scalars.values():
        if scalar.fact and scalar.oid in fetched.scalars:
            seen.tell(scalar, "", fetched.scalars[scalar.oid])
    _computed(profile.computed, profile.scalars, fetched, seen, None, "")


def _ports(profiles: Iterable[Profile], fetched: Fetched) -> Ports:
    """Return the ports as the table that has them calls them: the one that tells their indices."""
    for table in (table for profile in profiles for table in profile.tables.values()):
        if any(column.fact == "port_index" for column in table.columns.values()):
            broken = _broken(table, fetched)
            names = _names(table, fetched, keep_nameless=not broken)
            said = [
                (text(_raw(table, fetched, word, row)), name) for row, name in names.items() for word in table.instance
            ]
            often = Counter(words for words, _ in set(said))
            return Ports(names, {words: name for words, name in said if words and often[words] == 1}, broken)
    return Ports()


def _broken(table: Table, fetched: Fetched) -> str:
    """Return why rows of a table cannot be named or told from others, or ""; such rows cannot be seen."""
    names = {*table.instance, *table.only_if, *table.unless, *((CONTAINED_IN, ALIAS) if table.port == "entity" else ())}
    codes = (fetched.gaps.get(table.columns[name].oid, "") for name in names)
    return next((code for code in codes if code not in HARMLESS), "")


def _table(table: Table, fetched: Fetched, seen: _Seen, ports: Ports) -> None:
    broken = _broken(table, fetched) or (ports.broken if table.port else "")
    # Of a table about ports no row has another name for the length of one look.
    names = {} if broken and table.port else _names(table, fetched, keep_nameless=not broken, ports=ports)
    for parameter, sources in _sources(table.columns.values()).items():
        codes = [fetched.gaps.get(source.oid, "") for source in sources]
        code = next((code for code in codes if code not in HARMLESS), broken)
        offered = any(row in names for source in sources for row in fetched.columns.get(source.oid, {}))
        if code or not offered:
            # Said once for the column; the rows that came before it broke off are readings none the less.
            seen.add(parameter, "", code or codes[0])
        for row, instance in names.items() if offered else ():
            cell = _first(sources, fetched, row)
            if not code or cell.number != code:
                seen.take(cell, instance)
    for column in table.columns.values():
        if column.fact:
            for row, raw in fetched.columns.get(column.oid, {}).items():
                if row in names:
                    seen.tell(column, names[row], raw)
    whole = tuple(made for made in table.computed if made.compute in WHOLE)
    for made in whole:
        seen.add(made.parameter, "", _over_rows(made, table.columns[made.of[0]], fetched, names, broken))
    each = tuple(made for made in table.computed if made not in whole)
    for row, instance in names.items():
        _computed(each, table.columns, fetched, seen, row, instance)
    for made in each if broken or not names else ():
        codes = [fetched.gaps.get(table.columns[name].oid, "") for name in made.of if name in table.columns]
        seen.add(made.parameter, "", broken or computed(made, codes))
    for stating in table.limits:
        for row, instance in names.items():
            if (stating.parameter, instance) in seen.readings:
                warning, critical = (
                    _limit(table, stating, name, fetched, row) for name in (stating.warning, stating.critical)
                )
                if (warning, critical) != (None, None):
                    stated = Stated(stating.parameter, instance, warning, critical, stating.below)
                    seen.stated[stating.parameter, instance, stating.below] = stated


def _limit(table: Table, stating: Stating, name: str, fetched: Fetched, row: str) -> float | None:
    """Return a limit that the device states, in the unit of what it limits; None where there is none."""
    if not name:
        return None
    number = _cell(table.columns[name], fetched, row).number
    recipe = next((made for made in table.computed if made.parameter == stating.parameter), None)
    if recipe is not None and not isinstance(number, str):
        # It is in the same scale as the value that the recipe begins with.
        number = computed(recipe, [number, *(_cell(table.columns[of], fetched, row).number for of in recipe.of[1:])])
    return None if isinstance(number, str) else number


def _sources(objects: Iterable[Object]) -> dict[str, list[Object]]:
    """Return the objects that give each parameter, the preferred first."""
    sources: dict[str, list[Object]] = {}
    for given in objects:
        if given.parameter:
            sources.setdefault(given.parameter, []).append(given)
    return sources


def _first(sources: Sequence[Object], fetched: Fetched, row: str | None = None) -> Cell:
    """Return the first cell that has something to say.

    What could not be seen is not replaced by what stands behind it: that is for devices which do not offer the first.
    """
    found = _cell(sources[0], fetched, row)
    for source in sources[1:]:
        if not found.harmless:
            break
        cell = _cell(source, fetched, row)
        # Of two that have nothing to say, the one that says why.
        found = cell if cell.number or not found.number else found
    return found


def _cell(given: Object, fetched: Fetched, row: str | None) -> Cell:
    """Return what stands at a scalar, or at a row of a column."""
    if row is None:
        raw, code = fetched.scalars.get(given.oid), fetched.gaps.get(given.oid, "")
    else:
        column = fetched.columns.get(given.oid, {})
        raw = column.get(row)
        code = fetched.gaps.get(f"{given.oid}.{row}", "") or fetched.gaps.get(given.oid, "")
        code = code or ("not_offered" if column else "")
    return Cell(given, raw, code if raw is None else measured(given, raw))


def _rows(table: Table, fetched: Fetched) -> list[str]:
    """Return the indices of all rows of which anything is known, in the device's order."""
    return list(dict.fromkeys(row for c in table.columns.values() for row in fetched.columns.get(c.oid, {})))


def _names(table: Table, fetched: Fetched, *, keep_nameless: bool, ports: Ports | None = None) -> dict[str, str]:
    """Return the rows that count, by index, with the instance that each of them is."""
    called: dict[str, list[str]] = {}
    for row in _rows(table, fetched):
        if _counts(table, fetched, row):
            words = [text(_raw(table, fetched, name, row)) for name in table.instance]
            if any(words) or keep_nameless:
                called[row] = [word for word in words if word] or [clean(row)]
    if table.single:
        return dict.fromkeys(list(called)[:1], "")
    if table.port and ports is not None:
        called = {row: [name] for row, name in port_names(table, fetched, called, ports).items()}
    # Two of one name must stay apart, and stay what they are when the device sorts them anew: what else they are called
    # tells them apart better than their index, which may move.
    first = Counter(words[0] for words in called.values())
    often = Counter(word for words in called.values() for word in dict.fromkeys(words))
    names: dict[str, str] = {}
    taken: set[str] = set()
    for row, words in called.items():
        alone = words[:1] if first[words[0]] == 1 else [word for word in words[1:] if often[word] == 1]
        unique = alone[0] if alone else f"{words[0]}#{row}"
        while unique in taken:
            unique += f"#{row}"
        taken.add(unique)
        names[row] = unique
    return names


def _counts(table: Table, fetched: Fetched, row: str) -> bool:
    def fits(name: str, patterns: Sequence[str]) -> bool:
        words = text(_raw(table, fetched, name, row))
        return any(fnmatchcase(words, pattern) for pattern in patterns)

    return all(fits(*condition) for condition in table.only_if.items()) and not any(
        fits(*condition) for condition in table.unless.items()
    )


def _raw(table: Table, fetched: Fetched, name: str, row: str) -> Value:
    return fetched.columns.get(table.columns[name].oid, {}).get(row, "")


def _computed(
    recipes: Iterable[Computed],
    objects: Mapping[str, Object],
    fetched: Fetched,
    seen: _Seen,
    row: str | None,
    instance: str,
) -> None:
    """Add the readings that are made of several objects of one row (None: of scalars)."""
    for made in recipes:
        inputs: list[Number | str] = []
        for name in made.of:
            if name in objects:
                inputs.append(_cell(objects[name], fetched, row).number)
            elif reading := seen.readings.get((name, instance)):
                inputs.append(reading.value)
            else:
                gap = seen.gaps.get((name, instance))
                inputs.append(gap.code if gap else "")
        seen.add(made.parameter, instance, computed(made, inputs))


def _over_rows(made: Computed, column: Object, fetched: Fetched, names: Mapping[str, str], broken: str) -> Number | str:
    """Compute one number of a whole column. Of a column that broke off, nothing."""
    code = fetched.gaps.get(column.oid, "") or broken
    return code or computed(made, [_cell(column, fetched, row).number for row in names])
