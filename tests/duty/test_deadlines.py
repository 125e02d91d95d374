"""The clocks of an incident: each call is made once, after a gap only the newest, none before its moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.deadlines import CALLS, Clock, call_due
from duty.people import Post

DUE = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

clocks = st.sampled_from(Clock)


def calls(clock: Clock, moments: list[datetime]) -> list[tuple[datetime, int]]:
    """Return when which call was made, asked at these moments; a restart between them changes nothing."""
    told, made = 0, []
    for now in moments:
        call = call_due(clock, DUE, told, now)
        if call is not None:
            told = call + 1
            made.append((now, call))
    return made


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        pytest.param(Clock.NEXT_REPORT, [-5 * MINUTE, 0 * MINUTE, 10 * MINUTE], id="the next report to superiors"),
        pytest.param(Clock.REPORT, [-4 * HOUR, -1 * HOUR, 0 * HOUR], id="the incident report"),
        pytest.param(Clock.LEGAL, [-24 * HOUR, -30 * MINUTE, 0 * HOUR], id="the report that a law asks for"),
    ],
)
def test_when_somebody_is_told(clock: Clock, expected: list[timedelta]) -> None:
    minutes = [DUE + n * MINUTE for n in range(-25 * 60, 60)]
    assert [now - DUE for now, _ in calls(clock, minutes)] == expected


@pytest.mark.parametrize("clock", Clock)
def test_who_is_above_hears_that_it_is_late(clock: Clock) -> None:
    assert Post.LEADER in CALLS[clock][-1].posts
    assert all(call.late is (call.before <= timedelta(0)) for call in CALLS[clock])


@pytest.mark.parametrize("clock", Clock)
def test_calls_are_written_in_order_of_time(clock: Clock) -> None:
    befores = [call.before for call in CALLS[clock]]
    assert befores == sorted(befores, reverse=True)


def test_the_legal_clock_calls_as_soon_as_it_runs() -> None:
    assert call_due(Clock.LEGAL, DUE, 0, DUE - 4 * HOUR) == 0


def test_after_a_gap_only_the_newest_is_told() -> None:
    assert calls(Clock.REPORT, [DUE - 5 * HOUR, DUE + HOUR, DUE + 2 * HOUR]) == [(DUE + HOUR, 2)]


moments = st.lists(st.integers(-26 * 60, 26 * 60).map(lambda n: DUE + n * MINUTE), max_size=30)


@given(clocks, moments)
def test_each_call_is_made_once_and_never_before_its_moment(clock: Clock, asked: list[datetime]) -> None:
    """Whatever the machine's clock does."""
    made = calls(clock, asked)
    assert [call for _, call in made] == sorted({call for _, call in made})
    assert all(now >= DUE - CALLS[clock][call].before for now, call in made)


@given(clocks, moments)
def test_what_should_have_been_told_by_now_was_told(clock: Clock, asked: list[datetime]) -> None:
    made = [call for _, call in calls(clock, asked)]
    reached = [n for n, call in enumerate(CALLS[clock]) if any(now >= DUE - call.before for now in asked)]
    assert max(made, default=None) == max(reached, default=None)
