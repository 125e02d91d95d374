"""Deliver: what stands in the outbox is worded, sent, and marked sent only when the channel has accepted it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent.services.links import Links
from agent.services.orders import Orders
from agent.services.station import Station
from agent.store import alerts, journal, outbox, people
from agent.store.alerts import EventKind as Happened
from agent.store.journal import AGENT
from agent.store.outbox import OutboxItem, Outgoing
from duty.alerts import Alert
from duty.errors import NotFound, NotifyError
from duty.escalation import EscalationPolicy
from duty.people import Contact, Person, Post
from exporters.notify.budget import Budget
from exporters.notify.port import DEADLINE, Message, Notifier, Receipt
from exporters.words import words
from exporters.words.events import Event, EventKind
from exporters.words.messages import page

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Letters under way at the same time, over all channels."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
MOST_DOUBLINGS: Final = 6


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter with what it is about, as it stands when it is sent."""

    item: OutboxItem
    alert: Alert | None
    person: Person | None
    taken_by: str = ""


class Deliverer:
    """Sends what is due, one letter at a time on each channel; a channel that hangs holds up nobody else."""

    def __init__(self, station: Station, notifiers: Mapping[str, Notifier], budgets: Mapping[str, Budget]) -> None:
        self._station = station
        self._notifiers = notifiers
        self._budgets = budgets
        self._failing: set[str] = set()
        self._under_way: set[asyncio.Task[None]] = set()

    async def deliver(self) -> None:
        """Set going what is due now; it does not wait for it, so that a channel that hangs holds up no other."""
        for letter in await self._station.store.write(_lease, self._station.run, self._station.clock.now()):
            task = asyncio.create_task(self._send(letter))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    async def send_now(self, contact: Contact, message: Message) -> Receipt:
        """Send one message past the outbox, for a test. Raises NotifyError with what the channel said."""
        notifier, budget = self._notifiers.get(contact.channel), self._budgets.get(contact.channel)
        now = self._station.clock.now()
        if notifier is None:
            raise NotifyError("refused", "no such channel in the settings", permanent=True)
        if budget is not None and not budget.room(now):
            raise NotifyError("rate_limited", "alerts need what this channel may still carry")
        if budget is not None:
            budget.spend(now)
        try:
            return await notifier.send(contact, message, deadline=DEADLINE)
        except NotifyError:
            raise
        except Exception as error:
            log.exception("channel %s crashed at a test", contact.channel)
            raise NotifyError("no_answer", type(error).__name__) from None

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels there are."""
        return tuple(self._notifiers)

    async def settled(self) -> None:
        """Wait until everything under way has its answer."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def close(self) -> None:
        """Give back the channels. What is under way is left: its lease runs out, and the next run sends it again."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        for notifier in self._notifiers.values():
            await notifier.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its lease runs out and it is sent again, with the same key.
            log.error("a letter was sent and could not be marked: %s", error)

    async def _send(self, letter: Addressed) -> None:
        item, station = letter.item, self._station
        channel = item.contact.channel
        notifier, budget = self._notifiers.get(channel), self._budgets.get(channel)
        now = station.clock.now()
        if notifier is None:
            await self._not_accepted(letter, NotifyError("refused", "no such channel in the settings", permanent=True))
            return
        if budget is not None and not budget.room(now):
            await station.store.write(
                outbox.mark_failed, item.number, station.run, "rate_limited", now + FIRST_PAUSE, now
            )
            return
        message = worded(letter, station.orders, now, station.links)
        try:
            if budget is not None:
                budget.spend(now)
            receipt = await notifier.send(item.contact, message, deadline=DEADLINE)
        except NotifyError as error:
            await self._not_accepted(letter, error)
        except Exception as error:
            # A notifier's defect must not end the others; the letter is tried again like any that failed.
            log.exception("channel %s crashed; its letters are tried again", channel)
            await self._not_accepted(letter, NotifyError("no_answer", type(error).__name__, permanent=False))
        else:
            if channel in self._failing:
                self._failing.discard(channel)
                log.info("channel %s accepts again", channel)
            await station.store.write(_sent, letter, station.run, receipt.text, station.clock.now())

    async def _not_accepted(self, letter: Addressed, error: NotifyError) -> None:
        station, item, now = self._station, letter.item, self._station.clock.now()
        if item.contact.channel not in self._failing:
            self._failing.add(item.contact.channel)
            log.error("channel %s does not accept: %s", item.contact.channel, error)
        if error.permanent:
            if not await station.store.write(_refused, letter, station.run, str(error), station.orders, now):
                log.error(
                    "alert %s: nobody is left to tell instead of %s", item.alert, item.person or item.contact.address
                )
        else:
            next_at = now + (error.retry_after or pause(item.tries))
            await station.store.write(outbox.mark_failed, item.number, station.run, str(error), next_at, now)


def pause(tries: int) -> timedelta:
    """Return how long to wait after so many tries: twice as long each time up to five minutes, and never in step."""
    doubled: int = 1 << min(max(tries - 1, 0), MOST_DOUBLINGS)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret


def worded(letter: Addressed, orders: Orders, now: datetime, links: Links | None = None) -> Message:
    """Word a letter in the language of who reads it, by the clock of the site that it is about."""
    alert, person, item = letter.alert, letter.person, letter.item
    site = orders.sites.get(alert.site) if alert else None
    language = person.language if person and person.language else orders.language
    event = Event(
        kind=EventKind(item.event),
        at=item.created,
        key=item.key,
        alert=alert,
        target=orders.targets.get(alert.key[0]) if alert else None,
        site=site,
        person=person,
        reason=item.reason,
        taken_by=letter.taken_by,
        deadline=_goes_on(item, alert, orders.policy(alert.site)) if alert else None,
        answers=orders.answers,
        url=links.to(alert.number, item.person, item.contact, now) if links and alert else "",
    )
    return page(event, words(language), ZoneInfo(site.zone if site else orders.zone), now)


def _goes_on(item: OutboxItem, alert: Alert, policy: EscalationPolicy) -> tuple[datetime, Post] | None:
    """Say when an alert that nobody takes goes on to another post, and to which; None where nobody is next."""
    steps = policy.steps(alert)
    if item.step is None or item.step >= len(steps):
        return None
    here = steps[item.step]
    further = next((s for s in steps[item.step + 1 :] if s.post is not here.post), None)
    # Counted from this letter: the steps wait for the morning and for the end of a snooze together.
    return (item.created + further.after - here.after, further.post) if further is not None else None


def _lease(conn: Connection, agent: str, run: str, now: datetime) -> list[Addressed]:
    outbox.drop_stale(conn, agent, now)
    items = outbox.lease(conn, agent, run, now, AT_ONCE)
    there = people.load_people(conn, agent) if items else {}
    letters = []
    for item in items:
        alert = _alert(conn, agent, item)
        taker = there.get(alert.taken_by) if alert else None
        taken_by = taker.title if taker else alert.taken_by if alert else ""
        letters.append(Addressed(item, alert, there.get(item.person), taken_by))
    return letters


def _alert(conn: Connection, agent: str, item: OutboxItem) -> Alert | None:
    if item.alert is None:
        return None
    try:
        return alerts.get_alert(conn, agent, item.alert)
    except NotFound:
        return None


def _sent(conn: Connection, agent: str, letter: Addressed, run: str, receipt: str, now: datetime) -> None:
    item = letter.item
    if outbox.mark_sent(conn, agent, item.number, run, receipt, now) and item.alert is not None:
        said = {"person": item.person, "channel": item.contact.channel, "event": item.event}
        alerts.add_event(conn, agent, item.alert, now, Happened.TOLD, AGENT, data=said)


def _refused(
    conn: Connection, agent: str, letter: Addressed, run: str, error: str, orders: Orders, now: datetime
) -> bool:
    """Write that a channel will never take a letter, and write it to the next contact at once, in one transaction.

    False: there is none, and the journal says so.
    """
    item = letter.item
    if not outbox.mark_refused(conn, agent, item.number, run, error, now):
        return True
    said = {"person": item.person, "channel": item.contact.channel, "error": error}
    if item.alert is not None:
        alerts.add_event(conn, agent, item.alert, now, Happened.FAILED, AGENT, data=said)
    further = _further(letter, orders)
    outbox.enqueue(conn, agent, further, now)
    if not further:
        journal.append(conn, agent, "letter_undeliverable", now, AGENT, "failed", {"alert": item.alert, **said})
    return bool(further)


def _further(letter: Addressed, orders: Orders) -> list[Outgoing]:
    """Return what goes out instead of a refused letter: to the next contact of the same person, else to the fallback.

    One to the fallback is nobody's: when that is refused too there is nobody else.
    """
    item = letter.item
    if not item.person:
        return []
    own = letter.person.contacts if letter.person else ()
    place = next((n for n, contact in enumerate(own) if contact == item.contact), len(own))
    if place + 1 < len(own):
        return [_instead(item, item.person, own[place + 1])]
    return [_instead(item, "", contact) for contact in orders.fallback]


def _instead(item: OutboxItem, person: str, contact: Contact) -> Outgoing:
    # ASCII and bounded, however many refuse: it travels in headers.
    whom = sha256(f"{contact.channel} {contact.address}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Outgoing(
        key=f"{item.key.partition('+')[0]}+{whom}",
        event=item.event,
        contact=contact,
        person=person,
        reason=item.reason,
        data=item.data,
        alert=item.alert,
        fired=item.fired,
    )
