"""Limits raised for a while: of which check of which target, until when, and who said so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import overrides
from duty.errors import NotFound
from duty.overrides import Override


def add_override(conn: Connection, agent: str, override: Override) -> Override:
    """Write an override and return it with its number; ValueError for one that ends before it begins."""
    if override.end <= override.begin:
        raise ValueError(f"an override cannot end at {override.end.isoformat()}: it begins after that")
    made = conn.execute(
        overrides.insert()
        .values(
            agent=agent,
            target=override.target,
            check=override.check,
            instance=override.instance,
            warning=override.warning,
            critical=override.critical,
            begin=override.begin,
            end=override.end,
            made_by=override.by,
            why=override.why,
            ended_by="",
        )
        .returning(overrides.c.number)
    )
    return replace(override, number=made.scalar_one())


def end_override(conn: Connection, agent: str, number: int, by: str, now: datetime) -> bool:
    """End an override now; False if it is over already."""
    lasts = sa.and_(
        overrides.c.agent == agent, overrides.c.number == number, overrides.c.ended_at.is_(None), overrides.c.end > now
    )
    return conn.execute(overrides.update().where(lasts).values(ended_at=now, ended_by=by)).rowcount == 1


def get_override(conn: Connection, agent: str, number: int) -> Override:
    """Return an override; NotFound if there is none of this number."""
    query = sa.select(overrides).where(overrides.c.agent == agent, overrides.c.number == number)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no raised limit {number}")
    return _override(row)


def lasting_overrides(conn: Connection, agent: str, now: datetime) -> list[Override]:
    """Return the overrides that are not over, in the order in which they were made."""
    query = sa.select(overrides).where(
        overrides.c.agent == agent, overrides.c.end > now, overrides.c.ended_at.is_(None)
    )
    return [_override(row) for row in conn.execute(query.order_by(overrides.c.number))]


def list_overrides(conn: Connection, agent: str, limit: int, before: int | None = None) -> list[Override]:
    """Return up to ``limit`` overrides, over or not, newest first, older than the number ``before``."""
    query = sa.select(overrides).where(overrides.c.agent == agent).order_by(overrides.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(overrides.c.number < before)
    return [_override(row) for row in conn.execute(query)]


def _override(row: sa.Row[Any]) -> Override:
    return Override(
        row.number,
        row.target,
        row.check,
        row.instance,
        row.warning,
        row.critical,
        row.begin,
        row.end,
        row.made_by,
        row.why,
        row.ended_at,
        row.ended_by,
    )
