"""Who is on duty at a moment: rotations, shifts, gaps."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.people import Post
from duty.roster import AHEAD, Night, RosterGap, Rotation, Shift, gaps, on_duty, shift_change, stretches

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
TECHNICIAN, MANAGER = Post.TECHNICIAN, Post.MANAGER
MAY = datetime(2026, 5, 4, tzinfo=UTC)


def nights(
    *people: str, zone: str = "Asia/Shanghai", days: int = 1, begin: time = time(20), end: time = time(8)
) -> Rotation:
    return Rotation("nights", "hz1", zone, TECHNICIAN, people, date(2026, 1, 1), begin, end, days)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def shift(person: str, begin: float, end: float, post: Post = TECHNICIAN, site: str = "hz1") -> Shift:
    return Shift(site, post, person, MAY + begin * HOUR, MAY + end * HOUR)


def test_a_night_belongs_to_the_date_of_its_evening() -> None:
    written = list(nights("甲", "乙").shifts(at("2026-01-02 07:59"), at("2026-01-03 20:00")))
    assert [(s.person, s.begin, s.end) for s in written] == [
        ("甲", at("2026-01-01 20:00"), at("2026-01-02 08:00")),
        ("乙", at("2026-01-02 20:00"), at("2026-01-03 08:00")),
    ]


def test_a_turn_can_last_for_days() -> None:
    written = nights("甲", "乙", days=3).shifts(at("2026-01-01 20:00"), at("2026-01-10 20:00"))
    assert "".join(s.person for s in written) == "甲甲甲乙乙乙甲甲甲"


def test_it_writes_nothing_before_its_first_day() -> None:
    written = list(nights("甲").shifts(at("2025-06-01 00:00"), at("2026-01-02 00:00")))
    assert [s.begin for s in written] == [at("2026-01-01 20:00")]
    assert list(nights("甲").shifts(at("2025-06-01 00:00"), at("2026-01-01 20:00"))) == []


def test_thirty_five_days_ahead_every_night_is_written() -> None:
    now = at("2026-05-04 12:00")
    assert len(list(nights("甲", "乙", "丙").shifts(now, now + AHEAD))) == 35


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param("2026-03-28", 11, id="the clocks go forward"),
        pytest.param("2026-10-24", 13, id="the clocks go back"),
        pytest.param("2026-05-04", 12, id="any other night"),
    ],
)
def test_a_night_is_as_long_as_the_clock_on_the_wall_makes_it(day: str, hours: int) -> None:
    begin = at(f"{day} 20:00", BERLIN)
    [night] = nights("甲", zone="Europe/Berlin").shifts(begin, begin + HOUR)
    assert (night.begin, night.end - night.begin) == (begin, hours * HOUR)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("change", [time(8), time(2, 30)], ids=str)
def test_days_and_nights_leave_no_gap_all_year(zone: str, change: time) -> None:
    day, night = (
        nights("甲", zone=zone, begin=change, end=time(20)),
        nights("乙", zone=zone, begin=time(20), end=change),
    )
    begin, end = datetime(2026, 1, 3, tzinfo=UTC), datetime(2027, 1, 3, tzinfo=UTC)
    written = [*day.shifts(begin, end), *night.shifts(begin, end)]
    assert gaps(written, "hz1", TECHNICIAN, begin, end) == []
    written.sort(key=lambda s: s.begin)
    assert all(before.end == after.begin for before, after in pairwise(written))


def test_a_shift_of_minutes_in_the_hour_that_is_left_out_is_not_written() -> None:
    begin = at("2026-03-28 12:00", BERLIN)
    written = nights("甲", zone="Europe/Berlin", begin=time(2, 30), end=time(3)).shifts(begin, begin + DAY)
    assert list(written) == []


instants = st.integers(0, 400 * 24 * 4).map(lambda quarters: datetime(2025, 12, 1, tzinfo=UTC) + quarters * HOUR / 4)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
zones = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
rotations = st.builds(
    lambda zone, people, days, begin, end: nights(*people, zone=zone, days=days, begin=begin, end=end),
    zones,
    st.lists(st.sampled_from("甲乙丙丁"), min_size=1, max_size=5),
    st.integers(1, 14),
    times,
    times,
)


@given(rotations, st.lists(instants, min_size=2, max_size=5))
def test_slices_of_any_size_join_to_the_same_shifts(rotation: Rotation, cuts: list[datetime]) -> None:
    cuts.sort()
    whole = list(rotation.shifts(cuts[0], cuts[-1]))
    slices = [shift for after, until in pairwise(cuts) for shift in rotation.shifts(after, until)]
    assert set(slices) == set(whole)
    assert len(set(whole)) == len(whole)


@given(rotations, instants)
def test_who_is_on_duty_does_not_depend_on_when_it_was_written(rotation: Rotation, now: datetime) -> None:
    early = list(rotation.shifts(now - 20 * DAY, now + AHEAD))
    late = list(rotation.shifts(now, now + HOUR))
    assert on_duty(early, "hz1", TECHNICIAN, now) == on_duty(late, "hz1", TECHNICIAN, now)


@given(rotations, instants)
def test_every_shift_is_some_time_and_follows_the_clock_on_the_wall(rotation: Rotation, now: datetime) -> None:
    zone = ZoneInfo(rotation.zone)
    for written in rotation.shifts(now, now + 5 * DAY):
        assert written.begin < written.end <= written.begin + 25 * HOUR
        local = written.begin.astimezone(zone)
        there = datetime.combine(local.date(), rotation.begin, zone)
        exists = there.astimezone(UTC).astimezone(zone).time() == rotation.begin
        assert local.time() == rotation.begin or not exists


def test_those_who_came_first_are_named_first_and_each_once() -> None:
    written = [shift("乙", 2, 9), shift("甲", 1, 9), shift("甲", 3, 9), shift("丙", 0, 4), shift("丁", 0, 9, MANAGER)]
    assert on_duty(written, "hz1", TECHNICIAN, MAY + 4 * HOUR) == ("甲", "乙")
    assert on_duty(written, "hz2", TECHNICIAN, MAY + 4 * HOUR) == ()


def test_a_shift_ends_when_the_next_begins() -> None:
    written = [shift("甲", 0, 8), shift("乙", 8, 20)]
    assert on_duty(written, "hz1", TECHNICIAN, MAY + 8 * HOUR) == ("乙",)


@pytest.mark.parametrize(
    ("shifts", "changed"),
    [
        pytest.param([], None, id="nobody is there"),
        pytest.param([shift("甲", 0, 8)], None, id="whoever was there has gone"),
        pytest.param([shift("甲", 0, 8), shift("乙", 8, 20)], 8, id="another has come"),
        pytest.param([shift("甲", 0, 8), shift("甲", 8, 20)], 0, id="who stays hands nothing over"),
        pytest.param([shift("甲", 8, 20), shift("甲", 0, 8), shift("甲", -20, -1)], 0, id="but who was away does"),
        pytest.param([shift("甲", 0, 20), shift("乙", 6, 20)], 6, id="the last of two who came"),
        pytest.param([shift("甲", 0, 20), shift("乙", 15, 20)], 0, id="not who is still to come"),
        pytest.param([shift("甲", 0, 20), shift("乙", 6, 20, MANAGER)], 0, id="another post is another matter"),
    ],
)
def test_when_the_shift_changed(shifts: list[Shift], changed: float | None) -> None:
    expected = None if changed is None else MAY + changed * HOUR
    assert shift_change(shifts, "hz1", TECHNICIAN, MAY + 10 * HOUR) == expected


shifts = st.lists(
    st.builds(
        lambda person, begin, length, post: shift(person, begin, begin + length, post),
        st.sampled_from("甲乙丙"),
        st.integers(-10, 40),
        st.integers(1, 12),
        st.sampled_from([TECHNICIAN, MANAGER]),
    ),
    max_size=12,
)


@given(shifts, st.integers(-5, 40), st.integers(0, 40))
def test_gaps_are_exactly_when_nobody_is_there(shifts: list[Shift], first: int, hours: int) -> None:
    begin, end = MAY + first * HOUR, MAY + (first + hours) * HOUR
    found = gaps(shifts, "hz1", TECHNICIAN, begin, end)
    for half in range(-20, 2 * hours + 20):
        moment = begin + half * HOUR / 2
        empty = begin <= moment < end and not on_duty(shifts, "hz1", TECHNICIAN, moment)
        assert sum(gap.begin <= moment < gap.end for gap in found) == int(empty)
    assert all(begin <= gap.begin < gap.end <= end for gap in found)
    assert all(before.end < after.begin for before, after in pairwise(found))


NIGHT = Night(time(20), time(8), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("moment", "day", "change"),
    [
        pytest.param("2026-05-04 19:59", 4, "2026-05-04 20:00", id="the day"),
        pytest.param("2026-05-04 20:00", 4, "2026-05-05 08:00", id="the evening"),
        pytest.param("2026-05-05 07:59", 4, "2026-05-05 08:00", id="after midnight it is the night of the day before"),
        pytest.param("2026-05-05 08:00", 5, "2026-05-05 20:00", id="the morning"),
    ],
)
def test_a_moment_belongs_to_a_day_and_the_shift_changes_next(moment: str, day: int, change: str) -> None:
    assert (NIGHT.day(at(moment)), NIGHT.next_change(at(moment))) == (date(2026, 5, day), at(change))


def test_a_gap_is_parted_where_people_take_turns() -> None:
    gap = RosterGap("hz1", TECHNICIAN, at("2026-05-04 22:00"), at("2026-05-05 21:00"))
    found = [(g.begin, g.end) for g in stretches(gap, NIGHT)]
    times = ("2026-05-04 22:00", "2026-05-05 08:00", "2026-05-05 20:00", "2026-05-05 21:00")
    assert found == list(pairwise(map(at, times)))
