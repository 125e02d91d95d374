"""A target that does not answer, wholly or in the protocol that matters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.absence import judge
from checks.seen import Seen
from duty.findings import Rule, Severity
from duty.readings import Gap, Look, Reading
from duty.targets import Target

REACH = Rule("reach", "absence", "reach")
SILENT = Rule("snmp_silent", "absence", "snmp")
SWITCH = Target("core", "192.0.2.1", ("snmp", "icmp"), "HZ1")
SERVER = Target("core", "192.0.2.1", ("icmp",), "HZ1")


def gap(way: str, code: str) -> Gap:
    return Gap(way, "", code)


def found(
    rule: Rule, reached: bool, *gaps: Gap, target: Target = SWITCH, readings: tuple[Reading, ...] = ()
) -> list[tuple[Severity, str]]:
    look = Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), reached, readings, gaps=gaps)
    return [(finding.severity, finding.parameter) for finding in judge(rule, Seen(look, target, {}))]


@pytest.mark.parametrize(
    ("reached", "gaps", "expected"),
    [
        pytest.param(True, [], [(Severity.OK, "")], id="it answered"),
        pytest.param(True, [gap("icmp", "timeout")], [(Severity.OK, "")], id="it answered in one way"),
        pytest.param(
            False, [gap("snmp", "timeout")], [(Severity.CRITICAL, "gap.timeout")], id="it did not and we know how"
        ),
        pytest.param(False, [], [(Severity.CRITICAL, "gap.timeout")], id="it did not and nobody said why"),
        pytest.param(False, [gap("icmp", "not_permitted")], [], id="we may not ask and know nothing"),
        pytest.param(False, [gap("snmp", "crashed")], [], id="our collector crashed and we know nothing"),
        pytest.param(
            False,
            [gap("icmp", "not_permitted"), gap("snmp", "refused")],
            [(Severity.CRITICAL, "gap.refused")],
            id="what is said is how it failed and not what we may not do",
        ),
    ],
)
def test_whether_a_target_is_reached(reached: bool, gaps: list[Gap], expected: list[tuple[Severity, str]]) -> None:
    assert found(REACH, reached, *gaps) == expected


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        pytest.param([], [(Severity.OK, "")], id="both answered"),
        pytest.param(
            [gap("snmp", "timeout")], [(Severity.WARNING, "gap.timeout")], id="pings are answered and SNMP is silent"
        ),
        pytest.param(
            [gap("snmp", "credential_rejected")],
            [(Severity.WARNING, "gap.credential_rejected")],
            id="the device does not take our name",
        ),
        pytest.param(
            [gap("snmp", "unreachable")], [(Severity.WARNING, "gap.unreachable")], id="nobody listens at its port"
        ),
        pytest.param([gap("fan_health", "timeout")], [(Severity.OK, "")], id="one thing was not answered"),
        pytest.param([gap("snmp", "crashed")], [], id="our collector crashed and SNMP was not seen"),
        pytest.param([gap("snmp", "name_timeout")], [], id="the name was not resolved and SNMP was not asked"),
    ],
)
def test_whether_snmp_is_silent(gaps: list[Gap], expected: list[tuple[Severity, str]]) -> None:
    assert found(SILENT, True, *gaps) == expected


def test_a_device_that_broke_off_on_the_way_is_not_silent() -> None:
    took = (Reading("snmp_time", "", 4.2, "s"),)
    assert found(SILENT, True, gap("snmp", "timeout"), readings=took) == [(Severity.OK, "")]


def test_where_nothing_answers_silence_of_snmp_is_nothing_more() -> None:
    assert found(SILENT, False, gap("snmp", "timeout"), gap("icmp", "timeout")) == []


def test_what_is_not_asked_by_snmp_is_not_silent_in_it() -> None:
    assert found(SILENT, True, target=SERVER) == []
