"""Errors at a port: how many a second, and what share of its packets they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.errors import judge
from checks.seen import Seen
from duty.findings import Finding, Limits, Rule, Severity
from duty.fold import State
from duty.readings import Look, Reading
from duty.targets import Target

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
RULE = Rule("port_in_errors", "errors", "port_in_errors_rate", Limits(warning=2, gap=1.5), share=0.1)
SWITCH = Target("core", "192.0.2.1", ("snmp",), "HZ1")


def found(rate: float, share: float | None, before: Severity = OK, rule: Rule = RULE) -> Finding:
    readings = [Reading("port_in_errors_rate", "Gi0/1", rate, "1/s")]
    readings += [] if share is None else [Reading("port_in_errors_share", "Gi0/1", share, "%")]
    look = Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, tuple(readings))
    (finding,) = judge(rule, Seen(look, SWITCH, {("core", "port_in_errors", "Gi0/1"): State(before)}))
    return finding


@pytest.mark.parametrize(
    ("rate", "share", "before", "expected"),
    [
        pytest.param(0, None, OK, (OK, ""), id="none"),
        pytest.param(1.9, 0.05, OK, (OK, ""), id="few"),
        pytest.param(2, 0.05, OK, (WARNING, "levels.high"), id="two a second"),
        pytest.param(1, 0.1, OK, (CRITICAL, "errors.share"), id="few, and many of the few packets"),
        pytest.param(500, 5, OK, (CRITICAL, "errors.share"), id="many of many"),
        pytest.param(500, None, OK, (WARNING, "levels.high"), id="of nobody knows how many packets"),
        pytest.param(0.05, 50, OK, (OK, ""), id="a stray one on a port without traffic"),
        pytest.param(1, 0.06, CRITICAL, (CRITICAL, "errors.share"), id="what was critical stays so until it is half"),
        pytest.param(0.2, 0.04, CRITICAL, (OK, ""), id="and then it is not"),
        pytest.param(1, 0.04, CRITICAL, (WARNING, "levels.high"), id="but the rate has a distance of its own"),
        pytest.param(1, 0.06, WARNING, (WARNING, "levels.high"), id="a warning is no critical that stays"),
    ],
)
def test_errors(rate: float, share: float | None, before: Severity, expected: tuple[Severity, str]) -> None:
    finding = found(rate, share, before)
    assert (finding.severity, finding.reason) == expected


def test_a_share_is_said_as_a_share() -> None:
    finding = found(1, 0.25)
    assert (finding.parameter, finding.value, finding.unit, finding.limit) == ("port_in_errors_share", 0.25, "%", 0.1)


def test_who_raised_the_limit_is_not_told_of_the_share() -> None:
    raised = Rule("port_in_errors", "errors", "port_in_errors_rate", share=0.1, raised=(("", Limits(warning=20)),))
    assert [found(rate, 5, rule=raised).severity for rate in (19, 20)] == [OK, WARNING]


def test_a_share_that_is_switched_off_is_never_critical() -> None:
    rule = Rule("port_in_errors", "errors", "port_in_errors_rate", Limits(warning=2, gap=1.5))
    assert found(500, 5, rule=rule).severity is WARNING
