"""Notice when the agent was away: down, paused, or its clock moved; so that a missed round has its reason."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import journal, runs
from agent.store.shift_deadlines import shift_deadlines
from duty.rounds import Absence

log = logging.getLogger(__name__)

PAUSED = timedelta(seconds=30)
"""Ticks come every second; when none came for this long, the agent stood still (suspend, SIGSTOP, a blocked loop)."""

STEPPED = timedelta(seconds=5)
"""A wall clock that differs from ours by more has been set; by less, it is being slewed."""

MOST_ABSENCES = 50


@dataclass(slots=True)
class Notice:
    """Compares each tick with the one before."""

    station: Station
    last_tick: datetime | None = None

    def tick(self) -> tuple[datetime, timedelta]:
        """Return the present time, and the step of the clock that was adopted at this tick (zero as a rule)."""
        clock = self.station.clock
        now, step = clock.now(), timedelta(0)
        if self.last_tick is not None and now - self.last_tick > PAUSED:
            log.warning("agent paused from=%s for=%ds", self.last_tick, (now - self.last_tick).total_seconds())
            self._absent(self.last_tick, now, "agent_paused")
            self.station.troubles.anew(now)
        if abs(clock.step()) > STEPPED:
            step = clock.adopt()
            self.station.clock_steps += 1
            before, now = now, clock.now()
            log.warning("clock stepped by=%+ds; it is now %s", step.total_seconds(), now)
            self._absent(min(before, now), max(before, now), "clock_stepped")
        self.last_tick = now
        return now, step

    def _absent(self, begin: datetime, end: datetime, reason: str) -> None:
        self.station.absences = [*self.station.absences, Absence(begin, end, reason)][-MOST_ABSENCES:]


def write_step(conn: Connection, agent: str, run: str, now: datetime, step: timedelta) -> None:
    """Write down that the wall clock was set, and carry along what is open: who has five minutes keeps them."""
    shift_deadlines(conn, agent, step)
    runs.record_step(conn, agent, run, now - step, step)
    journal.append(conn, agent, "clock_stepped", now, journal.AGENT, "ok", {"seconds": round(step.total_seconds(), 3)})
