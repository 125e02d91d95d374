"""The light in a port's fibre: its module's limits, and what it was over the last days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.optics import judge, lit
from checks.seen import Seen
from duty.findings import Finding, Limits, Rule, Severity
from duty.fold import State
from duty.readings import Look, Reading, Stated
from duty.targets import Target

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
RULE = Rule("optical_rx", "optics", "optical_rx", Limits(gap=1, below=True), drop=(2, 4))
SWITCH = Target("core", "192.0.2.1", ("snmp",), "HZ1")
PORT = "XGE0/0/1"
UP, DOWN, OFF = (
    Reading("port_up", PORT, 1, "bool"),
    Reading("port_up", PORT, 0, "bool"),
    Reading("port_enabled", PORT, 0, "bool"),
)
MODULE = Stated("optical_rx", PORT, -14.0, -18.0, below=True)
TOO_MUCH = Stated("optical_rx", PORT, 1.0, 2.0)


def look(*readings: Reading, stated: tuple[Stated, ...] = ()) -> Look:
    return Look("core", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, readings, stated=stated)


def found(
    dbm: float,
    *others: Reading,
    instance: str = PORT,
    stated: tuple[Stated, ...] = (),
    median: float | None = None,
    before: Severity = OK,
    rule: Rule = RULE,
) -> Finding | None:
    seen = Seen(
        look(Reading("optical_rx", instance, dbm, "dBm"), *others, stated=stated),
        SWITCH,
        {("core", "optical_rx", instance): State(before)},
        medians={} if median is None else {("optical_rx", instance): median},
    )
    return next(judge(rule, seen), None)


@pytest.mark.parametrize(
    ("dbm", "stated", "median", "before", "expected"),
    [
        pytest.param(-30, (), None, OK, (OK, None), id="of which nothing is known"),
        pytest.param(-13.9, (MODULE,), None, OK, (OK, -14.0), id="within the module's limits"),
        pytest.param(-14, (MODULE,), None, OK, (WARNING, -14.0), id="the module's warning"),
        pytest.param(-18, (MODULE,), None, OK, (CRITICAL, -18.0), id="the module's alarm"),
        pytest.param(-6.9, (), -5.0, OK, (OK, -7.0), id="less than 2 dB under what is usual"),
        pytest.param(-7, (), -5.0, OK, (WARNING, -7.0), id="2 dB under"),
        pytest.param(-9, (), -5.0, OK, (CRITICAL, -9.0), id="4 dB under"),
        pytest.param(-9, (MODULE,), -5.0, OK, (CRITICAL, -9.0), id="under what is usual though the module is content"),
        pytest.param(-14, (MODULE,), -13.5, OK, (WARNING, -14.0), id="usual though the module is not"),
        pytest.param(-6.5, (), -5.0, WARNING, (WARNING, -7.0), id="back by less than 1 dB"),
        pytest.param(-5.9, (), -5.0, WARNING, (OK, -7.0), id="back by more"),
        pytest.param(
            -6, (TOO_MUCH, MODULE), None, OK, (OK, -14.0), id="limits on too much are not those on too little"
        ),
        pytest.param(-14, (MODULE, TOO_MUCH), None, OK, (WARNING, -14.0), id="in whichever order they come"),
        pytest.param(3, (MODULE,), -5.0, OK, (OK, -7.0), id="more light than usual"),
    ],
)
def test_light(
    dbm: float,
    stated: tuple[Stated, ...],
    median: float | None,
    before: Severity,
    expected: tuple[Severity, float | None],
) -> None:
    finding = found(dbm, UP, stated=stated, median=median, before=before)
    assert finding is not None
    assert (finding.severity, finding.limit) == expected


@pytest.mark.parametrize(
    ("others", "instance", "told"),
    [
        pytest.param((UP,), PORT, True, id="up"),
        pytest.param((), PORT, True, id="nobody knows whether it is up"),
        pytest.param((DOWN,), PORT, False, id="down: its own check tells"),
        pytest.param((UP, OFF), PORT, False, id="switched off"),
        pytest.param((DOWN,), f"{PORT} lane 3", False, id="a lane of a port that is down"),
        pytest.param((UP,), f"{PORT} lane 3", True, id="a lane of a port that is up"),
    ],
)
def test_a_port_that_is_down_is_told_of_once(others: tuple[Reading, ...], instance: str, told: bool) -> None:
    assert (found(-40, *others, instance=instance, median=-5.0) is not None) == told
    light = Reading("optical_rx", instance, -40, "dBm")
    assert lit(look(light, *others), {"optical_rx"}) == ([light] if told else [])


def test_a_limit_that_a_person_set_goes_before_all() -> None:
    raised = Rule(
        "optical_rx", "optics", "optical_rx", RULE.limits, drop=(2, 4), raised=((PORT, Limits(-20, below=True)),)
    )
    finding = found(-15, UP, stated=(MODULE,), median=-5.0, rule=raised)
    assert finding is not None
    assert (finding.severity, finding.limit) == (OK, -20)
