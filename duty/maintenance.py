"""Maintenance that repeats: the operator's rule, and the windows of it that lie ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Final
from zoneinfo import ZoneInfo

from duty.hours import DAY, hours_of
from duty.silences import Silence, SilenceKind

AHEAD: Final = timedelta(days=8)
"""How far ahead windows are written: so that of each week's the next one is seen."""

SETTINGS: Final = "settings"
"""By whom such a window is."""

LONGEST: Final = timedelta(days=366)
"""For how long one rule holds: who still needs it says so once a year."""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """Work that comes again: on these ``days`` of the week (0 is Monday), from ``begin`` until ``end`` by a clock.

    The first day is ``first`` and the last ``last``; a window that goes past midnight belongs to the day of its begin.
    """

    name: str
    zone: str
    targets: tuple[str, ...]
    sites: tuple[str, ...]
    checks: tuple[str, ...]
    days: frozenset[int]
    begin: time
    end: time
    first: date
    last: date
    why: str

    def windows(self, after: datetime, until: datetime) -> Iterator[Silence]:
        """Yield the windows that end later than ``after`` and begin before ``until``, not numbered yet."""
        day = max(self.first, after.astimezone(ZoneInfo(self.zone)).date() - DAY)
        while day <= self.last:
            begin, end = hours_of(day, self.begin, self.end, self.zone)
            if begin >= until:
                return
            # Where the clocks go forward a window of minutes can begin after its end: there is none that night.
            if day.weekday() in self.days and end > max(after, begin):
                for target, site, check in product(self.targets, self.sites, self.checks):
                    yield Silence(
                        0, SilenceKind.MAINTENANCE, target, site, check, begin, end, SETTINGS, self.why, rule=self.name
                    )
            day += DAY
