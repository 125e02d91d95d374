"""What a profile of devices is: which objects of SNMP become which readings and facts. A device is data, not code.

Scalars stand alone; the columns of a table share an index and are fetched side by side. Of the objects in one profile
that give the same parameter the first one that a device offers counts; of several profiles the later one does, for it
is the more special.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, Literal

from pydantic import Field

from config.model import Model

COMPUTATIONS: Final[Mapping[str, tuple[int, int]]] = {
    "sum": (2, 8),
    "product": (2, 2),
    "percent": (2, 2),
    "percent_left": (2, 2),
    "remainder": (3, 3),
    "sensor": (3, 3),
    "light": (4, 4),
    "decibels": (1, 1),
    "digits": (2, 2),
    "itself": (1, 1),
    "mean": (1, 1),
    "count": (1, 1),
}
"""What can be computed, with the least and the most objects it is computed of; ``collectors.snmp.measure`` does it."""

CONTAINED_IN: Final = "entPhysicalContainedIn"
ALIAS: Final = "entAliasMappingIdentifier"
"""Columns of ENTITY-MIB that lead from a physical entity to its port; a table that is about ports by them has both."""

INDEX: Final = "index"
NAME: Final = "name"
"""Stand for a row's own index and for what it is called, where conditions name columns."""

STANDARD: Final = ("system", "interfaces", "host-resources", "ucd", "entity-sensors", "ups")
"""What a device is asked for that no profile is about: the standard MIBs."""


class States(Model):
    """The codes of a state, each with the device's own word for it, by what they mean for us.

    A code is a number, or the words that stand in its place.
    """

    ok: dict[int | str, str] = Field({}, description="All is well.")
    warning: dict[int | str, str] = Field({}, description="It works, and somebody should look.")
    critical: dict[int | str, str] = Field({}, description="It has failed.")
    told: dict[int | str, str] = Field({}, description="Neither good nor bad: the word is shown, nothing is judged.")
    absent: dict[int | str, str] = Field({}, description="There is nothing here.")

    @cached_property
    def words(self) -> Mapping[int | str, str]:
        """The word of each code; words in place of codes in small letters."""
        groups = (self.ok, self.warning, self.critical, self.told)
        return {lower(code): word for group in groups for code, word in group.items()}

    @cached_property
    def numbers(self) -> Mapping[int | str, int | None]:
        """What each code stands for: 0 well, 1 warning, 2 critical; None for what is not judged."""
        return {
            **{lower(code): None for group in (self.told, self.absent) for code in group},
            **{
                lower(code): health
                for health, group in enumerate((self.ok, self.warning, self.critical))
                for code in group
            },
        }


def lower(code: int | str) -> int | str:
    """Return a code in small letters where it is words, else as a number: a profile's keys come as words."""
    words = str(code).lower().strip()
    return int(words) if re.fullmatch("-?[0-9]{1,10}", words) else words


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
    states: States | None = Field(None, description="The codes of a state and what they mean; of a `health` parameter.")
    part: str = Field("", description="What part of the device, or of the row, it is about: `input`, `battery`.")
    find: str = Field("", description="Where the number stands in words: a regular expression with one group.")
    absent: tuple[int, ...] = Field((), description="Numbers by which the device says that there is nothing here.")
    between: tuple[float, float] | None = Field(
        None, description="The least and the greatest number of the device that can be true; others are nothing."
    )
    by: int | tuple[int, int] | str = Field(
        "",
        description="The column is of another table: of the row that this column names, or of that with the first so "
        "many numbers of the index, the last ones where it is negative, those from one place to another where there "
        "are two: `[2, 2]` is the second.",
    )
    among: dict[str, tuple[str, ...]] = Field(
        {},
        description="The column is of a table that has several rows for each of ours, their number behind our index: "
        "that row counts whose `index` or columns there are like one of these, the first before the second.",
    )
    kept: bool = Field(
        False,
        description="It does not change while the device runs: the watch asks for it once, the inspection always.",
    )
    unsigned: bool = Field(False, description="Numbers from 2^31 on come as negative ones.")
    format: Literal["text", "mac"] = Field("text", description="How the bytes of a fact are written.")
    words: dict[int, str] = Field({}, description="Of a fact that is a code: its words; other codes say nothing.")
    only_if: dict[str, tuple[str, ...]] = Field(
        {}, description="Only of rows whose column, `index` or `name` is like one."
    )
    unless: dict[str, tuple[str, ...]] = Field({}, description="Not of rows whose column is like one of these.")
    full: bool = Field(False, description="Only the inspection asks for it, not the watch.")

    @cached_property
    def key(self) -> str:
        """Where its column stands among what was fetched: of another table once for each way to it."""
        if self.among:
            return f"{self.oid} among {sorted(self.among.items())}"
        return f"{self.oid} by {self.by}" if self.by else self.oid


class Computed(Model):
    """A reading made of several objects of one row, or of a whole column (`mean`, `count`)."""

    parameter: str = Field(description="The parameter that it is a reading of.")
    compute: Literal[
        "sum",
        "product",
        "percent",
        "percent_left",
        "remainder",
        "sensor",
        "light",
        "decibels",
        "digits",
        "itself",
        "mean",
        "count",
    ] = Field(description="How it is computed.")
    part: str = Field("", description="What part of the device, or of the row, it is about.")
    of: tuple[str, ...] = Field(min_length=1, description="Objects, or parameters that are read before, in order.")
    only_if: dict[str, tuple[str, ...]] = Field(
        {}, description="Only of rows whose column, `index` or `name` is like one."
    )
    unless: dict[str, tuple[str, ...]] = Field({}, description="Not of rows whose column is like one of these.")
    scale: float = Field(1, description="What the result is multiplied by to be in the parameter's unit.")


class Stating(Model):
    """Limits that the device itself states for a parameter of the same row; they win over ours."""

    parameter: str = Field(description="The parameter that is limited; its limits are in the same scale as its value.")
    part: str = Field("", description="What part of the row it is about, as there.")
    below: bool = Field(False, description="Low values are the bad ones.")
    warning: str = Field("", description="The column of the limit from which it is a warning.")
    critical: str = Field("", description="The column of the limit from which it is critical.")


class Table(Model):
    """Columns with a common index, and which of their rows count."""

    columns: dict[str, Object] = Field(min_length=1, description="Objects by their name in the MIB.")
    instance: tuple[str, ...] = Field((), description="Columns that name a row: the first that says something.")
    called: str = Field("", description="What its rows are, put before names that do not say so: `Fan`, `Disk`.")
    instead_of: str = Field("", description="Another table of the profile: this one counts where that one is empty.")
    single: bool = Field(False, description="The first row that counts is about the device itself and has no name.")
    only_if: dict[str, tuple[str, ...]] = Field(
        {}, description="Rows count whose column, `index` or `name` is like one of these."
    )
    unless: dict[str, tuple[str, ...]] = Field({}, description="Rows do not count whose column is like one.")
    computed: tuple[Computed, ...] = Field((), description="Readings made of several columns.")
    port: Literal["", "index", "entity"] = Field(
        "",
        description="Rows are about ports and are called as those are: `index`, their index is that of the port, and "
        "behind it the lane's; `entity`, it is that of a physical entity in the port or at it.",
    )
    limits: tuple[Stating, ...] = Field((), description="Columns with the limits that the device itself states.")

    @cached_property
    def sources(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The names of the columns that give each parameter of each part, the preferred first."""
        return sources_of(self.columns)

    @cached_property
    def own(self) -> tuple[Object, ...]:
        """The columns whose rows are rows of this table: not those of others that rows lead to."""
        beneath = {name for column in self.columns.values() for name in column.among}
        return tuple(
            column for name, column in self.columns.items() if not (column.by or column.among or name in beneath)
        )

    @property
    def _conditional(self) -> tuple[Table | Object | Computed, ...]:
        return (self, *self.columns.values(), *self.computed)

    @cached_property
    def naming(self) -> tuple[str, ...]:
        """The names of the columns that say which rows count, and what each is called."""
        inside = (CONTAINED_IN, ALIAS) if self.port == "entity" else ()
        conditions = (name for each in self._conditional for name in conditions_of(each))
        named = dict.fromkeys((*self.instance, *conditions, *inside))
        return tuple(name for name in named if name not in (INDEX, NAME))


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
    filed_as: str = Field(
        "", description="What comparisons with other systems file the maker under, where that is not its name."
    )
    family: str = Field("", description="What runs on them.")
    role: Literal["", "server", "network", "power", "room"] = Field(
        "", description="What they are for; discovery proposes it for the target, and limits may differ by it."
    )
    tells: dict[str, str] = Field({}, description="Facts in sysDescr: regular expressions with one group each.")
    scalars: dict[str, Object] = Field({}, description="Objects that stand alone, by their name in the MIB.")
    computed: tuple[Computed, ...] = Field((), description="Readings made of several scalars.")
    tables: dict[str, Table] = Field({}, description="Tables, by a name for people.")


def sources_of(objects: Mapping[str, Object]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the names of the objects that give each parameter of each part, the preferred first."""
    sources: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, given in objects.items():
        if given.parameter:
            key = (given.parameter, given.part)
            sources[key] = (*sources.get(key, ()), name)
    return sources


def conditions_of(given: Table | Object | Computed) -> tuple[str, ...]:
    """Return the names of the columns that say of which rows something is."""
    return (*given.only_if, *given.unless)


def instance_of(name: str, part: str) -> str:
    """Return the instance of a reading: what its row is called, and the part of it."""
    return f"{name} {part}".strip() if part else name


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
