"""Where each reading comes from: the object that it was read from, or the first that it was made of. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from collectors.snmp.grid import Grid
from collectors.snmp.joined import stands_back
from collectors.snmp.measure import WHOLE, text, word
from collectors.snmp.naming import Naming, broken
from collectors.snmp.port import Fetched, Oid
from config.profile import Computed, Object, Profile, instance_of, sources_of
from duty.readings import Origin

Key = tuple[str, str]
"""(parameter, instance)"""


def origins(profiles: Iterable[Profile], fetched: Fetched, naming: Naming) -> dict[Key, Origin]:
    """Return what stands behind each reading and each state of a look; of several profiles the later one's."""
    profiles = tuple(profiles)
    ports = naming.ports(profiles, fetched)
    found: dict[Key, Origin] = {}
    for profile in profiles:
        special: dict[Key, Origin] = {}
        _note(special, profile.scalars, profile.computed, Grid(profile.scalars, fetched, None), {"": ""}, fetched)
        for table in profile.tables.values():
            if stands_back(table, (profile,), fetched):
                continue
            names = naming.names(table, fetched, keep_nameless=not broken(table, fetched), ports=ports)
            _note(special, table.columns, table.computed, Grid(table.columns, fetched, names), names, fetched)
            for made in table.computed:
                if made.compute in WHOLE and names:
                    # Of a whole column, its first row.
                    first = _at(table.columns[made.of[0]], next(iter(names)), fetched)
                    special.setdefault((made.parameter, ""), Origin(first))
        found |= special
    return found


def _note(
    found: dict[Key, Origin],
    objects: Mapping[str, Object],
    recipes: Sequence[Computed],
    grid: Grid,
    names: Mapping[str, str],
    fetched: Fetched,
) -> None:
    """Note what stands at each object, then what is made of objects, or of what stands there already."""
    for (parameter, part), sources in sources_of(objects).items():
        for (row, name), cell in zip(names.items(), grid.first(sources), strict=True):
            if cell.raw is not None and not (isinstance(cell.number, str) and not word(cell.given, cell.raw)):
                origin = Origin(_at(cell.given, row, fetched), "" if cell.given.states is None else text(cell.raw))
                found.setdefault((parameter, instance_of(name, part)), origin)
    for made in recipes:
        counting = grid.counting(made) or [True] * len(names)
        beneath = [grid.column(of).raws for of in made.of if of in objects]
        for place, (row, name) in enumerate(names.items()):
            if not counting[place] or any(raws[place] is None for raws in beneath):
                continue
            made_of = (
                _at(objects[of], row, fetched) if of in objects else _oid(found.get((of, name))) for of in made.of
            )
            if oid := next(filter(None, made_of), ""):
                found.setdefault((made.parameter, instance_of(name, made.part)), Origin(oid))


def _oid(origin: Origin | None) -> Oid:
    return origin.oid if origin else ""


def _at(given: Object, row: str, fetched: Fetched) -> Oid:
    row = fetched.places.get(given.key, {}).get(row, row)
    return f"{given.oid}.{row}" if row else given.oid
