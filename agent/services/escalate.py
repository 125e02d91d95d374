"""Escalate: whoever must have been told by now gets a letter in the outbox, decided and written in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import alerts, outbox, people, shifts
from agent.store.alerts import EventKind
from agent.store.journal import AGENT
from duty.alerts import Alert, AlertState, expired, fired_again
from duty.escalation import due_pages
from duty.people import Post
from duty.roster import Shift, shift_change

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
    # In one query: of 1,000 open alerts a query each takes longer than a tick may.
    told = outbox.told_by_alert(conn, agent, {alert.number: alert.fired for alert in opened})
    letters: list[outbox.Outgoing] = []
    for alert in opened:
        current = _free_again(conn, agent, alert, roster, now)
        policy = orders.policy(current.site)
        pages = due_pages(current, there, present, orders.fallback, told.get(current.number, ()), policy, now)
        letters += [outbox.outgoing(page, _event(current, page.step)) for page in pages]
    return outbox.enqueue(conn, agent, letters, now)


def _free_again(conn: Connection, agent: str, alert: Alert, roster: list[Shift], now: datetime) -> Alert:
    """Return the alert as it stands now: one whose acknowledgement has run out calls for somebody anew."""
    if alert.state is not AlertState.ACKNOWLEDGED:
        return alert
    if not expired(alert, now, shift_change(roster, alert.site, Post.TECHNICIAN, now)):
        return alert
    again = fired_again(alert, now)
    if not alerts.change_alert(conn, agent, alert, again):
        return alert
    alerts.add_event(conn, agent, alert.number, now, EventKind.EXPIRED, AGENT, data={"had": alert.taken_by})
    return again


def _event(alert: Alert, step: int) -> str:
    if step:
        return "escalated"
    return "fired" if alert.fired == alert.opened else "fired_again"
