"""Looks kept for plots and as evidence."""

from __future__ import annotations

from agent.store import looks
from agent.store.engine import Store
from tests.agent.store.samples import HOUR, NOW, look


async def test_looks_are_listed_by_target_and_time(store: Store) -> None:
    seen = [look(began=NOW + hour * HOUR) for hour in (2, 0, 1)]
    await store.write(looks.put_looks, [*seen, look("a")], "watch")
    assert await store.read(looks.list_looks, "core", NOW, NOW + 2 * HOUR) == [seen[1], seen[2]]


async def test_a_look_kept_for_both_reasons_is_listed_once(store: Store) -> None:
    await store.write(looks.put_looks, [look()], "watch")
    await store.write(looks.put_looks, [look()], "evidence")
    assert await store.read(looks.list_looks, "core", NOW, NOW + HOUR) == [look()]


async def test_numbers_stand_in_the_order_of_the_looks(store: Store) -> None:
    seen = [look(value=value) for value in range(50)]
    numbers = await store.write(looks.put_looks, seen, "evidence")
    assert [await store.read(looks.read_look, number) for number in numbers] == seen
    assert await store.read(looks.read_look, max(numbers) + 1) is None
    assert await store.write(looks.put_looks, [], "watch") == []
