"""Silences and maintenance windows: of what nobody is told, until when, and who said so."""

from __future__ import annotations

from collections.abc import Iterable
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


def rewrite_rule(conn: Connection, agent: str, rule: str, by: str, these: Iterable[Silence], now: datetime) -> None:
    """Have the windows of a rule that are not over yet be these.

    One in force that is none of them ends now, one to come is taken back; what somebody ended stays ended. A window is
    known by what it covers and when it begins, so that a restart writes none twice.
    """
    mine = sa.and_(silences.c.agent == agent, silences.c.rule == rule)
    rows = conn.execute(sa.select(silences).where(mine, silences.c.end > now)).all()
    there = {(row.target, row.site, row.check, row.begin): row for row in rows}
    wanted = {(each.target, each.site, each.check, each.begin): each for each in these}
    for key, row in there.items():
        this, said = silences.c.number == row.number, wanted.get(key)
        if row.ended_at is not None and (row.ended_by != by or said is None):
            continue
        if said is not None:
            news = {"end": said.end, "why": said.why, "ended_at": None, "ended_by": ""}
            if news != {name: getattr(row, name) for name in news}:
                conn.execute(silences.update().where(this).values(news))
        elif row.begin > now:
            conn.execute(silences.delete().where(this))
        else:
            conn.execute(silences.update().where(this).values(ended_at=now, ended_by=by))
    fresh = [
        {
            "agent": agent, "kind": each.kind.value, "target": each.target, "site": each.site, "check": each.check,
            "begin": each.begin, "end": each.end, "made_by": by, "why": each.why, "ended_by": "", "rule": rule,
        }
        for key, each in wanted.items()
        if key not in there
    ]  # fmt: skip
    if fresh:
        conn.execute(silences.insert(), fresh)


def rules(conn: Connection, agent: str, now: datetime) -> set[str]:
    """Return the rules that have windows which are not over; one that left the settings is rewritten with none."""
    query = sa.select(silences.c.rule).where(silences.c.agent == agent, silences.c.end > now, silences.c.rule != "")
    return set(conn.execute(query.distinct()).scalars())


def count_by_hand(conn: Connection, agent: str, now: datetime) -> int:
    """Return how many silences that somebody made are in force or to come."""
    mine = sa.and_(silences.c.agent == agent, silences.c.end > now, silences.c.rule == "")
    late = sa.or_(silences.c.ended_at.is_(None), silences.c.ended_at > now)
    return conn.execute(sa.select(sa.func.count()).select_from(silences).where(mine, late)).scalar_one()


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
        row.rule,
    )
