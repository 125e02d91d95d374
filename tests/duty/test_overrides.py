"""Limits raised for a while: milder until a moment, and then as the settings have them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.judge import judge
from checks.seen import Seen
from duty.errors import LimitRefused
from duty.findings import Limits, Rule, Severity
from duty.overrides import Override, all_overridden, mildest, overridden, raised
from duty.readings import Look, Reading, Stated
from duty.targets import Target

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DISK = Rule("disk", "disk", "disk_used", Limits(85, 95, gap=3))
TREND = Rule("disk_trend", "trend", "disk_used", Limits(86400, 14400, gap=3600, below=True))
MEMORY = Rule("memory", "memory", "memory_free", Limits(10, 5, gap=3, below=True))
HEAT = Rule("temperature", "levels", "temperature", Limits(50, 60, gap=3))
FAN = Rule("fan", "states", "fan_health", Limits(1, 2))
RULES = (DISK, TREND, MEMORY, HEAT, FAN)
DB = Target("db-1", "192.0.2.1", ("snmp",), "hz1")


def override(
    check: str = "disk",
    instance: str = "/var",
    warning: float | None = 92,
    critical: float | None = 97,
    *,
    number: int = 1,
    target: str = "db-1",
) -> Override:
    return Override(number, target, check, instance, warning, critical, NOW, NOW + HOUR, "jia", "import runs")


def found(rules: tuple[Rule, ...], *readings: Reading, stated: tuple[Stated, ...] = ()) -> dict[str, Severity]:
    look = Look("db-1", NOW, timedelta(seconds=1), True, readings, stated=stated)
    return {f"{f.check} {f.instance}": f.severity for f in judge(Seen(look, DB, {}), rules)}


def used(value: float, instance: str = "/var") -> Reading:
    return Reading("disk_used", instance, value, "%")


def test_what_is_beyond_the_old_limit_and_not_the_new_one_is_well() -> None:
    rules = overridden((DISK,), [override()], "db-1", NOW)
    seen = found(rules, used(91), used(91, "/home"), used(93, "/data"))
    assert seen == {"disk /var": Severity.OK, "disk /home": Severity.WARNING, "disk /data": Severity.WARNING}
    assert found(rules, used(92)) == {"disk /var": Severity.WARNING}, "the new limit itself is bad"


def test_without_an_instance_it_is_for_all_of_them_but_the_narrower_counts_first() -> None:
    rules = overridden((DISK,), [override(number=2), override(instance="", warning=88, number=3)], "db-1", NOW)
    seen = found(rules, used(90), used(87, "/home"), used(90, "/data"))
    assert seen == {"disk /var": Severity.OK, "disk /home": Severity.OK, "disk /data": Severity.WARNING}


def test_the_newer_of_two_counts() -> None:
    rules = overridden((DISK,), [override(warning=96, number=7), override(warning=90, number=3)], "db-1", NOW)
    assert found(rules, used(94)) == {"disk /var": Severity.OK}


def test_what_a_person_decided_goes_before_what_the_device_states() -> None:
    stated = (Stated("temperature", "CPU", 55, 65),)
    hot = Reading("temperature", "CPU", 66, "Cel")
    assert found((HEAT,), hot, stated=stated) == {"temperature CPU": Severity.CRITICAL}
    rules = overridden((HEAT,), [override("temperature", "CPU", 70, 75)], "db-1", NOW)
    assert found(rules, hot, stated=stated) == {"temperature CPU": Severity.OK}


def test_where_low_is_bad_it_is_lowered() -> None:
    rules = overridden((MEMORY,), [override("memory", "", 6, 2)], "db-1", NOW)
    assert found(rules, Reading("memory_free", "", 7, "%")) == {"memory ": Severity.OK}
    assert found(rules, Reading("memory_free", "", 1, "%"))["memory "] > Severity.OK


def test_of_another_target_or_check_nothing_changes() -> None:
    others = [override(target="db-2"), override("no_such")]
    assert overridden(RULES, others, "db-1", NOW) == RULES


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(-timedelta(microseconds=1), id="before it begins"),
        pytest.param(HOUR, id="at its end"),
        pytest.param(30 * HOUR, id="long after"),
    ],
)
def test_outside_of_its_time_it_changes_nothing(at: timedelta) -> None:
    assert overridden(RULES, [override()], "db-1", NOW + at) == RULES


def test_ended_before_its_time_it_changes_nothing_from_then_on() -> None:
    ended = replace(override(), ended_at=NOW + HOUR / 2, ended_by="yi")
    assert overridden(RULES, [ended], "db-1", NOW + HOUR / 3) != RULES
    assert overridden(RULES, [ended], "db-1", NOW + HOUR / 2) == RULES


def test_settings_that_became_milder_than_the_override_win() -> None:
    milder = replace(DISK, limits=Limits(95, 99, gap=3))
    rules = overridden((milder,), [override()], "db-1", NOW)
    assert found(rules, used(94)) == {"disk /var": Severity.OK}


numbers = st.one_of(st.none(), st.floats(-1e6, 1e6))
offsets = st.integers(-600, 600).map(lambda minutes: timedelta(minutes=minutes))
overrides = st.builds(
    Override,
    number=st.integers(1, 99),
    target=st.sampled_from(["db-1", "db-2", "gone"]),
    check=st.sampled_from([rule.name for rule in RULES] + ["gone"]),
    instance=st.sampled_from(["", "/var", "*", "[a-z]"]),
    warning=numbers,
    critical=numbers,
    begin=offsets.map(lambda by: NOW + by),
    end=offsets.map(lambda by: NOW + by),
    by=st.just("jia"),
    why=st.just(""),
    ended_at=st.one_of(st.none(), offsets.map(lambda by: NOW + by)),
)


@given(st.lists(overrides, max_size=8))
def test_after_the_last_end_the_rules_are_those_of_the_settings(some: list[Override]) -> None:
    rules = {"db-1": RULES, "db-2": (DISK,)}
    end = max((each.end for each in some), default=NOW)
    assert all_overridden(rules, some, end) == rules


@given(st.lists(overrides, max_size=8), st.floats(0, 100))
def test_an_override_never_makes_a_check_stricter(some: list[Override], value: float) -> None:
    rules = (DISK, HEAT)
    readings = [used(value), Reading("temperature", "*", value, "Cel")]
    before = found(rules, *readings)
    after = found(overridden(rules, some, "db-1", NOW), *readings)
    assert all(after[key] <= before[key] for key in before)


@pytest.mark.parametrize(
    ("rule", "warning", "critical", "code"),
    [
        pytest.param(FAN, 2, None, "no_number", id="a state has no limit"),
        pytest.param(Rule("reach", "absence", "reach"), 2, None, "no_number", id="nor has an absence"),
        pytest.param(DISK, 80, None, "stricter", id="a limit is not made stricter"),
        pytest.param(MEMORY, 12, None, "stricter", id="where low is bad higher is stricter"),
        pytest.param(DISK, 101, None, "bounds", id="more than all of it"),
        pytest.param(DISK, float("nan"), None, "bounds", id="not a number"),
        pytest.param(HEAT, 400, 500, "bounds", id="a temperature that nothing survives"),
        pytest.param(DISK, None, None, "nothing", id="nothing at all"),
        pytest.param(DISK, 85, 95, "nothing", id="what is in force already"),
        pytest.param(DISK, 96, None, "order", id="a warning after what is critical"),
        pytest.param(replace(DISK, limits=Limits(85)), None, 97, "no_limit", id="there is no critical limit"),
    ],
)
def test_what_cannot_be_raised_is_refused_by_a_code(
    rule: Rule, warning: float | None, critical: float | None, code: str
) -> None:
    with pytest.raises(LimitRefused) as refused:
        raised(rule, rule.limits, warning, critical)
    assert refused.value.code == code


def test_what_is_not_given_stays() -> None:
    assert raised(DISK, DISK.limits, 90, None) == Limits(90, 95)
    assert raised(MEMORY, MEMORY.limits, None, 2) == Limits(10, 2, below=True)


def test_for_all_at_once_the_mildest_limit_is_in_force() -> None:
    assert mildest([Limits(50, 60), Limits(55, None), Limits(45, 65)]) == Limits(55, None)
    assert mildest([Limits(10, 5, below=True), Limits(12, 3, below=True)]) == Limits(10, 3, below=True)
