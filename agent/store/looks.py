"""Looks that are kept outside of sheets: the watch's for plots, and those that are the evidence of a transition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import bodies
from agent.store.schema import looks
from duty.readings import Look

Why = Literal["watch", "evidence"]


def put_looks(conn: Connection, agent: str, seen: Sequence[Look], why: Why) -> list[int]:
    """Write looks and return their numbers, in the same order."""
    if not seen:
        return []
    rows = []
    for look in seen:
        content = bodies.write_look(look)
        rows.append(
            {
                "agent": agent,
                "target": look.target,
                "began": look.began,
                "why": why,
                "digest": bodies.digest(content),
                "body": bodies.pack(content),
            }
        )
    insert = looks.insert().returning(looks.c.number, sort_by_parameter_order=True)
    return list(conn.execute(insert, rows).scalars())


def list_looks(conn: Connection, agent: str, target: str, since: datetime, until: datetime) -> list[Look]:
    """Return a target's looks that began from ``since`` to before ``until``, oldest first, each moment once."""
    query = (
        sa.select(looks.c.began, looks.c.body)
        .where(looks.c.agent == agent, looks.c.target == target, looks.c.began >= since, looks.c.began < until)
        .where(looks.c.body.is_not(None))
        .order_by(looks.c.began)
    )
    # One look can be kept for both reasons.
    bodies_by_moment = {row.began: row.body for row in conn.execute(query)}
    return [bodies.read_look(bodies.unpack(body)) for body in bodies_by_moment.values()]


def read_look(conn: Connection, agent: str, number: int) -> Look | None:
    """Return a look by its number, or None when it is not there or its body is pruned."""
    body = conn.execute(sa.select(looks.c.body).where(looks.c.agent == agent, looks.c.number == number)).scalar()
    return None if body is None else bodies.read_look(bodies.unpack(body))
