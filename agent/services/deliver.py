"""Deliver: what stands in the outbox is gathered, worded, sent, and marked sent only once the channel accepted it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from agent.services import hand_out
from agent.services.hand_out import Addressed
from agent.services.health import Health
from agent.services.station import Station
from agent.services.word_letter import worded
from agent.store import channels
from agent.store.batches import CLASSES, Addressee
from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.budget import MINUTE, Budget
from exporters.notify.port import DEADLINE, Message, Notifier, Receipt

log = logging.getLogger(__name__)

GATHER = timedelta(seconds=30)
"""How long after a message what is new for the same contact, and of the same class, is gathered for the next."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
MOST_DOUBLINGS: Final = 6

LONGEST_REST = timedelta(minutes=15)
"""How long a channel may say that it wants to be left alone; DingTalk's penalty is ten minutes."""


class Deliverer:
    """Sends what is due, one message at a time on each channel; a channel that hangs holds up nobody else."""

    def __init__(self, station: Station, notifiers: Mapping[str, Notifier], budgets: Mapping[str, Budget]) -> None:
        self._station = station
        self._notifiers = notifiers
        self._budgets = budgets
        self._known: Health | None = None
        self._told: dict[Addressee, datetime] = {}
        self._rests: dict[str, datetime] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def deliver(self) -> None:
        """Set going what is due now; it does not wait for it, so that a channel that hangs holds up no other."""
        await self._health()
        now = self._station.clock.now()
        self._told = {to: at for to, at in self._told.items() if now - GATHER < at <= now}
        self._rests = {name: until for name, until in self._rests.items() if now < until <= now + LONGEST_REST}
        full = {name for name, budget in self._budgets.items() if not budget.room(now)}
        due = await self._station.store.write(
            hand_out.lease, self._station.run, now, full | set(self._rests), frozenset(self._told)
        )
        for letter in due:
            task = asyncio.create_task(self._send(letter))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    async def send_now(self, contact: Contact, message: Message) -> Receipt:
        """Send one message past the outbox, for a test, and write down when and what the channel said.

        Raises NotifyError with the same.
        """
        health, channel = await self._health(), contact.channel
        notifier, budget = self._notifiers.get(channel), self._budgets.get(channel)
        now = self._station.clock.now()
        if notifier is None:
            raise NotifyError("refused", "no such channel in the settings", permanent=True)
        # Before it is sent: a test that cannot be written down would be made again, and again.
        health.tested(channel, "", now)
        await self._write(health, channel)
        if budget is not None and not budget.room(now):
            health.tested(channel, "rate_limited", now)
            await self._write(health, channel)
            raise NotifyError("rate_limited", "alerts need what this channel may still carry")
        try:
            receipt = await self._give(notifier, contact, message)
        except NotifyError as error:
            health.failed(channel, error, self._station.clock.now())
            health.tested(channel, error.code, now)
            raise
        else:
            health.accepted(channel, self._station.clock.now())
            health.tested(channel, "accepted", now)
        finally:
            await self._write(health, channel)
        return receipt

    async def call_out(self, contact: Contact, message: Message) -> None:
        """Give one message to its channel and write nothing down, for where nothing can be. Raises NotifyError."""
        notifier = self._notifiers.get(contact.channel)
        if notifier is None:
            raise NotifyError("refused", "no such channel in the settings", permanent=True)
        await self._give(notifier, contact, message)

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
            log.error("a message was sent and could not be marked: %s", error)

    async def _health(self) -> Health:
        """Return what is known of the channels; a new run knows what the one before knew of the last minute."""
        if self._known is None:
            now = self._station.clock.now()
            sent, states = await self._station.store.write(hand_out.remember, self.channels, now - MINUTE)
            for to, at in sorted(sent, key=lambda each: each[1]):
                if to.channel in self._budgets:
                    self._budgets[to.channel].spend(at)
                self._told[to] = at
            self._known = Health(states)
        return self._known

    async def _send(self, letter: Addressed) -> None:
        station, contact, run = self._station, letter.batch.contact, self._station.run
        notifier = self._notifiers.get(contact.channel)
        if notifier is None:
            await self._refused(letter, NotifyError("refused", "no such channel in the settings", permanent=True))
            return
        health = await self._health()
        message = self._worded(letter)
        if message is None:
            now = station.clock.now()
            next_at = now + pause(letter.batch.first.tries)
            await station.store.write(hand_out.note_failed, letter, run, "failed", next_at, now)
            return
        try:
            receipt = await self._give(notifier, contact, message)
        except NotifyError as error:
            now = station.clock.now()
            health.failed(contact.channel, error, now)
            if error.permanent:
                await self._refused(letter, error)
            else:
                if error.retry_after is not None:
                    # It wants to be left alone, by whatever else is due as well.
                    self._rests[contact.channel] = now + min(error.retry_after, LONGEST_REST)
                next_at = now + (error.retry_after or pause(letter.batch.first.tries))
                await station.store.write(hand_out.note_failed, letter, run, str(error), next_at, now)
        else:
            now = station.clock.now()
            health.accepted(contact.channel, now)
            if letter.batch.first.event in CLASSES:
                self._told[letter.batch.addressee] = now
            await station.store.write(hand_out.note_sent, letter, run, receipt.text, now)
        await self._write(health, contact.channel)

    def _worded(self, letter: Addressed) -> Message | None:
        try:
            return worded(letter, self._station.orders, self._station.clock.now(), self._station.links)
        except Exception:
            # A defect of ours in one message must not hold up what else the channel carries.
            log.exception("alerts %s: the message cannot be worded, it is tried again", letter.batch.alerts)
            return None

    async def _give(self, notifier: Notifier, contact: Contact, message: Message) -> Receipt:
        if contact.channel in self._budgets:
            self._budgets[contact.channel].spend(self._station.clock.now())
        try:
            return await notifier.send(contact, message, deadline=DEADLINE)
        except NotifyError:
            raise
        except Exception as error:
            # A notifier's defect must not end the others; the message is tried again like any that failed.
            log.exception("channel %s crashed; its messages are tried again", contact.channel)
            raise NotifyError("no_answer", type(error).__name__) from None

    async def _refused(self, letter: Addressed, error: NotifyError) -> None:
        station, batch = self._station, letter.batch
        further = await station.store.write(
            hand_out.note_refused, letter, station.run, str(error), station.orders, station.clock.now()
        )
        if not further:
            whom = batch.first.person or batch.contact.address
            log.error("alerts %s: nobody is left to tell instead of %s", batch.alerts, whom)

    async def _write(self, health: Health, channel: str) -> None:
        """Write down what is new of a channel's health, which is little: at an edge, and once a minute of work."""
        state = health.news(channel)
        if state is not None:
            await self._station.store.write(channels.put_channel, state)
            health.written(state)


def pause(tries: int) -> timedelta:
    """Return how long to wait after so many tries: twice as long each time up to five minutes, and never in step."""
    doubled: int = 1 << min(max(tries - 1, 0), MOST_DOUBLINGS)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE) * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret
