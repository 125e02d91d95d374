"""How much memory a server has left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.memory import judge
from checks.seen import Seen
from duty.findings import Limits, Rule, Severity
from duty.fold import State
from duty.readings import Look, Reading
from duty.targets import Target

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
RULE = Rule("memory", "memory", "memory_free", Limits(10, 5, gap=3, below=True))
SERVER = Target("db", "192.0.2.1", ("host",), "HZ1")


@pytest.mark.parametrize(
    ("free", "swapped", "before", "severity", "reason", "limit"),
    [
        pytest.param(40, (0, 0), OK, OK, "", 10, id="there is enough"),
        pytest.param(40, (9e6, 9e6), OK, OK, "", 10, id="swapping alone is no lack of memory"),
        pytest.param(9, (0, 0), OK, WARNING, "memory.low", 10, id="little is left"),
        pytest.param(4, (0, 0), OK, WARNING, "memory.low", 10, id="full and at work is a warning"),
        pytest.param(4, (0, 4096), OK, CRITICAL, "memory.swapping", 5, id="full and swapping out is critical"),
        pytest.param(4, (4096, 0), OK, CRITICAL, "memory.swapping", 5, id="full and swapping in is critical"),
        pytest.param(4, (None, None), OK, WARNING, "memory.low", 10, id="nobody saw whether it swaps"),
        pytest.param(4, (None, None), CRITICAL, CRITICAL, "memory.swapping", 5, id="not seen to have stopped"),
        pytest.param(4, (0, 0), CRITICAL, WARNING, "memory.low", 10, id="seen to have stopped"),
        pytest.param(7, (1, 1), CRITICAL, CRITICAL, "memory.swapping", 5, id="within the gap stays critical"),
    ],
)
def test_memory(
    free: float,
    swapped: tuple[float | None, float | None],
    before: Severity,
    severity: Severity,
    reason: str,
    limit: float,
) -> None:
    names = ("swap_in_rate", "swap_out_rate")
    rates = [Reading(name, "", rate, "B/s") for name, rate in zip(names, swapped, strict=True) if rate is not None]
    readings = (Reading("memory_free", "", free, "%"), *rates)
    look = Look("db", datetime(2026, 5, 4, tzinfo=UTC), timedelta(), True, readings)
    (finding,) = judge(RULE, Seen(look, SERVER, {("db", "memory", ""): State(before)}))
    assert (finding.severity, finding.reason, finding.limit) == (severity, reason, limit)
