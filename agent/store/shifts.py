"""Shifts: who holds which post of which site and when, as a rotation wrote it or as somebody changed it by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from agent.store.columns import Flag
from agent.store.schema import shifts
from duty.people import Post
from duty.roster import Shift
from duty.substitutes import LONGEST, without

ROTATION = "rotation"
HAND = "hand"
KEY = ("agent", "site", "post", "person", "begin")
STANDS = shifts.c.withdrawn == sa.literal(False, Flag())


def put_shifts(conn: Connection, agent: str, these: Iterable[Shift]) -> int:
    """Write shifts by hand and return how many are new or changed; from then on no rotation touches them."""
    # Of two with one key the last counts.
    rows = {_key(shift): _row(agent, shift, HAND, "") for shift in these}
    insert = _insert(conn)
    # Whose rotation it was stays, so that the rotation knows that this one is taken out of its hands.
    news = {name: insert.excluded[name] for name in ("end", "source", "withdrawn")}
    differs = sa.or_(*(shifts.c[name] != value for name, value in news.items()))
    written = insert.on_conflict_do_update(index_elements=KEY, set_=news, where=differs)
    return _count(conn, written, list(rows.values()))


def change_shift(conn: Connection, agent: str, before: Shift, after: Shift | None) -> bool:
    """Put one shift by hand in the place of another, or nothing (None); False if the other is not there any more.

    The other is withdrawn rather than deleted, so that its rotation does not write it once more.
    """
    there = sa.and_(_one(agent, before), shifts.c.end == before.end, STANDS)
    if conn.execute(shifts.update().where(there).values(withdrawn=True, source=HAND)).rowcount != 1:
        return False
    if after is not None:
        put_shifts(conn, agent, [after])
    return True


def rewrite_rotation(
    conn: Connection, agent: str, name: str, from_moment: datetime, these: Iterable[Shift]
) -> tuple[int, int]:
    """Have a rotation's shifts from a moment on be these; return how many it took back and how many it wrote.

    Shifts that have begun stay as they are, and so do those that somebody changed by hand; who holds the post by hand
    for a part of their turn is written down for the rest of it, so that nobody holds it twice. Where the rotation has
    nothing at that moment, the shift which is under way is written as well: the first night must not be empty.
    """
    # A shift that was cut short by hand is over before the one is that its rotation would write in its place.
    lately = from_moment - LONGEST
    rows = conn.execute(
        sa.select(shifts).where(shifts.c.agent == agent, shifts.c.rotation == name, shifts.c.end > lately)
    ).all()
    begun = any(row.begin < from_moment < row.end for row in rows)
    by_hand = {(row.site, row.post, row.begin) for row in rows if row.source == HAND}
    old = {_shift(row) for row in rows if row.source == ROTATION and row.begin >= from_moment}
    held = shifts_by_hand(conn, agent, lately)
    new = {
        part
        for shift in these
        if (shift.site, shift.post.value, shift.begin) not in by_hand
        for part in without(shift, held)
        if shift.begin >= from_moment or part in old or (part.end > from_moment and not begun)
    }
    for shift in old - new:
        conn.execute(shifts.delete().where(_one(agent, shift)))
    fresh = sorted(new - old, key=lambda shift: (shift.begin, shift.person))
    written = _insert(conn).on_conflict_do_nothing(index_elements=KEY)
    return len(old - new), _count(conn, written, [_row(agent, shift, ROTATION, name) for shift in fresh])


def rotations(conn: Connection, agent: str, from_moment: datetime) -> set[str]:
    """Return the rotations that have shifts from a moment on; one that left the settings is rewritten with none."""
    query = sa.select(shifts.c.rotation).where(
        shifts.c.agent == agent, shifts.c.source == ROTATION, shifts.c.begin >= from_moment
    )
    return set(conn.execute(query.distinct()).scalars())


def shifts_between(conn: Connection, agent: str, begin: datetime, end: datetime) -> list[Shift]:
    """Return the shifts of which any part lies from ``begin`` to before ``end``, in the order in which they begin."""
    query = sa.select(shifts).where(shifts.c.agent == agent, shifts.c.end > begin, shifts.c.begin < end, STANDS)
    order = (shifts.c.begin, shifts.c.site, shifts.c.post, shifts.c.person)
    return [_shift(row) for row in conn.execute(query.order_by(*order))]


def shifts_by_hand(conn: Connection, agent: str, from_moment: datetime) -> list[Shift]:
    """Return the shifts that somebody made by hand and that end later than a moment, by when they begin."""
    query = sa.select(shifts).where(
        shifts.c.agent == agent, shifts.c.source == HAND, shifts.c.end > from_moment, STANDS
    )
    return [_shift(row) for row in conn.execute(query.order_by(shifts.c.begin, shifts.c.person))]


def _insert(conn: Connection) -> postgresql.Insert | sqlite.Insert:
    # The two dialects offer the same statement under two names.
    return postgresql.insert(shifts) if conn.dialect.name == "postgresql" else sqlite.insert(shifts)


def _count(conn: Connection, insert: postgresql.Insert | sqlite.Insert, rows: list[dict[str, Any]]) -> int:
    return len(conn.execute(insert.returning(shifts.c.begin), rows).all()) if rows else 0


def _one(agent: str, shift: Shift) -> sa.ColumnElement[bool]:
    return sa.and_(
        shifts.c.agent == agent,
        shifts.c.site == shift.site,
        shifts.c.post == shift.post.value,
        shifts.c.person == shift.person,
        shifts.c.begin == shift.begin,
    )


def _key(shift: Shift) -> tuple[str, Post, str, datetime]:
    return shift.site, shift.post, shift.person, shift.begin


def _row(agent: str, shift: Shift, source: str, rotation: str) -> dict[str, Any]:
    return {
        "agent": agent,
        "site": shift.site,
        "post": shift.post.value,
        "person": shift.person,
        "begin": shift.begin,
        "end": shift.end,
        "source": source,
        "rotation": rotation,
        "withdrawn": False,
    }


def _shift(row: sa.Row[Any]) -> Shift:
    return Shift(row.site, Post(row.post), row.person, row.begin, row.end)
