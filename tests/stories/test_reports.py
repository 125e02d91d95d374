"""Incident reports over a day and a night: filed in time or late, returned, countersigned, archived, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from agent.services import handle_incident
from agent.services.door import Door
from agent.services.file_report import Move, Wanted, sign_report
from agent.services.incident_board import ReportView, read_report
from agent.services.passwords import Passwords
from agent.services.write_report import write_fields
from agent.store import accounts, journal
from agent.store.incident_tables import incident_contents, incident_reports, incident_signatures
from duty.errors import Refusal
from duty.filing import LEADERS, Report, ReportState
from duty.incident_report import ReportField
from duty.incidents import Found, Grade, IncidentClass
from duty.people import Post
from exporters.words import words
from tests.agent.console.desk import PASSWORD, QUICK
from tests.stories.night import Night, silent
from tests.stories.test_alerts import SETTINGS

EN = words("en")
WITH_REPORTS = (
    SETTINGS.replace("incidents: {rules: []}\n", "")
    + """
incidents:
  countersign: [Network]
  archive: Records
  departments: {network: [{channel: chat, address: network}]}
"""
)
WHOLE = {
    ReportField.PLACE: "room A",
    ReportField.SERVICES: "web",
    ReportField.FIRST_CAUSE: "main board",
    ReportField.CAUSE_CLASS: "device",
    ReportField.VERIFICATION: "Tech A signed in at 03:39",
    ReportField.CORRECTIVE: "spare board, Tech A, by Friday",
    ReportField.CYBER: "no",
}
POSTS = {"jia": Post.TECHNICIAN, "yi": Post.MANAGER, "zu": Post.LEADER}


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, WITH_REPORTS, "2026-11-23 19:30")


class Office:
    """Where people write and sign: each with an account of their own name."""

    def __init__(self, night: Night, folder: Path) -> None:
        self.night = night
        self.door = Door(night.station, folder, Passwords(QUICK))
        for name, post in POSTS.items():
            kept = QUICK.hash(PASSWORD)
            night.station.store.write_now(
                accounts.add_account, name, (post,), kept, night.clock.now(), person=name, must_change=False
            )

    async def view(self) -> ReportView:
        return await read_report(self.night.station, 1, EN)

    async def write(self, by: str, **texts: str) -> None:
        fields = {ReportField(name): text for name, text in texts.items()}
        await write_fields(self.night.station, 1, by, fields)

    async def sign(self, by: str, move: Move, role: str = "", remark: str = "") -> Report:
        """Sign what is on the page now."""
        account = self.night.station.store.read_now(accounts.get_account, by)
        assert account is not None
        wanted = Wanted(move, (await self.view()).digest, PASSWORD, remark, role)
        return await sign_report(self.door, 1, account, wanted, EN, "127.0.0.1")

    async def archive(self) -> None:
        await self.sign("jia", Move.SUBMIT)
        await self.sign("yi", Move.APPROVE)
        await self.sign("yi", Move.COUNTERSIGN, "Network", "read")
        await self.sign("zu", Move.COUNTERSIGN, LEADERS)


async def handled(night: Night, folder: Path) -> Office:
    """Let the core switch be down from 03:09 to 03:40, when Tech A says that it is over."""
    await night.go_on_duty()
    office = Office(night, folder)
    await night.until("03:09", timedelta(minutes=10))
    night.shows["core"] = silent
    await night.until("03:30")
    del night.shows["core"]
    await night.until("03:40")
    await handle_incident.finish(night.station, 1, "jia", "spare board in")
    return office


HOURLY = timedelta(minutes=10)


async def test_a_report_is_filed_ten_minutes_before_its_day_is_over(night: Night, tmp_path: Path) -> None:
    office = await handled(night, tmp_path)
    await office.write("jia", **{field.value: text for field, text in WHOLE.items()})
    await night.until("2026-11-25 03:30", HOURLY)
    await office.sign("jia", Move.SUBMIT)
    view = await office.view()
    assert view.report.state is ReportState.SUBMITTED
    assert not view.content.late
    before = len(night.sent)
    await night.tick()
    await night.until("2026-11-25 05:00", HOURLY)
    assert {each.address for each in night.sent[before:]} == {"2"}, "the manager is asked to review it, nobody is late"
    await night.stop()


async def test_a_late_report_is_called_for_and_says_that_it_is_late(night: Night, tmp_path: Path) -> None:
    office = await handled(night, tmp_path)
    await night.until("2026-11-24 23:30", HOURLY)
    before = len(night.sent)
    await night.until("2026-11-24 23:45")
    assert [(s.at, s.address) for s in night.sent[before:]] == [("24 23:40", "jia")], "four hours before: its author"
    before = len(night.sent)
    await night.until("2026-11-25 02:45")
    assert {(s.at, s.address) for s in night.sent[before:]} == {("25 02:40", "jia"), ("25 02:40", "2")}, (
        "and the manager"
    )
    before = len(night.sent)
    await night.until("2026-11-25 03:45")
    late = {(s.at, s.address) for s in night.sent[before:]}
    assert late == {("25 03:40", "jia"), ("25 03:40", "2"), ("25 03:40", "3")}, "and the leading group"
    await office.write("jia", **{field.value: text for field, text in WHOLE.items()})
    await night.until("2026-11-25 06:00", HOURLY)
    await office.sign("jia", Move.SUBMIT)
    assert (await office.view()).content.late
    before = len(night.sent)
    await night.tick()
    await night.until("2026-11-25 07:00", HOURLY)
    assert {each.address for each in night.sent[before:]} == {"2"}, "nobody is called any more, but to review it"
    await night.stop()


async def test_one_that_came_back_is_filed_again_and_then_stands_for_good(night: Night, tmp_path: Path) -> None:
    office = await handled(night, tmp_path)
    await office.write("jia", **{field.value: text for field, text in WHOLE.items()})
    first = await office.sign("jia", Move.SUBMIT)
    await office.sign("yi", Move.RETURN, remark="which board?")
    await night.until("03:45")
    assert "which board?" in "\n".join(s.text for s in night.sent if s.address == "jia"), "its author is told why"
    await office.write("jia", root_cause="capacitor of the main board")
    second = await office.sign("jia", Move.SUBMIT)
    assert second.digest != first.digest
    assert second.submitted_at == first.submitted_at, "the day ended with the first time"
    await office.sign("yi", Move.APPROVE)
    with pytest.raises(Refusal):
        await office.sign("yi", Move.COUNTERSIGN, LEADERS)
    await office.sign("yi", Move.COUNTERSIGN, "Network", "read")
    last = await office.sign("zu", Move.COUNTERSIGN, LEADERS)
    assert last.state is ReportState.ARCHIVED
    assert last.archive is not None
    assert (last.archive.department, last.archive.file_number) == ("Records", "TF-20261124-01")
    assert f"{last.archive.day}" == "2026-11-24", "by the clock of the site"
    assert (await office.view()).report.archive == last.archive, "and so it is read again"
    with pytest.raises(Refusal):
        await office.write("jia", title="something else")
    for move in Move:
        with pytest.raises(Refusal):
            await office.sign("zu", move, LEADERS, "again")
    await night.until("04:00")
    assert "network" in {s.address for s in night.sent}, "the department concerned hears of it"
    assert (await night.chain()).first_bad is None
    await night.stop()


async def test_the_clock_of_the_law_calls_before_that_of_the_report(night: Night, tmp_path: Path) -> None:
    await night.go_on_duty()
    office = Office(night, tmp_path)
    await night.until("20:10")
    await handle_incident.report_incident(
        night.station, "jia", site="hz1", kind=IncidentClass.SECURITY, grade=Grade.MAJOR, title="Break-in",
        found_by=Found.HAND,
    )  # fmt: skip
    await night.until("20:30")
    await office.write("jia", cyber="yes", cyber_level="considerable")
    before = len(night.sent)
    await night.until("20:32")
    law = [s for s in night.sent[before:] if "00:10" in s.title + s.text]
    assert {s.address for s in law} == {"2", "3"}, "manager and leading group, as soon as it runs"
    await handle_incident.finish(night.station, 1, "jia", "cut off, cleaned")
    before = len(night.sent)
    await night.until("2026-11-24 00:15")
    assert {s.at for s in night.sent[before:] if s.address == "3"} >= {"23 23:40", "24 00:10"}, (
        "half an hour before, late"
    )
    await office.write("yi", reported_outside="00:20 by telephone to the provincial office")
    before = len(night.sent)
    await night.until("2026-11-24 07:00", HOURLY)
    assert [s for s in night.sent[before:] if s.address == "3"] == [], "done: only the inside clock runs on"
    assert (await office.view()).content.due == night.at("2026-11-24 20:32")
    await night.stop()


def contents(conn: Connection, agent: str) -> None:
    body = conn.execute(sa.select(incident_contents.c.body)).scalars().first()
    assert body is not None
    conn.execute(incident_contents.update().values(body=bytes(body[:-1]) + bytes([body[-1] ^ 1])))


def gone(conn: Connection, agent: str) -> None:
    conn.execute(incident_contents.delete())


def remark(conn: Connection, agent: str) -> None:
    conn.execute(incident_signatures.update().where(incident_signatures.c.role == "Network").values(remark="never"))


def unsigned(conn: Connection, agent: str) -> None:
    conn.execute(incident_signatures.delete().where(incident_signatures.c.role == LEADERS))


def reopened(conn: Connection, agent: str) -> None:
    conn.execute(incident_reports.update().values(state="draft", digest=None))


def shorter(conn: Connection, agent: str) -> None:
    conn.execute(incident_reports.update().values(kept_until="2026-12-01"))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("forge", "said"),
    [
        (contents, "what was submitted"),
        (gone, "what was submitted is missing"),
        (remark, "the signature of yi was changed"),
        (unsigned, "the signature of zu is missing"),
        (reopened, "no entry in the journal made it draft"),
        (shorter, "was changed after it was archived: kept_until"),
    ],
)
async def test_an_archived_report_that_was_changed_is_named(
    night: Night, tmp_path: Path, forge: Callable[[Connection, str], None], said: str
) -> None:
    office = await handled(night, tmp_path)
    await office.write("jia", **{field.value: text for field, text in WHOLE.items()})
    await office.archive()
    assert (await night.chain()).first_bad is None
    await night.station.store.write(forge)
    found = await night.chain()
    assert found.first_bad is not None
    assert "incident report TF-20261124-01" in found.why
    assert said in found.why
    await night.stop()


async def test_the_journal_tells_who_filed_it(night: Night, tmp_path: Path) -> None:
    office = await handled(night, tmp_path)
    await office.write("jia", **{field.value: text for field, text in WHOLE.items()})
    await office.archive()
    kinds = [entry.kind for entry in await night.station.store.read(journal.entries, 12)]
    order = ["incident_archived", "incident_countersigned", "incident_countersigned", "incident_approved"]
    assert [kind for kind in kinds if kind.startswith("incident_")][:4] == order
    await night.stop()
