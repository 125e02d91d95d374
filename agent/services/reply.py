"""Carry out what somebody answered by SMS or on the keys of a telephone, and say in one SMS what came of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from agent.services import take
from agent.services.station import Station
from agent.store import alerts, asked, journal, people
from duty.alerts import Alert
from duty.errors import NightdutyError, NotFound
from duty.people import Person
from duty.replies import Wish, digits, read, whose
from exporters.words import words
from exporters.words.replies import Outcome, say_reply

log = logging.getLogger(__name__)

WAYS: Final = ("sms", "phone")
"""How an answer may come; the journal says which it was."""


async def reply(station: Station, number: str, text: str, way: str = "sms") -> str:
    """Do what an answer from a telephone asks for, and return what is said to it, in the language of who answered."""
    there = await station.store.read(people.load_people)
    found = whose(number, there.values())
    if len(found) != 1:
        code = "several" if found else "stranger"
        # The end of the number is enough to find out whose it is.
        said = {"why": code, "number": digits(number)[-4:], "way": way}
        await station.store.write(journal.append, "reply_refused", station.clock.now(), journal.AGENT, "refused", said)
        log.warning("an answer by %s was refused: the number is %s's", way, "nobody" if not found else "not one person")
        return say_reply([Outcome(code)], words(station.orders.language))
    (person,) = found
    outcomes = await _outcomes(station, person, text, way, there)
    return say_reply(outcomes, words(person.language or station.orders.language))


async def _outcomes(
    station: Station, person: Person, text: str, way: str, there: Mapping[str, Person]
) -> list[Outcome]:
    answer = read(text)
    if answer.wish is Wish.USAGE:
        return [Outcome("usage")]
    numbers = list(answer.numbers) or await station.store.read(asked.asked_last, person.name)
    if not numbers:
        return [Outcome("nothing")]
    done: dict[int, str] = {}
    if answer.wish is Wish.TAKE:
        # Only what nobody has: who takes something from somebody must see whose it is.
        done = dict.fromkeys(await take.take_all(station, numbers, person.name, asker=way), "taken")
    else:
        for number in numbers:
            if code := await _pass_on(station, number, person.name, way):
                done[number] = code
    found, free = await station.store.read(_as_they_are, numbers, person.name)
    outcomes = _gathered(numbers, found, done, person.name, there)
    left = tuple(alert for alert in free if alert.number not in numbers)
    return [*outcomes, *([Outcome("left", left)] if left else [])]


async def _pass_on(station: Station, number: int, by: str, way: str) -> str:
    """Give back what somebody has, or note that they cannot take it; "" where there is nothing to pass on."""
    try:
        alert = await station.store.read(alerts.get_alert, number)
        if alert.taken_by == by and alert.open:
            await take.give_back(station, number, by, asker=way)
            return "given_back"
        if alert.open and not alert.taken_by:
            await take.decline(station, number, by, asker=way)
            return "passed_on"
    except NightdutyError as error:
        # It is gone, or it changed in this moment; how it is now is said from what is read next.
        log.info("alert %d was not passed on: %s", number, error)
    return ""


def _as_they_are(
    conn: Connection, agent: str, numbers: Sequence[int], person: str
) -> tuple[dict[int, Alert], list[Alert]]:
    """Return the alerts that were meant, as far as there are any, and those that still call for somebody."""
    found: dict[int, Alert] = {}
    for number in numbers:
        try:
            found[number] = alerts.get_alert(conn, agent, number)
        except NotFound:
            continue
    return found, [alerts.get_alert(conn, agent, number) for number in asked.still_asked(conn, agent, person)]


def _gathered(
    numbers: Sequence[int], found: Mapping[int, Alert], done: Mapping[int, str], me: str, there: Mapping[str, Person]
) -> list[Outcome]:
    """Return what came of each alert, the same things together, in the order in which they were first met."""
    together: dict[tuple[str, str], list[Alert]] = {}
    for number in numbers:
        alert = found.get(number)
        if alert is None:
            together.setdefault(("none_such", f"A{number:02d}"), [])
            continue
        holder = there.get(alert.taken_by)
        code, who = done.get(number, ""), ""
        if not code and not alert.open:
            code = "over"
        elif not code:
            code, who = (
                ("yours", "") if alert.taken_by == me else ("theirs", holder.title if holder else alert.taken_by)
            )
        together.setdefault((code, who), []).append(alert)
    rank = ("taken", "given_back", "passed_on")
    said = [Outcome(code, tuple(these), who) for (code, who), these in together.items()]
    return sorted(said, key=lambda outcome: rank.index(outcome.code) if outcome.code in rank else len(rank))
