"""The only place that asks the machine for the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time: steady while the program runs, except where a step of the wall clock is adopted on purpose."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""

    def step(self) -> timedelta:
        """Return how far the machine's wall clock has moved away from ours; positive when it is ahead."""

    def adopt(self) -> timedelta:
        """Take over the wall clock's time and return the step that was taken."""


class SteadyClock:
    """The wall's time at start plus what CLOCK_BOOTTIME has counted since.

    BOOTTIME goes on while the machine sleeps and does not follow a step of the wall clock, so that a wrong ``date`` on
    the machine can neither repeat a round nor swallow one.
    """

    def __init__(self) -> None:
        self._offset = _wall() - _boot()

    def now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + _boot() + self._offset

    def step(self) -> timedelta:
        return _wall() - _boot() - self._offset

    def adopt(self) -> timedelta:
        step = self.step()
        self._offset += step
        return step


def _wall() -> timedelta:
    return timedelta(microseconds=time.time_ns() // 1000)


def _boot() -> timedelta:
    return timedelta(microseconds=time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000)
