"""The report on a month, read from a record of which every figure is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from agent.services.report_month import list_months, read_month
from agent.store import alerts, schema
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.operations import Month, MonthReport
from duty.rounds import RoundState
from tests.agent.console import month
from tests.agent.console.desk import Desk, standing
from tests.agent.console.month import AWAY, BEGIN, DAY, END, HOUR, MINUTE

NOVEMBER = Month(2026, 11)
LATER = END + 2 * HOUR


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk at which November is just over."""
    with standing(tmp_path, LATER) as desk:
        month.move_in(desk)
        yield desk


async def november(desk: Desk, site: str = "hz1") -> MonthReport:
    report = await read_month(desk.station, site, NOVEMBER)
    assert report is not None
    return report


async def test_each_target_is_down_by_its_own_minutes(desk: Desk) -> None:
    report = await november(desk)
    lost = {line.target.name: line.course.lost for line in report.targets}
    assert lost == {
        "HZ1-CORE-01": 47 * MINUTE,
        "HZ1-ACC-31": timedelta(0),
        "HZ1-DB-01": 12 * MINUTE,
        "HZ1-WEB-01": timedelta(0),
    }
    assert [line.target.name for line in report.worst] == ["HZ1-CORE-01", "HZ1-DB-01"]
    assert report.lost == 59 * MINUTE


async def test_what_nobody_saw_is_told_apart(desk: Desk) -> None:
    report = await november(desk)
    of = {line.target.name: line.course for line in report.targets}
    away = AWAY[1] - AWAY[0]
    assert report.absent == (AWAY,)
    assert of["HZ1-CORE-01"].unseen == away
    assert of["HZ1-ACC-31"].unseen == away + 47 * MINUTE, "nobody could see it behind the dead switch"
    assert of["HZ1-ACC-31"].maintained == 3 * HOUR
    first = 10 * DAY + MINUTE / 2
    assert of["HZ1-WEB-01"].unseen == first, "nothing is known of it before its first sheet"
    assert all(course.observed + course.unseen == END - BEGIN for course in of.values())


async def test_a_failure_that_began_before_the_month_counts_from_its_first_moment(desk: Desk) -> None:
    (ups,) = (await november(desk, "hz2")).targets
    assert (ups.course.lost, ups.alerts) == (HOUR, 0)


async def test_circuits_are_as_their_ports_and_unseen_with_their_device(desk: Desk) -> None:
    seen, unseen = (await november(desk)).circuits
    assert (seen.circuit, seen.carrier, unseen.circuit, unseen.course) == ("HZ-8842", "中国电信", "HZ-9001", None)
    assert seen.course is not None
    assert (seen.course.lost, seen.course.unseen) == (90 * MINUTE, 2 * HOUR + 47 * MINUTE)


async def test_failures_lead_to_their_alerts(desk: Desk) -> None:
    first, second = (await november(desk)).outages
    assert (first.target, first.lost, first.alert) == ("HZ1-CORE-01", 47 * MINUTE, 1)
    assert second.target == "HZ1-DB-01"


async def test_how_alerts_were_handled(desk: Desk) -> None:
    report = await november(desk)
    critical, warning = report.handling
    assert (critical.severity, critical.alerts, critical.never_taken) == (Severity.CRITICAL, 4, 1)
    assert (critical.taking.median, critical.taking.worst, critical.taking.alert) == (3 * MINUTE, 7 * MINUTE, 2)
    assert critical.restoring.worst == 90 * MINUTE
    assert (warning.alerts, warning.by_hand, warning.restoring.count) == (1, 1, 0)
    assert {line.name: line.all for line in report.by_check} == {"reach": 3, "port": 1, "disk": 1}


async def test_rounds_forms_and_contracts(desk: Desk) -> None:
    report = await november(desk)
    rounds = report.rounds
    assert (rounds.due, rounds.made, rounds.missed) == (720, 718, {"agent_down": 2})
    assert [round_.state for round_ in rounds.not_whole] == [RoundState.MISSED] * 2
    assert rounds.read == sum(rounds.readers.values()) == 359
    assert len(report.forms) == 29
    assert sum(line.in_time for line in report.forms) == 26
    assert [(c.kind, c.ends) for c in report.contracts] == [
        ("maintainer", date(2026, 10, 31)),
        ("maintainer", date(2026, 12, 31)),
        ("circuit", date(2027, 1, 31)),
    ]


async def test_days_add_up_and_the_number_names_the_site(desk: Desk) -> None:
    report = await november(desk)
    assert sum((day.lost for day in report.per_day), timedelta(0)) == report.lost
    assert sum(day.criticals + day.warnings for day in report.per_day) == report.alerts == 5
    assert report.number == "YB-202611-hz1"
    assert not report.running


async def test_a_month_that_runs_reaches_up_to_now(desk: Desk) -> None:
    report = await read_month(desk.station, "hz1", Month(2026, 12))
    assert report is not None
    assert report.running
    assert report.until - report.begin == 2 * HOUR


@pytest.mark.parametrize(
    ("site", "which"), [("hz1", Month(2026, 9)), ("hz1", Month(2027, 1)), ("nowhere", NOVEMBER), ("hz1", Month(1, 1))]
)
async def test_there_is_no_report_on_what_was_not(desk: Desk, site: str, which: Month) -> None:
    assert await read_month(desk.station, site, which) is None


async def test_months_newest_first(desk: Desk) -> None:
    listed = await list_months(desk.station)
    assert listed.months["hz1"] == (Month(2026, 12), NOVEMBER, Month(2026, 10))


async def test_a_site_that_was_cut_off_is_not_known(desk: Desk) -> None:
    cut = Finding("cut_off", "", Severity.CRITICAL, "absence.cut_off", "", 4)
    begin = BEGIN + 20 * DAY
    desk.station.store.write_now(lambda conn, agent: _cut(conn, agent, cut, begin))
    of = {line.target.name: line.course for line in (await november(desk)).targets}
    assert of["HZ1-CORE-01"].unseen == 2 * HOUR + 25 * MINUTE
    (ups,) = (await november(desk, "hz2")).targets
    assert ups.course.unseen == 2 * HOUR, "another site was not"


async def test_a_target_that_left_the_settings_is_told_of_at_the_first_site(desk: Desk) -> None:
    targets = dict(desk.station.orders.targets)
    del targets["HZ1-DB-01"]
    desk.station.orders = replace(desk.station.orders, targets=targets)
    gone = next(line for line in (await november(desk)).targets if line.target.name == "HZ1-DB-01")
    assert not gone.known
    assert gone.course.lost == 12 * MINUTE


async def test_a_clock_that_was_set_leaves_a_time_that_nobody_knows(desk: Desk) -> None:
    at, step = BEGIN + 6 * DAY, 40 * 60 * 1_000_000
    desk.station.store.write_now(
        lambda conn, agent: conn.execute(
            schema.clock_steps.insert().values(agent=agent, run_id="before", at=at, step_us=step)
        )
    )
    assert (await november(desk)).targets[0].course.unseen == 2 * HOUR + 40 * MINUTE


def _cut(conn: Connection, agent: str, cut: Finding, begin: datetime) -> None:
    alert = Alert(0, ("hz1", "cut_off", ""), "hz1", cut.severity, AlertState.RESOLVED, begin, begin, cut)
    alerts.put_alert(conn, agent, replace(alert, resolved=begin + 25 * MINUTE))
