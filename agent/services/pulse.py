"""The agent's own health: do its parts move, what waits, what failed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from agent.services.overview import Health
from agent.services.station import Station
from duty.own_alerts import RECORD
from exporters.own_health import STALLED, Desk
from exporters.own_health import Health as OwnHealth


class Pulse:
    """Watches that the parts of the agent move: the writer, the ticker. Read by the watchdog and by /healthz."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._moved: dict[str, tuple[int, float]] = {}
        self.ticks = 0
        self.journal_entries = 0
        self.letters = 0
        self.desk = Desk()

    def idle(self) -> dict[str, timedelta]:
        """Return for each part how long ago it last moved, by a clock that never steps."""
        now = asyncio.get_running_loop().time()
        for part, count in (("writer", self._station.store.progress), ("ticker", self.ticks)):
            before, _ = self._moved.get(part, (-1, now))
            if count != before:
                self._moved[part] = (count, now)
        return {part: timedelta(seconds=now - at) for part, (_, at) in self._moved.items()}

    def own(self) -> OwnHealth:
        """Return the agent's health as its metrics show it."""
        station = self._station
        return OwnHealth(
            at=station.clock.now(),
            started=station.started,
            version=station.version,
            settings_accepted=station.settings_accepted,
            settings_read=station.settings_at or station.started,
            idle=self.idle(),
            queues={
                "outbox": self.letters,
                "record": station.recorder.waiting,
                "writer": station.store.queue_depth,
            },
            journal_entries=self.journal_entries,
            looks=station.looker.made,
            failures=dict(station.looker.failures),
            desk=self.desk,
            traps=station.trap_health() if station.trap_health is not None else None,
            beaten=station.beaten or station.started,
            escalated=station.escalated or station.started,
            unwritten=station.troubles.lasts(RECORD, station.clock.now()),
            room=station.room,
            clock_steps=station.clock_steps,
        )

    def lines(self) -> tuple[Health, ...]:
        """Return the agent's health as the people see it."""
        idle = self.idle()
        waiting = self._station.recorder.waiting
        traps = self._station.trap_health() if self._station.trap_health is not None else None
        return (
            *(Health(part, since <= STALLED, f"{since.total_seconds():.0f} s") for part, since in sorted(idle.items())),
            Health("record", not (self._station.recorder.failing or self._station.troubles.why(RECORD)), str(waiting)),
            Health("settings", self._station.settings_accepted),
            *((Health("traps", not traps.trouble, traps.trouble or traps.figure),) if traps else ()),
        )
