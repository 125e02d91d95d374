"""The key figures of a target: the worst of each kind, and nothing for what it does not tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from duty.changes import Change
from duty.figures import Figures, columns, figures
from duty.findings import Finding, Severity
from duty.parameters import PARAMETERS
from duty.readings import Look, Reading
from duty.rounds import Sheet, SheetState

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)


def reading(parameter: str, value: float, instance: str = "") -> Reading:
    return Reading(parameter, instance, value, PARAMETERS[parameter])


def sheet(*readings: Reading, findings: tuple[Finding, ...] = (), reached: bool = True) -> Sheet:
    return Sheet("a", SheetState.OK, Look("a", NOW, timedelta(seconds=1), reached, readings), findings)


def line(*readings: Reading, findings: tuple[Finding, ...] = (), changes: tuple[Change, ...] = ()) -> Figures:
    found = figures(sheet(*readings, findings=findings), changes)
    assert found is not None
    return found


def test_the_fullest_disk_and_the_hottest_point_stand_with_their_place() -> None:
    found = line(
        reading("disk_used", 41, "/"),
        reading("disk_used", 93, "/var"),
        reading("temperature", 41, "MPU 1"),
        reading("temperature", 63, "XGE0/0/1"),
    )
    assert found.fullest is not None
    assert found.hottest is not None
    assert (found.fullest.reading.instance, found.hottest.reading.instance) == ("/var", "XGE0/0/1")


def test_what_is_no_number_does_not_hide_the_highest() -> None:
    found = line(reading("temperature", float("nan"), "a"), reading("temperature", 63, "b"))
    assert found.hottest is not None
    assert found.hottest.reading.value == 63
    assert figures(sheet(reading("temperature", float("nan"))), ()) is None


def test_a_figure_is_as_bad_as_the_worst_check_found_it() -> None:
    found = line(
        reading("disk_used", 93, "/var"),
        findings=(
            Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93, "%", 85),
            Finding("disk_trend", "/var", Severity.CRITICAL, "trend.full", "disk_used", 9000, "s", 14400),
            Finding("disk", "/", Severity.CRITICAL, "disk.full", "disk_used", 99, "%", 95),
        ),
    )
    assert found.fullest is not None
    assert found.fullest.severity == "critical"


def test_ports_that_were_switched_off_are_not_expected_up() -> None:
    found = line(
        *(reading("port_up", up, name) for name, up in (("1", 1), ("2", 0), ("3", 0))),
        *(reading("port_enabled", on, name) for name, on in (("1", 1), ("2", 1), ("3", 0))),
        changes=(Change("a", "reading", "port_up", "2", "1", "0"), Change("b", "reading", "port_up", "1", "1", "0")),
    )
    assert found.ports is not None
    assert (found.ports.up, found.ports.expected, found.ports.newly_down) == (1, 2, ("2",))


def test_a_port_that_came_up_is_not_newly_down() -> None:
    found = line(reading("port_up", 1, "1"), changes=(Change("a", "reading", "port_up", "1", "0", "1"),))
    assert found.ports is not None
    assert found.ports.newly_down == ()


def test_a_restart_since_the_round_before_is_told() -> None:
    restart = Change("a", "restart", "uptime", "", "9000000", "300")
    assert line(reading("uptime", 300), changes=(restart,)).restarted
    assert not line(reading("uptime", 300)).restarted


def test_who_was_not_reached_and_who_has_no_figures_has_no_line() -> None:
    assert figures(sheet(reading("cpu_used", 1), reached=False), ()) is None
    assert figures(sheet(reading("http_time", 0.1)), ()) is None
    assert figures(Sheet("a", SheetState.NOT_INSPECTED), ()) is None


def test_a_figure_that_no_target_has_is_no_column() -> None:
    assert columns([line(reading("uptime", 1)), line(reading("cpu_used", 1))]) == ("cpu", "uptime")
