"""What people added to rounds: who has read them and when, and the lines that they wrote by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import manual_lines, round_reads, rounds
from duty.round_review import Item, ManualLine, RoundRead, Seen
from duty.rounds import BY_HAND, RoundState


def put_read(conn: Connection, agent: str, read: RoundRead) -> None:
    """Write down that somebody has read a round; of who has already, the note alone is changed."""
    one = sa.and_(round_reads.c.agent == agent, round_reads.c.round == read.round, round_reads.c.person == read.person)
    if conn.execute(round_reads.update().where(one).values(note=read.note)).rowcount == 0:
        conn.execute(
            round_reads.insert().values(agent=agent, round=read.round, person=read.person, at=read.at, note=read.note)
        )


def unread_between(conn: Connection, agent: str, begin: datetime, end: datetime) -> dict[int, datetime]:
    """Return the rounds that are over and that nobody has read, by number with their slots, oldest first.

    Of the slots from ``begin`` on and before ``end``. Rounds by hand are not among them: who asked for one has seen it.
    """
    read = sa.select(round_reads.c.round).where(round_reads.c.agent == agent, round_reads.c.round == rounds.c.number)
    which = sa.and_(
        rounds.c.agent == agent,
        rounds.c.slot >= begin,
        rounds.c.slot < end,
        rounds.c.cadence != BY_HAND,
        rounds.c.state != RoundState.OPEN.value,
        ~read.exists(),
    )
    query = sa.select(rounds.c.number, rounds.c.slot).where(which).order_by(rounds.c.slot, rounds.c.number)
    return {row.number: row.slot for row in conn.execute(query)}


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


def _line(row: sa.Row[Any]) -> ManualLine:
    return ManualLine(
        row.number, row.round, row.site, row.room, Item(row.item), row.well, row.value, row.person, row.at
    )
