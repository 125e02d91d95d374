"""What holds of submission against deadline, in whatever order they are committed."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import Connection

from agent import bootstrap
from agent.services import file_report, handle_incident, write_report
from agent.services.call_clocks import NEWS, call_clocks
from agent.services.door import Door
from agent.services.draft_report import content_of
from agent.services.file_report import Move, Wanted
from agent.services.look import Looker
from agent.services.muster import muster
from agent.services.passwords import Passwords
from agent.store import accounts, incident_events, incident_reports, incidents, outbox
from agent.store.engine import Store
from agent.store.incident_events import IncidentEventKind
from agent.store.schema import outbox as letters
from agent.store.values import restored
from config.load import parse
from duty.deadlines import CALLS, Clock
from duty.filing import Report
from duty.incident_news import News
from duty.incident_report import CauseClass, ReportField
from duty.incidents import Found, Grade, Incident, IncidentClass
from duty.people import Post
from exporters.words import words
from tests.agent.console.desk import PASSWORD, QUICK
from tests.stories.night import HOUR, DrivenClock
from tests.stories.test_alerts import SETTINGS

pytestmark = pytest.mark.soak

T = TypeVar("T")

START = "2026-11-24T03:00:00+08:00"
COUNTERSIGNED = SETTINGS.replace("incidents: {rules: []}", "incidents: {rules: [], countersign: [office]}")
"""A report that is approved waits for the office, so that it can still be returned."""
SOON, LATE = (kind.value for kind in NEWS[Clock.REPORT])
EARLIER = [call.before for call in CALLS[Clock.REPORT] if not call.late]
FILLED = {
    ReportField.TITLE: "the line to the office",
    ReportField.PLACE: "room 1",
    ReportField.SERVICES: "telephony",
    ReportField.CAUSE_CLASS: CauseClass.LINE.value,
    ReportField.FIRST_CAUSE: "a digger",
    ReportField.RESULT: "spliced",
    ReportField.VERIFICATION: "measured",
    ReportField.CYBER: "no",
}
WITHIN = 24 * HOUR


class Filing(RuleBasedStateMachine):
    """One incident's report, its clock, and those who write, submit, return and approve; each rule is a transaction."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.called: dict[datetime, dict[str, list[int]]] = defaultdict(lambda: {SOON: [], LATE: []})
        self.seen: set[str] = set()
        self._do(self._open())

    async def _open(self) -> None:
        self.clock = DrivenClock(datetime.fromisoformat(START))
        self.store = Store.open(f"sqlite:///{Path(self.folder.name) / 'nightduty.db'}", "hz1")
        looker = Looker({}, self.clock)
        self.station = await bootstrap.make_station(parse(COUNTERSIGNED, "desk.yaml"), self.clock, self.store, looker)
        self.door = Door(self.station, Path(self.folder.name), Passwords(QUICK))
        await self.store.write(muster, self.station.orders, self.clock.now())
        for name, post in (("jia", Post.TECHNICIAN), ("yi", Post.MANAGER)):
            kept = QUICK.hash(PASSWORD)
            await self.store.write(
                accounts.add_account, name, (post,), kept, self.clock.now(), person=name, must_change=False
            )
        made = await handle_incident.report_incident(
            self.station, "jia", site="hz1", kind=IncidentClass.COMPLAINT, grade=Grade.GENERAL, title="no line",
            found_by=Found.CUSTOMER,
        )  # fmt: skip
        self.number = made.number

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @property
    def incident(self) -> Incident:
        return self._do(self.store.read(incidents.get_incident, self.number))

    @property
    def report(self) -> Report:
        return self._do(self.store.read(incident_reports.get_report, self.number))

    @property
    def due(self) -> datetime | None:
        handled = self.incident.handled
        return None if handled is None else handled + WITHIN

    @rule(minutes=st.sampled_from([0, 1, 7, 59, 60, 61, 180, 240, 600, 1200, 1440]))
    def time_passes(self, minutes: int) -> None:
        """Nothing is decided meanwhile, as when the agent is not there."""
        self.clock.advance(timedelta(minutes=minutes))

    @rule(minutes=st.integers(1, 120))
    def the_clock_is_set_back(self, minutes: int) -> None:
        """What was told stays told."""
        self.clock.advance(timedelta(minutes=-minutes))

    @rule(after=st.sampled_from([HOUR, HOUR * 4]), minutes=st.integers(-1, 1))
    def it_is_nearly_due(self, after: timedelta, minutes: int) -> None:
        """The moments at which it is decided are tried more often than chance would."""
        if self.due is not None and self.clock.now() < (at := self.due - after + timedelta(minutes=minutes)):
            self.clock.advance(at - self.clock.now())

    @precondition(lambda self: self.incident.open)
    @rule()
    def it_is_handled(self) -> None:
        """The 24 hours begin."""
        self._do(handle_incident.finish(self.station, self.number, "jia", "well again"))

    @precondition(lambda self: not self.incident.open and self.report.writable)
    @rule()
    def it_is_reopened(self) -> None:
        """It was not over: no report is due."""
        self._do(handle_incident.reopen(self.station, self.number, "jia", "not yet"))

    @precondition(lambda self: self.report.writable)
    @rule(remark=st.sampled_from(["", "again", "at last"]))
    def it_is_written(self, remark: str) -> None:
        """Fields are filled in."""
        texts = FILLED | {ReportField.REMAINS: remark}
        self._do(write_report.write_fields(self.station, self.number, "jia", texts))

    @precondition(lambda self: not self.incident.open and self.report.writable and self._filled())
    @rule()
    def it_is_submitted(self) -> None:
        """Nobody waits for it any more."""
        self._sign(Move.SUBMIT, "jia")

    @precondition(lambda self: self.report.digest and self.report.archive is None)
    @rule()
    def it_is_returned(self) -> None:
        """The author has it again, and no more time than before."""
        before = self.due
        self._sign(Move.RETURN, "yi")
        assert self.due == before

    @precondition(lambda self: self.report.state == "submitted")
    @rule()
    def it_is_approved(self) -> None:
        """The office has yet to sign."""
        self._sign(Move.APPROVE, "yi")

    def _filled(self) -> bool:
        return bool(self._do(self.store.read(incident_reports.fields_of, self.number)))

    def _sign(self, move: Move, by: str) -> None:
        account = self._do(self.store.read(accounts.get_account, by))
        assert account is not None
        say, report = words("en"), self.report
        orders, now = self.station.orders, self.clock.now()
        content = self._do(self.store.read(content_of, orders, self.incident, report, say, now))
        wanted = Wanted(move, report.digest or incident_reports.mark_of(content), PASSWORD, remark="see field 14")
        self._do(file_report.sign_report(self.door, self.number, account, wanted, say, "127.0.0.1"))

    @rule()
    def the_clock_has_its_turn(self) -> None:
        """Whoever must know by now is told, once."""
        now, due = self.clock.now(), self.due
        self._do(self.store.write(call_clocks, self.station.orders, now))
        fresh = [item for item in self._letters() if item.key not in self.seen]
        self.seen |= {item.key for item in fresh}
        if due is None or not self.report.writable:
            assert not fresh, "nobody is pressed for what was submitted, or is not due"
            return
        if fresh:
            assert {restored(News, item.data["news"]).due for item in fresh} == {due}
            (event,) = {item.event for item in fresh}
            self.called[due][event].append(len(fresh))
            assert (event == LATE) == (now >= due)
        called = self.called[due]
        assert len(called[SOON]) <= len(EARLIER)
        assert len(called[LATE]) <= 1
        if now >= due:
            assert called[LATE], "a late one is told"
        elif now >= due - min(EARLIER):
            assert called[SOON] or called[LATE], "whoever writes it was reminded"

    def _letters(self) -> list[outbox.OutboxItem]:
        def those(conn: Connection, agent: str) -> list[outbox.OutboxItem]:
            row = letters.c
            return outbox.items(conn, row.agent == agent, row.incident == self.number, row.event.in_([SOON, LATE]))

        return self._do(self.store.read(those))

    def teardown(self) -> None:
        """Look at the timeline, and leave nothing behind."""
        if not hasattr(self, "number"):
            return
        try:
            lines = self._do(self.store.read(incident_events.events, self.number))
            late = [line.data["due"] for line in lines if line.kind is IncidentEventKind.REPORT_LATE]
            assert len(late) == len(set(late)) == sum(bool(called[LATE]) for called in self.called.values())
        finally:
            self.store.close()
            self.loop.close()
            self.folder.cleanup()


Filing.TestCase.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
TestSubmissionAgainstDeadline = Filing.TestCase
