"""A tour of duty: one night, or one day, of a site between two changes of shift (policy 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from duty.roster import Night

DAY = timedelta(days=1)


class Turn(StrEnum):
    """Whether a tour is by night or by day."""

    NIGHT = "night"
    DAY = "day"


LETTER = {Turn.NIGHT: "N", Turn.DAY: "D"}
"""How a turn stands in the number of a form."""


@dataclass(frozen=True, slots=True)
class Tour:
    """One night or one day of a site. ``day`` is its date; a night belongs to the date of its evening."""

    site: str
    turn: Turn
    day: date
    begin: datetime
    end: datetime

    @property
    def number(self) -> str:
        """Return the number of its handover form (FORMS A.1): JB-20261123-N."""
        return f"JB-{self.day:%Y%m%d}-{LETTER[self.turn]}"


def tours(night: Night, site: str, begin: datetime, end: datetime) -> Iterator[Tour]:
    """Yield the tours of which any part lies between two moments, oldest first."""
    zone = ZoneInfo(night.zone)
    morning: datetime | None = None
    for evening, next_morning in night.hours(begin - DAY, end + DAY):
        parts = [(Turn.NIGHT, evening, next_morning)]
        if morning is not None and morning < evening:
            parts.insert(0, (Turn.DAY, morning, evening))
        for turn, since, until in parts:
            if since < end and until > begin:
                yield Tour(site, turn, since.astimezone(zone).date(), since, until)
        morning = next_morning


def tour_at(night: Night, site: str, at: datetime) -> Tour:
    """Return the tour that a moment belongs to."""
    return next(tour for tour in tours(night, site, at, at + DAY) if tour.begin <= at < tour.end)


def tour_before(night: Night, site: str, tour: Tour) -> Tour:
    """Return the tour whose end is another's begin."""
    return tour_at(night, site, tour.begin - timedelta(microseconds=1))


def changes_since(night: Night, site: str, since: datetime, now: datetime) -> int:
    """Count the changes of shift since a moment: how often what is open since then has been handed over."""
    return sum(since < tour.end <= now for tour in tours(night, site, since, now))
