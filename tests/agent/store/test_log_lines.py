"""The duty log's lines: in the order in which things happened, each site's its own."""

from __future__ import annotations

import pytest

from agent.store import log_lines
from agent.store.engine import Store
from duty.duty_log import LogLine
from duty.errors import StoreError
from tests.agent.store.samples import HOSTILE, HOUR, NOW


async def test_a_line_comes_back_as_it_was(store: Store) -> None:
    made = await store.write(log_lines.add_line, HOSTILE, NOW, NOW + HOUR, HOSTILE, HOSTILE)
    assert made == LogLine(1, HOSTILE, NOW, NOW + HOUR, HOSTILE, HOSTILE)
    assert await store.read(log_lines.lines_between, HOSTILE, NOW, NOW + HOUR) == [made]


async def test_lines_stand_in_the_order_in_which_things_happened(store: Store) -> None:
    second = await store.write(log_lines.add_line, "hz1", NOW + HOUR, NOW + HOUR, "王芳", "巡视机房")
    first = await store.write(log_lines.add_line, "hz1", NOW, NOW + 2 * HOUR, "王芳", "补记：接班")
    third = await store.write(log_lines.add_line, "hz1", NOW + HOUR, NOW + 2 * HOUR, "李娜", "维保到场")
    await store.write(log_lines.add_line, "hz2", NOW, NOW, "李娜", "elsewhere")
    assert await store.read(log_lines.lines_between, "hz1", NOW, NOW + 2 * HOUR) == [first, second, third]


async def test_a_tours_begin_is_its_own_and_its_end_the_next_ones(store: Store) -> None:
    made = [await store.write(log_lines.add_line, "hz1", NOW + n * HOUR, NOW, "王芳", "x") for n in (0, 12)]
    assert await store.read(log_lines.lines_between, "hz1", NOW, NOW + 12 * HOUR) == made[:1]
    assert await store.read(log_lines.lines_between, "hz1", NOW + 12 * HOUR, NOW + 24 * HOUR) == made[1:]
    assert await store.read(log_lines.count_between, "hz1", NOW, NOW + 12 * HOUR) == 1
    assert await store.read(log_lines.count_between, "hz1", NOW, NOW + 13 * HOUR) == 2


async def test_a_line_is_about_an_alert_that_there_is(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.write(log_lines.add_line, "hz1", NOW, NOW, "王芳", "x", 7)


async def test_another_agents_lines_are_its_own(store: Store) -> None:
    await store.write(lambda conn, agent: log_lines.add_line(conn, "sh2", "hz1", NOW, NOW, "王芳", "x"))
    assert await store.read(log_lines.lines_between, "hz1", NOW, NOW + HOUR) == []
    assert await store.read(log_lines.count_between, "hz1", NOW, NOW + HOUR) == 0
