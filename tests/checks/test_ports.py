"""A port that was up and is down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.ports import judge
from checks.seen import Seen
from duty.findings import Rule, Severity
from duty.fold import Key, State, fold
from duty.readings import Look, Reading
from duty.targets import Port, Target

OK, NOTE, CRITICAL = Severity.OK, Severity.NOTE, Severity.CRITICAL
RULE = Rule("port", "ports", "port_up", looks_warning=2, looks_critical=2, looks_back=2)
SWITCH = Target(
    "core",
    "192.0.2.1",
    ("snmp",),
    "HZ1",
    ports=(Port("XGE1/0/1", uplink=True), Port("GE1/0/24", key=True), Port("GE1/0/23", circuit="HZ-8842")),
)
ACCESS, UPLINK, KEY, CIRCUIT = "GE1/0/1", "XGE1/0/1", "GE1/0/24", "GE1/0/23"

UP, DOWN, OFF, UNSEEN = "up", "down", "switched off", "not seen"


def night(port: str, *shown: str) -> tuple[list[Severity], list[Severity]]:
    """Show a port in one look after the other; return what was found in each, and what became of it."""
    states: dict[Key, State] = {}
    found: list[Severity] = []
    became: list[Severity] = []
    for minute, state in enumerate(shown):
        readings = (
            ()
            if state == UNSEEN
            else (
                Reading("port_up", port, int(state == UP), "bool"),
                Reading("port_enabled", port, int(state != OFF), "bool"),
            )
        )
        began = datetime(2026, 5, 4, 12, minute, tzinfo=UTC)
        look = Look("core", began, timedelta(seconds=1), True, readings)
        findings = list(judge(RULE, Seen(look, SWITCH, states)))
        done = fold(states, look, findings, {"port": RULE}, {"core": SWITCH}, {})
        states.update(done.states)
        found += [finding.severity for finding in findings]
        became += [transition.after for transition in done.transitions]
    return found, became


@pytest.mark.parametrize(
    ("port", "shown", "became"),
    [
        pytest.param(ACCESS, [UP, DOWN, DOWN, DOWN], [NOTE], id="an access port is noted once"),
        pytest.param(ACCESS, [UP, DOWN, UP, DOWN], [NOTE, NOTE], id="and again when it goes down again"),
        pytest.param(ACCESS, [UP, UNSEEN, DOWN, DOWN], [NOTE], id="it may go down while nobody looks"),
        pytest.param(ACCESS, [UP, OFF, OFF], [], id="an access port that somebody switched off"),
        pytest.param(ACCESS, [DOWN, DOWN, DOWN], [], id="an access port that never was up"),
        pytest.param(UPLINK, [UP, DOWN, DOWN, DOWN], [CRITICAL], id="an uplink is critical at its second look"),
        pytest.param(KEY, [UP, DOWN, DOWN], [CRITICAL], id="a key port is as well"),
        pytest.param(CIRCUIT, [UP, DOWN, DOWN], [CRITICAL], id="and a circuit"),
        pytest.param(UPLINK, [UP, DOWN, UP, UP], [], id="an uplink that was back at once"),
        pytest.param(UPLINK, [UP, DOWN, UNSEEN, DOWN], [CRITICAL], id="what was not seen between changes nothing"),
        pytest.param(UPLINK, [UP, *[DOWN] * 20], [CRITICAL], id="it stays critical and is told once"),
        pytest.param(UPLINK, [UP, DOWN, DOWN, UP, UP], [CRITICAL, OK], id="until it is up"),
        pytest.param(UPLINK, [UP, DOWN, DOWN, UP, DOWN, UP], [CRITICAL], id="for two looks"),
        pytest.param(UPLINK, [UP, DOWN, DOWN, OFF, OFF], [CRITICAL, OK], id="or until somebody switches it off"),
        pytest.param(UPLINK, [UP, OFF, OFF, OFF], [], id="an uplink that somebody switched off"),
        pytest.param(UPLINK, [DOWN, DOWN, DOWN], [], id="an uplink that never was up"),
    ],
)
def test_what_becomes_of_a_port(port: str, shown: list[str], became: list[Severity]) -> None:
    assert night(port, *shown)[1] == became


def test_that_a_port_was_up_is_known_from_its_state_alone() -> None:
    look = Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, (Reading("port_up", UPLINK, 0, "bool"),))
    (finding,) = judge(RULE, Seen(look, SWITCH, {("core", "port", UPLINK): State(value=1, unit="bool")}))
    assert (finding.severity, finding.reason) == (CRITICAL, "ports.down")


def test_a_device_that_does_not_tell_whether_a_port_is_enabled_is_believed_that_it_is() -> None:
    look = Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, (Reading("port_up", ACCESS, 0, "bool"),))
    (finding,) = judge(RULE, Seen(look, SWITCH, {("core", "port", ACCESS): State(value=1, unit="bool")}))
    assert (finding.severity, finding.reason) == (NOTE, "ports.went_down")


def test_each_port_that_was_seen_has_a_finding() -> None:
    assert night(ACCESS, UP, DOWN, OFF, UNSEEN)[0] == [OK, NOTE, OK]
