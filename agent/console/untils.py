"""Until when something may be put off: the choices of a form, the soonest first. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

HANDOVER: Final = time(8, 0)
"""When the day shift takes over (FORMS, 20:00 to 08:00): what was meant for the night ends then."""
LENGTHS: Final = {
    "1h": timedelta(hours=1),
    "4h": timedelta(hours=4),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Until:
    """A choice of when a raised limit ends."""

    code: str
    at: datetime


def choices(now: datetime, zone: ZoneInfo) -> list[Until]:
    """Return until when a limit may be raised, the soonest first; the morning is that of the site."""
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), HANDOVER, zone)
    if morning <= local:
        morning = datetime.combine(local.date() + timedelta(days=1), HANDOVER, zone)
    found = [Until(code, now + length) for code, length in LENGTHS.items()]
    return sorted([*found, Until("morning", morning)], key=lambda until: until.at)
