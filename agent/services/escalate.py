"""Escalate: whoever must have been told by now gets a letter in the outbox, decided and written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.freeze import read_frozen
from agent.services.orders import Orders
from agent.services.raise_alerts import Carried, carry
from agent.store import alerts, incidents, outbox, people, shifts, silences, timeline
from agent.store.journal import AGENT
from agent.store.timeline import AlertEvent, EventKind
from agent.store.told import told_by_alert
from duty.alerts import Alert, AlertState, calmed, expired, fired_again
from duty.escalation import Page, due_pages
from duty.inhibition import inhibited
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
    since = silences.silences_since(conn, agent, min(alert.fired for alert in opened))
    # Those to come are many where maintenance repeats, and concern nobody yet.
    quiet = covering(opened, [silence for silence in since if silence.begin <= now])
    frozen, grades = read_frozen(conn, agent, orders, opened), incidents.grades(conn, agent)
    policies = {(alert.policy, alert.site): frozen.of(alert) for alert in opened}
    held = any(step.held for policy in policies.values() for step in policy.every_step)
    # In one query: of 1,000 open alerts a query each takes longer than a tick may.
    told = told_by_alert(conn, agent, {alert.number: alert.fired for alert in opened}, taken=held)
    letters: list[outbox.Outgoing] = []
    for current in _as_they_stand(conn, agent, orders, opened, roster, quiet, now):
        if current.inhibited_by is not None or silenced(current, quiet.get(current.number, ()), now) is not None:
            continue
        before, policy = told.get(current.number, ()), frozen.of(current)
        pages = due_pages(current, there, present, orders.fallback, before, policy, now, grades)
        letters += [outbox.outgoing(page, _event(current, page)) for page in pages]
    return outbox.enqueue(conn, agent, letters, now)


def _as_they_stand(
    conn: Connection,
    agent: str,
    orders: Orders,
    opened: Sequence[Alert],
    roster: list[Shift],
    quiet: Mapping[int, Sequence[Silence]],
    now: datetime,
) -> list[Alert]:
    """Return the alerts as they stand now: time alone may have ended one, or made it call for somebody anew."""
    over: list[Carried] = []
    again: list[tuple[Alert, Alert]] = []
    events: list[AlertEvent] = []
    fresh: list[int] = []
    current = {alert.number: alert for alert in opened}
    held = inhibited(opened, orders.inhibitions)
    for alert in opened:
        by = held.get(alert.number)
        if (after := calmed(alert, now)) is not alert:
            over.append(Carried(alert, after, now))
            current[alert.number] = after
            continue
        after = alert if by == alert.inhibited_by else replace(alert, inhibited_by=by)
        if why := _why_again(alert, after, roster, quiet.get(alert.number, ()), now):
            after = fired_again(after, now)
            data = {"had": alert.taken_by} if why is EventKind.EXPIRED else {}
            events.append(AlertEvent(0, alert.number, now, why, AGENT, data=data))
        if by is not None and alert.inhibited_by is None:
            fresh.append(alert.number)
            events.append(AlertEvent(0, alert.number, now, EventKind.INHIBITED, AGENT, data={"by": f"A{by:02}"}))
        if after is not alert:
            again.append((alert, after))
        current[alert.number] = after
    carry(conn, agent, over)
    alerts.change_alerts(conn, agent, again)
    outbox.drop(conn, agent, *fresh)
    timeline.put_events(conn, agent, events)
    return list(current.values())


def _why_again(
    alert: Alert, after: Alert, roster: list[Shift], quiet: Sequence[Silence], now: datetime
) -> EventKind | None:
    if alert.state is AlertState.ACKNOWLEDGED:
        handover = shift_change(roster, alert.site, Post.TECHNICIAN, now)
        return EventKind.EXPIRED if expired(alert, now, handover) else None
    if alert.inhibited_by is not None and after.inhibited_by is None:
        return EventKind.INHIBITION_ENDED
    return EventKind.SILENCE_ENDED if silence_ended(alert, quiet, now) else None


def _event(alert: Alert, page: Page) -> str:
    if page.held:
        return outbox.STANDING
    if page.step:
        return "escalated"
    return "fired" if alert.fired == alert.opened else "fired_again"
