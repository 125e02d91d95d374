"""Shifts: a rotation writes them ahead, and what somebody changed by hand stays as they changed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from agent.store import shifts
from agent.store.engine import Store
from duty.people import Post
from duty.roster import AHEAD, Rotation, Shift, on_duty
from tests.agent.store.samples import HOUR, NOW

DAY = timedelta(days=1)
# Nights in Hangzhou from 20:00 to 08:00, which is from 12:00 to 24:00 in UTC.
NIGHTS = Rotation(
    "nights",
    "hz1",
    "Asia/Shanghai",
    Post.TECHNICIAN,
    ("王芳", "李雷"),
    date(2026, 1, 1),
    time(20),
    time(8),
)
NOON = NOW.replace(hour=12, minute=0, microsecond=0)
LATER = NOW + 8 * DAY


def night(day: int, person: str = "") -> Shift:
    """The night that begins that many days after the night of ``NOW``."""
    (shift,) = [s for s in NIGHTS.shifts(NOW, LATER) if s.begin == NOON + day * DAY]
    return replace(shift, person=person or shift.person)


async def rewrite(store: Store, rotation: Rotation = NIGHTS, at: timedelta = timedelta(0)) -> tuple[int, int]:
    """Rewrite a rotation as it is done at a start and every day."""
    now = NOW + at
    return await store.write(
        shifts.rewrite_rotation, rotation.name, now, rotation.shifts(now, max(LATER, now + 7 * DAY))
    )


async def coming(store: Store) -> list[Shift]:
    return await store.read(shifts.shifts_between, NOW, LATER)


async def test_a_rotation_writes_its_shifts_and_the_one_under_way(store: Store) -> None:
    assert await rewrite(store) == (0, 9)
    assert await coming(store) == list(NIGHTS.shifts(NOW, LATER))
    assert on_duty(await coming(store), "hz1", Post.TECHNICIAN, NOW) == ("李雷",)


async def test_writing_it_again_changes_nothing(store: Store) -> None:
    await rewrite(store)
    assert await rewrite(store) == (0, 0)
    assert await rewrite(store, at=timedelta(hours=1)) == (0, 0)


async def test_each_day_adds_a_day(store: Store) -> None:
    first = list(NIGHTS.shifts(NOW, NOW + AHEAD))
    await store.write(shifts.rewrite_rotation, "nights", NOW, first)
    second = list(NIGHTS.shifts(NOW + DAY, NOW + DAY + AHEAD))
    assert await store.write(shifts.rewrite_rotation, "nights", NOW + DAY, second) == (0, 1)


async def test_a_changed_rotation_replaces_its_future_and_leaves_what_has_begun(store: Store) -> None:
    await rewrite(store)
    assert await rewrite(store, replace(NIGHTS, people=("韩梅梅",))) == (8, 8)
    assert [shift.person for shift in await coming(store)] == ["李雷"] + 8 * ["韩梅梅"]


async def test_one_rotation_leaves_anothers_shifts(store: Store) -> None:
    await rewrite(store)
    days = replace(NIGHTS, name="days", begin=time(8), end=time(20))
    assert await rewrite(store, days) == (0, 8)
    assert await rewrite(store, replace(days, people=("韩梅梅",))) == (8, 8)
    assert [s for s in await coming(store) if s.person != "韩梅梅"] == list(NIGHTS.shifts(NOW, LATER))


async def test_a_swapped_shift_stays_swapped(store: Store) -> None:
    await rewrite(store)
    swapped = night(2, "韩梅梅")
    assert await store.write(shifts.change_shift, night(2), swapped)
    for rotation in (NIGHTS, replace(NIGHTS, people=("王芳",)), NIGHTS):
        await rewrite(store, rotation)
        assert [s for s in await coming(store) if s.begin == night(2).begin] == [swapped]


async def test_a_shift_that_was_taken_back_stays_away(store: Store) -> None:
    await rewrite(store)
    assert await store.write(shifts.change_shift, night(2), None)
    assert await rewrite(store) == (0, 0)
    assert night(2) not in await coming(store)
    assert len(await coming(store)) == 8


async def test_a_shift_that_was_made_longer_stays_so_and_the_next_is_not_lost(store: Store) -> None:
    await rewrite(store)
    longer = replace(night(2), end=night(3).begin + HOUR)
    assert await store.write(shifts.change_shift, night(2), longer)
    assert await rewrite(store) == (0, 0)
    assert [longer, night(3)] == [s for s in await coming(store) if night(2).begin <= s.begin <= night(3).begin]


async def test_a_shift_taken_back_can_be_given_again(store: Store) -> None:
    await rewrite(store)
    await store.write(shifts.change_shift, night(2), None)
    assert await store.write(shifts.put_shifts, [night(2)]) == 1
    assert await rewrite(store) == (0, 0)
    assert await coming(store) == list(NIGHTS.shifts(NOW, LATER))


async def test_two_who_change_one_shift_do_not_both_succeed(store: Store) -> None:
    await rewrite(store)
    assert await store.write(shifts.change_shift, night(2), night(2, "韩梅梅"))
    assert not await store.write(shifts.change_shift, night(2), night(2, "李雷"))
    assert [s.person for s in await coming(store) if s.begin == night(2).begin] == ["韩梅梅"]


async def test_shifts_by_hand_are_written_once(store: Store) -> None:
    extra = Shift("hz1", Post.MANAGER, "韩梅梅", NOW, NOW + DAY)
    assert await store.write(shifts.put_shifts, [extra, extra]) == 1
    assert await store.write(shifts.put_shifts, [extra]) == 0
    assert await store.write(shifts.put_shifts, [replace(extra, end=NOW + HOUR)]) == 1
    assert await store.write(shifts.put_shifts, []) == 0
    assert await coming(store) == [replace(extra, end=NOW + HOUR)]


async def test_a_shift_by_hand_that_a_rotation_would_also_write_is_left_alone(store: Store) -> None:
    longer = replace(night(2), end=night(2).end + HOUR)
    await store.write(shifts.put_shifts, [longer])
    await rewrite(store)
    assert [s for s in await coming(store) if s.begin == longer.begin] == [longer]


async def test_a_rotation_that_left_the_settings_is_found_and_taken_back(store: Store) -> None:
    await rewrite(store)
    await store.write(shifts.change_shift, night(2), night(2, "韩梅梅"))
    assert await store.read(shifts.rotations, NOW) == {"nights"}
    assert await store.write(shifts.rewrite_rotation, "nights", NOW, []) == (7, 0)
    assert await store.read(shifts.rotations, NOW) == set()
    assert await coming(store) == [night(0), night(2, "韩梅梅")]


async def test_shifts_are_found_by_any_part_of_them(store: Store) -> None:
    shift = Shift("hz1", Post.TECHNICIAN, "王芳", NOW, NOW + 2 * HOUR)
    await store.write(shifts.put_shifts, [shift])
    assert await store.read(shifts.shifts_between, NOW - HOUR, NOW) == []
    assert await store.read(shifts.shifts_between, NOW + HOUR, NOW + HOUR * 1.5) == [shift]
    assert await store.read(shifts.shifts_between, NOW + 2 * HOUR, NOW + 3 * HOUR) == []


async def test_another_agents_shifts_are_its_own(store: Store) -> None:
    await store.write(
        lambda conn, agent: shifts.rewrite_rotation(conn, "sh2", "nights", NOW, NIGHTS.shifts(NOW, LATER))
    )
    assert await coming(store) == []
    assert await rewrite(store) == (0, 9)
    await store.write(shifts.rewrite_rotation, "nights", NOW, [])
    assert len(await store.read(lambda conn, agent: shifts.shifts_between(conn, "sh2", NOW, LATER))) == 9
