"""What may ring somebody at night."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from duty.findings import Finding, Rule, Severity
from duty.targets import Port, Target
from duty.waking import may_wake

NIGHT = datetime(2026, 5, 4, 19, tzinfo=UTC)
PORTS = (Port("XGE*", uplink=True), Port("GE0/0/48", circuit="HZ-8842"))


@pytest.mark.parametrize(
    ("instance", "severity", "key", "wakes"),
    [
        pytest.param("XGE0/0/1", Severity.CRITICAL, True, True, id="an uplink of key equipment"),
        pytest.param("XGE0/0/1 lane 3", Severity.CRITICAL, True, True, id="a lane of it"),
        pytest.param("GE0/0/48", Severity.CRITICAL, True, True, id="a circuit"),
        pytest.param("GE0/0/1", Severity.CRITICAL, True, False, id="an access port"),
        pytest.param("XGE0/0/1", Severity.WARNING, True, False, id="a warning"),
        pytest.param("XGE0/0/1", Severity.CRITICAL, False, False, id="an uplink of something else"),
    ],
)
def test_the_light_of_an_access_port_wakes_nobody(instance: str, severity: Severity, key: bool, wakes: bool) -> None:
    rule = Rule("optical_rx", "optics", "optical_rx", wakes=True)
    target = Target("core", "192.0.2.1", ("snmp",), "HZ1", key=key, ports=PORTS)
    assert may_wake(Finding("optical_rx", instance, severity), rule, target, NIGHT, "Asia/Shanghai") is wakes
