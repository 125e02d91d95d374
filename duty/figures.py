"""The key figures of one target, a line of the round: how loaded, how hot, how full, which ports are down. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

from duty.changes import Change
from duty.findings import Severity
from duty.readings import Look, Reading
from duty.rounds import Sheet


@dataclass(frozen=True, slots=True)
class Figure:
    """The reading that stands for its kind, the worst where there are several; and how bad it was found."""

    reading: Reading
    severity: str


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports that nobody switched off: how many there are, how many of them are up, which went down just now."""

    expected: int
    up: int
    newly_down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in the line; None for what the target does not tell."""

    cpu: Figure | None
    memory: Figure | None
    hottest: Figure | None
    fullest: Figure | None
    ports: Ports | None
    uptime: Reading | None
    restarted: bool


COLUMNS = ("cpu", "memory", "hottest", "ports", "fullest", "uptime")
"""The figures in the order in which they stand in the line."""


def columns(lines: Iterable[Figures]) -> tuple[str, ...]:
    """Return the figures that any of the lines has; a column without any says nothing."""
    kept = list(lines)
    return tuple(name for name in COLUMNS if any(getattr(line, name) is not None for line in kept))


def figures(sheet: Sheet, changes: Iterable[Change]) -> Figures | None:
    """Return the key figures of a sheet; None where the target was not reached or has none of them.

    ``changes`` are those of its round: a target that started again, a port that was up the round before.
    """
    look = sheet.look
    if look is None or not look.reached:
        return None
    own = [change for change in changes if change.target == sheet.target]
    found = Figures(
        cpu=_worst(sheet, look, "cpu_used"),
        memory=_worst(sheet, look, "memory_used"),
        hottest=_worst(sheet, look, "temperature"),
        fullest=_worst(sheet, look, "disk_used"),
        ports=_ports(look, own),
        uptime=next(look.about(("uptime",)), None),
        restarted=any(change.what == "restart" for change in own),
    )
    # A page that is only asked for has none of these.
    return found if columns([found]) else None


def _worst(sheet: Sheet, look: Look, parameter: str) -> Figure | None:
    # NaN is not above anything, and must not hide the highest.
    readings = [r for r in look.about((parameter,)) if not isnan(r.value)]
    if not readings:
        return None
    worst = max(readings, key=lambda r: r.value)
    severity = max(
        (f.severity for f in sheet.findings if (f.parameter, f.instance) == (parameter, worst.instance)),
        default=Severity.OK,
    )
    return Figure(worst, severity.name.lower())


def _ports(look: Look, changes: Iterable[Change]) -> Ports | None:
    states = {r.instance: bool(r.value) for r in look.about(("port_up",))}
    switched_off = {r.instance for r in look.about(("port_enabled",)) if not r.value}
    expected = states.keys() - switched_off
    if not expected:
        return None
    went = {c.instance for c in changes if c.what == "reading" and c.name == "port_up"}
    return Ports(
        len(expected),
        sum(states[port] for port in expected),
        tuple(sorted(port for port in went & expected if not states[port])),
    )
