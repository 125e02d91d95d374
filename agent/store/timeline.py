"""The timeline of an alert: what happened to it, when, and who did it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.bodies import canonical, parse
from agent.store.parts import in_parts
from agent.store.schema import alert_events


class EventKind(StrEnum):
    """What can happen to an alert."""

    FIRED = "fired"
    WORSENED = "worsened"
    EASED = "eased"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    EXPIRED = "expired"
    SNOOZED = "snoozed"
    HANDED = "handed"
    SILENCE_ENDED = "silence_ended"
    INHIBITED = "inhibited"
    INHIBITION_ENDED = "inhibition_ended"
    FLAPPING = "flapping"
    CALM = "calm"
    CLOSED = "closed"
    COMMENTED = "commented"
    DECLINED = "declined"
    TOLD = "told"
    FAILED = "failed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """One line of an alert's timeline. ``text`` is what a person wrote; ``data`` has codes and numbers."""

    number: int
    alert: int
    at: datetime
    kind: EventKind
    actor: str
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def add_event(
    conn: Connection,
    agent: str,
    alert: int,
    at: datetime,
    kind: EventKind,
    actor: str,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> AlertEvent:
    """Append a line to an alert's timeline. ``actor`` is a person's name, or ``journal.AGENT``."""
    said = dict(data or {})
    made = conn.execute(
        alert_events.insert()
        .values(agent=agent, alert=alert, at=at, kind=kind.value, actor=actor, text=text, data=canonical(said).decode())
        .returning(alert_events.c.number)
    )
    return AlertEvent(made.scalar_one(), alert, at, kind, actor, text, said)


def add_events(
    conn: Connection,
    agent: str,
    at: datetime,
    kind: EventKind,
    actor: str,
    about: Iterable[tuple[int, Mapping[str, Any]]],
) -> None:
    """Append a line of one kind to the timelines of many alerts, each with what is said of it."""
    put_events(conn, agent, (AlertEvent(0, alert, at, kind, actor, data=said) for alert, said in about))


def put_events(conn: Connection, agent: str, happened: Iterable[AlertEvent]) -> None:
    """Append lines to the timelines of many alerts, in this order; the record gives them their numbers."""
    rows = [
        {
            "agent": agent,
            "alert": event.alert,
            "at": event.at,
            "kind": event.kind.value,
            "actor": event.actor,
            "text": event.text,
            "data": canonical(dict(event.data)).decode(),
        }
        for event in happened
    ]
    if rows:
        conn.execute(alert_events.insert(), rows)


def events(conn: Connection, agent: str, alert: int) -> list[AlertEvent]:
    """Return an alert's timeline, oldest first."""
    query = sa.select(alert_events).where(alert_events.c.agent == agent, alert_events.c.alert == alert)
    return [event_of(row) for row in conn.execute(query.order_by(alert_events.c.number))]


def newest_events(conn: Connection, agent: str, of: Sequence[int], kinds: Iterable[EventKind]) -> dict[int, AlertEvent]:
    """Return the newest event of these kinds of each of these alerts, by the alert's number."""
    found: dict[int, AlertEvent] = {}
    for some in in_parts(of):
        query = sa.select(alert_events).where(
            alert_events.c.agent == agent,
            alert_events.c.alert.in_(some),
            alert_events.c.kind.in_([kind.value for kind in kinds]),
        )
        found |= {row.alert: event_of(row) for row in conn.execute(query.order_by(alert_events.c.number))}
    return found


def event_of(row: sa.Row[Any]) -> AlertEvent:
    """Return the event of its row."""
    return AlertEvent(row.number, row.alert, row.at, EventKind(row.kind), row.actor, row.text, parse(row.data.encode()))
