"""Read from the record what stands still: rounds not made, letters that do not leave, a clock that was set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import alerts, channels, rounds, runs, waiting
from duty import own_alerts
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.fold import Key
from duty.own_alerts import trouble
from duty.standstill import seconds, step_matters, stuck_since, unmade

Wrong = Iterator[tuple[Key, Finding]]


def rounds_unmade(conn: Connection, agent: str, orders: Orders, now: datetime) -> Wrong:
    """Say of which cadences the last round was not made."""
    for cadence in orders.cadences:
        found = unmade(cadence, rounds.newest_round(conn, agent, cadence.name), now)
        if found is not None:
            _, severity = found
            reason = "round.none" if severity is Severity.CRITICAL else "round.missed"
            key = (agent, own_alerts.ROUND, cadence.name)
            yield key, trouble(own_alerts.ROUND, reason, cadence.name, severity)


def letters_stuck(conn: Connection, agent: str, orders: Orders, now: datetime) -> Wrong:
    """Say whether nothing leaves the outbox although something is due."""
    since = waiting.waiting_since(conn, agent)
    # Of a quiet outbox nothing more need be known.
    if not any(now - at >= own_alerts.terms(own_alerts.OUTBOX).after for at in since.values()):
        return
    states = channels.load_channels(conn, agent)
    failing = {name for name, state in states.items() if state.failing_since is not None}
    used = {c.channel for c in (*orders.fallback, *(way for person in orders.people for way in person.contacts))}
    still = stuck_since(since, waiting.last_sent(conn, agent, since), failing, used, now)
    if still is not None:
        finding = trouble(own_alerts.OUTBOX, "outbox.still", value=seconds(now - still), unit="s")
        yield (agent, own_alerts.OUTBOX, ""), finding


def clock_set(conn: Connection, agent: str, opened: Iterable[Alert], now: datetime) -> Wrong:
    """Say whether the clock was set by much, and nobody has taken note of it."""
    found = runs.newest_step(conn, agent, own_alerts.STEP)
    if found is None:
        return
    key, moment = (agent, own_alerts.CLOCK_STEP, ""), found.at + found.step
    there = next((alert for alert in opened if alert.key == key), None)
    noted = there.taken_at if there is not None and there.state is AlertState.ACKNOWLEDGED else None
    dealt_with = noted if there is not None else alerts.last_resolved(conn, agent, {key}).get(key)
    if step_matters(moment, dealt_with, now):
        reason = "clock.set_forward" if found.step.total_seconds() > 0 else "clock.set_back"
        yield key, trouble(own_alerts.CLOCK_STEP, reason, value=seconds(found.step), unit="s")
