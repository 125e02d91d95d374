"""When rounds are due, also on the days on which the clocks change."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import FrameType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.rounds import Cadence

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def cadence(
    interval: timedelta = HOUR,
    zone: str = "Asia/Shanghai",
    *,
    since: datetime = LONG_AGO,
    anchor: time = time(0, 0),
    hours: tuple[time, time] | None = None,
) -> Cadence:
    return Cadence("hourly", interval, zone, since, anchor, hours)


def on(day: date, plan: Cadence) -> list[datetime]:
    """Return the slots of one local day, by the local clock."""
    zone = ZoneInfo(plan.zone)
    begin = datetime.combine(day, time(), zone).astimezone(UTC)
    end = datetime.combine(day + DAY, time(), zone).astimezone(UTC)
    instant = timedelta(microseconds=1)
    return [slot.astimezone(zone) for slot in plan.slots(begin - instant, end - instant)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
def test_a_year_of_hourly_slots_is_every_hour_of_it_once(zone: str) -> None:
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    slots = list(cadence(zone=zone).slots(begin, end))
    assert slots == [begin + n * HOUR for n in range(1, 365 * 24 + 1)]


@pytest.mark.parametrize(
    ("zone", "day", "slots"),
    [
        pytest.param("Europe/Berlin", date(2026, 3, 29), 23, id="an hour is left out in spring"),
        pytest.param("Europe/Berlin", date(2026, 10, 25), 25, id="an hour comes twice in autumn"),
        pytest.param("America/New_York", date(2026, 3, 8), 23, id="New York in spring"),
        pytest.param("America/New_York", date(2026, 11, 1), 25, id="New York in autumn"),
        pytest.param("Asia/Shanghai", date(2026, 3, 29), 24, id="Shanghai never changes its clocks"),
        pytest.param("Australia/Lord_Howe", date(2026, 10, 4), 24, id="half an hour shorter has room for all 24"),
        pytest.param("Australia/Lord_Howe", date(2026, 4, 5), 24, id="half an hour more is no round more"),
        pytest.param("Pacific/Apia", date(2011, 12, 30), 0, id="a day that an island left out has none"),
    ],
)
def test_hourly_slots_on_the_day_of_the_change(zone: str, day: date, slots: int) -> None:
    assert len(on(day, cadence(zone=zone, since=datetime(2010, 1, 1, tzinfo=UTC)))) == slots


@pytest.mark.parametrize(
    ("day", "at"),
    [
        pytest.param(date(2026, 3, 28), time(2, 30), id="the day before"),
        pytest.param(
            date(2026, 3, 29), time(3, 30), id="in spring half past two does not exist and is half past three"
        ),
        pytest.param(date(2026, 10, 25), time(2, 30), id="in autumn the first of the two counts"),
        pytest.param(date(2026, 10, 26), time(2, 30), id="the day after"),
    ],
)
def test_a_daily_round_comes_once_a_day(day: date, at: time) -> None:
    slots = on(day, cadence(DAY, "Europe/Berlin", anchor=time(2, 30)))
    assert [slot.time() for slot in slots] == [at]


def test_the_shift_begins_at_the_same_times_by_the_wall_clock_when_the_clocks_change() -> None:
    plan = cadence(timedelta(hours=12), "Europe/Berlin", anchor=time(8, 0))
    for day in (date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26)):
        begins = [slot.time() for slot in on(day, plan)]
        assert begins[0] == time(8, 0)
        assert len(begins) == 2


def test_only_the_hours_of_the_night_have_rounds() -> None:
    night = cadence(hours=(time(20, 0), time(8, 0)))
    assert [slot.hour for slot in on(date(2026, 5, 4), night)] == [0, 1, 2, 3, 4, 5, 6, 7, 20, 21, 22, 23]


def test_hours_of_the_day_end_before_their_end() -> None:
    assert [slot.hour for slot in on(date(2026, 5, 4), cadence(hours=(time(9), time(12))))] == [9, 10, 11]


def test_an_interval_that_does_not_divide_the_day_starts_again_at_the_anchor() -> None:
    plan = cadence(timedelta(hours=7), anchor=time(1, 0))
    assert [slot.hour for slot in on(date(2026, 5, 4), plan)] == [1, 8, 15, 22]
    assert [slot.hour for slot in on(date(2026, 5, 5), plan)] == [1, 8, 15, 22]


def test_nothing_is_due_before_the_cadence_is_in_force() -> None:
    since = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    slots = list(cadence(since=since).slots(LONG_AGO, since + 2 * HOUR))
    assert slots == [since, since + HOUR, since + 2 * HOUR]


def test_a_slot_at_which_one_stands_is_not_given_again() -> None:
    slot = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert list(cadence().slots(slot, slot + HOUR)) == [slot + HOUR]
    assert list(cadence().slots(slot, slot)) == []


def test_going_back_in_time_gives_nothing() -> None:
    slot = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert list(cadence().slots(slot + 3 * HOUR, slot)) == []


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_years_are_passed_over_in_one_stride(zone: str) -> None:
    plan = cadence(timedelta(minutes=1), zone, since=datetime(1990, 1, 1, tzinfo=UTC))
    now = datetime(2026, 5, 4, 10, 0, 30, tzinfo=UTC)
    assert lines_run(lambda: list(plan.slots(now - timedelta(minutes=3), now))) < 1000


intervals = st.sampled_from([timedelta(minutes=n) for n in (1, 7, 15, 30, 60, 90, 120, 240, 420, 720, 1440)])
instants = st.timedeltas(timedelta(0), timedelta(days=1000)).map(lambda since: datetime(2025, 1, 1, tzinfo=UTC) + since)
anchors = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
spans = st.timedeltas(timedelta(0), timedelta(days=3))


@given(intervals, st.sampled_from(ZONES), anchors, instants, spans, spans)
def test_two_spans_have_the_slots_of_the_whole(
    interval: timedelta, zone: str, anchor: time, a: datetime, first: timedelta, second: timedelta
) -> None:
    plan, b, c = cadence(interval, zone, anchor=anchor), a + first, a + first + second
    assert [*plan.slots(a, b), *plan.slots(b, c)] == list(plan.slots(a, c))


@given(intervals, st.sampled_from(ZONES), anchors, instants)
def test_slots_rise_and_stand_no_farther_apart_than_the_interval_and_the_change_of_the_clocks(
    interval: timedelta, zone: str, anchor: time, a: datetime
) -> None:
    slots = list(cadence(interval, zone, anchor=anchor).slots(a, a + timedelta(days=3)))
    apart = [later - earlier for earlier, later in pairwise(slots)]
    assert all(timedelta(0) < gap <= interval + HOUR for gap in apart)
    assert all(a < slot <= a + timedelta(days=3) for slot in slots)


@given(st.sampled_from(ZONES), anchors, instants)
def test_no_local_day_has_two_daily_rounds(zone: str, anchor: time, a: datetime) -> None:
    slots = cadence(DAY, zone, anchor=anchor).slots(a, a + timedelta(days=20))
    days = Counter(slot.astimezone(ZoneInfo(zone)).date() for slot in slots)
    assert set(days.values()) == {1}
    assert len(days) in (19, 20, 21)


def test_the_terms_tell_when_a_cadence_has_become_another() -> None:
    first = cadence()
    assert first.terms == cadence(since=first.since + DAY).terms
    others = [
        cadence(2 * HOUR),
        cadence(zone="UTC"),
        cadence(anchor=time(0, 30)),
        cadence(hours=(time(20), time(8))),
    ]
    assert len({first.terms, *(other.terms for other in others)}) == 5


def lines_run(work: Any) -> int:
    """Count the lines of Python that a piece of work runs: a measure of its cost that no other load changes."""
    count = 0

    def trace(_frame: FrameType, _event: str, _arg: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
