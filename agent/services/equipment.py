"""The state of the equipment as a handover form tells it: rounds, key equipment, circuits (FORMS A.1, 11 to 15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import nights, sheets
from duty.findings import Severity
from duty.form_content import CircuitLine, KeyLine, RoundLine
from duty.readings import Look
from duty.round_review import ManualLine, newest_lines
from duty.rounds import BY_HAND, Round, RoundState, SheetState, count
from duty.targets import Target
from duty.tours import Tour

MOST_KEY: Final = 100
"""Pieces of key equipment and circuits on one form: what is all key is not key."""
MOST_FINDINGS: Final = 5
MOST_MANUAL: Final = 500


def rounds_of(conn: Connection, agent: str, orders: Orders, tour: Tour) -> list[Round]:
    """Return the rounds of a tour by which its site is inspected, missed ones too, oldest first.

    Those made by hand are nobody's duty.
    """
    found = [r for r in nights.rounds_of(conn, agent, tour.begin, tour.end) if r.cadence != BY_HAND]
    return [round_ for round_ in found if orders.concerns(round_.cadence, tour.site)]


def last_made(made: Sequence[Round]) -> Round | None:
    """Return the newest round that was made."""
    kept = (RoundState.COMPLETE, RoundState.PARTIAL, RoundState.INTERRUPTED)
    return next((round_ for round_ in reversed(made) if round_.state in kept), None)


def round_lines(
    conn: Connection, agent: str, made: Sequence[Round], here: Sequence[Target], titles: Mapping[str, str]
) -> Iterator[RoundLine]:
    """Yield a line for each round, which counts the targets of one site and names who read it first."""
    names, numbers = {target.name for target in here}, [round_.number for round_ in made]
    grid, reads = sheets.sheet_states(conn, agent, numbers), nights.reads_of(conn, agent, numbers)
    for round_ in made:
        states = [state for target, state in grid[round_.number].items() if target in names]
        read = next(iter(reads.get(round_.number, ())), None)
        yield RoundLine(
            number=round_.number,
            slot=round_.slot,
            state=round_.state,
            reason=round_.reason,
            late=round_.late,
            counts=dict(count(states).of),
            read_by=titles.get(read.person, read.person) if read else "",
            read_at=read.at if read else None,
            note=read.note if read else "",
        )


def environment(
    conn: Connection, agent: str, site: str, made: Sequence[Round], titles: Mapping[str, str]
) -> list[ManualLine]:
    """Return what was last seen by hand of each thing in each room."""
    lines = nights.manual_of(conn, agent, site, [round_.number for round_ in made], MOST_MANUAL)
    return [replace(line, by=titles.get(line.by, line.by)) for line in newest_lines(lines)]


def key_lines(conn: Connection, agent: str, last: Round | None, here: Sequence[Target]) -> Iterator[KeyLine]:
    """Yield each piece of key equipment as the last round found it."""
    shown = [target for target in here if target.key][:MOST_KEY]
    read = sheets.read_some(conn, agent, last.number, [target.name for target in shown]) if last else {}
    for target in shown:
        sheet = read.get(target.name)
        wrong = [f for f in sheet.findings if f.severity > Severity.OK] if sheet else []
        worst = tuple(sorted(wrong, key=lambda f: -f.severity)[:MOST_FINDINGS])
        yield KeyLine(target.name, sheet.state if sheet else SheetState.NOT_INSPECTED, worst)


def circuit_lines(conn: Connection, agent: str, made: Sequence[Round], here: Sequence[Target]) -> list[CircuitLine]:
    """Return the ports that are circuits or uplinks, whether they were up last, and how full they were at most."""
    ends = [t for t in here if any(port.circuit or port.uplink for port in t.ports)][:MOST_KEY]
    found: dict[str, dict[str, CircuitLine]] = {target.name: {} for target in ends}
    for round_ in made:
        read = sheets.read_some(conn, agent, round_.number, found)
        for target in ends:
            sheet = read.get(target.name)
            if sheet is not None and sheet.look is not None:
                _see(found[target.name], target, sheet.look)
    return [line for lines in found.values() for line in lines.values()][:MOST_KEY]


def _see(found: dict[str, CircuitLine], target: Target, look: Look) -> None:
    """Take what one look saw of a target's circuits, by port; looks come oldest first."""
    seen: dict[str, dict[str, float]] = {}
    for reading in look.about(("port_up", "port_in_used", "port_out_used")):
        seen.setdefault(reading.instance, {})[reading.parameter] = reading.value
    for name, line in found.items():
        # Not seen this time is not down.
        found[name] = replace(line, up=None)
    for name, values in seen.items():
        port = target.port(name)
        if port is None or not (port.circuit or port.uplink):
            continue
        before = found.get(name, CircuitLine(target.name, name, port.carrier, port.circuit))
        found[name] = replace(
            before,
            up=bool(values["port_up"]) if "port_up" in values else None,
            peak_in=_most(before.peak_in, values.get("port_in_used")),
            peak_out=_most(before.peak_out, values.get("port_out_used")),
        )


def _most(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)
