"""Silences and maintenance windows: of what nobody is told, until when, and who said so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import silences
from duty.errors import NotFound
from duty.silences import Silence, SilenceKind


def add_silence(
    conn: Connection,
    agent: str,
    begin: datetime,
    end: datetime,
    by: str,
    why: str,
    *,
    target: str = "*",
    site: str = "*",
    check: str = "*",
    kind: SilenceKind = SilenceKind.SILENCE,
) -> Silence:
    """Write a silence and return it with its number; ValueError for one that ends before it begins."""
    if end <= begin:
        raise ValueError(f"a silence cannot end at {end.isoformat()} when it begins at {begin.isoformat()}")
    made = conn.execute(
        silences.insert()
        .values(
            agent=agent,
            kind=kind.value,
            target=target,
            site=site,
            check=check,
            begin=begin,
            end=end,
            made_by=by,
            why=why,
            ended_by="",
        )
        .returning(*silences.c)
    )
    return _silence(made.one())


def end_silence(conn: Connection, agent: str, number: int, by: str, now: datetime) -> bool:
    """End a silence now, or before it begins; False if it is over already."""
    lasts = sa.and_(
        silences.c.agent == agent, silences.c.number == number, silences.c.ended_at.is_(None), silences.c.end > now
    )
    return conn.execute(silences.update().where(lasts).values(ended_at=now, ended_by=by)).rowcount == 1


def get_silence(conn: Connection, agent: str, number: int) -> Silence:
    """Return a silence; NotFound if there is none of this number."""
    query = sa.select(silences).where(silences.c.agent == agent, silences.c.number == number)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no silence {number}")
    return _silence(row)


def active_silences(conn: Connection, agent: str, now: datetime) -> list[Silence]:
    """Return the silences in force, in the order in which they were made."""
    query = sa.select(silences).where(
        silences.c.agent == agent, silences.c.begin <= now, silences.c.end > now, silences.c.ended_at.is_(None)
    )
    return [_silence(row) for row in conn.execute(query.order_by(silences.c.number))]


def silences_since(conn: Connection, agent: str, since: datetime) -> list[Silence]:
    """Return the silences that are in force, to come, or ended later than a moment, in the order they were made."""
    query = sa.select(silences).where(silences.c.agent == agent, silences.c.end > since)
    late = sa.or_(silences.c.ended_at.is_(None), silences.c.ended_at > since)
    return [_silence(row) for row in conn.execute(query.where(late).order_by(silences.c.number))]


def silences_between(
    conn: Connection, agent: str, kind: SilenceKind, begin: datetime, end: datetime, most: int
) -> list[Silence]:
    """Return the newest ``most`` silences of a kind that were in force at any time between two moments."""
    of = silences.c
    late = sa.or_(of.ended_at.is_(None), of.ended_at > begin)
    query = sa.select(silences).where(of.agent == agent, of.kind == kind.value, of.begin < end, of.end > begin, late)
    return [_silence(row) for row in conn.execute(query.order_by(of.number.desc()).limit(most))]


def list_silences(conn: Connection, agent: str, limit: int, before: int | None = None) -> list[Silence]:
    """Return up to ``limit`` silences, over or not, newest first, older than the number ``before``."""
    query = sa.select(silences).where(silences.c.agent == agent).order_by(silences.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(silences.c.number < before)
    return [_silence(row) for row in conn.execute(query)]


def _silence(row: sa.Row[Any]) -> Silence:
    return Silence(
        row.number,
        SilenceKind(row.kind),
        row.target,
        row.site,
        row.check,
        row.begin,
        row.end,
        row.made_by,
        row.why,
        row.ended_at,
        row.ended_by,
    )
