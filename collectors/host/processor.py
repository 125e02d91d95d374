"""How busy the processor was since the look before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import psutil

from collectors.host.note import gap, number
from duty.readings import Notes

LEAST_S: Final = 1.0
"""The shortest time that says something: the kernel counts in hundredths of a second."""


class Spent(NamedTuple):
    """Processor time since boot, all cores together, in seconds."""

    total: float
    busy: float


def spent() -> Spent:
    """Ask the kernel. Waiting for a disk is not being busy; what the hypervisor took away is."""
    times = psutil.cpu_times()
    # A guest's time stands in user's already.
    total = sum(times) - times.guest - times.guest_nice
    return Spent(total, total - times.idle - times.iowait)


class Processor:
    """Reads ``cpu_used`` as the mean since the look before; the first look's begins where the object was made.

    psutil's own ``cpu_percent`` says 0.0 at the first call, and its memory is shared by whoever calls it.
    """

    def __init__(self, ask: Callable[[], Spent] = spent, cores: int | None = None) -> None:
        self._ask = ask
        self._cores = cores or psutil.cpu_count() or 1
        self._before = self._last = ask()

    def read(self, notes: Notes) -> None:
        """Read usage and core count of the whole machine; a container is shown its host's."""
        number(notes, "cpu_count", self._cores)
        now = self._ask()
        # Two looks in a row (an inspection beside a watch) must not leave the second with nothing to tell.
        if self._seconds(self._last, now) >= LEAST_S:
            self._before, self._last = self._last, now
        total = now.total - self._before.total
        if total < LEAST_S * self._cores:
            gap(notes, "cpu_used", "first_look")
        else:
            # Idle time may run backwards by a tick when a core is taken away.
            number(notes, "cpu_used", min(100.0, max(0.0, 100.0 * (now.busy - self._before.busy) / total)))

    def _seconds(self, before: Spent, now: Spent) -> float:
        return (now.total - before.total) / self._cores
