"""Traps on record: a line grows under its number, and each target's are read newest first."""

from __future__ import annotations

from dataclasses import replace

from agent.store import traps
from agent.store.engine import Store
from duty.traps import Meaning, TrapLine
from tests.agent.store.samples import HOUR, NOW

HOSTILE = "GE0/0/7\x00\ud800" + chr(0x202E)
DOWN = TrapLine("core", "10.0.0.1", Meaning("link_down", "1.3.6.1.6.3.1.1.5.3", HOSTILE), NOW, NOW)


async def test_a_line_comes_back_whatever_is_in_it(store: Store) -> None:
    await store.write(traps.put_lines, [(None, DOWN)])
    assert await store.read(traps.newest, "core", 9) == [DOWN]


async def test_a_line_grows_under_its_number(store: Store) -> None:
    (number,) = await store.write(traps.put_lines, [(None, DOWN)])
    grown = replace(DOWN, last=NOW + HOUR, count=1000)
    assert await store.write(traps.put_lines, [(number, grown)]) == [number]
    assert await store.read(traps.newest, "core", 9) == [grown]


async def test_a_line_that_retention_has_taken_meanwhile_is_written_anew(store: Store) -> None:
    (number,) = await store.write(traps.put_lines, [(4711, DOWN)])
    assert await store.read(traps.newest, "core", 9) == [DOWN]
    assert number != 4711


async def test_the_newest_of_a_target_come_first_and_no_more_than_asked_for(store: Store) -> None:
    lines = [replace(DOWN, first=NOW + n * HOUR, last=NOW + n * HOUR) for n in range(5)]
    await store.write(traps.put_lines, [(None, line) for line in [*lines, replace(DOWN, target="access")]])
    assert await store.read(traps.newest, "core", 2) == [lines[4], lines[3]]
