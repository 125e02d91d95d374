"""How far the journal was handed on, place by place, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from agent.store.bodies import parse, unpack
from agent.store.journal import Entry, entry_of
from agent.store.schema import forwards, journal, journal_bodies


def reached(conn: Connection, agent: str, name: str) -> int:
    """Return the newest entry that a place has; 0 for none yet."""
    query = sa.select(forwards.c.seq).where(forwards.c.agent == agent, forwards.c.name == name)
    return conn.execute(query).scalar() or 0


def waiting(conn: Connection, agent: str, name: str, limit: int) -> list[tuple[Entry, Mapping[str, Any] | None]]:
    """Return up to ``limit`` entries that a place has not, oldest first; what an entry says is None once pruned."""
    said = sa.and_(journal_bodies.c.agent == journal.c.agent, journal_bodies.c.seq == journal.c.seq)
    query = (
        sa.select(journal, journal_bodies.c.body)
        .outerjoin(journal_bodies, said)
        .where(journal.c.agent == agent, journal.c.seq > reached(conn, agent, name))
        .order_by(journal.c.seq)
        .limit(limit)
    )
    return [(entry_of(row), None if row.body is None else dict(parse(unpack(row.body)))) for row in conn.execute(query)]


def advance(conn: Connection, agent: str, name: str, seq: int) -> None:
    """Write down that a place has all entries up to ``seq``; it never goes back."""
    # The two dialects offer the same statement under two names.
    insert = postgresql.insert(forwards) if conn.dialect.name == "postgresql" else sqlite.insert(forwards)
    first = insert.values(agent=agent, name=name, seq=seq)
    later = first.on_conflict_do_update(
        index_elements=["agent", "name"], set_={"seq": seq}, where=forwards.c.seq < first.excluded.seq
    )
    conn.execute(later)
