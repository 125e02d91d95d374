"""What people added to rounds: who has read them and when, and the lines that they wrote by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import manual_lines, round_reads
from duty.round_review import Item, ManualLine, RoundRead, Seen


def put_read(conn: Connection, agent: str, read: RoundRead) -> None:
    """Write down that somebody has read a round; of who has already, the note alone is changed."""
    one = sa.and_(round_reads.c.agent == agent, round_reads.c.round == read.round, round_reads.c.person == read.person)
    if conn.execute(round_reads.update().where(one).values(note=read.note)).rowcount == 0:
        conn.execute(
            round_reads.insert().values(agent=agent, round=read.round, person=read.person, at=read.at, note=read.note)
        )


def reads_of(conn: Connection, agent: str, numbers: Iterable[int]) -> dict[int, list[RoundRead]]:
    """Return who has read these rounds, by number, the first one first; of nobody, nothing."""
    query = sa.select(round_reads).where(round_reads.c.agent == agent, round_reads.c.round.in_(list(numbers)))
    found: dict[int, list[RoundRead]] = {}
    for row in conn.execute(query.order_by(round_reads.c.at, round_reads.c.person)):
        found.setdefault(row.round, []).append(RoundRead(row.round, row.person, row.at, row.note))
    return found


def add_lines(
    conn: Connection,
    agent: str,
    number: int,
    site: str,
    room: str,
    seen: Iterable[Seen],
    by: str,
    at: datetime,
) -> list[ManualLine]:
    """Write lines by hand of one room into a round, and return them with their numbers."""
    made = []
    for line in seen:
        values = {"item": line.item.value, "well": line.well, "value": line.value, "person": by, "at": at}
        insert = manual_lines.insert().values(agent=agent, round=number, site=site, room=room, **values)
        made.append(_line(conn.execute(insert.returning(*manual_lines.c)).one()))
    return made


def lines_of(conn: Connection, agent: str, numbers: Iterable[int]) -> dict[int, list[ManualLine]]:
    """Return the lines by hand of these rounds, by their number, in the order in which they were written."""
    query = sa.select(manual_lines).where(manual_lines.c.agent == agent, manual_lines.c.round.in_(list(numbers)))
    found: dict[int, list[ManualLine]] = {}
    for row in conn.execute(query.order_by(manual_lines.c.number)):
        found.setdefault(row.round, []).append(_line(row))
    return found


def lines_between(conn: Connection, agent: str, site: str, begin: datetime, end: datetime) -> list[ManualLine]:
    """Return the lines by hand of a site that were written from ``begin`` on and before ``end``, oldest first."""
    query = sa.select(manual_lines).where(
        manual_lines.c.agent == agent,
        manual_lines.c.site == site,
        manual_lines.c.at >= begin,
        manual_lines.c.at < end,
    )
    return [_line(row) for row in conn.execute(query.order_by(manual_lines.c.number))]


def _line(row: sa.Row[Any]) -> ManualLine:
    return ManualLine(
        row.number, row.round, row.site, row.room, Item(row.item), row.well, row.value, row.person, row.at
    )
