"""A value against its limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.levels import judge, level
from checks.seen import Seen
from duty.findings import Finding, Limits, Rule, Severity
from duty.fold import State
from duty.readings import Gap, Look, Reading, Stated
from duty.targets import Target

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
LOAD = Limits(warning=80, critical=90, gap=5)
CHARGE = Limits(warning=50, critical=20, gap=5, below=True)
CORE = Target("core", "192.0.2.1", ("snmp",), "HZ1")
TEMPERATURE = Rule("temperature", "levels", "temperature", Limits(50, 60, gap=3))


@pytest.mark.parametrize(
    ("limits", "value", "before", "expected"),
    [
        pytest.param(LOAD, 79.9, OK, OK, id="just under the limit is well"),
        pytest.param(LOAD, 80.0, OK, WARNING, id="the limit itself is bad"),
        pytest.param(LOAD, 90.0, OK, CRITICAL, id="critical goes before warning"),
        pytest.param(LOAD, 75.0, WARNING, WARNING, id="within the gap stays bad"),
        pytest.param(LOAD, 74.9, WARNING, OK, id="past the gap is well again"),
        pytest.param(LOAD, 88.0, WARNING, WARNING, id="the gap of critical is for what was critical"),
        pytest.param(LOAD, 85.0, CRITICAL, CRITICAL, id="critical stays so within its gap"),
        pytest.param(LOAD, 84.9, CRITICAL, WARNING, id="critical eases to warning first"),
        pytest.param(LOAD, 76.0, Severity.NOTE, OK, id="a note has no gap"),
        pytest.param(CHARGE, 50.1, OK, OK, id="just over the lower limit is well"),
        pytest.param(CHARGE, 50.0, OK, WARNING, id="low is bad where the rule says below"),
        pytest.param(CHARGE, 20.0, OK, CRITICAL, id="the lowest is critical"),
        pytest.param(CHARGE, 55.0, WARNING, WARNING, id="the gap works upwards too"),
        pytest.param(CHARGE, 55.1, WARNING, OK, id="past the upper end of the gap is well"),
        pytest.param(Limits(warning=80), 1e9, OK, WARNING, id="without a critical limit nothing is critical"),
        pytest.param(Limits(critical=90), 89.9, OK, OK, id="without a warning limit nothing is a warning"),
        pytest.param(Limits(), 1e9, OK, OK, id="without limits nothing is bad"),
        pytest.param(
            Limits(critical=2**64 - 1), 2**64 - 2, OK, CRITICAL, id="limits are as fine as numbers with a point"
        ),
    ],
)
def test_severity(limits: Limits, value: float, before: Severity, expected: Severity) -> None:
    assert level(float(value), limits, before)[0] is expected


@pytest.mark.parametrize(
    ("limits", "value", "limit"),
    [
        pytest.param(LOAD, 95, 90, id="the critical one"),
        pytest.param(LOAD, 85, 80, id="the warning one"),
        pytest.param(LOAD, 10, 80, id="when well the nearest one"),
        pytest.param(Limits(critical=90), 10, 90, id="which may be the only one"),
    ],
)
def test_says_which_limit_counts(limits: Limits, value: float, limit: float) -> None:
    assert level(value, limits)[1] == limit


@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from(Severity), st.booleans())
def test_a_worse_value_is_never_judged_better(one: float, other: float, before: Severity, below: bool) -> None:
    limits = CHARGE if below else LOAD
    worse, better = (min(one, other), max(one, other)) if below else (max(one, other), min(one, other))
    assert level(worse, limits, before)[0] >= level(better, limits, before)[0]


@given(st.floats(0, 100), st.booleans())
def test_what_was_bad_before_is_never_judged_better_for_it(value: float, below: bool) -> None:
    limits = CHARGE if below else LOAD
    judged = [level(value, limits, before)[0] for before in Severity]
    assert judged == sorted(judged)


def seen(*readings: Reading, stated: tuple[Stated, ...] = (), before: Severity = OK) -> Seen:
    look = Look("core", datetime(2026, 5, 4, 12, 0, tzinfo=UTC), timedelta(seconds=1), True, readings, stated=stated)
    return Seen(look, CORE, {("core", "temperature", "cpu"): State(before)})


def celsius(value: float, instance: str = "cpu") -> Reading:
    return Reading("temperature", instance, value, "Cel")


def test_a_finding_says_what_was_found_where() -> None:
    (finding,) = judge(TEMPERATURE, seen(celsius(55)))
    assert finding == Finding("temperature", "cpu", WARNING, "levels.high", "temperature", 55, "Cel", 50)


def test_says_which_way_is_bad() -> None:
    low = Rule("temperature_low", "levels", "temperature", Limits(critical=5, below=True))
    assert [finding.reason for finding in judge(low, seen(celsius(1)))] == ["levels.low"]


def test_what_is_well_has_no_reason() -> None:
    assert [finding.reason for finding in judge(TEMPERATURE, seen(celsius(20)))] == [""]


def test_what_was_not_seen_gives_no_finding() -> None:
    look = Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, gaps=(Gap("temperature", "", "timeout"),))
    assert list(judge(TEMPERATURE, Seen(look, CORE, {}))) == []


def test_each_instance_is_judged_by_its_own_past() -> None:
    found = judge(TEMPERATURE, seen(celsius(48, "cpu"), celsius(48, "board"), before=WARNING))
    assert [(finding.instance, finding.severity) for finding in found] == [("cpu", WARNING), ("board", OK)]


def test_a_rule_may_be_for_some_instances_only() -> None:
    rule = Rule("room", "levels", "temperature", Limits(27), match="room*")
    assert [finding.instance for finding in judge(rule, seen(celsius(30), celsius(30, "room 1")))] == ["room 1"]


@pytest.mark.parametrize(
    ("stated", "value", "expected", "limit"),
    [
        pytest.param(
            Stated("temperature", "cpu", 85, 100), 70, OK, 85, id="the device stands more heat than we thought"
        ),
        pytest.param(Stated("temperature", "cpu", 40, 45), 47, CRITICAL, 45, id="the device stands less"),
        pytest.param(Stated("temperature", "cpu", None, 100), 70, OK, 100, id="it states the one and not the other"),
        pytest.param(Stated("temperature", "cpu"), 55, WARNING, 50, id="it states nothing"),
        pytest.param(Stated("temperature", "board", 85, 100), 55, WARNING, 50, id="it speaks of another instance"),
        pytest.param(Stated("fan_speed", "cpu", 85, 100), 55, WARNING, 50, id="it speaks of something else"),
        pytest.param(Stated("temperature", "cpu", 85, 100, below=True), 55, WARNING, 50, id="it speaks of the cold"),
    ],
)
def test_limits_that_the_device_states_win(stated: Stated, value: float, expected: Severity, limit: float) -> None:
    (finding,) = judge(TEMPERATURE, seen(celsius(value), stated=(stated,)))
    assert (finding.severity, finding.limit) == (expected, limit)


def test_our_gap_stays_where_the_device_states_limits() -> None:
    stated = (Stated("temperature", "cpu", 85, 100),)
    (finding,) = judge(TEMPERATURE, seen(celsius(83), stated=stated, before=WARNING))
    assert finding.severity is WARNING
