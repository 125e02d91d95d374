"""What a profile of devices is: which objects of SNMP become which readings and facts. A device is data, not code.

Scalars stand alone; the columns of a table share an index and are fetched side by side. Of the objects in one profile
that give the same parameter the first one that a device offers counts; of several profiles the later one does, for it
is the more special.
"""

from __future__ import annotations

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
    "mean": (1, 1),
    "count": (1, 1),
}
"""What can be computed, with the least and the most objects it is computed of; ``collectors.snmp.measure`` does it."""

CONTAINED_IN: Final = "entPhysicalContainedIn"
ALIAS: Final = "entAliasMappingIdentifier"
"""Columns of ENTITY-MIB that lead from a physical entity to its port; a table that is about ports by them has both."""

STANDARD: Final = ("system", "interfaces", "host-resources", "ucd")
"""What a device is asked for that no profile is about: the standard MIBs."""


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
