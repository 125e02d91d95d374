"""Since when each cadence is in force by its present terms, so that a changed interval invents no missed rounds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import cadences


def settle(conn: Connection, agent: str, terms: Mapping[str, str], now: datetime) -> dict[str, datetime]:
    """Return since when each of these cadences is in force: from ``now`` if it is new or its terms have changed.

    A cadence that is not named any more is forgotten, so that it begins anew if it ever comes back.
    """
    mine = cadences.c.agent == agent
    kept = {
        row.name: row.since for row in conn.execute(sa.select(cadences).where(mine)) if terms.get(row.name) == row.terms
    }
    conn.execute(cadences.delete().where(mine, cadences.c.name.not_in(kept)))
    fresh = [{"agent": agent, "name": n, "terms": t, "since": now} for n, t in terms.items() if n not in kept]
    if fresh:
        conn.execute(cadences.insert(), fresh)
    return kept | {name: now for name in terms if name not in kept}
