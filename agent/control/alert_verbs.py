"""What the command line can ask of alerts, the roster and the channels."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

from agent.control.server import Asked, Verb
from agent.control.wire import plain
from agent.services import take
from agent.services.alert_list import AlertEntry, AlertRecord, Roster
from agent.services.deliver import Deliverer
from agent.services.station import Station
from agent.services.take import LONGEST_SNOOZE, LONGEST_WORD
from agent.services.try_channel import Tried, try_out
from agent.store import people
from duty.alerts import Alert
from duty.errors import NightdutyError, NotFound
from exporters.words import shown

Message = dict[str, Any]

MOST_LISTED = 1000


class AlertVerbs:
    """The daemon's answers about alerts, a method a verb."""

    def __init__(self, station: Station, deliverer: Deliverer) -> None:
        self._station = station
        self._deliverer = deliverer
        self._record = AlertRecord(lambda: station.orders, station.clock, station.store)

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {
            "alerts": self.alerts,
            "take": self.take,
            "give_back": self.give_back,
            "snooze": self.snooze,
            "comment": self.comment,
            "roster": self.roster,
            "notify_test": self.notify_test,
        }

    async def alerts(self, asked: Asked) -> AsyncIterator[Message]:
        """The open alerts, the newest ones or a single one, each in a message of its own."""
        found = await self._record.alerts(
            limit=max(1, min(asked.number("limit"), MOST_LISTED)) if "limit" in asked.args else None,
            number=asked.number("number") if "number" in asked.args else None,
            timeline=asked.args.get("timeline") is True,
        )
        for entry in found:
            yield {"alert": plain(AlertEntry, entry)}
        yield {"answer": len(found)}

    async def take(self, asked: Asked) -> AsyncIterator[Message]:
        """Acknowledge an alert."""
        by, word = await acting(self._station, asked), _word(asked)
        yield _changed(await take.take(self._station, asked.number("number"), by, word, asker=asked.actor))

    async def give_back(self, asked: Asked) -> AsyncIterator[Message]:
        """Undo an acknowledgement, or a snooze."""
        by, word = await acting(self._station, asked), _word(asked)
        yield _changed(await take.give_back(self._station, asked.number("number"), by, word, asker=asked.actor))

    async def snooze(self, asked: Asked) -> AsyncIterator[Message]:
        """Say nothing of an alert for some minutes."""
        by, word, minutes = await acting(self._station, asked), _word(asked), asked.number("minutes")
        most = LONGEST_SNOOZE // timedelta(minutes=1)
        if not 1 <= minutes <= most:
            raise NightdutyError(f"an alert can be put off for 1 minute to {LONGEST_SNOOZE.days} days")
        until = self._station.clock.now() + timedelta(minutes=minutes)
        yield _changed(await take.snooze(self._station, asked.number("number"), by, until, word, asker=asked.actor))

    async def comment(self, asked: Asked) -> AsyncIterator[Message]:
        """Add a word to an alert's timeline."""
        by, word = await acting(self._station, asked), _word(asked)
        if not word:
            raise NightdutyError("a comment needs words")
        yield _changed(await take.comment(self._station, asked.number("number"), by, word, asker=asked.actor))

    async def roster(self, asked: Asked) -> AsyncIterator[Message]:
        """Who is on duty now, and who comes next."""
        yield {"answer": plain(Roster, await self._record.roster())}

    async def notify_test(self, asked: Asked) -> AsyncIterator[Message]:
        """Send a test message, and say what each channel answered."""
        address = asked.text("address") if "address" in asked.args else ""
        tried = await try_out(self._station, self._deliverer, asked.text("name"), address, asked.actor)
        yield {"answer": [plain(Tried, each) for each in tried]}


async def acting(station: Station, asked: Asked) -> str:
    """Return in whose name it is done: the person's who is named, else that of the account which asks."""
    if "as" not in asked.args:
        return asked.actor
    name, there = asked.text("as"), await station.store.read(people.load_people)
    if name not in there:
        raise NotFound(f"there is nobody named {name}; there are: {', '.join(there) or 'none'}")
    return name


def _changed(alert: Alert) -> Message:
    return {"answer": plain(Alert, alert)}


def _word(asked: Asked) -> str:
    return shown(asked.text("word"), LONGEST_WORD).strip() if "word" in asked.args else ""
