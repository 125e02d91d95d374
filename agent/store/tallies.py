"""Rounds counted for the metrics: totals by state, and the newest of each cadence."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.rounds import list_rounds
from agent.store.schema import rounds
from duty.rounds import Counts, Round, RoundState


def totals(conn: Connection, agent: str) -> dict[tuple[str, RoundState], int]:
    """Return how many rounds there are of each (cadence, state)."""
    query = sa.select(rounds.c.cadence, rounds.c.state, sa.func.count()).where(rounds.c.agent == agent)
    rows = conn.execute(query.group_by(rounds.c.cadence, rounds.c.state))
    return {(cadence, RoundState(state)): many for cadence, state, many in rows}


def newest(conn: Connection, agent: str) -> list[tuple[Round, Counts]]:
    """Return the newest round of each cadence with its counts."""
    query = sa.select(rounds.c.cadence).where(rounds.c.agent == agent).distinct()
    return [line for cadence in conn.execute(query).scalars() for line in list_rounds(conn, agent, 1, cadence=cadence)]
