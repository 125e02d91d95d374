"""What is well formed in a profile and yet makes no sense, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from config.marked import Path as Place
from config.mistake import Mistake
from config.profile import ALIAS, COMPUTATIONS, CONTAINED_IN, INDEX, NAME, Computed, Object, Profile, Table
from config.wording import one_of
from duty.parameters import FACTS, PARAMETERS

_OID: Final = re.compile(r"1\.[03](\.(0|[1-9][0-9]{0,9})){1,126}")
HEALTHS: Final = tuple(sorted(name for name, unit in PARAMETERS.items() if unit == "health"))
_LIKE_AN_OID: Final = "numbers with dots between, like 1.3.6.1.2.1.1.3.0"


def mistakes_in(profile: Profile) -> Iterator[Mistake]:
    """Find what is well formed and yet makes no sense."""
    for step, match in enumerate(profile.match):
        if not (match.object_id or match.description):
            yield Mistake(("match", step), "it fits every device", "an 'object_id' or a 'description'")
        for at, prefix in enumerate(match.object_id):
            if not _OID.fullmatch(prefix):
                yield Mistake(("match", step, "object_id", at), "not an object identifier", _LIKE_AN_OID)
    for fact, pattern in profile.tells.items():
        if fact not in FACTS:
            yield Mistake(("tells", fact), f"unknown fact '{fact}'", one_of(fact, sorted(FACTS)))
        yield from _pattern(("tells", fact), pattern)
    for name, scalar in profile.scalars.items():
        yield from _object(("scalars", name), scalar)
    yield from _computed((), profile.computed, profile.scalars, whole=False)
    yield from _unused(("scalars",), profile.scalars, {name for made in profile.computed for name in made.of})
    for title, table in profile.tables.items():
        place: Place = ("tables", title)
        for name, column in table.columns.items():
            yield from _object((*place, "columns", name), column)
            if column.oid.endswith(".0"):
                yield Mistake((*place, "columns", name, "oid"), "a column ends in .0", "it without an instance")
        yield from _computed(place, table.computed, table.columns, whole=True)
        used = {*table.naming, *(column.by for column in table.columns.values() if isinstance(column.by, str))}
        used |= {name for column in table.columns.values() for name in column.among}
        for step, name in enumerate(table.instance):
            if name not in table.columns:
                yield Mistake((*place, "instance", step), f"there is no column '{name}'", one_of(name, table.columns))
        yield from _conditions(place, table, table.columns)
        for name, column in table.columns.items():
            yield from _conditions((*place, "columns", name), column, table.columns)
            if column.by and column.by not in table.columns and isinstance(column.by, str):
                here = (*place, "columns", name, "by")
                yield Mistake(here, f"there is no column '{column.by}'", one_of(column.by, table.columns))
            for other in column.among:
                here = (*place, "columns", name, "among", other)
                if other not in (*table.columns, INDEX):
                    yield Mistake(here, f"there is no column '{other}'", one_of(other, table.columns))
            if isinstance(column.by, tuple) and not 1 <= column.by[0] <= column.by[1]:
                yield Mistake((*place, "columns", name, "by"), "not two places", "the first and the last, from 1 on")
            if column.among and column.by:
                yield Mistake((*place, "columns", name, "by"), "both 'by' and 'among'", "one of the two")
        for step, made in enumerate(table.computed):
            yield from _conditions((*place, "computed", step), made, table.columns)
        if table.instead_of and (table.instead_of == title or table.instead_of not in profile.tables):
            what = f"there is no other table '{table.instead_of}'"
            yield Mistake((*place, "instead_of"), what, one_of(table.instead_of, profile.tables))
        if table.single and table.instance:
            yield Mistake((*place, "single"), "a single row has no name", "either 'single' or 'instance'")
        used.update(name for made in table.computed for name in made.of)
        if table.port == "entity":
            for name in (CONTAINED_IN, ALIAS):
                if name not in table.columns:
                    yield Mistake((*place, "port"), f"there is no column '{name}'", "it, for it leads to the port")
            used |= {CONTAINED_IN, ALIAS}
        for step, stating in enumerate(table.limits):
            yield from _parameter((*place, "limits", step), stating.parameter)
            for key in ("warning", "critical"):
                if (name := getattr(stating, key)) and name not in table.columns:
                    what = f"there is no column '{name}'"
                    yield Mistake((*place, "limits", step, key), what, one_of(name, table.columns))
                used.add(name)
        yield from _unused((*place, "columns"), table.columns, used)


def _pattern(place: Place, pattern: str) -> Iterator[Mistake]:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        yield Mistake(place, f"not a regular expression ({error})", "one with one group in brackets")
    else:
        if groups != 1:
            yield Mistake(place, f"{groups} groups in brackets", "one")


def _conditions(place: Place, given: Table | Object | Computed, columns: Mapping[str, Object]) -> Iterator[Mistake]:
    for key in ("only_if", "unless"):
        for name in getattr(given, key):
            if name not in columns and name not in (INDEX, NAME):
                yield Mistake((*place, key, name), f"there is no column '{name}'", one_of(name, columns))


def _object(place: Place, given: Object) -> Iterator[Mistake]:
    if not _OID.fullmatch(given.oid) or any(int(arc) >= 2**32 for arc in given.oid.split(".")):
        yield Mistake((*place, "oid"), "not an object identifier", _LIKE_AN_OID)
    if given.parameter and given.fact:
        yield Mistake(place, "both a parameter and a fact", "one of the two")
    if given.parameter:
        yield from _parameter(place, given.parameter)
        if given.parameter.endswith("_total") != bool(given.width):
            what = "a counter without its width" if not given.width else "a width, but the parameter is no counter"
            yield Mistake((*place, "width"), what, "'width: 32' or 'width: 64' for a parameter that ends in _total")
    if given.fact and given.fact not in FACTS:
        yield Mistake((*place, "fact"), f"unknown fact '{given.fact}'", one_of(given.fact, sorted(FACTS)))
    written = given.model_fields_set
    if given.states and given.parameter not in HEALTHS:
        yield Mistake((*place, "states"), "a state without a health", f"'parameter': one of {', '.join(HEALTHS)}")
    if given.states and given.map:
        yield Mistake((*place, "map"), "both 'states' and a 'map'", "one of the two")
    if given.find:
        yield from _pattern((*place, "find"), given.find)
    for key in sorted(written & {"scale", "offset", "map", "width", "find", "between", "part"} if given.fact else ()):
        yield Mistake((*place, key), f"'{key}' says nothing of a fact", "it at a parameter")
    for key in sorted(written & {"format", "words"} if not given.fact else ()):
        yield Mistake((*place, key), f"'{key}' says nothing of a number", "it at a fact")


def _parameter(place: Place, name: str) -> Iterator[Mistake]:
    if name not in PARAMETERS:
        close = (known for known in sorted(PARAMETERS) if known.split("_")[0] == name.split("_")[0])
        yield Mistake((*place, "parameter"), f"unknown parameter '{name}'", one_of(name, close) or "a known one")


def _computed(
    place: Place, computed: Iterable[Computed], objects: Mapping[str, Object], *, whole: bool
) -> Iterator[Mistake]:
    known = {*objects, *(given.parameter for given in objects.values() if given.parameter)}
    for step, made in enumerate(computed):
        here = (*place, "computed", step)
        yield from _parameter(here, made.parameter)
        least, most = COMPUTATIONS[made.compute]
        if not least <= len(made.of) <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            yield Mistake((*here, "of"), f"'{made.compute}' of {len(made.of)}", expected)
        if made.compute in ("mean", "count") and not (whole and set(made.of) <= objects.keys()):
            yield Mistake((*here, "compute"), f"'{made.compute}' of what is no column", "it of a table's column")
        for at, name in enumerate(made.of):
            if name not in known:
                yield Mistake((*here, "of", at), f"nothing is called '{name}' so far", one_of(name, sorted(known)))
        known.add(made.parameter)


def _unused(place: Place, objects: Mapping[str, Object], used: set[str]) -> Iterator[Mistake]:
    for name, given in objects.items():
        if not (given.parameter or given.fact or name in used):
            yield Mistake((*place, name), "nothing becomes of it", "a parameter, a fact, or some use below")
