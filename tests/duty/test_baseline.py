"""What a reading usually is: its median over seven days."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.baseline import HOURS, Baseline

NOON = datetime(2026, 5, 4, 12, 20, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def after(*values: tuple[timedelta, float]) -> Baseline:
    """Return what is known after these values, each so long after noon."""
    baseline = Baseline()
    for passed, value in values:
        baseline.take(NOON + passed, value)
    return baseline


def steadily(days: float, value: float, *, since: timedelta = timedelta(0)) -> list[tuple[timedelta, float]]:
    return [(since + n * HOUR, value) for n in range(int(days * 24))]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], None, id="never seen"),
        pytest.param(steadily(3, -5.0), None, id="three days are not enough"),
        pytest.param(steadily(4, -5.0), -5.0, id="four are"),
        pytest.param([(n * DAY, -5.0 - n) for n in range(4)], -6.5, id="one look a day is enough"),
        pytest.param([*steadily(5, -5.0), *steadily(1, -9.0, since=5 * DAY)], -5.0, id="a bad day changes nothing"),
        pytest.param([*steadily(7, -5.0), *steadily(7, -9.0, since=7 * DAY)], -9.0, id="after seven it is usual"),
        pytest.param([*steadily(7, -5.0), (14 * DAY, -9.0)], None, id="what is older than seven days is forgotten"),
        pytest.param([*steadily(7, -5.0), (9 * DAY, -9.0)], -5.0, id="a gap of two days is none of it"),
        pytest.param([*steadily(7, -5.0), (400 * DAY, -9.0)], None, id="after a year it begins anew"),
        pytest.param([*steadily(7, -5.128)], -5.13, id="in hundredths"),
        pytest.param([*steadily(7, -1e9)], -327.67, id="bounded below"),
        pytest.param([*steadily(7, math.nan)], None, id="what is no number is not seen"),
    ],
)
def test_the_median(values: list[tuple[timedelta, float]], expected: float | None) -> None:
    assert after(*values).median == expected


def test_of_an_hour_the_first_value_counts() -> None:
    often = after(*((n * HOUR + minute * timedelta(minutes=1), -5.0 - minute) for n in range(96) for minute in (0, 9)))
    assert often.median == -5.0


def test_it_goes_along_when_the_clock_is_set() -> None:
    baseline = after(*steadily(7, -5.0))
    baseline.shift(-400 * DAY)
    baseline.take(NOON + 7 * DAY - 400 * DAY, -9.0)
    assert (baseline.median, baseline.is_over(NOON + 8 * DAY - 400 * DAY)) == (-5.0, False)
    assert baseline.is_over(NOON + 15 * DAY - 400 * DAY)


@given(st.lists(st.tuples(st.integers(0, 20 * HOURS), st.floats(-40, 10)), max_size=60))
def test_it_is_always_between_what_was_seen(values: list[tuple[int, float]]) -> None:
    baseline = after(*((hours * HOUR, value) for hours, value in values))
    if baseline.median is not None:
        assert min(v for _, v in values) - 0.01 <= baseline.median <= max(v for _, v in values) + 0.01
