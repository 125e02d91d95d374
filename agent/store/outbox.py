"""The outbox: what must be sent, a letter each, written in the transaction that decided it.

How letters become messages and how these are given out is in ``batches``, who was told of what in ``told``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from agent.store.bodies import canonical, parse
from agent.store.parts import in_parts
from agent.store.schema import alerts, outbox
from duty.alerts import AlertState
from duty.escalation import Page
from duty.people import Contact


class OutboxState(StrEnum):
    """Where a letter is. Failed: given up; refused: the channel will never take it; dropped: not needed any more."""

    PENDING = "pending"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    DROPPED = "dropped"


CALLS = ("fired", "fired_again", "escalated")
"""Events that call for somebody: such a message is out of date once its alert calls for nobody, or calls anew."""

STANDING = "standing"
"""The event of what is told of an alert until it is over, whoever has it: nobody's taking it takes it back."""

UNSURE = ("timeout", "no_answer", "not_understood")
"""Codes of a NotifyError after which the message may have arrived all the same: only the answer was lost."""

WAITS = outbox.c.state.in_((OutboxState.PENDING.value, OutboxState.LEASED.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to tell over one contact. ``key`` stays the same however often it is sent.

    ``event`` is a code and ``data`` has codes and numbers, never sentences: they are worded when they are sent.
    ``step`` and ``fired`` are an escalation's, None for whatever else is told; ``step`` is a plan's where the letter is
    of an ``incident``.
    """

    key: str
    event: str
    contact: Contact
    person: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    alert: int | None = None
    incident: int | None = None
    fired: datetime | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem(Outgoing):
    """What is to be sent, and how far that has come. ``error`` is what the last try met, "" while it has no answer.

    ``batch`` is the key of the message that it was made part of when it was first tried, "" before.

    A try that may have arrived is not forgotten for a later one that surely did not (``UNSURE``).
    """

    number: int
    batch: str
    created: datetime
    state: OutboxState
    tries: int
    next_at: datetime
    lease_until: datetime | None
    lease_by: str
    sent_at: datetime | None
    receipt: str
    error: str


def outgoing(page: Page, event: str, data: Mapping[str, Any] | None = None) -> Outgoing:
    """Make of a page that escalation decided what is to be sent."""
    return Outgoing(
        key=page.key,
        event=event,
        contact=page.contact,
        person=page.person,
        reason=page.reason,
        data=data or {},
        alert=page.alert,
        fired=page.fired,
        step=page.step,
    )


def enqueue(conn: Connection, agent: str, messages: Iterable[Outgoing], now: datetime) -> int:
    """Write what must be sent, and return how many were new: a key that was written before is left as it is.

    What waits for another try to the same contact is tried now, for what is new stands behind it.
    """
    these = list(messages)
    rows = [_row(message) | {"agent": agent, "created": now, "next_at": now} for message in these]
    if not rows:
        return 0
    # The two dialects offer the same statement under two names.
    insert = postgresql.insert(outbox) if conn.dialect.name == "postgresql" else sqlite.insert(outbox)
    fresh = insert.on_conflict_do_nothing(index_elements=["agent", "key"]).returning(outbox.c.number)
    written = len(conn.execute(fresh, rows).all())
    if written:
        hurry(
            conn, agent, {(message.contact.channel, message.contact.address, message.person) for message in these}, now
        )
    return written


def hurry(conn: Connection, agent: str, whose: Iterable[tuple[str, str, str]], now: datetime) -> None:
    """Let what waits for another try to these (channel, address, person) be tried now."""
    contact = sa.tuple_(outbox.c.channel, outbox.c.address, outbox.c.person)
    again = sa.and_(outbox.c.agent == agent, outbox.c.state == OutboxState.PENDING.value, outbox.c.tries > 0)
    later = sa.and_(again, outbox.c.next_at > now, contact.in_(sorted(whose)))
    conn.execute(outbox.update().where(later).values(next_at=now))


def release(conn: Connection, agent: str, run: str, now: datetime) -> int:
    """Give back what runs other than this one had under way, and return how many those were."""
    dead = sa.and_(outbox.c.agent == agent, outbox.c.state == OutboxState.LEASED.value, outbox.c.lease_by != run)
    free = {"state": OutboxState.PENDING.value, "lease_by": "", "lease_until": None, "next_at": now}
    return conn.execute(outbox.update().where(dead).values(free)).rowcount


def drop(conn: Connection, agent: str, *of: int, but: str = "") -> int:
    """Take back what waits to be sent of alerts, as somebody has them or they are over; return how many those were.

    Letters of the event ``but`` stay.
    """
    dropped = 0
    for some in in_parts(of):
        named = outbox.c.alert.in_(some)
        waiting = sa.and_(
            outbox.c.agent == agent, named, outbox.c.state == OutboxState.PENDING.value, outbox.c.event != but
        )
        dropped += conn.execute(outbox.update().where(waiting).values(state=OutboxState.DROPPED.value)).rowcount
    return dropped


def drop_stale(conn: Connection, agent: str, now: datetime) -> int:
    """Take back what is due and calls for somebody whom its alert needs no more; return how many those were.

    What was under way when its alert was taken or over, and then failed or died with its run, waits again.
    """
    stands = sa.and_(outbox.c.event == STANDING, alerts.c.state == AlertState.ACKNOWLEDGED.value)
    calls = sa.select(alerts.c.number).where(
        alerts.c.number == outbox.c.alert,
        sa.or_(alerts.c.state == AlertState.FIRING.value, stands),
        sa.or_(outbox.c.fired.is_(None), outbox.c.fired == alerts.c.fired),
    )
    stale = sa.and_(
        outbox.c.agent == agent,
        WAITS,
        due(now),
        outbox.c.event.in_((*CALLS, STANDING)),
        outbox.c.alert.is_not(None),
        ~calls.exists(),
    )
    taken_back = {"state": OutboxState.DROPPED.value, "lease_by": "", "lease_until": None}
    return conn.execute(outbox.update().where(stale).values(taken_back)).rowcount


def depth(conn: Connection, agent: str) -> dict[tuple[OutboxState, str], int]:
    """Return how many messages there are of each (state, channel)."""
    query = sa.select(outbox.c.state, outbox.c.channel, sa.func.count()).where(outbox.c.agent == agent)
    rows = conn.execute(query.group_by(outbox.c.state, outbox.c.channel))
    return {(OutboxState(state), channel): many for state, channel, many in rows}


def oldest(conn: Connection, agent: str) -> datetime | None:
    """Return since when the message that has waited longest has waited."""
    return conn.execute(sa.select(sa.func.min(outbox.c.created)).where(outbox.c.agent == agent, WAITS)).scalar()


def of_alert(conn: Connection, agent: str, alert: int) -> list[OutboxItem]:
    """Return everything that was to be sent of an alert, oldest first."""
    return items(conn, outbox.c.agent == agent, outbox.c.alert == alert)


def due(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a letter that it can be given out: its time has come, or whoever had it let its lease run out."""
    return sa.or_(
        sa.and_(outbox.c.state == OutboxState.PENDING.value, outbox.c.next_at <= now),
        sa.and_(outbox.c.state == OutboxState.LEASED.value, outbox.c.lease_until <= now),
    )


def kept(error: str) -> sa.Case[str]:
    """Keep it in mind that a try may have arrived, whatever the next one meets."""
    unsure = sa.or_(*(outbox.c.error.startswith(code, autoescape=True) for code in UNSURE))
    return sa.case((unsure, outbox.c.error), else_=error)


def _row(message: Outgoing) -> dict[str, Any]:
    return {
        "key": message.key,
        "alert": message.alert,
        "incident": message.incident,
        "fired": message.fired,
        "step": message.step,
        "person": message.person,
        "channel": message.contact.channel,
        "address": message.contact.address,
        "path": message.contact.path,
        "event": message.event,
        "data": canonical(dict(message.data)).decode(),
        "reason": message.reason,
        "state": OutboxState.PENDING.value,
        "tries": 0,
        "batch": "",
        "lease_until": None,
        "lease_by": "",
        "sent_at": None,
        "receipt": "",
        "error": "",
    }


def items(conn: Connection, *which: sa.ColumnElement[bool]) -> list[OutboxItem]:
    """Return the letters of which this is true, oldest first."""
    return [
        OutboxItem(
            key=row.key,
            event=row.event,
            contact=Contact(row.channel, row.address, row.path),
            person=row.person,
            reason=row.reason,
            data=parse(row.data.encode()),
            alert=row.alert,
            incident=row.incident,
            fired=row.fired,
            step=row.step,
            number=row.number,
            batch=row.batch,
            created=row.created,
            state=OutboxState(row.state),
            tries=row.tries,
            next_at=row.next_at,
            lease_until=row.lease_until,
            lease_by=row.lease_by,
            sent_at=row.sent_at,
            receipt=row.receipt,
            error=row.error,
        )
        for row in conn.execute(sa.select(outbox).where(*which).order_by(outbox.c.number))
    ]
