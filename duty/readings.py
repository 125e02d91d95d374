"""What one look at a target gave: readings, facts, gaps, and the limits that the device itself states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from duty.grouped import Grouped

GAPS = frozenset(
    {
        "timeout",  # no answer within the budget
        "name_not_found",  # the address does not resolve
        "name_timeout",  # the resolver itself did not answer
        "refused",  # the far side refused the connection
        "unreachable",  # no route, or the network said so
        "credential_rejected",  # wrong user, password or level; silence looks like "timeout"
        "not_permitted",  # this process may not ask (a raw socket, a file)
        "not_offered",  # the device does not have it (noSuchObject and its kin)
        "malformed",  # an answer that is not what it should be
        "agent_fault",  # a walk that loops, repeats or never ends
        "row_cap",  # a table longer than we take
        "hung",  # the asked-for thing never came back and was left behind (a dead mount)
        "not_a_number",  # NaN or infinity where a number should be
        "first_look",  # a rate needs two looks
        "counter_reset",  # a counter fell because its device or port started again
        "stale",  # a value that was old when it was given
        "wraps_unseen",  # a counter of 32 bits may pass its end between two looks without anybody seeing it
        "doubtful",  # a rate that the port cannot carry
        "not_asked",  # the target's turn did not come: this agent was busy with others
        "crashed",  # our own collector failed; the log has the traceback
        "tls_failed",  # the certificate or the handshake was not accepted
        "budget_spent",  # the target's time was used up before this was asked
    }
)
"""Why something could not be seen. Words for each stand in ``exporters/words``."""

OUR_OWN = frozenset({"not_permitted", "not_asked", "crashed"})
"""Gaps that this agent causes itself; they tell nothing of the target."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A number: ``value`` of ``parameter`` (``duty.parameters``) at ``instance`` ("" for the target itself).

    ``width`` is the number of bits of a counter that only grows and wraps (32 or 64), 0 for anything else.
    Counters stay integers, exact up to 2^64.
    """

    parameter: str
    instance: str
    value: int | float
    unit: str
    width: int = 0


class Column(NamedTuple):
    """Readings that differ by instance and value only, as those of a switch's ports do."""

    parameter: str
    unit: str
    width: int
    instances: tuple[str, ...]
    values: tuple[int | float, ...]

    def each(self) -> Iterator[Reading]:
        """Yield them one by one."""
        for instance, value in zip(self.instances, self.values, strict=True):
            yield Reading(self.parameter, instance, value, self.unit, self.width)


class Columns(Grouped[Reading]):
    """Readings by column."""

    __slots__ = ()
    groups: tuple[Column, ...]

    def __init__(self, columns: Iterable[Column]) -> None:
        super().__init__(columns)


def by_column(readings: Iterable[Reading]) -> tuple[Column, ...]:
    """Return readings by parameter, unit and width, in the order in which these came."""
    if isinstance(readings, Columns):
        return readings.groups
    columns: dict[tuple[str, str, int], tuple[list[str], list[int | float]]] = {}
    for reading in readings:
        instances, values = columns.setdefault((reading.parameter, reading.unit, reading.width), ([], []))
        instances.append(reading.instance)
        values.append(reading.value)
    return tuple(Column(*key, tuple(instances), tuple(values)) for key, (instances, values) in columns.items())


@dataclass(frozen=True, slots=True)
class Fact:
    """What is words, not a number: a version, a serial number, a port's description."""

    parameter: str
    instance: str
    text: str


class Origin(NamedTuple):
    """What in the device a reading or a state comes from: the object, and of a state the device's own code."""

    oid: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What could not be seen, and why: ``code`` is one of ``GAPS``. Never a number, never zero."""

    parameter: str
    instance: str
    code: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """Limits that the device itself states for one of its readings; they win over ours."""

    parameter: str
    instance: str
    warning: float | None = None
    critical: float | None = None
    below: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one target. ``reached`` is whether it answered at all; ``full`` whether everything was asked for."""

    target: str
    began: datetime
    took: timedelta
    reached: bool
    readings: Sequence[Reading] = ()
    facts: tuple[Fact, ...] = ()
    gaps: tuple[Gap, ...] = ()
    stated: tuple[Stated, ...] = ()
    full: bool = True

    @property
    def silent(self) -> bool:
        """Whether the target itself gave no answer; one that this agent could not even ask is not silent."""
        return not self.reached and (not self.gaps or any(gap.code not in OUR_OWN for gap in self.gaps))

    def number(self, parameter: str, instance: str = "") -> int | float | None:
        """Return the value of one reading, or None where it was not seen."""
        return next((r.value for r in self.about((parameter,)) if r.instance == instance), None)

    def about(self, parameters: Collection[str]) -> Iterator[Reading]:
        """Yield the readings of some parameters."""
        for column in by_column(self.readings):
            if column.parameter in parameters:
                yield from column.each()


@dataclass(slots=True)
class Notes:
    """What a collector writes down while it looks; what stands here survives a deadline.

    Readings are added one by one, or as whole columns. ``origins`` is there where somebody wants to know what in the
    device each reading comes from, by parameter and instance.
    """

    columns: list[Column] = field(default_factory=list)
    singles: list[Reading] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    reached: bool = False
    origins: dict[tuple[str, str], Origin] | None = None

    @property
    def readings(self) -> Columns:
        """All readings that were written down."""
        return Columns((*self.columns, *by_column(self.singles)))

    def add(self, *readings: Reading) -> None:
        """Write readings down."""
        self.singles += readings

    def include(self, page: Notes) -> None:
        """Take over what stands on another page."""
        self.columns += page.columns
        self.singles += page.singles
        self.facts += page.facts
        self.gaps += page.gaps
        self.stated += page.stated


def merge(looks: Iterable[Look]) -> Look:
    """Make one look of several at the same target (SNMP and ping): reached if any of them was."""
    parts = tuple(looks)
    began = min(look.began for look in parts)
    return Look(
        target=parts[0].target,
        began=began,
        took=max(look.began + look.took for look in parts) - began,
        reached=any(look.reached for look in parts),
        readings=Columns(column for look in parts for column in by_column(look.readings)),
        facts=tuple(f for look in parts for f in look.facts),
        gaps=tuple(g for look in parts for g in look.gaps),
        stated=tuple(s for look in parts for s in look.stated),
        full=all(look.full for look in parts),
    )
