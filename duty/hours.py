"""Hours of the day by a site's clock, as instants: the quiet ones, and those in which a rule holds."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def hours_of(day: date, begin: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """Return the hours that begin on a day, as instants; those that end when they begin last for a day."""
    last = day + DAY if end <= begin else day
    return _instant(day, begin, zone), _instant(last, end, zone)


def within(hours: tuple[time, time], zone: str, moment: datetime) -> bool:
    """Say whether a moment lies between two times of day; the second is not part of it."""
    today = moment.astimezone(ZoneInfo(zone)).date()
    return any(begin <= moment < end for begin, end in (hours_of(day, *hours, zone) for day in (today - DAY, today)))


def _instant(day: date, at: time, zone: str) -> datetime:
    # Through UTC, for arithmetic on local times ignores the change of the clocks.
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
