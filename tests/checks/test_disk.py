"""How full a disk is; a very large one also by what is left of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.disk import judge
from checks.seen import Seen
from duty.findings import Limits, Rule, Severity
from duty.fold import State
from duty.readings import Look, Reading
from duty.targets import Target

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
RULE = Rule("disk", "disk", "disk_used", Limits(85, 95, gap=3))
SERVER = Target("db", "192.0.2.1", ("host",), "HZ1")
GB, TB = 10**9, 10**12


def found(used: float, size: int | None, free: int | None, before: Severity = OK) -> tuple[Severity, str]:
    readings = [Reading("disk_used", "/", used, "%")]
    readings += [] if size is None else [Reading("disk_size", "/", size, "B")]
    readings += [] if free is None else [Reading("disk_free", "/", free, "B")]
    look = Look("db", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, tuple(readings))
    (finding,) = judge(RULE, Seen(look, SERVER, {("db", "disk", "/"): State(before)}))
    return finding.severity, finding.reason


@pytest.mark.parametrize(
    ("used", "size", "free", "before", "severity"),
    [
        pytest.param(50, 500 * GB, 250 * GB, OK, OK, id="half full"),
        pytest.param(85, 500 * GB, 75 * GB, OK, WARNING, id="an ordinary disk by its share"),
        pytest.param(95, 500 * GB, 25 * GB, OK, CRITICAL, id="an ordinary disk nearly full"),
        pytest.param(96, 2 * TB, 80 * GB, OK, CRITICAL, id="two terabytes are not yet very large"),
        pytest.param(95, 20 * TB, 1 * TB, OK, OK, id="a terabyte is left on a very large one"),
        pytest.param(99.6, 20 * TB, 80 * GB, OK, WARNING, id="little is left on a very large one"),
        pytest.param(99.95, 20 * TB, 10 * GB, OK, CRITICAL, id="next to nothing is left on a very large one"),
        pytest.param(86, 3 * TB, 10 * GB, OK, WARNING, id="a very large one is no worse than its share"),
        pytest.param(99.5, 20 * TB, 103 * GB, WARNING, WARNING, id="what was low must come back by more than a little"),
        pytest.param(99.5, 20 * TB, 106 * GB, WARNING, OK, id="what came back is well"),
        pytest.param(96, None, None, OK, CRITICAL, id="of an unknown size the share counts"),
        pytest.param(96, 20 * TB, None, OK, CRITICAL, id="of which it is unknown what is left the share counts"),
    ],
)
def test_severity(used: float, size: int | None, free: int | None, before: Severity, severity: Severity) -> None:
    assert found(used, size, free, before) == (severity, "disk.full" if severity else "")
