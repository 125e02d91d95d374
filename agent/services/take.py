"""Take an alert, give it back, put it off, say something of it: what people do with alerts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from agent.services.raise_alerts import tell_those_who_know
from agent.services.station import Station
from agent.store import alerts, journal, outbox
from agent.store.alerts import EventKind
from duty.alerts import Alert, given_back, snoozed, taken
from duty.errors import NightdutyError


async def take(station: Station, number: int, by: str, word: str = "", *, asker: str = "") -> Alert:
    """Acknowledge an alert: ``by`` has it now. Raises NotFound, or NightdutyError when it is over already."""
    now, policy = station.clock.now(), station.orders.take_policy
    return await _change(station, number, by, EventKind.TAKEN, lambda a: taken(a, by, now, policy, word), word, asker)


async def give_back(station: Station, number: int, by: str, word: str = "", *, asker: str = "") -> Alert:
    """Undo an acknowledgement: the alert calls for somebody again."""
    now = station.clock.now()
    return await _change(station, number, by, EventKind.GIVEN_BACK, lambda a: _free(a, now), word, asker)


async def snooze(station: Station, number: int, by: str, until: datetime, word: str = "", *, asker: str = "") -> Alert:
    """Say nothing of an alert until a moment; it stays in the list."""
    return await _change(station, number, by, EventKind.SNOOZED, lambda a: snoozed(a, until), word, asker)


async def comment(station: Station, number: int, by: str, word: str, *, asker: str = "") -> Alert:
    """Add a word to an alert's timeline."""
    return await _change(station, number, by, EventKind.COMMENTED, lambda a: a, word, asker)


def _free(alert: Alert, now: datetime) -> Alert:
    if not alert.taken_by and alert.snoozed_until is None:
        # To free what is free would begin its escalation anew, and put off whoever is told next.
        raise NightdutyError(f"nobody has alert {alert.number}; there is nothing to give back")
    return given_back(alert, now)


async def _change(
    station: Station, number: int, by: str, kind: EventKind, change: Callable[[Alert], Alert], word: str, asker: str
) -> Alert:
    return await station.store.write(_write, number, by, kind, change, word, asker, station.clock.now())


def _write(
    conn: Connection,
    agent: str,
    number: int,
    by: str,
    kind: EventKind,
    change: Callable[[Alert], Alert],
    word: str,
    asker: str,
    now: datetime,
) -> Alert:
    before = alerts.get_alert(conn, agent, number)
    if not before.open:
        raise NightdutyError(f"alert {number} is over since {before.resolved}; there is nothing to take")
    after = change(before)
    if after != before and not alerts.change_alert(conn, agent, before, after):
        raise NightdutyError(f"alert {number} was changed in this moment; look at it again")
    alerts.add_event(conn, agent, number, now, kind, by, word)
    # Who typed it stands beside in whose name it was done.
    said = {"alert": number, "word": word} | ({"asker": asker} if asker else {})
    journal.append(conn, agent, f"alert_{kind.value}", now, by, "ok", said)
    if kind is EventKind.TAKEN:
        outbox.drop(conn, agent, number)
        tell_those_who_know(conn, agent, after, "taken", now)
    return after
