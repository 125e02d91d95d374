"""One look against all the rules of its target."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import ALL_WELL, CHECKS
from checks.judge import judge
from checks.seen import Seen
from duty.findings import Findings, Limits, Rule, Severity
from duty.fold import State
from duty.readings import Gap, Look, Reading, Stated
from duty.targets import Target

SWITCH = Target("core", "192.0.2.1", ("snmp", "icmp"), "HZ1")
RULES = [
    Rule("reach", "absence", "reach"),
    Rule("cpu", "levels", "cpu_used", Limits(80, 90)),
    Rule("fan", "states", "fan_health", Limits(1, 2)),
]


def look(*readings: Reading, reached: bool = True, gaps: tuple[Gap, ...] = ()) -> Look:
    return Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), reached, readings, gaps=gaps)


def found(seen: Look) -> list[tuple[str, str, Severity]]:
    return [(f.check, f.instance, f.severity) for f in judge(Seen(seen, SWITCH, {}), RULES)]


def test_every_rule_judges_the_readings_that_it_is_about() -> None:
    readings = (
        Reading("cpu_used", "", 85, "%"),
        Reading("fan_health", "1", 0, "health"),
        Reading("uptime", "", 5, "s"),
    )
    assert found(look(*readings)) == [
        ("reach", "", Severity.OK),
        ("cpu", "", Severity.WARNING),
        ("fan", "1", Severity.OK),
    ]


def test_what_could_not_be_seen_is_neither_well_nor_bad() -> None:
    assert found(look(gaps=(Gap("cpu_used", "", "timeout"),))) == [("reach", "", Severity.OK)]


def test_of_a_silent_target_only_its_silence_is_found() -> None:
    assert found(look(reached=False)) == [("reach", "", Severity.CRITICAL)]


@pytest.mark.parametrize("kind", sorted(CHECKS))
def test_every_kind_of_check_finds_nothing_where_nothing_was_seen(kind: str) -> None:
    rule = Rule("any", kind, "fan_health", Limits(1, 2))
    assert judge(Seen(look(), SWITCH, {}), [rule]) == []


values = st.sampled_from([0, 0.05, 1, 2, 50, 96])
limits = st.none() | st.sampled_from([0.5, 1, 2, 60, 95])


@st.composite
def anything(draw: st.DrawFn) -> tuple[Rule, Seen]:
    """Two readings of one parameter, a rule about them, and whatever else may change what is found."""
    parameter, severity = "port_in_errors_rate", st.sampled_from(Severity)
    seen = [Reading(parameter, name, draw(values), "1/s") for name in ("1", "2")]
    if draw(st.booleans()):
        seen.append(Reading("port_in_errors_share", "1", draw(values), "%"))
    stated = (Stated(parameter, "1", draw(limits), draw(limits)),) if draw(st.booleans()) else ()
    rule = Rule(
        "any",
        draw(st.sampled_from(sorted(ALL_WELL))),
        parameter,
        Limits(draw(limits), draw(limits), draw(st.sampled_from([0.0, 0.2])), draw(st.booleans())),
        match=draw(st.sampled_from(["*", "1"])),
        drop=draw(st.none() | st.just((3.0, 6.0))),
        share=draw(st.none() | st.just(1.0)),
        raised=draw(st.sampled_from([(), (("2", Limits(95, 99)),)])),
    )
    states = {("core", "any", name): State(draw(severity), value=draw(st.sampled_from([0, 1]))) for name in ("1", "2")}
    known = Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, tuple(seen), stated=stated)
    return rule, Seen(known, SWITCH, states if draw(st.booleans()) else {}, medians={(parameter, "1"): 40.0})


@given(anything())
def test_what_is_well_at_a_glance_is_well_one_by_one(given: tuple[Rule, Seen]) -> None:
    rule, seen = given
    well = ALL_WELL[rule.kind](rule, seen)
    assert well is None or list(Findings(well)) == list(CHECKS[rule.kind](rule, seen))
