"""Take an alert, give it back, put it off, say something of it: what people do with alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.raise_alerts import tell_those_who_know
from agent.services.station import Station
from agent.store import alerts, journal, outbox
from agent.store.alerts import EventKind
from duty.alerts import Alert, AlertState, closed, given_back, snoozed, taken
from duty.errors import NightdutyError

MOST_AT_ONCE = 1000
LONGEST_SNOOZE = timedelta(days=7)
LONGEST_WORD = 500
"""Characters of what somebody says of an alert."""


async def take(
    station: Station, number: int, by: str, word: str = "", *, asker: str = "", seen: str | None = None
) -> Alert:
    """Acknowledge an alert: ``by`` has it now. Raises NotFound, or NightdutyError when it is over already.

    ``seen`` is who had it when ``by`` decided ("" for nobody): NightdutyError when somebody else has it by now.
    """
    now, policy = station.clock.now(), station.orders.take_policy

    def change(alert: Alert) -> Alert:
        if seen is not None and alert.taken_by not in (seen, by):
            raise NightdutyError(f"{alert.taken_by or 'nobody'} has alert {number} by now; look at it again")
        return taken(alert, by, now, policy, word)

    return await _change(station, number, by, EventKind.TAKEN, change, word, asker)


async def take_all(station: Station, numbers: Sequence[int], by: str, *, asker: str = "") -> list[int]:
    """Acknowledge many alerts in one transaction and return those that were free; the others are left as they are."""
    if len(numbers) > MOST_AT_ONCE:
        raise NightdutyError(f"{len(numbers)} alerts are more than can be taken at once, {MOST_AT_ONCE}")
    now, policy = station.clock.now(), station.orders.take_policy
    return await station.store.write(_take_free, numbers, by, lambda a: taken(a, by, now, policy), asker, now)


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


async def decline(station: Station, number: int, by: str, *, asker: str = "") -> Alert:
    """Write down that somebody who was asked cannot take it; it goes on to who is next in their turn."""
    return await _change(station, number, by, EventKind.DECLINED, lambda a: a, "", asker)


async def close(station: Station, number: int, by: str, word: str, *, asker: str = "") -> Alert:
    """End an alert by hand, with a word on what was done; the state of its check is left as it is."""
    if not word:
        raise NightdutyError("to close an alert, say what was done")
    now = station.clock.now()
    return await _change(station, number, by, EventKind.CLOSED, lambda a: closed(a, by, now, word), word, asker)


def _free(alert: Alert, now: datetime) -> Alert:
    if not alert.taken_by and alert.snoozed_until is None:
        # To free what is free would begin its escalation anew, and put off whoever is told next.
        raise NightdutyError(f"nobody has alert {alert.number}; there is nothing to give back")
    return given_back(alert, now)


def _take_free(
    conn: Connection,
    agent: str,
    numbers: Sequence[int],
    by: str,
    change: Callable[[Alert], Alert],
    asker: str,
    now: datetime,
) -> list[int]:
    wanted = set(numbers)
    free = [a.number for a in alerts.open_alerts(conn, agent) if a.number in wanted and a.state is AlertState.FIRING]
    for number in free:
        _write(conn, agent, number, by, EventKind.TAKEN, change, "", asker, now)
    return free


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
    if kind in (EventKind.TAKEN, EventKind.CLOSED):
        outbox.drop(conn, agent, number)
        tell_those_who_know(conn, agent, after, kind.value, now)
    return after
