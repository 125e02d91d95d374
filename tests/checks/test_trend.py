"""When something will be full, if it goes on as it does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.seen import Samples, Seen
from checks.trend import judge, time_left
from duty.findings import Limits, Rule, Severity
from duty.fold import State
from duty.readings import Look, Reading
from duty.targets import Target

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
HOUR = 3600
RULE = Rule("disk_trend", "trend", "disk_used", Limits(24 * HOUR, 4 * HOUR, gap=HOUR, below=True), floor=(60, 80))
SERVER = Target("db", "192.0.2.1", ("host",), "HZ1")
NIGHT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def past(now: float, an_hour: float, *, minutes: int = 60, every: int = 5) -> Samples:
    """Return samples that came to ``now`` by so much ``an_hour``."""
    ages = range(minutes, -1, -every)
    return [(NIGHT - timedelta(minutes=age), now - an_hour * age / 60) for age in ages]


def found(now: float, samples: Samples, before: Severity = OK) -> list[tuple[Severity, float | None]]:
    look = Look("db", NIGHT, timedelta(), True, (Reading("disk_used", "/", now, "%"),))
    seen = Seen(look, SERVER, {("db", "disk_trend", "/"): State(before)}, {("disk_used", "/"): samples})
    return [(finding.severity, finding.value) for finding in judge(RULE, seen)]


@pytest.mark.parametrize(
    ("now", "an_hour", "before", "severity", "hours"),
    [
        pytest.param(70, 1, OK, OK, 30, id="full in more than a day"),
        pytest.param(70, 2, OK, WARNING, 15, id="full within a day"),
        pytest.param(90, 5, OK, CRITICAL, 2, id="full within four hours"),
        pytest.param(70, 10, OK, WARNING, 3, id="within four hours but there is much left"),
        pytest.param(50, 10, OK, OK, 5, id="within a day but half empty"),
        pytest.param(100, 5, OK, CRITICAL, 0, id="it is full"),
        pytest.param(75.5, 1, WARNING, WARNING, 24.5, id="what was bad stays so within the gap"),
        pytest.param(75.5, 1, OK, OK, 24.5, id="what was well stays well"),
    ],
)
def test_what_rises(now: float, an_hour: float, before: Severity, severity: Severity, hours: float) -> None:
    ((judged, left),) = found(now, past(now, an_hour), before)
    assert judged is severity
    assert left == pytest.approx(hours * HOUR)


@pytest.mark.parametrize("an_hour", [0, -3])
def test_what_does_not_rise_is_never_full(an_hour: float) -> None:
    assert found(95, past(95, an_hour), CRITICAL) == [(OK, None)]


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param([], id="nothing"),
        pytest.param(past(90, 5, minutes=25), id="not half an hour"),
        pytest.param(past(90, 5, minutes=60, every=15), id="five samples"),
    ],
)
def test_too_short_a_past_gives_no_finding(samples: Samples) -> None:
    assert found(90, samples) == []


def test_a_past_of_half_an_hour_is_enough() -> None:
    assert [severity for severity, _ in found(90, past(90, 5, minutes=30))] == [CRITICAL]


def test_says_when_it_will_be_full() -> None:
    look = Look("db", NIGHT, timedelta(), True, (Reading("disk_used", "/", 90, "%"),))
    (finding,) = judge(RULE, Seen(look, SERVER, {}, {("disk_used", "/"): past(90, 5)}))
    assert (finding.reason, finding.unit, finding.limit) == ("trend.full", "s", 4 * HOUR)


def test_samples_of_one_moment_have_no_pace() -> None:
    assert time_left([(NIGHT, 1.0), (NIGHT, 2.0)]) is None


@given(st.lists(st.tuples(st.integers(0, 360), st.floats(0, 100)), min_size=1, max_size=72))
def test_the_time_left_is_never_negative(points: list[tuple[int, float]]) -> None:
    left = time_left([(NIGHT + timedelta(minutes=minute), value) for minute, value in sorted(points)])
    assert left is None or left >= 0
