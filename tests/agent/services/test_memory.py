"""What one look changes, and what a defect in a check costs."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from agent.services.memory import MOST_USUAL, Memory
from duty.findings import Limits, Rule, Severity
from duty.readings import Look, Reading
from duty.targets import Target

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
TARGET = Target("db", "10.0.0.9", ("icmp",), "hz1")
DISK = Rule("disk", "levels", "disk_used", Limits(85, 95))
BROKEN = Rule("broken", "a kind that does not exist", "cpu_used")


def look(at: datetime, *readings: Reading) -> Look:
    return Look("db", at, timedelta(seconds=1), True, readings)


def test_a_check_with_a_defect_becomes_a_gap_and_the_others_judge(caplog: pytest.LogCaptureFixture) -> None:
    memory = Memory({"db": TARGET}, {"db": (BROKEN, DISK)})
    with caplog.at_level(logging.ERROR):
        for minute in range(3):
            judged = memory.take(look(NOW + timedelta(minutes=minute), Reading("disk_used", "/", 99.0, "%")))
    assert [(f.check, f.severity) for f in judged.findings] == [("disk", Severity.CRITICAL)]
    assert [(g.parameter, g.code, g.seen) for g in judged.look.gaps] == [("cpu_used", "crashed", "check broken")]
    assert len(caplog.records) == 1, "said once, not each minute"


def test_a_counter_is_a_rate_over_a_minute_of_silence() -> None:
    memory = Memory({"db": TARGET}, {"db": ()})
    memory.take(look(NOW, Reading("port_in_total", "eth0", 1000, "B", 64)))
    memory.take(Look("db", NOW + timedelta(minutes=1), timedelta(seconds=1), False))
    judged = memory.take(look(NOW + timedelta(minutes=2), Reading("port_in_total", "eth0", 13000, "B", 64)))
    assert judged.look.number("port_in_rate", "eth0") == 100


def test_what_left_the_settings_keeps_its_state_and_loses_its_looks() -> None:
    memory = Memory({"db": TARGET}, {"db": (DISK,)})
    memory.take(look(NOW, Reading("disk_used", "/", 99.0, "%")))
    memory.settle({}, {})
    assert memory.states["db", "disk", "/"].severity is Severity.CRITICAL
    assert not memory.looked


def test_what_must_last_is_a_note_in_the_sheet_until_it_has_lasted() -> None:
    busy = Rule("cpu", "levels", "cpu_used", Limits(warning=90), looks_warning=15)
    memory = Memory({"db": TARGET}, {"db": (busy,)})
    found = [
        memory.take(look(NOW + timedelta(minutes=minute), Reading("cpu_used", "", 99.0, "%"))).findings[0].severity
        for minute in range(16)
    ]
    assert found == [Severity.NOTE] * 14 + [Severity.WARNING] * 2


def test_a_device_that_makes_up_new_ports_fills_no_memory() -> None:
    rule = Rule("optical_rx", "optics", "optical_rx", Limits(below=True), drop=(2, 4))
    memory = Memory({"db": TARGET}, {"db": (rule,)})
    for day in range(12):
        names = (f"port {day} {n}" for n in range(MOST_USUAL // 2))
        readings = [Reading("optical_rx", name, -5.0, "dBm") for name in ("stays", *names)]
        memory.take(look(NOW + timedelta(days=day), *readings))
    assert memory.medians("db") == {("optical_rx", "stays"): -5.0}
    assert sum(len(known) for known in memory._usual.values()) <= MOST_USUAL
