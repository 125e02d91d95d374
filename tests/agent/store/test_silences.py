"""Silences: in force from their beginning until they are over or ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from agent.store import silences
from agent.store.engine import Store
from duty.errors import NotFound
from duty.maintenance import Maintenance
from duty.silences import Silence, SilenceKind
from tests.agent.store.samples import HOSTILE, HOUR, NOW


async def test_a_silence_comes_back_as_it_was(store: Store) -> None:
    made = await store.write(
        silences.add_silence,
        NOW,
        NOW + HOUR,
        HOSTILE,
        HOSTILE,
        target=HOSTILE,
        site="hz*",
        check="port_*",
        kind=SilenceKind.MAINTENANCE,
    )
    expected = Silence(
        1, SilenceKind.MAINTENANCE, HOSTILE, "hz*", "port_*", NOW, NOW + HOUR, HOSTILE, HOSTILE, None, ""
    )
    assert made == expected
    assert await store.read(silences.get_silence, 1) == expected


async def test_a_silence_is_in_force_from_its_beginning_until_its_end(store: Store) -> None:
    made = await store.write(silences.add_silence, NOW, NOW + HOUR, "王芳", "UPS")
    assert await store.read(silences.active_silences, NOW - HOUR / 60) == []
    assert await store.read(silences.active_silences, NOW) == [made]
    assert await store.read(silences.active_silences, NOW + HOUR) == []


async def test_a_silence_can_be_ended_before_its_time(store: Store) -> None:
    made = await store.write(silences.add_silence, NOW, NOW + 2 * HOUR, "王芳", "UPS")
    assert await store.write(silences.end_silence, made.number, "李雷", NOW + HOUR)
    assert await store.read(silences.active_silences, NOW + HOUR) == []
    ended = await store.read(silences.get_silence, made.number)
    assert (ended.end, ended.ended_at, ended.ended_by) == (NOW + 2 * HOUR, NOW + HOUR, "李雷")


async def test_a_window_that_is_called_off_never_begins(store: Store) -> None:
    made = await store.write(silences.add_silence, NOW + HOUR, NOW + 2 * HOUR, "王芳", "UPS")
    assert await store.write(silences.end_silence, made.number, "李雷", NOW)
    assert await store.read(silences.active_silences, NOW + HOUR) == []


async def test_what_is_over_cannot_be_ended(store: Store) -> None:
    made = await store.write(silences.add_silence, NOW, NOW + HOUR, "王芳", "UPS")
    assert not await store.write(silences.end_silence, made.number, "李雷", NOW + HOUR)
    assert await store.write(silences.end_silence, made.number, "李雷", NOW)
    assert not await store.write(silences.end_silence, made.number, "王芳", NOW)
    assert not await store.write(silences.end_silence, 7, "王芳", NOW)
    assert (await store.read(silences.get_silence, made.number)).ended_by == "李雷"


async def test_a_silence_must_end_after_it_begins(store: Store) -> None:
    with pytest.raises(ValueError, match="cannot end at"):
        await store.write(silences.add_silence, NOW, NOW, "王芳", "UPS")
    assert await store.read(silences.list_silences, 9) == []


async def test_silences_are_listed_newest_first_over_or_not(store: Store) -> None:
    a, b, c = [await store.write(silences.add_silence, NOW, NOW + n * HOUR, "王芳", "UPS") for n in (1, 2, 3)]
    assert await store.read(silences.list_silences, 2) == [c, b]
    assert await store.read(silences.list_silences, 9, before=b.number) == [a]
    assert await store.read(silences.active_silences, NOW + HOUR) == [b, c]


async def test_another_agents_silences_are_its_own(store: Store) -> None:
    theirs = await store.write(lambda conn, agent: silences.add_silence(conn, "sh2", NOW, NOW + HOUR, "王芳", "UPS"))
    assert await store.read(silences.active_silences, NOW) == []
    assert await store.read(silences.list_silences, 9) == []
    assert not await store.write(silences.end_silence, theirs.number, "李雷", NOW)
    with pytest.raises(NotFound, match=f"there is no silence {theirs.number}"):
        await store.read(silences.get_silence, theirs.number)


WORK = Maintenance(
    "backup", "UTC", ("nas-*",), ("*",), ("*",), frozenset(range(7)), time(1), time(3), date(2026, 1, 1),
    date(2026, 12, 31), "backups",
)  # fmt: skip
BEFORE = datetime(2026, 5, 4, 0, 30, tzinfo=UTC)


async def rewrite(store: Store, now: datetime, work: Maintenance | None = WORK) -> list[str]:
    """Write the windows of two days ahead as they should be now, and return all that there are."""
    windows = list(work.windows(now, now + 48 * HOUR)) if work is not None else []
    await store.write(silences.rewrite_rule, "backup", "settings", windows, now)
    found = await store.read(silences.list_silences, 99)
    return [f"{s.begin:%d %H}-{s.over:%d %H:%M}" for s in sorted(found, key=lambda s: s.begin)]


async def test_the_windows_of_a_rule_are_written_once(store: Store) -> None:
    assert await rewrite(store, BEFORE) == ["04 01-04 03:00", "05 01-05 03:00"]
    assert await rewrite(store, BEFORE) == ["04 01-04 03:00", "05 01-05 03:00"]
    assert await rewrite(store, BEFORE + HOUR) == ["04 01-04 03:00", "05 01-05 03:00", "06 01-06 03:00"]
    assert await store.read(silences.rules, BEFORE) == {"backup"}
    assert await store.read(silences.count_by_hand, BEFORE) == 0
    (held,) = await store.read(silences.active_silences, BEFORE + HOUR)
    assert (held.kind, held.by, held.rule, held.why) == (SilenceKind.MAINTENANCE, "settings", "backup", "backups")


async def test_other_settings_change_what_is_to_come_and_what_is_in_force(store: Store) -> None:
    await rewrite(store, BEFORE)
    longer = replace(WORK, end=time(4))
    assert await rewrite(store, BEFORE + HOUR, longer) == ["04 01-04 04:00", "05 01-05 04:00", "06 01-06 04:00"]
    later = replace(WORK, begin=time(2))
    assert await rewrite(store, BEFORE + HOUR, later) == [
        "04 01-04 01:30",
        "04 02-04 03:00",
        "05 02-05 03:00",
    ]
    assert await rewrite(store, BEFORE + HOUR, None) == ["04 01-04 01:30"], "the record keeps that it was"
    assert await rewrite(store, BEFORE + HOUR) == ["04 01-04 03:00", "05 01-05 03:00", "06 01-06 03:00"]


async def test_a_window_that_somebody_ended_stays_ended(store: Store) -> None:
    await rewrite(store, BEFORE)
    (now, coming) = sorted(await store.read(silences.list_silences, 9), key=lambda s: s.begin)
    assert await store.write(silences.end_silence, now.number, "王芳", BEFORE + HOUR)
    assert await store.write(silences.end_silence, coming.number, "王芳", BEFORE + HOUR)
    await rewrite(store, BEFORE + HOUR)
    assert await store.read(silences.active_silences, BEFORE + HOUR) == []
    assert await store.read(silences.active_silences, BEFORE + 25 * HOUR) == []
