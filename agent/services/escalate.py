"""Escalate: whoever must have been told by now gets a letter in the outbox, decided and written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.raise_alerts import is_over
from agent.store import alerts, outbox, people, shifts, silences
from agent.store.alerts import EventKind
from agent.store.journal import AGENT
from duty.alerts import Alert, AlertState, calmed, expired, fired_again
from duty.escalation import due_pages
from duty.people import Post
from duty.roster import Shift, shift_change
from duty.silences import Silence, silence_ended, silenced

AROUND = timedelta(days=2)
"""Shifts that can matter now began within this time."""


def escalate(conn: Connection, agent: str, orders: Orders, now: datetime) -> int:
    """Decide for every open alert who must be told now, and return how many letters were written.

    The acknowledgement is read in the same transaction: a step that somebody forestalled is never written.
    """
    opened = alerts.open_alerts(conn, agent)
    if not opened:
        return 0
    there = people.load_people(conn, agent)
    roster = shifts.shifts_between(conn, agent, now - AROUND, now + AROUND)
    present = [shift for shift in roster if shift.begin <= now < shift.end]
    quiet = silences.silences_since(conn, agent, min(alert.fired for alert in opened))
    # In one query: of 1,000 open alerts a query each takes longer than a tick may.
    told = outbox.told_by_alert(conn, agent, {alert.number: alert.fired for alert in opened})
    letters: list[outbox.Outgoing] = []
    for alert in opened:
        current = _as_it_stands(conn, agent, alert, roster, quiet, now)
        if silenced(current, quiet, now) is not None:
            continue
        policy = orders.policy(current.site)
        pages = due_pages(current, there, present, orders.fallback, told.get(current.number, ()), policy, now)
        letters += [outbox.outgoing(page, _event(current, page.step)) for page in pages]
    return outbox.enqueue(conn, agent, letters, now)


def _as_it_stands(
    conn: Connection, agent: str, alert: Alert, roster: list[Shift], quiet: Sequence[Silence], now: datetime
) -> Alert:
    """Return the alert as it stands now: time alone may have ended it, or made it call for somebody anew."""
    after = calmed(alert, now)
    if after is not alert:
        if not alerts.change_alert(conn, agent, alert, after):
            return alert
        is_over(conn, agent, after, now)
        return after
    if alert.state is AlertState.ACKNOWLEDGED:
        if expired(alert, now, shift_change(roster, alert.site, Post.TECHNICIAN, now)):
            return _again(conn, agent, alert, now, EventKind.EXPIRED, {"had": alert.taken_by})
    elif silence_ended(alert, quiet, now):
        return _again(conn, agent, alert, now, EventKind.SILENCE_ENDED, {})
    return alert


def _again(conn: Connection, agent: str, alert: Alert, now: datetime, why: EventKind, data: Mapping[str, str]) -> Alert:
    again = fired_again(alert, now)
    if not alerts.change_alert(conn, agent, alert, again):
        return alert
    alerts.add_event(conn, agent, alert.number, now, why, AGENT, data=data)
    return again


def _event(alert: Alert, step: int) -> str:
    if step:
        return "escalated"
    return "fired" if alert.fired == alert.opened else "fired_again"
