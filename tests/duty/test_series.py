"""Runs of what was seen, and gaps where it was not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duty.series import series

NOW = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def runs(*seen: tuple[int, float | None]) -> list[list[float]]:
    """Return the runs of values seen at these minutes, looked for each five minutes."""
    made = series("cpu_used", "", "%", [(NOW + at * MINUTE, value) for at, value in seen], 12.5 * MINUTE)
    return [[value for _, value in run] for run in made.runs]


def test_what_was_seen_at_each_look_is_one_run() -> None:
    assert runs((0, 1), (5, 2), (10, 3)) == [[1, 2, 3]]


def test_a_look_that_did_not_show_it_parts_two_runs() -> None:
    assert runs((0, 1), (5, None), (10, 3)) == [[1], [3]]


def test_a_time_without_a_look_parts_two_runs() -> None:
    assert runs((0, 1), (12, 2), (25, 3)) == [[1, 2], [3]]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_what_is_no_number_was_not_seen(value: float) -> None:
    assert runs((0, 1), (5, value), (10, 3)) == [[1], [3]]


def test_without_looks_there_is_no_run() -> None:
    assert runs() == []
    assert series("cpu_used", "", "%", [], MINUTE).samples == []
