"""Device profiles: which objects of SNMP become which readings and facts. A device is data, not code.

A profile is one file of ``config/profiles``; its name is the file's. Scalars stand alone; the columns of a table share
an index and are fetched side by side. Of the objects in one profile that give the same parameter the first one that a
device offers counts; of several profiles the later one does, for it is the more special.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import Field, ValidationError

from config.marked import Marked, read
from config.marked import Path as Place
from config.model import Model
from config.wording import one_of, word
from duty.errors import Problem, SettingsError
from duty.parameters import FACTS, PARAMETERS

SHIPPED: Final = Path(__file__).with_name("profiles")

COMPUTATIONS: Final[Mapping[str, tuple[int, int]]] = {
    "sum": (2, 8),
    "product": (2, 2),
    "percent": (2, 2),
    "percent_left": (2, 2),
    "remainder": (3, 3),
    "sensor": (3, 3),
    "light": (4, 4),
    "mean": (1, 1),
    "count": (1, 1),
}
"""What can be computed, with the least and the most objects it is computed of; ``collectors.snmp.measure`` does it."""

CONTAINED_IN: Final = "entPhysicalContainedIn"
ALIAS: Final = "entAliasMappingIdentifier"
"""Columns of ENTITY-MIB that lead from a physical entity to its port; a table that is about ports by them has both."""

STANDARD: Final = ("system", "interfaces", "host-resources", "ucd")
"""What a device is asked for that no profile is about: the standard MIBs."""

_OID: Final = re.compile(r"1\.3(\.(0|[1-9][0-9]{0,9})){1,126}")
_LIKE_AN_OID: Final = "numbers with dots between, like 1.3.6.1.2.1.1.3.0"


class Object(Model):
    """One object of a MIB and what becomes of it: a reading, a fact, or nothing by itself."""

    oid: str = Field(description="The object identifier; of a scalar with its instance, of a column without.")
    parameter: str = Field("", description="The parameter that it is a reading of.")
    fact: str = Field("", description="The fact that it tells.")
    scale: float = Field(1, description="What the device's number is multiplied by to be in the parameter's unit.")
    offset: float = Field(0, description="What is then added.")
    width: Literal[0, 32, 64] = Field(0, description="Bits of a counter that wraps; 0 for what is no counter.")
    map: dict[int, int | None] = Field(
        {}, description="The device's codes and what they stand for; nothing for `the device does not know`."
    )
    absent: tuple[int, ...] = Field((), description="Numbers by which the device says that there is nothing here.")
    unsigned: bool = Field(False, description="Numbers from 2^31 on come as negative ones.")
    format: Literal["text", "mac"] = Field("text", description="How the bytes of a fact are written.")
    full: bool = Field(False, description="Only the inspection asks for it, not the watch.")


class Computed(Model):
    """A reading made of several objects of one row, or of a whole column (`mean`, `count`)."""

    parameter: str = Field(description="The parameter that it is a reading of.")
    compute: Literal["sum", "product", "percent", "percent_left", "remainder", "sensor", "light", "mean", "count"] = (
        Field(description="How it is computed.")
    )
    of: tuple[str, ...] = Field(min_length=1, description="Objects, or parameters that are read before, in order.")
    scale: float = Field(1, description="What the result is multiplied by to be in the parameter's unit.")


class Stating(Model):
    """Limits that the device itself states for a parameter of the same row; they win over ours."""

    parameter: str = Field(description="The parameter that is limited; its limits are in the same scale as its value.")
    below: bool = Field(False, description="Low values are the bad ones.")
    warning: str = Field("", description="The column of the limit from which it is a warning.")
    critical: str = Field("", description="The column of the limit from which it is critical.")


class Table(Model):
    """Columns with a common index, and which of their rows count."""

    columns: dict[str, Object] = Field(min_length=1, description="Objects by their name in the MIB.")
    instance: tuple[str, ...] = Field((), description="Columns that name a row: the first that says something.")
    single: bool = Field(False, description="The first row that counts is about the device itself and has no name.")
    only_if: dict[str, tuple[str, ...]] = Field({}, description="Rows count whose column has one of these values.")
    unless: dict[str, tuple[str, ...]] = Field({}, description="Rows do not count whose column has one of these.")
    computed: tuple[Computed, ...] = Field((), description="Readings made of several columns.")
    port: Literal["", "index", "entity"] = Field(
        "",
        description="Rows are about ports and are called as those are: `index`, their index is that of the port, and "
        "behind it the lane's; `entity`, it is that of a physical entity in the port or at it.",
    )
    limits: tuple[Stating, ...] = Field((), description="Columns with the limits that the device itself states.")

    @cached_property
    def sources(self) -> Mapping[str, tuple[str, ...]]:
        """The names of the columns that give each parameter, the preferred first."""
        return sources_of(self.columns)

    @cached_property
    def naming(self) -> tuple[str, ...]:
        """The names of the columns that say which rows count, and what each is called."""
        inside = (CONTAINED_IN, ALIAS) if self.port == "entity" else ()
        return tuple(dict.fromkeys((*self.instance, *self.only_if, *self.unless, *inside)))


class Match(Model):
    """What a device says of itself for a profile to be about it: all that stands here."""

    object_id: tuple[str, ...] = Field((), description="What its sysObjectID begins with: one of these.")
    description: tuple[str, ...] = Field((), description="What its sysDescr is like, with * and ?: one of these.")


class Profile(Model):
    """What is asked of a device, and what its answers mean."""

    title: str = Field(min_length=1, description="What it is for, in a few words.")
    extends: tuple[str, ...] = Field((), description="Profiles that belong to it and come before it.")
    match: tuple[Match, ...] = Field((), description="Which devices it is about: those that fit one of these.")
    vendor: str = Field("", description="Who makes these devices.")
    family: str = Field("", description="What runs on them.")
    tells: dict[str, str] = Field({}, description="Facts in sysDescr: regular expressions with one group each.")
    scalars: dict[str, Object] = Field({}, description="Objects that stand alone, by their name in the MIB.")
    computed: tuple[Computed, ...] = Field((), description="Readings made of several scalars.")
    tables: dict[str, Table] = Field({}, description="Tables, by a name for people.")


def sources_of(objects: Mapping[str, Object]) -> dict[str, tuple[str, ...]]:
    """Return the names of the objects that give each parameter, the preferred first."""
    sources: dict[str, tuple[str, ...]] = {}
    for name, given in objects.items():
        if given.parameter:
            sources[given.parameter] = (*sources.get(given.parameter, ()), name)
    return sources


@cache
def load_profiles(folder: Path = SHIPPED) -> dict[str, Profile]:
    """Load all profiles of a folder by name. Raises SettingsError with all that is wrong in all of them."""
    return _load(folder.glob("*.yaml"))


def all_profiles(own: Path | None) -> dict[str, Profile]:
    """Load the profiles that are shipped and those of a folder of the operator's; of one name, his. Raises as above.

    The folder is read anew each time, for he may be writing in it.
    """
    return load_profiles() if own is None else _load((*SHIPPED.glob("*.yaml"), *own.glob("*.yaml")))


def check_profile(path: Path) -> Profile:
    """Load one file as if it stood among the shipped ones, and return its profile. Raises SettingsError."""
    return _load((*SHIPPED.glob("*.yaml"), path))[path.stem]


def _load(paths: Iterable[Path]) -> dict[str, Profile]:
    profiles: dict[str, Profile] = {}
    marked: dict[str, Marked] = {}
    problems: list[Problem] = []
    # Of two of one name the later counts.
    for path in {path.stem: path for path in paths}.values():
        try:
            marked[path.stem] = read(path.read_text("utf-8"), str(path))
            profiles[path.stem] = _parse(marked[path.stem])
        except SettingsError as error:
            problems += error.problems
        except (OSError, UnicodeDecodeError):
            problems.append(Problem(str(path), 1, "", "cannot be read", "a file of UTF-8 text"))
    profiles = dict(sorted(profiles.items()))
    for name, profile in profiles.items():
        problems += [marked[name].problem(*mistake) for mistake in _ancestry(name, profile, marked, profiles)]
    if problems:
        raise SettingsError(problems)
    return profiles


def chain(profiles: Mapping[str, Profile], names: Iterable[str]) -> tuple[Profile, ...]:
    """Return the named profiles, each after those that it extends and none twice. Raises KeyError."""
    order: dict[str, None] = {}

    def add(name: str) -> None:
        for above in profiles[name].extends:
            add(above)
        order.setdefault(name)

    for name in names:
        add(name)
    return tuple(profiles[name] for name in order)


class _Mistake(NamedTuple):
    place: Place
    what: str
    expected: str


def _parse(marked: Marked) -> Profile:
    problems = list(marked.problems)
    try:
        profile = Profile.model_validate_json(json.dumps(marked.data))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = tuple(step for step in detail["loc"] if step != "[key]")
            # An unknown key is named by the words, and is no part of the path.
            words = marked.words(place[:-1] if detail["type"] == "extra_forbidden" else place)
            problems.append(Problem(marked.file, marked.line(place), words, *word(detail, Profile)))
    else:
        problems += [marked.problem(*mistake) for mistake in _mistakes(profile)]
    if problems:
        raise SettingsError(problems)
    return profile


def _ancestry(
    name: str, profile: Profile, written: Mapping[str, object], profiles: Mapping[str, Profile]
) -> Iterator[_Mistake]:
    for place, above in enumerate(profile.extends):
        if above not in written:
            yield _Mistake(("extends", place), f"there is no profile '{above}'", one_of(above, sorted(written)))
        elif name in _above(above, profiles):
            yield _Mistake(("extends", place), f"'{above}' extends this profile itself", "profiles that do not")


def _above(name: str, profiles: Mapping[str, Profile]) -> set[str]:
    """Return a profile with all that it extends."""
    found: set[str] = set()
    left = [name]
    while left:
        name = left.pop()
        if name not in found and name in profiles:
            found.add(name)
            left += profiles[name].extends
    return found


def _mistakes(profile: Profile) -> Iterator[_Mistake]:
    """Find what is well formed and yet makes no sense."""
    for step, match in enumerate(profile.match):
        if not (match.object_id or match.description):
            yield _Mistake(("match", step), "it fits every device", "an 'object_id' or a 'description'")
        for at, prefix in enumerate(match.object_id):
            if not _OID.fullmatch(prefix):
                yield _Mistake(("match", step, "object_id", at), "not an object identifier", _LIKE_AN_OID)
    for fact, pattern in profile.tells.items():
        if fact not in FACTS:
            yield _Mistake(("tells", fact), f"unknown fact '{fact}'", one_of(fact, sorted(FACTS)))
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            yield _Mistake(("tells", fact), f"not a regular expression ({error})", "one with one group in brackets")
        else:
            if groups != 1:
                yield _Mistake(("tells", fact), f"{groups} groups in brackets", "one")
    for name, scalar in profile.scalars.items():
        yield from _object(("scalars", name), scalar)
    yield from _computed((), profile.computed, profile.scalars, whole=False)
    yield from _unused(("scalars",), profile.scalars, {name for made in profile.computed for name in made.of})
    for title, table in profile.tables.items():
        place: Place = ("tables", title)
        for name, column in table.columns.items():
            yield from _object((*place, "columns", name), column)
            if column.oid.endswith(".0"):
                yield _Mistake((*place, "columns", name, "oid"), "a column ends in .0", "it without an instance")
        yield from _computed(place, table.computed, table.columns, whole=True)
        used = {*table.instance, *table.only_if, *table.unless}
        for key in ("instance", "only_if", "unless"):
            for step, name in enumerate(getattr(table, key)):
                if name not in table.columns:
                    where = (*place, key, step if key == "instance" else name)
                    yield _Mistake(where, f"there is no column '{name}'", one_of(name, table.columns))
        if table.single and table.instance:
            yield _Mistake((*place, "single"), "a single row has no name", "either 'single' or 'instance'")
        used.update(name for made in table.computed for name in made.of)
        if table.port == "entity":
            for name in (CONTAINED_IN, ALIAS):
                if name not in table.columns:
                    yield _Mistake((*place, "port"), f"there is no column '{name}'", "it, for it leads to the port")
            used |= {CONTAINED_IN, ALIAS}
        for step, stating in enumerate(table.limits):
            yield from _parameter((*place, "limits", step), stating.parameter)
            for key in ("warning", "critical"):
                if (name := getattr(stating, key)) and name not in table.columns:
                    what = f"there is no column '{name}'"
                    yield _Mistake((*place, "limits", step, key), what, one_of(name, table.columns))
                used.add(name)
        yield from _unused((*place, "columns"), table.columns, used)


def _object(place: Place, given: Object) -> Iterator[_Mistake]:
    if not _OID.fullmatch(given.oid) or any(int(arc) >= 2**32 for arc in given.oid.split(".")):
        yield _Mistake((*place, "oid"), "not an object identifier", _LIKE_AN_OID)
    if given.parameter and given.fact:
        yield _Mistake(place, "both a parameter and a fact", "one of the two")
    if given.parameter:
        yield from _parameter(place, given.parameter)
        if given.parameter.endswith("_total") != bool(given.width):
            what = "a counter without its width" if not given.width else "a width, but the parameter is no counter"
            yield _Mistake((*place, "width"), what, "'width: 32' or 'width: 64' for a parameter that ends in _total")
    if given.fact and given.fact not in FACTS:
        yield _Mistake((*place, "fact"), f"unknown fact '{given.fact}'", one_of(given.fact, sorted(FACTS)))
    written = given.model_fields_set
    for key in sorted(written & {"scale", "offset", "map", "width"} if given.fact else ()):
        yield _Mistake((*place, key), f"'{key}' says nothing of a fact", "it at a parameter")
    if "format" in written and not given.fact:
        yield _Mistake((*place, "format"), "'format' says nothing of a number", "it at a fact")


def _parameter(place: Place, name: str) -> Iterator[_Mistake]:
    if name not in PARAMETERS:
        close = (known for known in sorted(PARAMETERS) if known.split("_")[0] == name.split("_")[0])
        yield _Mistake((*place, "parameter"), f"unknown parameter '{name}'", one_of(name, close) or "a known one")


def _computed(
    place: Place, computed: Iterable[Computed], objects: Mapping[str, Object], *, whole: bool
) -> Iterator[_Mistake]:
    known = {*objects, *(given.parameter for given in objects.values() if given.parameter)}
    for step, made in enumerate(computed):
        here = (*place, "computed", step)
        yield from _parameter(here, made.parameter)
        least, most = COMPUTATIONS[made.compute]
        if not least <= len(made.of) <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            yield _Mistake((*here, "of"), f"'{made.compute}' of {len(made.of)}", expected)
        if made.compute in ("mean", "count") and not (whole and set(made.of) <= objects.keys()):
            yield _Mistake((*here, "compute"), f"'{made.compute}' of what is no column", "it of a table's column")
        for at, name in enumerate(made.of):
            if name not in known:
                yield _Mistake((*here, "of", at), f"nothing is called '{name}' so far", one_of(name, sorted(known)))
        known.add(made.parameter)


def _unused(place: Place, objects: Mapping[str, Object], used: set[str]) -> Iterator[_Mistake]:
    for name, given in objects.items():
        if not (given.parameter or given.fact or name in used):
            yield _Mistake((*place, name), "nothing becomes of it", "a parameter, a fact, or some use below")
