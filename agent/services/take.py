"""Take an alert, give it back, put it off, say something of it: what people do with alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.raise_alerts import tell_those_who_know
from agent.services.station import Station
from agent.services.write_log import put_line
from agent.store import alerts, journal, outbox, people, timeline
from agent.store.timeline import EventKind
from duty.alerts import Alert, AlertState, closed, given_back, snoozed, taken
from duty.errors import NightdutyError, NotFound
from duty.tours import tour_at

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
    return await station.store.write(_take_free, set(numbers), by, lambda a: taken(a, by, now, policy), asker, now)


async def give_back(station: Station, number: int, by: str, word: str = "", *, asker: str = "") -> Alert:
    """Undo an acknowledgement: the alert calls for somebody again."""
    now = station.clock.now()
    return await _change(station, number, by, EventKind.GIVEN_BACK, lambda a: _free(a, now), word, asker)


async def snooze(station: Station, number: int, by: str, until: datetime, word: str = "", *, asker: str = "") -> Alert:
    """Say nothing of an alert until a moment; it stays in the list."""
    return await _change(station, number, by, EventKind.SNOOZED, lambda a: snoozed(a, until), word, asker)


async def hand(station: Station, number: int, by: str, to: str, word: str = "", *, asker: str = "") -> Alert:
    """Ask somebody to take an alert. They are told; until they take it, it stays with whoever has it.

    Raises NotFound for somebody who is not there, NightdutyError for somebody who cannot be told.
    """
    return await station.store.write(_hand, number, by, to, word, asker, station.clock.now())


async def comment(station: Station, number: int, by: str, word: str, *, asker: str = "", logged: bool = False) -> Alert:
    """Add a word to an alert's timeline, and to the duty log of its site where it is to be ``logged``.

    Raises NotFound, NightdutyError, and RecordRefused where the log takes no more.
    """
    if logged:
        return await station.store.write(_note, station.orders, number, by, word, asker, station.clock.now())
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
    wanted: Set[int],
    by: str,
    change: Callable[[Alert], Alert],
    asker: str,
    now: datetime,
) -> list[int]:
    free = [a for a in alerts.open_alerts(conn, agent) if a.number in wanted and a.state is AlertState.FIRING]
    numbers, kind = [alert.number for alert in free], EventKind.TAKEN
    alerts.change_alerts(conn, agent, ((alert, change(alert)) for alert in free))
    timeline.add_events(conn, agent, now, kind, by, ((number, {}) for number in numbers))
    said = (_said(number, {"word": ""}, asker) for number in numbers)
    journal.append_all(conn, agent, f"alert_{kind.value}", now, by, "ok", said)
    outbox.drop(conn, agent, *numbers, but=outbox.STANDING)
    tell_those_who_know(conn, agent, dict.fromkeys(numbers, now), kind.value)
    return numbers


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
    before = _open(conn, agent, number)
    after = change(before)
    if after != before and not alerts.change_alert(conn, agent, before, after):
        raise NightdutyError(f"alert {number} was changed in this moment; look at it again")
    timeline.add_event(conn, agent, number, now, kind, by, word)
    _journal(conn, agent, number, by, kind, {"word": word}, asker, now)
    if kind in (EventKind.TAKEN, EventKind.CLOSED):
        outbox.drop(conn, agent, number, but=outbox.STANDING if kind is EventKind.TAKEN else "")
        tell_those_who_know(conn, agent, {number: now}, kind.value)
    return after


def _note(
    conn: Connection, agent: str, orders: Orders, number: int, by: str, word: str, asker: str, now: datetime
) -> Alert:
    alert = _write(conn, agent, number, by, EventKind.COMMENTED, lambda a: a, word, asker, now)
    site = orders.site_or_first(alert.site)
    put_line(conn, agent, tour_at(orders.night_of(site), site, now), now, by, word, number, asker, now)
    return alert


def _hand(conn: Connection, agent: str, number: int, by: str, to: str, word: str, asker: str, now: datetime) -> Alert:
    alert, there = _open(conn, agent, number), people.load_people(conn, agent)
    if to not in there:
        raise NotFound(f"there is nobody named {to}; there are: {', '.join(there) or 'none'}")
    if not there[to].contacts:
        raise NightdutyError(f"{to} has no contact and cannot be told; ring them")
    letter = outbox.Outgoing(
        key=f"{number}-handed-{now.timestamp():.6f}",
        event="handed",
        contact=there[to].contacts[0],
        person=to,
        data={"by": there[by].title if by in there else by, "word": word},
        alert=number,
    )
    outbox.enqueue(conn, agent, [letter], now)
    timeline.add_event(conn, agent, number, now, EventKind.HANDED, by, word, {"to": to})
    _journal(conn, agent, number, by, EventKind.HANDED, {"to": to, "word": word}, asker, now)
    return alert


def _open(conn: Connection, agent: str, number: int) -> Alert:
    alert = alerts.get_alert(conn, agent, number)
    if not alert.open:
        raise NightdutyError(f"alert {number} is over since {alert.resolved}; there is nothing to take")
    return alert


def _journal(
    conn: Connection, agent: str, number: int, by: str, kind: EventKind, said: Mapping[str, str], asker: str,
    now: datetime,
) -> None:  # fmt: skip
    journal.append(conn, agent, f"alert_{kind.value}", now, by, "ok", _said(number, said, asker))


def _said(number: int, said: Mapping[str, str], asker: str) -> dict[str, object]:
    return {"alert": number, **said} | journal.typed_by(asker)
