"""Retention: bodies go, a few at a time; headers, digests and the chain stay, and the journal says what went."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import journal
from agent.store.columns import microseconds
from agent.store.rounds import CLOSED, MISSED
from agent.store.schema import journal as journal_table
from agent.store.schema import journal_bodies, looks, rounds, sheet_bodies, traps
from duty.rounds import RoundState

PRUNED = "pruned"
"""The kind of the entry that makes it lawful for older bodies to be missing."""


def prune(
    conn: Connection, agent: str, *, sheets_before: datetime, looks_before: datetime, now: datetime, batch: int
) -> int:
    """Delete up to ``batch`` bodies that are past their time and return how many; call it until there are fewer.

    Bodies of sheets, of the entries that close rounds, and of looks that are evidence go by ``sheets_before``. Lines of
    traps go whole by then; looks of the watch, which are no part of the record, by ``looks_before``.
    """
    gone = 0
    for delete in (_sheets, _closings, _evidence):
        gone += delete(conn, agent, sheets_before, batch - gone)
    if gone and not _told(conn, agent, sheets_before):
        said = {"sheets_before": microseconds(sheets_before)}
        journal.append(conn, agent, PRUNED, now, journal.AGENT, "ok", said)
    gone += _traps(conn, agent, sheets_before, batch - gone)
    return gone + _watched(conn, agent, looks_before, batch - gone)


def shrink(conn: Connection, agent: str, pages: int = 250) -> None:
    """Give free pages of a SQLite file back to its file system; PostgreSQL sees to that by itself."""
    if conn.dialect.name == "sqlite":
        free = int(conn.exec_driver_sql("PRAGMA freelist_count").scalar_one())
        for _ in range(min(free, pages)):
            # One by one: SQLite frees a page with each step, and the driver takes one step only.
            conn.exec_driver_sql("PRAGMA incremental_vacuum(1)")


def _sheets(conn: Connection, agent: str, before: datetime, most: int) -> int:
    key = sa.tuple_(sheet_bodies.c.round, sheet_bodies.c.target)
    old = (
        sa.select(sheet_bodies.c.round, sheet_bodies.c.target)
        .join(rounds, rounds.c.number == sheet_bodies.c.round)
        .where(rounds.c.agent == agent, rounds.c.slot < before, rounds.c.state != RoundState.OPEN.value)
        .limit(most)
    )
    return conn.execute(sheet_bodies.delete().where(key.in_(old))).rowcount


def _closings(conn: Connection, agent: str, before: datetime, most: int) -> int:
    entry, body = journal_table.c, journal_bodies.c
    old = (
        sa.select(body.seq)
        .join(journal_table, sa.and_(entry.agent == body.agent, entry.seq == body.seq))
        .where(entry.agent == agent, entry.kind.in_((CLOSED, MISSED)), entry.at < before)
        .limit(most)
    )
    return conn.execute(journal_bodies.delete().where(body.agent == agent, body.seq.in_(old))).rowcount


def _evidence(conn: Connection, agent: str, before: datetime, most: int) -> int:
    old = (
        sa.select(looks.c.number)
        .where(looks.c.agent == agent, looks.c.why == "evidence", looks.c.began < before, looks.c.body.is_not(None))
        .limit(most)
    )
    return conn.execute(looks.update().where(looks.c.number.in_(old)).values(body=None)).rowcount


def _watched(conn: Connection, agent: str, before: datetime, most: int) -> int:
    old = (
        sa.select(looks.c.number)
        .where(looks.c.agent == agent, looks.c.why == "watch", looks.c.began < before)
        .limit(most)
    )
    return conn.execute(looks.delete().where(looks.c.number.in_(old))).rowcount


def _traps(conn: Connection, agent: str, before: datetime, most: int) -> int:
    old = sa.select(traps.c.number).where(traps.c.agent == agent, traps.c.last < before).limit(most)
    return conn.execute(traps.delete().where(traps.c.number.in_(old))).rowcount


def _told(conn: Connection, agent: str, before: datetime) -> bool:
    """Say whether an entry covers this already: the batches of one pruning share it."""
    newest = journal.newest(conn, agent, PRUNED)
    said = journal.payload_of(conn, agent, newest.seq) if newest else None
    return said is not None and int(said["sheets_before"]) >= microseconds(before)
