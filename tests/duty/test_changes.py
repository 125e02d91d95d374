"""What differs between two rounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duty.changes import Change, changes
from duty.findings import Finding, Severity
from duty.rates import CLOCK_WRAPS
from duty.readings import Fact, Look, Reading
from duty.rounds import Sheet, SheetState

NIGHT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def line(
    *readings: Reading,
    at: datetime = NIGHT,
    facts: tuple[Fact, ...] = (),
    findings: tuple[Finding, ...] = (),
    reached: bool = True,
    state: SheetState = SheetState.OK,
    target: str = "core",
) -> Sheet:
    return Sheet(target, state, Look(target, at, timedelta(seconds=1), reached, readings, facts), findings)


def up(seconds: float) -> Reading:
    return Reading("uptime", "", seconds, "s")


def bad(severity: Severity) -> tuple[Finding, ...]:
    return (Finding("cpu", "", severity),)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(line(up(500)), line(up(4100), at=NIGHT + HOUR), [], id="the same and an hour older"),
        pytest.param(
            line(),
            line(reached=False, state=SheetState.NOT_REACHED),
            [("state", "", "ok", "not_reached")],
            id="a target fell silent",
        ),
        pytest.param(
            line(up(5000)),
            line(up(60), at=NIGHT + HOUR),
            [("restart", "uptime", "5000", "60")],
            id="a device started again",
        ),
        pytest.param(
            line(up(60)),
            line(up(1800), at=NIGHT + HOUR),
            [("restart", "uptime", "60", "1800")],
            id="a young device started again",
        ),
        pytest.param(
            line(up(CLOCK_WRAPS - 600)), line(up(3000), at=NIGHT + HOUR), [], id="497 days of uptime are no restart"
        ),
        pytest.param(
            line(findings=bad(Severity.OK)),
            line(findings=bad(Severity.WARNING)),
            [("finding", "cpu", "ok", "warning")],
            id="something became worse",
        ),
        pytest.param(
            line(findings=bad(Severity.CRITICAL)),
            line(findings=bad(Severity.OK)),
            [("finding", "cpu", "critical", "ok")],
            id="something became well",
        ),
        pytest.param(line(findings=bad(Severity.CRITICAL)), line(), [], id="what was not judged did not become well"),
        pytest.param(
            line(Reading("port_up", "1", 1, "bool")),
            line(Reading("port_up", "1", 0, "bool")),
            [("reading", "port_up", "1", "0")],
            id="a port went down",
        ),
        pytest.param(
            line(Reading("port_speed", "1", 10**9, "bit/s")),
            line(Reading("port_speed", "1", 10**8, "bit/s")),
            [("reading", "port_speed", "1000000000", "100000000")],
            id="a port became slower",
        ),
        pytest.param(
            line(Reading("port_full_duplex", "1", 1, "bool")),
            line(Reading("port_full_duplex", "1", 0, "bool")),
            [("reading", "port_full_duplex", "1", "0")],
            id="a port fell back to half duplex",
        ),
        pytest.param(
            line(Reading("port_speed", "1", 10**9, "bit/s")), line(), [], id="a port that is down has no speed"
        ),
        pytest.param(
            line(Reading("cpu_used", "", 10, "%")), line(Reading("cpu_used", "", 90, "%")), [], id="a load sways"
        ),
        pytest.param(line(Reading("port_up", "1", 1, "bool")), line(), [], id="a port that was not seen"),
        pytest.param(
            line(facts=(Fact("version", "", "1"),)),
            line(facts=(Fact("version", "", "2"),)),
            [("fact", "version", "1", "2")],
            id="another version runs",
        ),
        pytest.param(
            line(facts=(Fact("location", "", "a"),)),
            line(facts=(Fact("location", "", "b"),)),
            [],
            id="other words that say nothing of the device",
        ),
    ],
)
def test_changes(before: Sheet, after: Sheet, expected: list[tuple[str, str, str, str]]) -> None:
    assert [(c.what, c.name, c.before, c.after) for c in changes([before], [after])] == expected


def test_a_target_that_is_new_or_gone_is_a_change_of_its_state() -> None:
    assert changes([line(target="old")], [line(target="new")]) == [
        Change("new", "state", "", "", "", "ok"),
        Change("old", "state", "", "", "ok", ""),
    ]


def test_a_silent_target_has_no_other_change() -> None:
    before = line(facts=(Fact("version", "", "1"),), findings=bad(Severity.WARNING), state=SheetState.NOT_REACHED)
    after = line(facts=(Fact("version", "", "2"),), reached=False, state=SheetState.NOT_REACHED)
    assert changes([before], [after]) == []
