"""Whatever is changed, deleted or moved in the record, ``verify`` names it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import bodies, journal, rounds, sheets
from agent.store.engine import Store
from agent.store.schema import journal as entries
from agent.store.schema import journal_bodies, sheet_bodies
from agent.store.schema import rounds as round_rows
from agent.store.schema import sheets as sheet_rows
from agent.store.verify import Verified, verify
from tests.agent.store.samples import HOUR, NOW, sheet, whole_round


@pytest.fixture
async def kept(store: Store) -> Store:
    """A store with three rounds, a missed one, a person's entry and an open round."""
    for hour in range(3):
        await store.write(whole_round, NOW + hour * HOUR)
    await store.write(rounds.record_missed, "hourly", NOW + 3 * HOUR, "overrun", NOW + 4 * HOUR)
    await store.write(journal.append, "signed", NOW, "王芳", "ok", {"round": 1})
    number = await store.write(rounds.open_round, "hourly", NOW + 4 * HOUR, ["a", "b"], NOW, False, "")
    await store.write(sheets.put_sheets, number, [sheet("a")])
    return store


async def tamper(store: Store, *statements: sa.Executable) -> Verified:
    """Change the record behind the store's back, and verify."""

    def change(conn: Connection, agent: str) -> None:
        if conn.dialect.name == "sqlite":
            conn.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for statement in statements:
            assert conn.execute(statement).rowcount != 0

    await store.write(change)
    return await store.read(verify)


async def test_an_untouched_record_is_whole(kept: Store) -> None:
    head = await kept.read(journal.head)
    assert head is not None
    assert await kept.read(verify) == Verified(5, head.hash)


async def test_an_empty_record_is_whole(store: Store) -> None:
    assert await store.read(verify) == Verified(0, journal.FIRST)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "round_missed"),
        ("at", NOW + HOUR / 60),
        ("actor", "李雷"),
        ("result", "partial"),
        ("payload", "0" * 64),
        ("hash", "0" * 64),
    ],
)
async def test_a_changed_field_of_an_entry_is_found(kept: Store, column: str, value: object) -> None:
    found = await tamper(kept, entries.update().where(entries.c.seq == 2).values({column: value}))
    assert (found.first_bad, found.why) == (2, "entry 2 was changed")


async def test_a_changed_link_is_found(kept: Store) -> None:
    found = await tamper(kept, entries.update().where(entries.c.seq == 2).values(previous="0" * 64))
    assert (found.first_bad, found.why) == (2, "entry 2 does not follow from the one before it")


async def test_a_deleted_entry_is_found(kept: Store) -> None:
    found = await tamper(
        kept, journal_bodies.delete().where(journal_bodies.c.seq == 2), entries.delete().where(entries.c.seq == 2)
    )
    assert (found.first_bad, found.why) == (2, "entry 2 is missing")


async def test_a_deleted_first_entry_is_found(kept: Store) -> None:
    found = await tamper(
        kept, journal_bodies.delete().where(journal_bodies.c.seq == 1), entries.delete().where(entries.c.seq == 1)
    )
    assert (found.first_bad, found.why) == (1, "entry 1 is missing")


async def test_two_entries_that_changed_places_are_found(kept: Store) -> None:
    def moved(old: int, new: int) -> tuple[sa.Executable, ...]:
        # Without their bodies, which are held to them by a foreign key.
        return (entries.update().where(entries.c.seq == old).values(seq=new),)

    gone = journal_bodies.delete().where(journal_bodies.c.seq.in_((2, 3)))
    found = await tamper(kept, gone, *moved(2, 99), *moved(3, 2), *moved(99, 3))
    assert (found.first_bad, found.why) == (2, "entry 2 does not follow from the one before it")


async def test_changed_words_of_an_entry_are_found(kept: Store) -> None:
    body = bodies.pack(bodies.canonical({"round": 2}))
    found = await tamper(kept, journal_bodies.update().where(journal_bodies.c.seq == 5).values(body=body))
    assert (found.first_bad, found.why) == (5, "what entry 5 says was changed")


async def test_deleted_words_of_an_entry_are_found(kept: Store) -> None:
    found = await tamper(kept, journal_bodies.delete().where(journal_bodies.c.seq == 5))
    assert (found.first_bad, found.why) == (5, "what entry 5 says is missing, and no pruned entry covers it")


async def test_a_damaged_body_of_an_entry_is_found(kept: Store) -> None:
    found = await tamper(kept, journal_bodies.update().where(journal_bodies.c.seq == 5).values(body=b"\0"))
    assert (found.first_bad, found.why) == (5, "what entry 5 says is damaged")


ROUND_2 = "round 2 (hourly 2026-01-02T21:00:00.000250+00:00)"
SHEET_B = sa.and_(sheet_rows.c.round == 2, sheet_rows.c.target == "b")
BODY_B = sa.and_(sheet_bodies.c.round == 2, sheet_bodies.c.target == "b")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "ok"),
        ("began", NOW),
        ("took_us", 0),
        ("readings", 0),
        ("gaps", 0),
        ("warnings", 7),
        ("criticals", 0),
        ("digest", "0" * 64),
    ],
)
async def test_a_changed_row_of_a_sheet_is_found(kept: Store, column: str, value: object) -> None:
    if column == "began":
        value = NOW + HOUR
    found = await tamper(kept, sheet_rows.update().where(SHEET_B).values({column: value}))
    assert (found.first_bad, found.why) == (2, f"{ROUND_2}: the sheet of b was changed")


@pytest.mark.parametrize("at", [0, 3, 100, -1])
async def test_a_flipped_byte_in_the_body_of_a_sheet_is_found(kept: Store, at: int) -> None:
    def body(conn: Connection, agent: str) -> bytes:
        return bytes(conn.execute(sa.select(sheet_bodies.c.body).where(BODY_B)).scalar_one())

    flipped = bytearray(await kept.read(body))
    flipped[at] ^= 1
    found = await tamper(kept, sheet_bodies.update().where(BODY_B).values(body=bytes(flipped)))
    assert (found.first_bad, found.why) == (2, f"{ROUND_2}: the body of b was changed")


async def test_another_sheets_body_is_found(kept: Store) -> None:
    body = bodies.pack(bodies.write_sheet(sheet("b", value=1)))
    found = await tamper(kept, sheet_bodies.update().where(BODY_B).values(body=body))
    assert found.why == f"{ROUND_2}: the body of b was changed"


async def test_a_body_and_its_digest_changed_together_are_found(kept: Store) -> None:
    content = bodies.write_sheet(sheet("b", value=1))
    found = await tamper(
        kept,
        sheet_bodies.update().where(BODY_B).values(body=bodies.pack(content)),
        sheet_rows.update().where(SHEET_B).values(digest=bodies.digest(content)),
    )
    assert found.why == f"{ROUND_2}: the sheet of b was changed"


async def test_a_deleted_body_is_found(kept: Store) -> None:
    found = await tamper(kept, sheet_bodies.delete().where(BODY_B))
    assert found.why == f"{ROUND_2}: the body of b is missing, and no pruned entry covers it"


async def test_a_deleted_sheet_is_found(kept: Store) -> None:
    found = await tamper(kept, sheet_bodies.delete().where(BODY_B), sheet_rows.delete().where(SHEET_B))
    assert found.why == f"{ROUND_2}: the sheet of b is missing"


async def test_a_sheet_that_was_added_is_found(kept: Store) -> None:
    added = {"round": 2, "target": "c", "state": "ok", "took_us": 0}
    found = await tamper(kept, sheet_rows.insert().values(readings=0, gaps=0, warnings=0, criticals=0, **added))
    assert found.why == f"{ROUND_2}: the sheet of c was added later"


@pytest.mark.parametrize(
    ("column", "value"),
    [("state", "partial"), ("reason", "none"), ("begun", NOW), ("ended", NOW), ("late", True), ("rules", "rules-2")],
)
async def test_a_changed_round_is_found(kept: Store, column: str, value: object) -> None:
    found = await tamper(kept, round_rows.update().where(round_rows.c.number == 2).values({column: value}))
    assert (found.first_bad, found.why) == (2, f"{ROUND_2} was changed: {column}")


async def test_a_missed_round_that_was_made_good_is_found(kept: Store) -> None:
    found = await tamper(kept, round_rows.update().where(round_rows.c.number == 4).values(state="complete"))
    assert (found.first_bad, found.why.endswith("was changed: state")) == (4, True)


async def test_a_deleted_round_is_found(kept: Store) -> None:
    found = await tamper(
        kept,
        sheet_bodies.delete().where(sheet_bodies.c.round == 2),
        sheet_rows.delete().where(sheet_rows.c.round == 2),
        round_rows.delete().where(round_rows.c.number == 2),
    )
    assert (found.first_bad, found.why) == (2, f"{ROUND_2} is missing")


async def test_a_round_closed_behind_the_journals_back_is_found(kept: Store) -> None:
    found = await tamper(kept, round_rows.update().where(round_rows.c.number == 5).values(state="complete"))
    assert (found.first_bad, found.why) == (0, "round 5 is closed, and no entry tells of it")


async def test_a_cut_tail_shows_only_beside_a_head_that_was_kept(kept: Store) -> None:
    anchor = await kept.read(journal.head)
    found = await tamper(
        kept, journal_bodies.delete().where(journal_bodies.c.seq == 5), entries.delete().where(entries.c.seq == 5)
    )
    assert found.first_bad is None
    assert anchor is not None
    assert found.head != anchor.hash


async def test_another_agents_chain_is_its_own(kept: Store) -> None:
    def of_another(conn: Connection, agent: str) -> Verified:
        whole_round(conn, "sh2")
        return verify(conn, "sh2")

    assert (await kept.write(of_another)).entries == 1
    assert (await kept.read(verify)).entries == 5
