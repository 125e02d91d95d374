"""The watch: look at every target each minute, so that a failure does not wait for the hour."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Set
from datetime import datetime

from agent.services.memory import Judged
from agent.services.station import Station

log = logging.getLogger(__name__)


class Watch:
    """Makes the watch's looks. A target that a round looks at now, or whose last look has not ended, is left out."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._busy: set[str] = set()
        self._kept: dict[str, datetime] = {}

    @property
    def busy(self) -> Set[str]:
        """Targets that the watch looks at just now, or is about to."""
        return self._busy

    async def make(self, now: datetime, without: Set[str] = frozenset(), only: Set[str] | None = None) -> None:
        """Look once at every target that is free, and write down what changed.

        ``without`` are targets that a round of the same tick is about to look at: a target is looked at once a tick.
        ``only`` are those that something was heard of.
        """
        station = self._station
        wanted = station.orders.targets.keys() if only is None else station.orders.targets.keys() & only
        free = sorted(wanted - station.claimed - without - self._busy)
        self._busy.update(free)
        looks = [asyncio.create_task(self._look(name)) for name in free]
        try:
            for coming in asyncio.as_completed(looks):
                try:
                    judged = await coming
                except Exception:
                    log.exception("a look of the watch failed")
                    continue
                if judged is not None:
                    station.recorder.note(judged, keep=self._due_for_plot(judged.look.target, now))
        finally:
            for task in looks:
                task.cancel()
            self._busy.difference_update(free)
        # While the record cannot be written the desk tries again; else each watch would leave one more that waits.
        if not station.recorder.failing:
            await station.recorder.flush()

    async def _look(self, name: str) -> Judged | None:
        station = self._station
        target = station.orders.targets.get(name)
        if target is None:
            return None
        look = await station.looker.look(target, station.orders.watch_budget, full=False)
        # The next watch need not wait for the slowest target of this one.
        self._busy.discard(name)
        # A reload may have taken the target away while it was being looked at.
        return station.memory.take(look) if name in station.orders.targets else None

    def _due_for_plot(self, name: str, now: datetime) -> bool:
        kept, orders = self._kept.get(name), self._station.orders
        # Ticks come up to a second late: without the half, every other look would be kept a whole watch later. And a
        # clock that was set back must not stop the plots until it has caught up.
        if kept is not None and kept <= now < kept + orders.keep_every - orders.watch_every / 2:
            return False
        self._kept[name] = now
        return True
