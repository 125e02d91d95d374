"""What the command line can add to a round."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from agent.control.alert_verbs import acting
from agent.control.server import Asked, Verb
from agent.services.review_round import mark_read, read_review
from agent.services.station import Station
from agent.services.take import LONGEST_WORD
from duty.errors import NightdutyError, RecordRefused
from exporters.words import LANGUAGES, format_time, shown, words

Message = dict[str, Any]


class ReviewVerbs:
    """The daemon's answers about who has read a round."""

    def __init__(self, station: Station) -> None:
        self._station = station

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {"mark_read": self.mark_read}

    async def mark_read(self, asked: Asked) -> AsyncIterator[Message]:
        """Mark a round as read; answer with lines that say who has read it."""
        station, number = self._station, asked.number("number")
        language = asked.args.get("lang")
        say = words(language if language in LANGUAGES else LANGUAGES[0])
        by = await acting(station, asked)
        note = shown(asked.text("note"), LONGEST_WORD).strip() if "note" in asked.args else ""
        try:
            await mark_read(station, number, by, note, asker=asked.actor)
        except RecordRefused as why:
            raise NightdutyError(say(f"review_refused.{why.code}", **why.fields)) from None
        review = await read_review(station, number)
        now, zone = station.clock.now(), ZoneInfo(station.orders.zone)
        lines = []
        for read in review.reads:
            said = say("reviewing.entry", who=review.title(read.person), clock=format_time(read.at, now, zone, say))
            lines.append(f"{said} {say('alerting.word', word=read.note)}" if read.note else said)
        yield {"answer": lines}
