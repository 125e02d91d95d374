"""Moments that somebody chooses: a length, the next morning, or a time of their own by a site's clock. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LENGTHS: Final = {"30": timedelta(minutes=30), "60": timedelta(hours=1), "120": timedelta(hours=2)}
"""What a button may say, by its value."""
MORNING, OWN = "morning", "own"
MORNING_HOUR = 8
"""When the night's shift ends (policy 4.1)."""


def moment(text: str, zone: str) -> datetime | None:
    """Read a moment as a browser's field writes it (2026-11-24T08:00), by the clock of ``zone``; None for none."""
    try:
        # The field writes no offset; one that came another way would be another clock.
        local = datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        return None


def until(length: str, own: str, now: datetime, zone: str) -> datetime | None:
    """Return the moment that a choice means; None where it is none, or a time of their own that makes no sense."""
    if length == MORNING:
        return next_morning(now, zone)
    if length == OWN:
        return moment(own, zone)
    return now + LENGTHS[length] if length in LENGTHS else None


def next_morning(now: datetime, zone: str) -> datetime:
    """Return the next time that the clock of ``zone`` shows the end of the night's shift."""
    local = now.astimezone(ZoneInfo(zone))
    today = local.replace(hour=MORNING_HOUR, minute=0, second=0, microsecond=0)
    # By the calendar and not by 24 hours, which are an hour off where the clocks change.
    then = today if local < today else (today + timedelta(days=1))
    return then.astimezone(ZoneInfo("UTC"))


def as_field(at: datetime, zone: str) -> str:
    """Write a moment as a browser's field wants it."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
