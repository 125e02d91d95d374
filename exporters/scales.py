"""Where a plot has its ticks: round values in the unit that is read, and round hours by the site's clock."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_STEPS: Final = (1.0, 2.0, 5.0, 10.0)
_TIMES: Final = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 28800, 43200, 86400)
_HOURS: Final = (1, 2, 3, 4, 6, 12)
_DAYS: Final = (1, 2, 5, 7, 14)
DAY: Final = timedelta(days=1)
MOST: Final = 1e150
"""Values beyond this are drawn at the edge: their differences would be no numbers any more."""


def bounds(lowest: float, highest: float, unit: str) -> tuple[float, float]:
    """Return the lowest and the highest value that a plot shows, for what it holds."""
    lowest, highest = (min(max(value, -MOST), MOST) for value in (lowest, highest))
    match unit:
        case "%":
            return min(0.0, lowest), max(100.0, highest)
        case "bool":
            return 0.0, 1.0
        case "health":
            return 0.0, 2.0
        case "Cel" | "dBm" | "V" | "A":
            # Where zero means nothing special, what moves is shown; a still value stands in the middle.
            room = max(0.1 * (highest - lowest), 0.02 * max(abs(highest), abs(lowest)), 0.5)
            return lowest - room, highest + room
        case _:
            low, high = min(0.0, lowest), max(0.0, highest)
            return (low, low + 1.0) if high - low < 1e-9 else (low, high + 0.05 * (high - low))


def value_ticks(low: float, high: float, unit: str, parameter: str = "", most: int = 4) -> list[float]:
    """Return at most ``most`` round values between two; round in the unit in which they are said."""
    if unit in ("bool", "health"):
        return [float(n) for n in range(int(low), int(high) + 1)]
    step = _step((high - low) / max(1, most - 1), unit, parameter)
    first = math.ceil(low / step - 1e-9)
    # A step below the precision of large values would be no step at all.
    return [value for n in range(most + 1) if (value := (first + n) * step) <= high + 1e-9 * step][:most]


def _step(least: float, unit: str, parameter: str) -> float:
    """Return the smallest round step that is not below ``least``."""
    if unit == "s" and _TIMES[0] <= least <= _TIMES[-1]:
        return float(next(step for step in _TIMES if step >= least))
    if unit == "s" and least > _TIMES[-1]:
        return 86400 * _decimal(least / 86400)
    if unit == "B/s" and parameter.startswith("port_"):
        # They are said in bits.
        return _decimal(least * 8) / 8
    if unit in ("B", "B/s") and least >= 1:
        power = 1024.0 ** min(6, int(math.log(least, 1024)))
        return power * _decimal(least / power)
    return _decimal(least)


def _decimal(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next((step * power for step in _STEPS if step * power >= least * (1 - 1e-9)), 10 * power)


def time_ticks(since: datetime, until: datetime, zone: ZoneInfo, most: int = 6) -> Iterator[tuple[datetime, bool]]:
    """Yield round moments by the clock of ``zone``, and whether each is the beginning of a day.

    The clocks may change in between; then two ticks are an hour nearer or farther, and both are right.
    """
    hours, days = _rhythm(until - since, most)
    day = since.astimezone(zone).date()
    last = until.astimezone(zone).date()
    while day <= last:
        for hour in range(0, 24, hours):
            at = _instant(day, hour, zone)
            if since <= at <= until:
                yield at, hour == 0
        day += days * DAY


def _rhythm(length: timedelta, most: int) -> tuple[int, int]:
    """Return the hours of a day between two ticks, and the days between two days that have any."""
    least = length / most
    for hours in _HOURS:
        if timedelta(hours=hours) >= least:
            return hours, 1
    return 24, next((days for days in _DAYS if days * DAY >= least), math.ceil(least / DAY))


def _instant(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
