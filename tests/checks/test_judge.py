"""One look against all the rules of its target."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks import CHECKS
from checks.judge import judge
from checks.seen import Seen
from duty.findings import Limits, Rule, Severity
from duty.readings import Gap, Look, Reading
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
