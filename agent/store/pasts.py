"""The past of a few readings of one target, from the looks that are kept and from the sheets of its rounds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import bodies
from agent.store.bodies import Place
from agent.store.schema import looks, rounds, sheet_bodies, sheets
from agent.store.sheets import SEEN
from duty.rounds import RoundState

Past = list[tuple[datetime, dict[Place, int | float] | None]]
"""What was seen at each moment, oldest first; None where the target was not seen at all."""

T = TypeVar("T")

AT_ONCE = 200
"""Bodies of one query: a database takes no more names than a few hundred."""


def past_looks(
    conn: Connection, agent: str, target: str, places: Collection[Place], since: datetime, until: datetime, most: int
) -> Past:
    """Return what the watch's kept looks saw; of more than ``most`` looks every second, third and so on."""
    query = (
        sa.select(looks.c.number, looks.c.began)
        .where(looks.c.agent == agent, looks.c.target == target, looks.c.began >= since, looks.c.began <= until)
        .where(looks.c.why == "watch", looks.c.body.is_not(None))
        .order_by(looks.c.began)
    )
    rows = _evenly(conn.execute(query).all(), most)
    content: dict[int, bytes] = {}
    for first in range(0, len(rows), AT_ONCE):
        numbers = [row.number for row in rows[first : first + AT_ONCE]]
        found = conn.execute(sa.select(looks.c.number, looks.c.body).where(looks.c.number.in_(numbers)))
        content |= {row.number: row.body for row in found}
    return [(row.began, bodies.read_values(bodies.unpack(content[row.number]), places)) for row in rows]


def past_sheets(
    conn: Connection, agent: str, target: str, places: Collection[Place], since: datetime, until: datetime, most: int
) -> Past:
    """Return what its rounds saw, by their slots; a round that was missed saw nothing, nor did one without a body."""
    query = (
        sa.select(rounds.c.number, rounds.c.slot, rounds.c.state, sheets.c.state.label("sheet"))
        .select_from(rounds.outerjoin(sheets, sa.and_(sheets.c.round == rounds.c.number, sheets.c.target == target)))
        .where(rounds.c.agent == agent, rounds.c.slot >= since, rounds.c.slot <= until)
        .where(sa.or_(sheets.c.target.is_not(None), rounds.c.state == RoundState.MISSED.value))
        .order_by(rounds.c.slot)
    )
    rows = conn.execute(query).all()
    wanted = [row.number for row in _evenly([row for row in rows if row.sheet in SEEN], most)]
    content: dict[int, bytes] = {}
    for first in range(0, len(wanted), AT_ONCE):
        numbers = wanted[first : first + AT_ONCE]
        found = sa.select(sheet_bodies.c.round, sheet_bodies.c.body).where(
            sheet_bodies.c.target == target, sheet_bodies.c.round.in_(numbers)
        )
        content |= {row.round: row.body for row in conn.execute(found)}
    chosen = set(wanted)
    past: Past = []
    for row in rows:
        if row.number in content:
            past.append((row.slot, bodies.read_values(bodies.unpack(content[row.number]), places)))
        elif row.number in chosen or row.sheet not in SEEN:
            past.append((row.slot, None))
    return past


def _evenly(rows: Sequence[T], most: int) -> Sequence[T]:
    """Return at most ``most`` of the rows at even distances, the newest among them."""
    step = -(-len(rows) // most) if rows else 1
    return rows[(len(rows) - 1) % step :: step]
