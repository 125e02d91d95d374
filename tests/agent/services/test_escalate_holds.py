"""What holds of acknowledgement against step, in whatever order they are committed."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agent import bootstrap
from agent.services import take
from agent.services.escalate import escalate
from agent.services.look import Looker
from agent.services.muster import muster
from agent.store import alerts, outbox
from agent.store.engine import Store
from config.load import parse
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from tests.stories.night import DrivenClock
from tests.stories.test_alerts import SETTINGS
from tests.stories.test_policy import RULES

START = "2026-11-24T03:00:00+08:00"
FINDING = Finding("reach", "", Severity.CRITICAL, "timeout")
TARGETS = ("core", "access")
"""The first goes by a rule with a step that is told until the end, the second by the shipped steps."""


class Desk(RuleBasedStateMachine):
    """Two alerts, a clock, and people who take and give back; each rule is a transaction."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(self._open())
        self.taken: set[int] = set()
        self.before: set[str] = set()

    async def _open(self) -> None:
        clock = DrivenClock(datetime.fromisoformat(START))
        self.store = Store.open(f"sqlite:///{Path(self.folder.name) / 'nightduty.db'}", "hz1")
        self.clock = clock
        self.station = await bootstrap.make_station(
            parse(SETTINGS + RULES, "desk.yaml"), clock, self.store, Looker({}, clock)
        )
        await self.store.write(muster, self.station.orders, clock.now())
        for target in TARGETS:
            now, key = clock.now(), (target, "reach", "")
            alert = Alert(0, key, "hz1", Severity.CRITICAL, AlertState.FIRING, now, now, FINDING, wakes=True)
            await self.store.write(alerts.put_alert, alert)

    def _letters(self) -> list[outbox.OutboxItem]:
        of = [self.loop.run_until_complete(self.store.read(outbox.of_alert, number)) for number in (1, 2)]
        return [item for items in of for item in items]

    @rule(minutes=st.integers(0, 20))
    def time_passes(self, minutes: int) -> None:
        """Nothing is decided meanwhile."""
        self.clock.advance(timedelta(minutes=minutes))

    @rule()
    def a_step_is_decided(self) -> None:
        """Escalation has its turn."""
        self.before = {item.key for item in self._letters()}
        self.loop.run_until_complete(self.store.write(escalate, self.station.orders, self.clock.now()))
        opened = self.loop.run_until_complete(self.store.read(alerts.open_alerts))
        self.taken = {alert.number for alert in opened if alert.state is AlertState.ACKNOWLEDGED}
        fresh = [item for item in self._letters() if item.key not in self.before]
        calls = [item for item in fresh if item.event in outbox.CALLS]
        assert not self.taken & {item.alert for item in calls}
        assert all(item.contact.address == "ops" for item in fresh if item.event == outbox.STANDING)

    @rule(number=st.sampled_from([1, 2]), by=st.sampled_from(["jia", "ding"]))
    def somebody_takes_it(self, number: int, by: str) -> None:
        """An acknowledgement is committed."""
        self.loop.run_until_complete(take.take(self.station, number, by))
        self.taken.add(number)

    @precondition(lambda self: bool(self.taken))
    @rule()
    def it_is_given_back(self) -> None:
        """It calls anew, from the first step."""
        number = min(self.taken)
        self.loop.run_until_complete(take.give_back(self.station, number, "jia"))
        self.taken.discard(number)

    @invariant()
    def nothing_waits_that_calls_for_somebody_to_take_what_is_taken(self) -> None:
        """What was decided before is taken back with the acknowledgement, but for what is told until the end."""
        if not hasattr(self, "store"):
            return
        waiting = [item for item in self._letters() if item.state is outbox.OutboxState.PENDING]
        assert not any(item.alert in self.taken and item.event in outbox.CALLS for item in waiting)

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "store"):
            self.store.close()
            self.loop.close()
            self.folder.cleanup()


Desk.TestCase.settings = settings(max_examples=10, stateful_step_count=20, deadline=None)
TestAcknowledgementAgainstStep = Desk.TestCase
