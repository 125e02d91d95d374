"""Retention deletes bodies, and the record stays whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import journal, looks, prune, rounds, sheets, traps
from agent.store.engine import Store
from agent.store.schema import rounds as round_rows
from agent.store.schema import sheet_bodies
from agent.store.schema import sheets as sheet_rows
from agent.store.verify import verify
from duty.rounds import Sheet, SheetState
from duty.traps import Meaning, TrapLine
from tests.agent.store.samples import HOUR, NOW, look, sheet, whole_round

LATER = NOW + timedelta(days=1)


@pytest.fixture
async def kept(store: Store) -> Store:
    """A store with four rounds of two sheets, two looks of the watch, and two that are evidence."""
    for hour in range(4):
        await store.write(whole_round, NOW + hour * HOUR)
    for why in ("watch", "evidence"):
        await store.write(looks.put_looks, [look(began=NOW), look(began=NOW + 3 * HOUR)], why)
    return store


async def pruned(store: Store, batch: int = 100) -> int:
    before = NOW + 2 * HOUR
    return await store.write(prune.prune, sheets_before=before, looks_before=before, now=LATER, batch=batch)


async def test_bodies_go_and_the_record_stays_whole(kept: Store) -> None:
    # Two rounds of two sheets, what the journal said of the two, a look that is evidence and one of the watch.
    assert await pruned(kept) == 4 + 2 + 1 + 1
    found = await kept.read(verify)
    assert (found.entries, found.first_bad, found.why) == (5, None, "")
    assert await kept.read(sheets.read_sheet, 1, "a") == Sheet("a", SheetState.ABNORMAL)
    assert await kept.read(sheets.read_sheet, 3, "a") == sheet("a")
    assert await kept.read(looks.list_looks, "core", NOW, LATER) == [look(began=NOW + 3 * HOUR)]


async def test_lines_of_traps_go_with_the_sheets_of_their_time(kept: Store) -> None:
    lines = [TrapLine("core", "10.0.0.1", Meaning("link_down", "1.3"), at, at) for at in (NOW, NOW + 3 * HOUR)]
    await kept.write(traps.put_lines, [(None, line) for line in lines])
    await pruned(kept)
    assert await kept.read(traps.newest, "core", 9) == lines[1:]


async def test_small_batches_share_one_entry(kept: Store) -> None:
    gone = [await pruned(kept, batch=3) for _ in range(4)]
    assert gone == [3, 3, 2, 0]
    assert [entry.kind for entry in await kept.read(journal.entries, 9)] == ["pruned", *["round_closed"] * 4]
    assert (await kept.read(verify)).first_bad is None


async def test_nothing_to_prune_leaves_no_entry(kept: Store) -> None:
    args = {"sheets_before": NOW, "looks_before": NOW}
    assert await kept.write(prune.prune, **args, now=LATER, batch=9) == 0
    assert len(await kept.read(journal.entries, 9)) == 4


async def test_an_open_round_keeps_its_bodies(store: Store) -> None:
    number = await store.write(rounds.open_round, "hourly", NOW, ["a", "b"], NOW, False, "")
    await store.write(sheets.put_sheets, number, [sheet("a")])
    assert await pruned(store) == 0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(
            sheet_rows.update().where(sheet_rows.c.round == 1, sheet_rows.c.target == "a").values(criticals=0),
            "round 1, or a sheet of it, was changed or deleted",
            id="a sheet's row",
        ),
        pytest.param(
            round_rows.update().where(round_rows.c.number == 1).values(late=True),
            "round 1, or a sheet of it, was changed or deleted",
            id="a round",
        ),
        pytest.param(
            sheet_bodies.delete().where(sheet_bodies.c.round == 3, sheet_bodies.c.target == "a"),
            "round 3 (hourly 2026-01-02T22:00:00.000250+00:00): "
            "the body of a is missing, and no pruned entry covers it",
            id="a body that should be there",
        ),
    ],
)
async def test_what_is_left_is_still_guarded(kept: Store, change: sa.Executable, why: str) -> None:
    def behind_its_back(conn: Connection, agent: str) -> int:
        return conn.execute(change).rowcount

    await pruned(kept)
    assert await kept.write(behind_its_back) == 1
    assert (await kept.read(verify)).why == why


async def test_a_deleted_round_is_found_after_its_words_are_gone(kept: Store) -> None:
    def delete(conn: Connection, agent: str) -> None:
        conn.execute(sheet_rows.delete().where(sheet_rows.c.round == 1))
        conn.execute(round_rows.delete().where(round_rows.c.number == 1))

    await pruned(kept)
    await kept.write(delete)
    assert (
        "the round that ended at 2026-01-02T20:01:00.000250+00:00 was changed or deleted"
        in (await kept.read(verify)).why
    )


async def test_freed_pages_go_back_to_the_file_system(on_sqlite: Store) -> None:
    def free(conn: Connection, agent: str) -> int:
        return int(conn.exec_driver_sql("PRAGMA freelist_count").scalar_one())

    many = tuple(f"target-{n}" for n in range(200))
    await on_sqlite.write(whole_round, NOW, "hourly", many)
    await pruned(on_sqlite, batch=1000)
    assert await on_sqlite.read(free) > 3
    await on_sqlite.write(prune.shrink)
    assert await on_sqlite.read(free) == 0


async def test_shrinking_is_no_trouble_anywhere(store: Store) -> None:
    await store.write(prune.shrink)
    assert (await store.read(verify)).first_bad is None
