"""Who was told of an alert, and who knows of it: read from the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.outbox import UNSURE, OutboxState, of_alert
from agent.store.parts import in_parts
from agent.store.schema import alerts, outbox
from duty.alerts import AlertState
from duty.escalation import Told
from duty.people import Contact


def told(conn: Connection, agent: str, alert: int) -> list[Told]:
    """Return the pages that escalation has decided for an alert, whatever became of them, oldest first."""
    return [
        Told(alert, item.fired, item.step, item.person, item.contact)
        for item in of_alert(conn, agent, alert)
        if item.fired is not None and item.step is not None
    ]


def told_by_alert(
    conn: Connection, agent: str, firing: Mapping[int, datetime], *, taken: bool = False
) -> dict[int, list[Told]]:
    """Return the pages decided for the alerts that fired at these moments, as ``told`` does for one, in one query.

    Of those that somebody has taken it is read only where they are asked for.
    """
    states = [AlertState.FIRING.value, *([AlertState.ACKNOWLEDGED.value] if taken else [])]
    row = outbox.c
    query = (
        # Without the moment itself: it is known, and to read it from 4,000 rows takes longer than all the rest.
        sa.select(row.alert, row.step, row.person, row.channel, row.address, row.path)
        .join(alerts, alerts.c.number == row.alert)
        .where(alerts.c.agent == agent, alerts.c.state.in_(states))
        .where(row.agent == agent, row.fired == alerts.c.fired, row.step.is_not(None))
        .order_by(row.number)
    )
    found: dict[int, list[Told]] = {}
    for alert, step, person, *contact in conn.execute(query):
        if alert in firing:
            found.setdefault(alert, []).append(Told(alert, firing[alert], step, person, Contact(*contact)))
    return found


def who_knows(conn: Connection, agent: str, of: Sequence[int]) -> dict[int, set[tuple[str, Contact]]]:
    """Return for each of these alerts the (person, contact) to whom a message of it went out: its end must reach them.

    What is under way, or was when a run died, counts as well, and so does what was sent and got no answer: better a
    recovery too many than one that never comes.
    """
    row, lost = outbox.c, (OutboxState.FAILED.value, OutboxState.REFUSED.value)
    arrived = sa.and_(row.agent == agent, row.tries > 0, row.state.not_in(lost))
    # By the way alone: of two that differ in their path the later one counts.
    found: dict[int, dict[tuple[str, str, str], Contact]] = {}
    for numbers in in_parts(of):
        query = sa.select(row.alert, row.person, row.channel, row.address, row.path, row.error)
        some = query.where(arrived, row.alert.in_(numbers)).order_by(row.number)
        for alert, person, channel, address, path, error in conn.execute(some):
            if not error or error.startswith(UNSURE):
                found.setdefault(alert, {})[person, channel, address] = Contact(channel, address, path)
    return {alert: {(person, way) for (person, _, _), way in ways.items()} for alert, ways in found.items()}
