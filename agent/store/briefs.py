"""What a brief counts in the record, and which letters of briefs are written already or have waited too long."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.outbox import WAITS, OutboxState, due
from agent.store.schema import alerts, outbox
from duty.briefs import OUTDATED, BriefKind


def event_of(kind: BriefKind) -> str:
    """Return the event by which a brief stands in the outbox."""
    return f"brief_{kind}"


def written(conn: Connection, agent: str, keys: Collection[str]) -> set[str]:
    """Return those of the keys that stand in the outbox."""
    query = sa.select(outbox.c.key).where(outbox.c.agent == agent, outbox.c.key.in_(sorted(keys)))
    return set(conn.execute(query).scalars())


def drop_outdated(conn: Connection, agent: str, now: datetime) -> int:
    """Take back the briefs that have waited too long for their channel; return how many letters those were."""
    old = (
        sa.and_(outbox.c.event == event_of(kind), outbox.c.created <= now - after) for kind, after in OUTDATED.items()
    )
    outdated = sa.and_(outbox.c.agent == agent, WAITS, due(now), sa.or_(*old))
    taken_back = {"state": OutboxState.DROPPED.value, "lease_by": "", "lease_until": None}
    return conn.execute(outbox.update().where(outdated).values(taken_back)).rowcount


def count_alerts(conn: Connection, agent: str, begin: datetime, end: datetime) -> dict[str, tuple[int, int]]:
    """Return how many alerts opened, and how many were over, from a moment to before another, by site."""
    of = alerts.c
    opened = sa.and_(of.opened >= begin, of.opened < end)
    over = sa.and_(of.resolved >= begin, of.resolved < end)
    query = (
        sa.select(of.site, sa.func.count().filter(opened).label("opened"), sa.func.count().filter(over).label("over"))
        .where(of.agent == agent, sa.or_(opened, over))
        .group_by(of.site)
    )
    return {row.site: (row.opened, row.over) for row in conn.execute(query)}
