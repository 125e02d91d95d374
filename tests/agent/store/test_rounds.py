"""Rounds opened whole, closed with true counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from agent.store import journal, rounds, sheets, tallies
from agent.store.engine import Store
from duty.errors import NotFound, StoreError
from duty.rounds import Counts, Round, RoundState, SheetState
from tests.agent.store.samples import HOUR, NOW, sheet, whole_round

MINUTE = timedelta(minutes=1)


async def test_a_round_opens_with_a_pending_sheet_for_each_target(store: Store) -> None:
    number = await store.write(rounds.open_round, "hourly", NOW, ["b", "a"], NOW + MINUTE, True, "rules-1")
    assert await store.read(rounds.get_round, number) == (
        Round("hourly", NOW, RoundState.OPEN, "", NOW + MINUTE, None, True, number),
        Counts({SheetState.PENDING: 2}),
    )
    assert await store.read(sheets.pending_targets, number) == ["a", "b"]
    assert [each.number for each in await store.read(rounds.open_rounds)] == [number]


async def test_a_slot_has_one_round(store: Store) -> None:
    await store.write(rounds.open_round, "hourly", NOW, ["a"], NOW, False, "")
    with pytest.raises(StoreError, match=r"hourly of 2026-01-02T20:00:00.*written already"):
        await store.write(rounds.open_round, "hourly", NOW, ["a"], NOW, False, "")
    with pytest.raises(StoreError, match="written already"):
        await store.write(rounds.record_missed, "hourly", NOW, "overrun", NOW)
    assert len(await store.read(rounds.list_rounds, 10)) == 1


async def test_another_cadence_and_another_agent_have_slots_of_their_own(store: Store) -> None:
    def of_another_agent(conn: Connection, agent: str) -> int:
        return rounds.open_round(conn, "sh2", "hourly", NOW, ["a"], NOW, False, "")

    await store.write(rounds.open_round, "hourly", NOW, ["a"], NOW, False, "")
    await store.write(rounds.open_round, "daily", NOW, ["a"], NOW, False, "")
    await store.write(of_another_agent)
    assert len(await store.read(rounds.list_rounds, 10)) == 2


async def test_what_is_pending_at_the_end_was_not_inspected(store: Store) -> None:
    number = await store.write(rounds.open_round, "hourly", NOW, ["a", "b", "c"], NOW, False, "")
    await store.write(sheets.put_sheets, number, [sheet("b", SheetState.OK)])
    counts = Counts({SheetState.OK: 1, SheetState.NOT_INSPECTED: 2})
    assert await store.write(rounds.close_round, number, NOW + MINUTE) == (RoundState.PARTIAL, counts)
    assert await store.read(rounds.round_at, "hourly", NOW) == (
        Round("hourly", NOW, RoundState.PARTIAL, "", NOW, NOW + MINUTE, False, number),
        counts,
    )


async def test_an_interrupted_round_says_why(store: Store) -> None:
    number = await store.write(rounds.open_round, "hourly", NOW, ["a"], NOW, False, "")
    state, counts = await store.write(rounds.close_round, number, NOW, "agent_down")
    assert (state, counts[SheetState.NOT_INSPECTED]) == (RoundState.INTERRUPTED, 1)
    found = await store.read(rounds.get_round, number)
    assert found is not None
    assert found[0].reason == "agent_down"


async def test_a_round_without_targets_is_complete(store: Store) -> None:
    number = await store.write(rounds.open_round, "hourly", NOW, [], NOW, False, "")
    assert await store.write(rounds.close_round, number, NOW) == (RoundState.COMPLETE, Counts())


async def test_a_round_is_closed_once(store: Store) -> None:
    number = await store.write(whole_round)
    with pytest.raises(NotFound, match=f"round {number} is not open"):
        await store.write(rounds.close_round, number, NOW)
    with pytest.raises(NotFound):
        await store.write(rounds.close_round, number + 1, NOW)


async def test_the_journal_tells_of_each_round_that_ends(store: Store) -> None:
    await store.write(whole_round)
    await store.write(rounds.record_missed, "hourly", NOW + HOUR, "agent_down", NOW + 2 * HOUR)
    missed, closed = await store.read(journal.entries, 10)
    assert (closed.kind, closed.result, missed.kind, missed.result) == (
        "round_closed",
        "complete",
        "round_missed",
        "agent_down",
    )
    said = await store.read(journal.payload_of, closed.seq)
    assert said is not None
    assert said["counts"] == {"abnormal": 2}
    assert [target for target, _ in said["sheets"]] == ["a", "b"]


async def test_a_missed_slot_was_dealt_with(store: Store) -> None:
    await store.write(whole_round)
    number = await store.write(rounds.record_missed, "hourly", NOW + HOUR, "clock_stepped", NOW + 2 * HOUR)
    await store.write(rounds.open_round, "daily", NOW, [], NOW, False, "")
    assert await store.read(rounds.last_slots) == {"hourly": NOW + HOUR, "daily": NOW}
    assert await store.read(rounds.get_round, number) == (
        Round("hourly", NOW + HOUR, RoundState.MISSED, "clock_stepped", None, NOW + 2 * HOUR, False, number),
        Counts(),
    )


async def test_rounds_are_listed_newest_first(store: Store) -> None:
    for hour in range(3):
        await store.write(whole_round, NOW + hour * HOUR)
    await store.write(whole_round, NOW, "daily")

    def slots(found: list[tuple[Round, Counts]]) -> list[tuple[str, int]]:
        return [(each.cadence, (each.slot - NOW) // HOUR) for each, _ in found]

    assert slots(await store.read(rounds.list_rounds, 2)) == [("hourly", 2), ("hourly", 1)]
    assert slots(await store.read(rounds.list_rounds, 9, before=NOW + HOUR)) == [("daily", 0), ("hourly", 0)]
    assert slots(await store.read(rounds.list_rounds, 9, cadence="daily")) == [("daily", 0)]
    assert all(counts.expected == 2 for _, counts in await store.read(rounds.list_rounds, 9))


async def test_an_unknown_round_is_none(store: Store) -> None:
    assert await store.read(rounds.get_round, 1) is None
    assert await store.read(rounds.round_at, "hourly", NOW) is None


async def test_rounds_are_counted_by_cadence_and_state(store: Store) -> None:
    await store.write(whole_round)
    await store.write(rounds.record_missed, "hourly", NOW + HOUR, "overrun", NOW)
    await store.write(rounds.open_round, "daily", NOW, ["a"], NOW, False, "")
    assert await store.read(tallies.totals) == {
        ("hourly", RoundState.COMPLETE): 1,
        ("hourly", RoundState.MISSED): 1,
        ("daily", RoundState.OPEN): 1,
    }
    newest = {each.cadence: (each.state, counts.expected) for each, counts in await store.read(tallies.newest)}
    assert newest == {"hourly": (RoundState.MISSED, 0), "daily": (RoundState.OPEN, 1)}
