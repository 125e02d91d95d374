"""The journal: one chain of entries, each holding the hash of the one before, so that no past entry changes unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.bodies import canonical, digest, pack, parse, unpack
from agent.store.columns import microseconds
from agent.store.schema import journal, journal_bodies

AGENT = "agent"
"""The actor of what the agent does by itself."""
FIRST = "0" * 64
"""What stands as the previous hash in an agent's first entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. ``payload`` is the digest of what it says; ``payload_of`` has the words themselves, until pruned."""

    seq: int
    kind: str
    at: datetime
    actor: str
    result: str
    payload: str
    previous: str
    hash: str


def append(
    conn: Connection, agent: str, kind: str, at: datetime, actor: str, result: str, payload: Mapping[str, Any]
) -> Entry:
    """Append an entry in the caller's transaction. ``actor`` is who did it: a person's name, or ``AGENT``."""
    (entry,) = append_all(conn, agent, kind, at, actor, result, [payload])
    return entry


def append_all(
    conn: Connection,
    agent: str,
    kind: str,
    at: datetime,
    actor: str,
    result: str,
    payloads: Iterable[Mapping[str, Any]],
) -> list[Entry]:
    """Append an entry for each payload, in this order, as ``append`` does one."""
    last = head(conn, agent)
    seq, previous = (last.seq, last.hash) if last else (0, FIRST)
    made: list[Entry] = []
    packed: list[dict[str, Any]] = []
    for payload in payloads:
        content = canonical(dict(payload))
        seq, said = seq + 1, digest(content)
        this = link(agent, seq, kind, at, actor, result, said, previous)
        made.append(Entry(seq, kind, at, actor, result, said, previous, this))
        packed.append({"agent": agent, "seq": seq, "body": pack(content)})
        previous = this
    if made:
        conn.execute(journal.insert(), [asdict(entry) | {"agent": agent} for entry in made])
        conn.execute(journal_bodies.insert(), packed)
    return made


def typed_by(asker: str) -> dict[str, str]:
    """Return what an entry says of who typed it, "" where that is the actor: it stands beside in whose name it was."""
    return {"asker": asker} if asker else {}


def link(agent: str, seq: int, kind: str, at: datetime, actor: str, result: str, payload: str, previous: str) -> str:
    """Return the hash of an entry, over all its fields and the hash before it."""
    return digest(canonical([agent, seq, kind, microseconds(at), actor, result, payload, previous]))


def head(conn: Connection, agent: str) -> Entry | None:
    """Return the newest entry. Its hash, kept elsewhere, is the anchor that shows a cut tail."""
    return next(iter(entries(conn, agent, 1)), None)


def entries(conn: Connection, agent: str, limit: int, before: int | None = None) -> list[Entry]:
    """Return up to ``limit`` entries, newest first, older than the sequence number ``before``."""
    query = sa.select(journal).where(journal.c.agent == agent).order_by(journal.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(journal.c.seq < before)
    return [entry_of(row) for row in conn.execute(query)]


def newest(conn: Connection, agent: str, kind: str) -> Entry | None:
    """Return the newest entry of a kind."""
    query = sa.select(journal).where(journal.c.agent == agent, journal.c.kind == kind)
    row = conn.execute(query.order_by(journal.c.seq.desc()).limit(1)).one_or_none()
    return None if row is None else entry_of(row)


def payload_of(conn: Connection, agent: str, seq: int) -> dict[str, Any] | None:
    """Return what an entry says, or None once its body is pruned."""
    body = conn.execute(
        sa.select(journal_bodies.c.body).where(journal_bodies.c.agent == agent, journal_bodies.c.seq == seq)
    ).scalar()
    return None if body is None else dict(parse(unpack(body)))


def entry_of(row: sa.Row[Any]) -> Entry:
    """Make an entry of its row."""
    return Entry(row.seq, row.kind, row.at, row.actor, row.result, row.payload, row.previous, row.hash)
