"""Where each reading comes from: the object that it was read from, or the first that it was made of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collectors.snmp.grid import Grid
from collectors.snmp.measure import WHOLE
from collectors.snmp.naming import Naming, broken
from collectors.snmp.port import Fetched, Oid
from config.profile import Computed, Object, Profile, sources_of

Key = tuple[str, str]
"""(parameter, instance)"""


def origins(profiles: Iterable[Profile], fetched: Fetched, naming: Naming) -> dict[Key, Oid]:
    """Return the identifier behind each reading of a look; of several profiles the later one's."""
    profiles = tuple(profiles)
    ports = naming.ports(profiles, fetched)
    found: dict[Key, Oid] = {}
    for profile in profiles:
        special: dict[Key, Oid] = {}
        _note(special, profile.scalars, profile.computed, Grid(profile.scalars, fetched, None), {"": ""})
        for table in profile.tables.values():
            names = naming.names(table, fetched, keep_nameless=not broken(table, fetched), ports=ports)
            _note(special, table.columns, table.computed, Grid(table.columns, fetched, names), names)
            for made in table.computed:
                if made.compute in WHOLE and names:
                    # Of a whole column, its first row.
                    special.setdefault((made.parameter, ""), _at(table.columns[made.of[0]], next(iter(names))))
        found |= special
    return found


def _note(
    found: dict[Key, Oid],
    objects: Mapping[str, Object],
    recipes: Sequence[Computed],
    grid: Grid,
    names: Mapping[str, str],
) -> None:
    """Note what stands at each object, then what is made of objects, or of what stands there already."""
    for parameter, sources in sources_of(objects).items():
        for (row, name), cell in zip(names.items(), grid.first(sources), strict=True):
            if not isinstance(cell.number, str):
                found.setdefault((parameter, name), _at(cell.given, row))
    for made in recipes:
        for row, name in names.items():
            made_of = (_at(objects[of], row) if of in objects else found.get((of, name), "") for of in made.of)
            if oid := next(filter(None, made_of), ""):
                found.setdefault((made.parameter, name), oid)


def _at(given: Object, row: str) -> Oid:
    return f"{given.oid}.{row}" if row else given.oid
