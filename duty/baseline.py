"""What a reading usually is: its median over seven days, of one value an hour."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

HOURS = 7 * 24
FEWEST_DAYS = 4
"""Of the last seven days, seen on so many: of fewer nobody knows what is usual."""

_STEPS = 100
"""Values are kept in hundredths, two bytes each: a thousand switches have many ports."""
_UNSEEN = -(2**15)
_HIGHEST = (2**15 - 1) / _STEPS


@dataclass(slots=True)
class Baseline:
    """The values of one reading in the last seven days, one for each hour in which it was seen."""

    median: float | None = None
    """None until it was seen on enough days."""
    _last: int = 0
    _values: array[int] = field(default_factory=lambda: array("h", [_UNSEEN]) * HOURS)

    def take(self, at: datetime, value: float) -> None:
        """Take in a value: the first of each hour counts; one of an hour before the newest is too late."""
        hour = _hour(at)
        if hour <= self._last or not math.isfinite(value):
            return
        passed = min(hour - self._last, HOURS)
        self._values = self._values[passed:] + array("h", [_UNSEEN]) * (passed - 1)
        self._values.append(round(max(-_HIGHEST, min(value, _HIGHEST)) * _STEPS))
        self._last = hour
        seen = [value for value in self._values if value != _UNSEEN]
        days = {age // 24 for age, value in enumerate(reversed(self._values)) if value != _UNSEEN}
        self.median = median(seen) / _STEPS if len(days) >= FEWEST_DAYS else None

    def is_over(self, at: datetime) -> bool:
        """Say whether nothing of it is as young as seven days any more."""
        return _hour(at) - self._last >= HOURS

    def shift(self, step: timedelta) -> None:
        """Go along when the clock was set: what was seen an hour ago was seen an hour ago."""
        self._last += round(step / timedelta(hours=1))


def _hour(at: datetime) -> int:
    return int(at.timestamp()) // 3600
