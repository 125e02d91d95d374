"""Traps on record: a line for those of one target that are alike and came close together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import traps
from duty.traps import Meaning, TrapLine


def put_lines(conn: Connection, agent: str, lines: Sequence[tuple[int | None, TrapLine]]) -> list[int]:
    """Write lines, each new or with its number from before, and return their numbers."""
    return [_put(conn, agent, number, line) for number, line in lines]


def newest(conn: Connection, agent: str, target: str, limit: int) -> list[TrapLine]:
    """Return the newest lines of a target, newest first."""
    query = sa.select(traps).where(traps.c.agent == agent, traps.c.target == target)
    return [_line(row) for row in conn.execute(query.order_by(traps.c.last.desc(), traps.c.number.desc()).limit(limit))]


def _put(conn: Connection, agent: str, number: int | None, line: TrapLine) -> int:
    grown = {"last": line.last, "count": line.count}
    if number is not None and conn.execute(traps.update().where(traps.c.number == number).values(grown)).rowcount:
        return number
    row = {
        "agent": agent,
        "target": line.target,
        "source": line.source,
        "code": line.meaning.code,
        "oid": line.meaning.oid,
        "about": line.meaning.about,
        "first": line.first,
        **grown,
    }
    return int(conn.execute(traps.insert().values(row).returning(traps.c.number)).scalar_one())


def _line(row: sa.Row[Any]) -> TrapLine:
    # A row has a method ``count``, which hides the column.
    count = row._mapping["count"]
    return TrapLine(row.target, row.source, Meaning(row.code, row.oid, row.about), row.first, row.last, count)
