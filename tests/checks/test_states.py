"""A state that the device names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.seen import Seen
from checks.states import judge
from duty.findings import Limits, Rule, Severity
from duty.readings import Look, Reading
from duty.targets import Target

FAN = Rule("fan", "states", "fan_health", Limits(1, 2))
SERVICE = Rule("service", "states", "service_running", Limits(critical=0.5, below=True))


@pytest.mark.parametrize(
    ("rule", "value", "severity", "reason"),
    [
        pytest.param(FAN, 0, Severity.OK, "", id="a fan that turns"),
        pytest.param(FAN, 1, Severity.WARNING, "states.bad", id="a fan that is about to fail"),
        pytest.param(FAN, 2, Severity.CRITICAL, "states.bad", id="a fan that failed"),
        pytest.param(SERVICE, 1, Severity.OK, "", id="a service that runs"),
        pytest.param(SERVICE, 0, Severity.CRITICAL, "states.bad", id="a service that does not"),
    ],
)
def test_a_state_is_as_bad_as_its_number_says(rule: Rule, value: int, severity: Severity, reason: str) -> None:
    reading = Reading(rule.parameter, "1", value, "health")
    look = Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, (reading,))
    (finding,) = judge(rule, Seen(look, Target("core", "192.0.2.1", ("snmp",), "HZ1"), {}))
    assert (finding.severity, finding.reason, finding.value) == (severity, reason, value)
    assert severity is Severity.OK or finding.limit is None, "a state has no limit that one could read"
