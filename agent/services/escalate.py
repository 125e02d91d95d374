"""Escalate: whoever must have been told by now gets a letter in the outbox, decided and written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.raise_alerts import Carried, carry
from agent.store import alerts, outbox, people, shifts, silences, timeline
from agent.store.journal import AGENT
from agent.store.timeline import AlertEvent, EventKind
from duty.alerts import Alert, AlertState, calmed, expired, fired_again
from duty.escalation import due_pages
from duty.people import Post
from duty.roster import Shift, shift_change
from duty.silences import Silence, covering, silence_ended, silenced

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
    quiet = covering(opened, silences.silences_since(conn, agent, min(alert.fired for alert in opened)))
    # In one query: of 1,000 open alerts a query each takes longer than a tick may.
    told = outbox.told_by_alert(conn, agent, {alert.number: alert.fired for alert in opened})
    letters: list[outbox.Outgoing] = []
    for current in _as_they_stand(conn, agent, opened, roster, quiet, now):
        if silenced(current, quiet.get(current.number, ()), now) is not None:
            continue
        policy = orders.policy(current.site)
        pages = due_pages(current, there, present, orders.fallback, told.get(current.number, ()), policy, now)
        letters += [outbox.outgoing(page, _event(current, page.step)) for page in pages]
    return outbox.enqueue(conn, agent, letters, now)


def _as_they_stand(
    conn: Connection,
    agent: str,
    opened: Sequence[Alert],
    roster: list[Shift],
    quiet: Mapping[int, Sequence[Silence]],
    now: datetime,
) -> list[Alert]:
    """Return the alerts as they stand now: time alone may have ended one, or made it call for somebody anew."""
    over: list[Carried] = []
    again: list[tuple[Alert, Alert]] = []
    events: list[AlertEvent] = []
    current = {alert.number: alert for alert in opened}
    for alert in opened:
        if (after := calmed(alert, now)) is not alert:
            over.append(Carried(alert, after, now))
        elif why := _why_again(alert, roster, quiet.get(alert.number, ()), now):
            after = fired_again(alert, now)
            again.append((alert, after))
            data = {"had": alert.taken_by} if why is EventKind.EXPIRED else {}
            events.append(AlertEvent(0, alert.number, now, why, AGENT, data=data))
        current[alert.number] = after
    carry(conn, agent, over)
    alerts.change_alerts(conn, agent, again)
    timeline.put_events(conn, agent, events)
    return list(current.values())


def _why_again(alert: Alert, roster: list[Shift], quiet: Sequence[Silence], now: datetime) -> EventKind | None:
    if alert.state is AlertState.ACKNOWLEDGED:
        handover = shift_change(roster, alert.site, Post.TECHNICIAN, now)
        return EventKind.EXPIRED if expired(alert, now, handover) else None
    return EventKind.SILENCE_ENDED if silence_ended(alert, quiet, now) else None


def _event(alert: Alert, step: int) -> str:
    if step:
        return "escalated"
    return "fired" if alert.fired == alert.opened else "fired_again"
