"""Sheets written once, and read back as they were."""

from __future__ import annotations

import dataclasses

import pytest

from agent.store import rounds, sheets
from agent.store.engine import Store
from duty.rounds import Sheet, SheetState
from tests.agent.store.samples import HOSTILE, HOUR, NOW, sheet, whole_round


async def opened(store: Store, *targets: str) -> int:
    return await store.write(rounds.open_round, "hourly", NOW, targets, NOW, False, "")


async def test_a_sheet_comes_back_as_it_was(store: Store) -> None:
    number = await opened(store, "core", HOSTILE)
    written = [sheet("core"), sheet(HOSTILE, SheetState.OK, 1.0)]
    assert await store.write(sheets.put_sheets, number, written) == 2
    assert await store.read(sheets.read_sheets, number) == sorted(written, key=lambda each: each.target)
    assert await store.read(sheets.read_sheet, number, HOSTILE) == written[1]


async def test_a_sheet_is_written_once(store: Store) -> None:
    number = await opened(store, "a", "b")
    assert await store.write(sheets.put_sheets, number, [sheet("a", value=1)]) == 1
    assert await store.write(sheets.put_sheets, number, [sheet("a", value=2), sheet("b")]) == 1
    assert await store.read(sheets.read_sheet, number, "a") == sheet("a", value=1)


async def test_of_two_sheets_of_one_target_the_first_counts(store: Store) -> None:
    number = await opened(store, "a")
    assert await store.write(sheets.put_sheets, number, [sheet("a", value=1), sheet("a", value=2)]) == 1
    assert await store.read(sheets.read_sheet, number, "a") == sheet("a", value=1)


async def test_a_target_that_the_round_never_expected_is_left_out(store: Store) -> None:
    number = await opened(store, "a")
    assert await store.write(sheets.put_sheets, number, [sheet("b")]) == 0
    assert await store.read(sheets.read_sheet, number, "b") is None


async def test_a_closed_round_takes_no_sheet(store: Store) -> None:
    number = await opened(store, "a")
    await store.write(rounds.close_round, number, NOW)
    assert await store.write(sheets.put_sheets, number, [sheet("a")]) == 0
    assert await store.read(sheets.read_sheet, number, "a") == Sheet("a", SheetState.NOT_INSPECTED)


async def test_a_pending_sheet_has_nothing_to_write(store: Store) -> None:
    number = await opened(store, "a")
    with pytest.raises(ValueError, match="nothing to say"):
        await store.write(sheets.put_sheets, number, [Sheet("a", SheetState.PENDING)])


async def test_a_number_that_is_not_one_is_refused_with_all_that_came_with_it(store: Store) -> None:
    number = await opened(store, "a", "b")
    with pytest.raises(ValueError, match="JSON"):
        await store.write(sheets.put_sheets, number, [sheet("a"), sheet("b", value=float("nan"))])
    assert await store.read(sheets.pending_targets, number) == ["a", "b"]


async def test_a_sheet_without_a_look_is_kept_too(store: Store) -> None:
    number = await opened(store, "a")
    alone = dataclasses.replace(sheet("a", SheetState.SUPPRESSED), look=None)
    await store.write(sheets.put_sheets, number, [alone])
    assert await store.read(sheets.read_sheet, number, "a") == alone


async def test_the_grid_has_each_target_of_each_round(store: Store) -> None:
    first = await store.write(whole_round)
    second = await store.write(rounds.open_round, "hourly", NOW + HOUR, ["a"], NOW, False, "")
    empty = await store.write(rounds.record_missed, "hourly", NOW + 2 * HOUR, "overrun", NOW)
    assert await store.read(sheets.sheet_states, [first, second, empty]) == {
        first: {"a": SheetState.ABNORMAL, "b": SheetState.ABNORMAL},
        second: {"a": SheetState.PENDING},
        empty: {},
    }


async def test_a_trend_is_a_targets_sheets_by_slot(store: Store) -> None:
    for hour in range(4):
        await store.write(whole_round, NOW + hour * HOUR)
    found = await store.read(sheets.trend, "a", NOW + HOUR, NOW + 3 * HOUR)
    assert found == [(NOW + HOUR, sheet("a")), (NOW + 2 * HOUR, sheet("a"))]
