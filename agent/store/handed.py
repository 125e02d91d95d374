"""Alerts that others handed to us."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import alerts
from duty.alerts import AlertState


def count_open(conn: Connection, agent: str) -> int:
    """Return how many of them are open."""
    # Named one by one, for there is an index by state, and in years most alerts are resolved.
    still = alerts.c.state.in_([state.value for state in AlertState if state is not AlertState.RESOLVED])
    theirs = sa.select(sa.func.count()).where(alerts.c.agent == agent, still, alerts.c.source != "")
    return conn.execute(theirs).scalar_one()
