"""Tours of duty: nights and days that follow one another without a gap, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.roster import Night
from duty.tours import Turn, changes_since, tour_at, tour_before, tours

HANGZHOU = Night(time(20), time(8), "Asia/Shanghai")
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
MOMENTS = st.integers(0, 87_600).map(lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
HOURS = st.integers(0, 23).map(time)


@st.composite
def nights(draw: st.DrawFn) -> Night:
    return Night(draw(HOURS), draw(HOURS), draw(st.sampled_from(ZONES)))


@given(nights(), MOMENTS, st.integers(1, 200))
def test_every_moment_belongs_to_one_tour(night: Night, at: datetime, hours: int) -> None:
    end = at + timedelta(hours=hours)
    found = list(tours(night, "hz1", at, end))
    assert found[0].begin <= at < found[0].end
    assert found[-1].end >= end
    assert all(one.end == other.begin for one, other in pairwise(found)), "none is left out"
    assert len({tour.number for tour in found}) == len(found), "a number is given once"


@given(nights(), MOMENTS)
def test_the_tour_before_ends_where_this_one_begins(night: Night, at: datetime) -> None:
    tour = tour_at(night, "hz1", at)
    assert tour_before(night, "hz1", tour).end == tour.begin


@given(nights(), MOMENTS, st.integers(0, 200), st.integers(0, 200))
def test_changes_of_shift_add_up(night: Night, at: datetime, first: int, second: int) -> None:
    middle, end = at + timedelta(hours=first), at + timedelta(hours=first + second)
    whole = changes_since(night, "hz1", at, end)
    assert whole == changes_since(night, "hz1", at, middle) + changes_since(night, "hz1", middle, end)


@pytest.mark.parametrize(
    ("local", "turn", "number"),
    [
        pytest.param("2026-11-23T19:59", Turn.DAY, "JB-20261123-D", id="before the night begins"),
        pytest.param("2026-11-23T20:00", Turn.NIGHT, "JB-20261123-N", id="as it begins"),
        pytest.param("2026-11-24T03:00", Turn.NIGHT, "JB-20261123-N", id="after midnight it is still the evening's"),
        pytest.param("2026-11-24T08:00", Turn.DAY, "JB-20261124-D", id="the 08:00 round is the day's"),
    ],
)
def test_a_night_has_the_date_of_its_evening(local: str, turn: Turn, number: str) -> None:
    at = datetime.fromisoformat(local + "+08:00")
    tour = tour_at(HANGZHOU, "hz1", at)
    assert (tour.turn, tour.number) == (turn, number)


def test_a_fault_of_the_evening_has_been_handed_over_three_times_by_the_second_morning_after() -> None:
    since = datetime.fromisoformat("2026-11-23T22:00+08:00")
    assert changes_since(HANGZHOU, "hz1", since, datetime.fromisoformat("2026-11-25T08:00+08:00")) == 3


def test_a_night_without_a_day_between_is_followed_by_the_next() -> None:
    whole = Night(time(8), time(8), "Asia/Shanghai")
    at = datetime.fromisoformat("2026-11-23T22:00+08:00")
    found = list(tours(whole, "hz1", at, at + timedelta(days=2)))
    assert [tour.day for tour in found] == [date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)]
