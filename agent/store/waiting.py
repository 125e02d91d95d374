"""How the outbox moves: for each channel the letter that has waited longest, and the one that left last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.outbox import WAITS, OutboxState
from agent.store.schema import outbox


def waiting_since(conn: Connection, agent: str) -> dict[str, datetime]:
    """Return for each channel with letters that wait since when the oldest of them has."""
    query = sa.select(outbox.c.channel, sa.func.min(outbox.c.created).label("at")).where(outbox.c.agent == agent, WAITS)
    return {row.channel: row.at for row in conn.execute(query.group_by(outbox.c.channel))}


def last_sent(conn: Connection, agent: str, which: Iterable[str]) -> dict[str, datetime]:
    """Return when the last letter left by each of these channels."""
    query = sa.select(outbox.c.channel, sa.func.max(outbox.c.sent_at).label("at")).where(
        outbox.c.agent == agent, outbox.c.state == OutboxState.SENT.value, outbox.c.channel.in_(list(which))
    )
    return {row.channel: row.at for row in conn.execute(query.group_by(outbox.c.channel))}
