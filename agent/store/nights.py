"""What a tour left in the record: its rounds, who read them, what was noted by hand, its alerts and what was done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import bodies
from agent.store.alerts import get_alerts
from agent.store.parts import in_parts
from agent.store.rounds import get_rounds
from agent.store.schema import alert_events, alerts, manual_lines, round_reads, rounds, sheet_bodies
from agent.store.timeline import AlertEvent, EventKind, event_of
from duty.alerts import Alert
from duty.round_review import Item, ManualLine, RoundRead
from duty.rounds import Round


def rounds_of(conn: Connection, agent: str, begin: datetime, end: datetime) -> list[Round]:
    """Return the rounds of the slots from ``begin`` to before ``end``, oldest first."""
    which = sa.and_(rounds.c.agent == agent, rounds.c.slot >= begin, rounds.c.slot < end)
    return get_rounds(conn, which)


def reads_of(conn: Connection, agent: str, numbers: Collection[int]) -> dict[int, tuple[RoundRead, ...]]:
    """Return who has read these rounds, by round, in the order in which they did."""
    found: dict[int, list[RoundRead]] = defaultdict(list)
    for some in in_parts(numbers):
        query = sa.select(round_reads).where(round_reads.c.agent == agent, round_reads.c.round.in_(some))
        for row in conn.execute(query.order_by(round_reads.c.at, round_reads.c.person)):
            found[row.round].append(RoundRead(row.round, row.person, row.at, row.note))
    return {number: tuple(lines) for number, lines in found.items()}


def manual_of(conn: Connection, agent: str, site: str, numbers: Collection[int], most: int) -> list[ManualLine]:
    """Return the newest ``most`` lines that were written by hand at these rounds of a site, oldest first."""
    found: list[ManualLine] = []
    for some in in_parts(numbers):
        of = manual_lines.c
        query = sa.select(manual_lines).where(of.agent == agent, of.site == site, of.round.in_(some))
        found += [
            ManualLine(
                row.number,
                row.round,
                row.site,
                row.room,
                Item(row.item),
                row.well,
                row.value,
                row.person,
                row.at,
            )
            for row in conn.execute(query.order_by(of.number.desc()).limit(most))
        ]
    return sorted(found, key=lambda line: line.number)[-most:]


def alerts_of(
    conn: Connection, agent: str, site: str, begin: datetime, end: datetime, most: int
) -> tuple[list[Alert], int]:
    """Return the alerts of a site that were open at any time between two moments, worst first, and how many more."""
    of = alerts.c
    still = sa.or_(of.resolved.is_(None), of.resolved >= begin)
    which = sa.and_(of.agent == agent, of.site == site, of.opened < end, still)
    order = (of.severity.desc(), of.key_equipment.desc(), of.number)
    numbers = list(conn.execute(sa.select(of.number).where(which).order_by(*order).limit(most)).scalars())
    many = conn.execute(sa.select(sa.func.count()).where(which)).scalar_one()
    found: dict[int, Alert] = {}
    for some in in_parts(numbers):
        found |= get_alerts(conn, agent, some)
    return [found[number] for number in numbers], int(many) - len(numbers)


def events_of(
    conn: Connection, agent: str, numbers: Collection[int], kinds: Iterable[EventKind], begin: datetime, end: datetime
) -> dict[int, list[AlertEvent]]:
    """Return what happened to these alerts between two moments, of these kinds, oldest first."""
    found: dict[int, list[AlertEvent]] = defaultdict(list)
    wanted = [kind.value for kind in kinds]
    for some in in_parts(numbers):
        of = alert_events.c
        query = sa.select(alert_events).where(
            of.agent == agent, of.alert.in_(some), of.kind.in_(wanted), of.at >= begin, of.at < end
        )
        for row in conn.execute(query.order_by(of.number)):
            found[row.alert].append(event_of(row))
    return found


def targets_that_tell(conn: Connection, number: int, parameters: Iterable[str]) -> list[str]:
    """Return the targets of a round that have a reading of any of these parameters.

    Found by the bytes with which such a reading begins: to read a thousand sheets for it takes a second. A device's
    own words cannot look like it, for within a string the quotation marks stand escaped.
    """
    marks = [bodies.canonical([parameter])[:-1] + b"," for parameter in parameters]
    query = sa.select(sheet_bodies.c.target, sheet_bodies.c.body).where(sheet_bodies.c.round == number)
    found = []
    for target, body in conn.execute(query):
        content = bodies.unpack(body)
        if any(mark in content for mark in marks):
            found.append(str(target))
    return sorted(found)
