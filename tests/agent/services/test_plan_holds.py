"""What holds of tick-off against overdue, in whatever order they are committed."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection

from agent import bootstrap
from agent.services import hand_out, handle_incident, tick_off
from agent.services.look import Looker
from agent.services.muster import muster
from agent.services.run_plans import run_plans
from agent.store import incidents, outbox, plan_runs
from agent.store.engine import Store
from agent.store.schema import outbox as letters
from config.load import parse
from duty.errors import RecordRefused
from duty.incident_news import NewsKind
from duty.incidents import Found, Grade, IncidentClass
from duty.plans import PlanRun, StepState
from tests.stories.night import DrivenClock
from tests.stories.test_alerts import SETTINGS

pytestmark = pytest.mark.soak

T = TypeVar("T")

START = "2026-11-24T03:00:00+08:00"
PLAN = """
plans:
  any:
    title: whatever fails
    steps:
      - {ask: look, posts: [technician], within: 5m}
      - {tell: stand by, posts: [reserve]}
      - {after: 5m, ask: ring them, posts: [technician], within: 10m, overdue: [reserve, manager]}
      - {after: 20m, ask: report it, posts: [manager], within: 10m}
"""
WORD, ASKED, LATE = NewsKind.WORD.value, NewsKind.STEP.value, NewsKind.STEP_LATE.value
STEPS = st.sampled_from([1, 3, 4])


class Led(RuleBasedStateMachine):
    """A plan that runs, a clock, and hands that tick off and leave out; each rule is a transaction, or two at once."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.over: set[int] = set()
        self.seen: set[str] = set()
        self.told: dict[tuple[int, str], list[datetime]] = defaultdict(list)
        self._do(self._open())

    async def _open(self) -> None:
        self.clock = DrivenClock(datetime.fromisoformat(START))
        self.store = Store.open(f"sqlite:///{Path(self.folder.name) / 'nightduty.db'}", "hz1")
        looker = Looker({}, self.clock)
        self.station = await bootstrap.make_station(parse(SETTINGS + PLAN, "desk.yaml"), self.clock, self.store, looker)
        await self.store.write(muster, self.station.orders, self.clock.now())
        made = await handle_incident.report_incident(
            self.station, "yi", site="hz1", kind=IncidentClass.NETWORK, grade=Grade.MAJOR, title="no line",
            found_by=Found.HAND,
        )  # fmt: skip
        self.number = made.number

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @property
    def plan(self) -> PlanRun:
        (run,) = self._do(self.store.read(plan_runs.runs_of, self.number))
        return run

    @rule(minutes=st.sampled_from([0, 1, 4, 5, 6, 10, 15, 60]))
    def time_passes(self, minutes: int) -> None:
        """Nothing is decided meanwhile."""
        self.clock.advance(timedelta(minutes=minutes))

    @rule()
    def the_plan_goes_on(self) -> None:
        """What is due by now is told."""
        self._do(self._go_on())
        self._look(self.over)

    @rule(nth=STEPS, leaves=st.booleans())
    def somebody_does_it(self, nth: int, leaves: bool) -> None:
        """A step is ticked off, or left out, due or not."""
        self._do(self._done(nth, leaves))
        self._look(self.over)
        self.over.add(nth)

    @rule(nth=STEPS, leaves=st.booleans(), plan_first=st.booleans())
    def both_at_the_same_moment(self, nth: int, leaves: bool, plan_first: bool) -> None:
        """Whichever is committed first, the other sees it."""

        async def both() -> None:
            acts = [self._go_on(), self._done(nth, leaves)]
            await asyncio.gather(*(acts if plan_first else reversed(acts)))

        self._do(both())
        self._look(self.over)
        self.over.add(nth)

    @precondition(lambda self: len(self.over) < 5)
    @rule()
    def it_is_handled(self) -> None:
        """What was not done is cancelled."""
        if self._do(self.store.read(incidents.get_incident, self.number)).open:
            self._do(handle_incident.finish(self.station, self.number, "yi", "well again"))
        self._look(self.over)
        self.over |= {1, 2, 3, 4, 5}
        assert not self.plan.open

    @rule(arrives=st.booleans())
    def what_waits_is_given_out(self, arrives: bool) -> None:
        """A message is sent, or fails and waits again; nobody is asked for what has been done."""
        now, run = self.clock.now(), self.station.run
        given = self._do(self.store.write(hand_out.lease, run, now, (), ()))
        assert not [item for each in given for item in each.batch.letters if self._asks_for_what_is_done(item)]
        for each in given:
            if arrives:
                self._do(self.store.write(hand_out.note_sent, each, run, "noted", now))
            else:
                later = now + timedelta(minutes=1)
                self._do(self.store.write(hand_out.note_failed, each, run, "busy", later, now))

    async def _go_on(self) -> None:
        await self.store.write(run_plans, self.station.orders, self.clock.now())

    async def _done(self, nth: int, leaves: bool) -> None:
        run, act = (await self.store.read(plan_runs.runs_of, self.number))[0].number, tick_off.tick_off
        # What is over is refused.
        with suppress(RecordRefused):
            await (tick_off.skip if leaves else act)(self.station, self.number, run, nth, "jia", "seen")

    def _look(self, over: set[int]) -> None:
        """Note what is new; of a step that was over before there is nothing."""
        fresh = [item for item in self._letters() if item.key not in self.seen]
        self.seen |= {item.key for item in fresh}
        assert not [item for item in fresh if item.step in over]
        for step, event in {(item.step or 0, item.event) for item in fresh}:
            self.told[step, event].append(self.clock.now())

    def _asks_for_what_is_done(self, item: outbox.OutboxItem) -> bool:
        return item.event in (ASKED, LATE) and item.step in self.over

    def _letters(self) -> list[outbox.OutboxItem]:
        def those(conn: Connection, agent: str) -> list[outbox.OutboxItem]:
            row = letters.c
            return outbox.items(
                conn, row.agent == agent, row.incident == self.number, row.event.in_([WORD, ASKED, LATE])
            )

        return self._do(self.store.read(those))

    @invariant()
    def each_step_was_told_as_often_as_it_says(self) -> None:
        """Asked or told once, overdue twice at the most, and none of them late before it was asked."""
        if not hasattr(self, "number"):
            return
        for step in self.plan.steps:
            assert len(self.told[step.nth, LATE]) == step.overdue <= 2
            assert len(self.told[step.nth, ASKED]) <= 1
            assert not self.told[step.nth, LATE] or self.told[step.nth, ASKED]
            assert len(self.told[step.nth, WORD]) == (step.nth == 2 and step.state is StepState.DONE)

    @invariant()
    def nothing_waits_that_asks_for_what_is_done(self) -> None:
        """What nobody has tried to send is taken back with the tick-off."""
        if hasattr(self, "number"):
            untried = [it for it in self._letters() if it.state is outbox.OutboxState.PENDING and not it.tries]
            assert not [item for item in untried if self._asks_for_what_is_done(item)]

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "store"):
            self.store.close()
            self.loop.close()
            self.folder.cleanup()


Led.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestTickOffAgainstOverdue = Led.TestCase
