"""Raised limits: they last until they are over or ended, and stay in the record after that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.store import overrides
from agent.store.engine import Store
from duty.errors import NotFound
from duty.overrides import Override
from tests.agent.store.samples import HOSTILE, HOUR, NOW

WANTED = Override(0, HOSTILE, "disk", HOSTILE, 92.5, None, NOW, NOW + HOUR, HOSTILE, HOSTILE)


async def test_a_raised_limit_comes_back_as_it_was(store: Store) -> None:
    made = await store.write(overrides.add_override, WANTED)
    assert made == replace(WANTED, number=1)
    assert await store.read(overrides.get_override, 1) == made
    assert await store.read(overrides.list_overrides, 9) == [made]


async def test_it_lasts_until_its_end(store: Store) -> None:
    made = await store.write(overrides.add_override, WANTED)
    assert await store.read(overrides.lasting_overrides, NOW) == [made]
    assert await store.read(overrides.lasting_overrides, NOW + HOUR) == []


async def test_it_can_be_ended_once_before_its_time(store: Store) -> None:
    await store.write(overrides.add_override, WANTED)
    assert await store.write(overrides.end_override, 1, "乙", NOW + HOUR / 2)
    assert not await store.write(overrides.end_override, 1, "甲", NOW + HOUR / 2)
    assert not await store.write(overrides.end_override, 7, "甲", NOW + HOUR / 2)
    ended = await store.read(overrides.get_override, 1)
    assert (ended.ended_at, ended.ended_by) == (NOW + HOUR / 2, "乙")
    assert await store.read(overrides.lasting_overrides, NOW + HOUR / 2) == []


async def test_the_newest_come_first(store: Store) -> None:
    for _ in range(3):
        await store.write(overrides.add_override, WANTED)
    assert [each.number for each in await store.read(overrides.list_overrides, 2)] == [3, 2]
    assert [each.number for each in await store.read(overrides.list_overrides, 2, before=2)] == [1]


async def test_what_ends_before_it_begins_and_what_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="cannot end"):
        await store.write(overrides.add_override, replace(WANTED, end=NOW))
    with pytest.raises(NotFound, match="no raised limit 9"):
        await store.read(overrides.get_override, 9)
