"""The rhythm of duty: ticks, and the tasks that they set going."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

import schedule

from agent.clock import Clock
from agent.services import make_round, take_up, tidy
from agent.services.beat import beat
from agent.services.call_out import CallOut, note_resumed
from agent.services.deliver import Deliverer
from agent.services.escalate import escalate
from agent.services.hints import Hints
from agent.services.muster import muster
from agent.services.notice import Notice, write_step
from agent.services.raise_limit import lower_limits
from agent.services.run_command import run_command
from agent.services.run_incidents import run_incidents
from agent.services.self_test import self_test
from agent.services.send_briefs import briefs_due, send_briefs
from agent.services.station import Station
from agent.services.watch import Watch
from agent.services.watch_self import look_at_self
from agent.store import runs
from duty import own_alerts
from duty.errors import StoreError
from duty.rounds import BY_HAND, Due, due
from exporters.own_health import STALLED

log = logging.getLogger(__name__)

BEAT = timedelta(seconds=10)
TIDY = timedelta(hours=1)
SELF_TEST = timedelta(minutes=1)
"""How often it is asked whether the daily test of a channel is due."""
INCIDENTS = timedelta(seconds=5)
"""How often the rules of incidents, the steps of plans and their clocks are asked."""
BRIEFS = timedelta(minutes=1)
"""How often it is asked whether a brief is due, on the minute: who waits for one at 20:15 looks at the clock."""
FAREWELL_S = 3.0
"""How long a stop waits for the record; what is open then is closed at the next start, as after a kill."""


class Ticks:
    """Asks at each tick what is due and sets it going; ``tick`` is all that time does to the agent."""

    def __init__(self, station: Station, deliverer: Deliverer | None = None) -> None:
        self.station = station
        self.notice = Notice(station)
        self.watch = Watch(station)
        self.hints = Hints()
        self.deliverer = deliverer
        self.call_out = CallOut(station, deliverer) if deliverer is not None else None
        self.made = 0
        self._next: dict[str, datetime] = {}
        self._delivering: asyncio.Task[object] | None = None
        self._steps: list[tuple[datetime, timedelta]] = []
        self._desk_began = station.clock.now()
        self._desk: asyncio.Task[object] | None = None
        self._tidying: asyncio.Task[object] | None = None
        self._testing: asyncio.Task[object] | None = None
        self._failing = ""
        self._following: asyncio.Handle | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def begin(self) -> None:
        """Take up duty where the run before left it."""
        for left in await take_up.take_up(self.station):
            self._go(make_round.carry_out(self.station, left))
        if not self.station.last:
            # A new record: whoever has just installed the agent sees a round now, not at the next hour.
            now, targets = self.station.clock.now(), self.station.orders.targets
            first = await make_round.open_round(self.station, BY_HAND, now, targets)
            self._go(make_round.carry_out(self.station, first))

    async def tick(self) -> None:
        """Set going what is due now; never waits for the database, so that the watch goes on while it is locked."""
        now, step = self.notice.tick()
        if step:
            # Deadlines go with the clock: a step must neither silence the watch for hours nor fire it at once.
            self._next = {what: at + step for what, at in self._next.items()}
            self.station.peers.shift(step)
            self.station.memory.shift(step)
            self.station.troubles.shift(step)
            self._desk_began += step
            self._steps.append((now, step))
        lower_limits(self.station, now)
        desk_free = self._desk is None or self._desk.done()
        hangs = "" if desk_free or now - self._desk_began < STALLED else "the database does not answer"
        self.station.troubles.note(own_alerts.RECORD, self._failing or self.station.recorder.failing or hangs, now)
        if self.call_out is not None and self.call_out.due(now):
            self._go(self.call_out.call(now))
        if self._due("watch", now):
            # A round that waits for the database looks at nothing: until it can begin, the watch goes on.
            without = self._expected(now) if desk_free and not self._failing else frozenset()
            self._go(self.watch.make(now, without=without))
            self._next["watch"] = _following(self._next.get("watch", now), self.station.orders.watch_every, now)
        self._follow_hints()
        if desk_free:
            self._desk, self._desk_began = self._go(self._write(now)), now
        if self.deliverer is not None and (self._delivering is None or self._delivering.done()):
            self._delivering = self._go(self._deliver(self.deliverer))
        # Not at the desk: after a long absence there are hours of it, and no round must wait for that.
        if self._due("tidy", now) and (self._tidying is None or self._tidying.done()):
            self._tidying = self._go(self._tidy(now))
            self._next["tidy"] = now + TIDY
        # A channel that hangs holds up no more than the tests of the others.
        if self._due("test", now) and (self._testing is None or self._testing.done()):
            self._testing = self._go(self._test(now))
            self._next["test"] = now + SELF_TEST
        if not self.made:
            # Of 1,000 targets it takes minutes, for which neither the watch nor a round need wait.
            self._go(take_up.recall_trends(self.station))
        self.made += 1

    def _due(self, what: str, now: datetime) -> bool:
        return what not in self._next or now >= self._next[what]

    def hint(self, name: str) -> bool:
        """Look at a target as soon as it is free, for something was heard of it; False where too many wait."""
        taken = self.hints.take(name)
        if taken and self._following is None:
            self._follow_soon()
        return taken

    def _follow_soon(self) -> None:
        # In the loop's next turn: the hints of a whole burst are followed together.
        self._following = asyncio.get_running_loop().call_soon(self._follow_hints)

    def _follow_hints(self) -> None:
        self._following = None
        for name in self.hints.due(self.station.clock.now(), self.watch.busy | self.station.claimed):
            self._go(self._look_again(name))

    async def _look_again(self, name: str) -> None:
        try:
            await self.watch.make(self.station.clock.now(), only={name})
        finally:
            self.hints.ended(name)
        self._follow_hints()

    def _called(self, now: datetime) -> list[Due]:
        """Say what the cadences call for now, but for the rounds whose cadence still has one that is being made."""
        station = self.station
        busy = {opened.cadence for opened in station.open_rounds.values()}
        called = due(station.orders.cadences, station.last, station.absences, now)
        return [d for d in called if not (d.make and d.cadence.name in busy)]

    def _expected(self, now: datetime) -> frozenset[str]:
        """Name the targets of the rounds that this tick calls for."""
        targets = self.station.orders.targets
        return frozenset(name for d in self._called(now) if d.make for name in make_round.expected(d, targets))

    async def _write(self, now: datetime) -> None:
        """Do what goes through the database, one thing after the other; what fails is tried again at the next tick."""
        station = self.station
        try:
            if self._failing:
                for left in await take_up.find_unknown(station):
                    self._go(make_round.carry_out(station, left))
            if station.recorder.failing:
                await station.recorder.flush()
            while self._steps:
                await station.store.write(write_step, station.run, *self._steps[0])
                del self._steps[0]
            await self._rounds(now)
            if self.deliverer is not None:
                await station.store.write(escalate, station.orders, now)
                station.escalated = now
            if self._due("beat", now):
                await station.store.write(beat, station.run, station.orders, look_at_self(station), now)
                self._next["beat"], station.beaten = now + BEAT, now
            if self._failing:
                await note_resumed(station, now)
            if self._due("incidents", now):
                self._next["incidents"] = now + INCIDENTS
                for ordered in await station.store.write(run_incidents, station.orders, now):
                    self._go(run_command(station, ordered))
            # The last, for whatever is wrong with a brief must hold up nothing that calls for somebody.
            if self.deliverer is not None and self._due("brief", now):
                self._next["brief"] = now.replace(second=0, microsecond=0) + BRIEFS
                if briefs_due(station.orders, now):
                    await station.store.write(send_briefs, station.orders, now)
        except StoreError as error:
            if not self._failing:
                log.error("the record cannot be written, it is tried again each second: %s", error)
            self._failing = str(error)
        else:
            self._failing = ""

    async def _rounds(self, now: datetime) -> None:
        station = self.station
        for opened in list(station.open_rounds.values()):
            if opened.made:
                await make_round.close(station, opened)
        called = self._called(now)
        missed = [d for d in called if not d.make]
        if missed:
            await station.store.write(make_round.miss, missed, now)
            for d in missed:
                station.last[d.cadence.name] = d.slot
                log.warning("round %s slot=%s missed reason=%s", d.cadence.name, d.slot, d.reason)
        for d in called:
            if d.make:
                self._go(make_round.carry_out(station, await make_round.begin(station, d)))

    async def _deliver(self, deliverer: Deliverer) -> None:
        try:
            await deliverer.deliver()
        except StoreError as error:
            # Where the desk fails as well, it has said so, and once is enough.
            if not self._failing:
                log.error("the outbox cannot be read, it is tried again each second: %s", error)

    async def _tidy(self, now: datetime) -> None:
        try:
            await tidy.tidy(self.station, now)
            await self.station.store.write(muster, self.station.orders, now)
        except StoreError as error:
            log.error("what is past its time is not deleted yet, it is tried again in an hour: %s", error)

    async def _test(self, now: datetime) -> None:
        try:
            if self.deliverer is not None:
                await self_test(self.station, self.deliverer, now)
        except StoreError as error:
            log.error("the channels are not tested yet, it is tried again in a minute: %s", error)

    def _go(self, work: Coroutine[Any, Any, object]) -> asyncio.Task[object]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", exc_info=error)

    async def idle(self) -> None:
        """Wait until everything that was set going has ended."""
        while self._tasks:
            await asyncio.wait(self._tasks)
            if self.deliverer is not None:
                await self.deliverer.settled()

    async def stop(self, reason: str) -> None:
        """Stop: what is open stays open for the next run, which resumes it or closes it as interrupted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(FAREWELL_S):
                await self.station.recorder.flush()
                await self.station.store.write(runs.end_run, self.station.run, reason, self.station.clock.now())
        except (StoreError, TimeoutError) as error:
            why = str(error) or "the database is locked"
            log.error("the end of this run cannot be written, the next one will note a gap: %s", why)


def _following(planned: datetime, every: timedelta, now: datetime) -> datetime:
    """Return the next beat of a rhythm after ``now``; beats that were slept through are not made up for."""
    return planned + every * ((now - planned) // every + 1)


async def keep_ticking(ticks: Ticks, clock: Clock) -> None:
    """Tick once a second, by ``schedule``, until cancelled.

    ``schedule`` counts in naive wall-clock time and would be silent for hours after the clock was set back; so it is
    given its job anew whenever the wall has moved away from our clock.
    """
    rhythm = schedule.Scheduler()
    called = asyncio.Event()
    rhythm.every(1).seconds.do(called.set)
    away = clock.step()
    while True:
        if abs(clock.step() - away) > timedelta(seconds=2):
            away = clock.step()
            rhythm.clear()
            rhythm.every(1).seconds.do(called.set)
            called.set()
        rhythm.run_pending()
        if called.is_set():
            called.clear()
            await ticks.tick()
        await asyncio.sleep(0.2)
