"""The month's figures: who acted how fast, which forms were in time, what ends soon."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.availability import course
from duty.findings import Severity
from duty.handover import Form, FormState, HandoverTerms, Signature, Signer, Verdict
from duty.month_figures import certificates, contracts, counted, form_line, handling, per_day
from duty.operations import (
    AlertCounts,
    AlertRow,
    Contract,
    Month,
    Times,
    month_of,
)
from duty.readings import Fact, Look, Reading
from duty.targets import Maintainer, Port, Target
from duty.tours import Tour, Turn

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN, END = Month(2026, 11).span(ZONE)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING


def row(
    number: int,
    severity: Severity = CRITICAL,
    taken: float | None = None,
    over: float | None = None,
    *,
    by_hand: bool = False,
    target: str = "core",
    check: str = "reach",
) -> AlertRow:
    opened = BEGIN + number * HOUR
    return AlertRow(
        number,
        (target, check, ""),
        severity,
        opened,
        None if taken is None else opened + taken * MINUTE,
        None if over is None else opened + over * MINUTE,
        by_hand,
    )


def test_how_alerts_were_handled() -> None:
    rows = [
        row(1, taken=2, over=30),
        row(2, taken=4, over=60),
        row(3, over=5),
        row(4, taken=90),
        row(5),
        row(6, taken=1, over=2, by_hand=True),
        row(7, WARNING, taken=10, over=20),
    ]
    critical, warning = handling(rows)
    assert (critical.alerts, critical.by_hand, critical.never_taken, critical.waiting) == (6, 1, 1, 1)
    assert critical.taking == Times(4, 3 * MINUTE, 90 * MINUTE, 4)
    assert critical.restoring == Times(3, 30 * MINUTE, 60 * MINUTE, 2)
    assert (warning.severity, warning.taking) == (WARNING, Times(1, 10 * MINUTE, 10 * MINUTE, 7))


def test_a_month_without_alerts_has_no_times() -> None:
    assert handling([]) == ()
    (only,) = handling([row(1)])
    assert (only.taking, only.restoring) == (Times(), Times())


def test_a_clock_that_was_set_back_makes_no_time_negative() -> None:
    (only,) = handling([row(1, taken=-3, over=-1)])
    assert only.taking.worst == timedelta(0)


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_the_middle_is_never_beyond_the_worst(minutes: list[int]) -> None:
    (only,) = handling([row(n, taken=m) for n, m in enumerate(minutes)])
    assert only.taking.median is not None
    assert only.taking.worst == max(minutes) * MINUTE >= only.taking.median


def test_alerts_are_counted_by_target_and_by_check() -> None:
    rows = [row(1), row(2, WARNING), row(3, target="ups", check="battery"), row(4, check="fan")]
    assert counted(rows, 0) == (AlertCounts("core", 2, 1), AlertCounts("ups", 1, 0))
    assert [line.name for line in counted(rows, 1)] == ["reach", "battery", "fan"]


TOUR = Tour("hz1", Turn.NIGHT, date(2026, 11, 3), BEGIN + 2 * DAY + 20 * HOUR, BEGIN + 3 * DAY + 8 * HOUR)


def form(closed: timedelta | None, *, returned: bool = False) -> Form:
    state = FormState.DRAFT if closed is None else FormState.CLOSED
    said = Signature(Signer.MANAGER, "zhaolei", TOUR.end, "", 1, verdict=Verdict.RETURNED)
    at = None if closed is None else TOUR.end + closed
    return Form(1, "JB", TOUR, TOUR.end, state, closed=at, signatures=(said,) if returned else ())


@pytest.mark.parametrize(
    ("which", "now", "in_time", "overdue"),
    [
        pytest.param(form(-5 * MINUTE), DAY, True, False, id="before the change"),
        pytest.param(form(30 * MINUTE), DAY, True, False, id="at the last moment"),
        pytest.param(form(31 * MINUTE), DAY, False, False, id="late"),
        pytest.param(form(20 * MINUTE, returned=True), DAY, False, False, id="returned"),
        pytest.param(form(None), 10 * MINUTE, False, False, id="not due yet"),
        pytest.param(form(None), DAY, False, True, id="never signed"),
    ],
)
def test_a_form_is_in_time_or_not(which: Form, now: timedelta, in_time: bool, overdue: bool) -> None:
    line = form_line(which, HandoverTerms(), TOUR.end + now)
    assert (line.in_time, line.overdue) == (in_time, overdue)
    assert line.after is None or line.after >= timedelta(0)


def test_contracts_that_end_within_90_days_of_the_month() -> None:
    huawei = Maintainer("华为服务", "400", date(2027, 2, 28))
    gone = Maintainer("旧维保", "400", date(2026, 1, 1))
    later = Maintainer("later", "400", date(2027, 3, 1))
    targets = [
        Target("a", "", (), "hz1", maintainer=huawei),
        Target("b", "", (), "hz1", maintainer=huawei, ports=(Port("XGE1", circuit="HZ-8842", carrier="电信"),)),
        Target("c", "", (), "hz1", maintainer=gone),
        Target("d", "", (), "hz1", maintainer=later),
        Target(
            "e", "", (), "hz1", ports=(Port("G1", circuit="HZ-1", carrier="联通", contract_ends=date(2026, 12, 5)),)
        ),
    ]
    assert contracts(targets, Month(2026, 11)) == (
        Contract("maintainer", "旧维保", "", date(2026, 1, 1), "c"),
        Contract("circuit", "HZ-1", "联通", date(2026, 12, 5), "e"),
        Contract("maintainer", "华为服务", "", date(2027, 2, 28), "a", 2),
    )


def test_days_add_up_to_the_month() -> None:
    month = course(BEGIN, END, Severity.OK, [(BEGIN + 23 * HOUR, CRITICAL), (BEGIN + 26 * HOUR, Severity.OK)])
    days = per_day(BEGIN, END, ZONE, [row(1), row(2, WARNING), row(30)], [month])
    assert len(days) == 30
    assert [(d.criticals, d.warnings, d.lost) for d in days[:2]] == [(1, 1, HOUR), (1, 0, 2 * HOUR)]
    assert sum((d.lost for d in days), timedelta(0)) == month.lost


def test_months_follow_one_another() -> None:
    assert Month(2026, 12).next == Month(2027, 1)
    assert Month(2027, 1).before == Month(2026, 12)
    assert str(Month(2026, 2)) == "2026-02"
    assert Month(2028, 2).last_day == date(2028, 2, 29)
    assert month_of(datetime(2026, 10, 31, 16, 0, tzinfo=UTC), ZONE) == Month(2026, 11)


def test_a_certificate_that_ends_within_a_quarter_after_the_month_is_told_of() -> None:
    at = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)

    def shown(name: str, days: float, *facts: Fact) -> Look:
        left = Reading("certificate_left", "", days * 86_400, "s")
        return Look(name, at, timedelta(seconds=1), True, (left,), facts)

    looks = [
        shown("web", 200),
        shown("shop", 30, Fact("certificate_names", "", "shop.example.com"), Fact("certificate_issuer", "", "Test CA")),
        shown("old", -3),
        Look("silent", at, timedelta(seconds=1), False),
    ]
    assert certificates(looks, ZoneInfo("Asia/Shanghai"), Month(2026, 11)) == (
        Contract("certificate", "old", "", date(2026, 11, 27), "old"),
        Contract("certificate", "shop.example.com", "Test CA", date(2026, 12, 30), "shop"),
    )
