"""Call out when nothing can be written: an alert and its letters are rows of the record, and so cannot tell of it.

The fallback contacts are told past the outbox: once a trouble, and at most once an hour. Everybody else learns of it by
the heartbeat that stays away, by Prometheus, and by what the log and the page say.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from agent.services.deliver import Deliverer
from agent.services.station import Station
from agent.store import journal
from duty.errors import NotifyError
from duty.own_alerts import RECORD, terms
from duty.people import Contact
from exporters.words import words
from exporters.words.events import Event, EventKind
from exporters.words.messages import page

log = logging.getLogger(__name__)

REST: Final = timedelta(hours=1)
"""A record that comes and goes calls no more often."""
AGAIN: Final = timedelta(minutes=5)
"""Until it is tried again, where no channel took it."""


class CallOut:
    """Tells the fallback contacts that the record cannot be written, and those who were told that it can be again."""

    def __init__(self, station: Station, deliverer: Deliverer) -> None:
        self._station = station
        self._deliverer = deliverer
        self._told: tuple[Contact, ...] = ()
        self._since: datetime | None = None
        self._called: datetime | None = None
        self._rest = REST
        self._busy = False

    def due(self, now: datetime) -> bool:
        """Say whether somebody must be told now."""
        lasts = self._station.troubles.lasts(RECORD, now)
        if self._busy:
            return False
        if self._since is not None:
            return not self._station.troubles.why(RECORD)
        # A clock that was set back must not hold it up until it has caught up.
        rests = self._called is not None and self._called <= now < self._called + self._rest
        return lasts >= terms(RECORD).lasting() and not rests

    async def call(self, now: datetime) -> None:
        """Tell them."""
        self._busy = True
        try:
            if self._since is not None:
                await self._tell(EventKind.RECORD_RESTORED, self._since, self._told, now)
                self._since, self._told = None, ()
                return
            troubles, fallback = self._station.troubles, self._station.orders.fallback
            since = troubles.since(RECORD) or now
            self._told = await self._tell(EventKind.RECORD_FAILED, since, fallback, now, troubles.why(RECORD))
            self._called, self._rest = now, REST if self._told or not fallback else AGAIN
            self._since = since if self._told else None
            if not self._told:
                log.error("the record cannot be written, and no fallback contact could be told")
        finally:
            self._busy = False

    async def _tell(
        self, kind: EventKind, since: datetime, contacts: tuple[Contact, ...], now: datetime, why: str = ""
    ) -> tuple[Contact, ...]:
        """Tell each of them once, and return those whose channel took it."""
        orders, told = self._station.orders, list[Contact]()
        key = f"{orders.agent.encode('ascii', 'replace').decode()}-{kind.value}-{since.timestamp():.6f}"
        event = Event(kind, now, key, since=since, word=why)
        message = page(event, words(orders.language), ZoneInfo(orders.zone), now)
        for contact in contacts:
            try:
                await self._deliverer.call_out(contact, message)
            except NotifyError as error:
                log.error("channel %s does not take that the record cannot be written: %s", contact.channel, error)
            else:
                told.append(contact)
        return tuple(told)


async def note_resumed(station: Station, now: datetime) -> None:
    """Write that nothing could be written for a while, where it was long enough to matter. Raises StoreError."""
    lasted = station.troubles.lasts(RECORD, now)
    log.info("the record is written again after %d s", lasted.total_seconds())
    if lasted >= terms(RECORD).lasting():
        said = {"seconds": round(lasted.total_seconds())}
        await station.store.write(journal.append, "record_resumed", now, journal.AGENT, "ok", said)
