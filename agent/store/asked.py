"""What somebody was asked to take: the alerts of the last message to them, and all that still call for them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.outbox import CALLS, UNSURE, OutboxState
from agent.store.schema import alerts, outbox
from duty.alerts import AlertState

ASKS = (*CALLS, "handed")
"""Events whose message asks somebody to take something."""

_WENT_OUT = sa.and_(
    outbox.c.tries > 0,
    sa.or_(
        outbox.c.state.in_((OutboxState.SENT.value, OutboxState.LEASED.value)),
        *(outbox.c.error.startswith(code, autoescape=True) for code in UNSURE),
    ),
)
"""It arrived, or may have: only the answer was lost."""


def asked_last(conn: Connection, agent: str, person: str) -> list[int]:
    """Return the alerts that the newest message to somebody asked them to take, by whatever way it went."""
    newest = sa.func.coalesce(outbox.c.sent_at, outbox.c.lease_until, outbox.c.created)
    query = sa.select(outbox.c.alert, outbox.c.batch).where(*_asking(agent, person))
    found = conn.execute(query.order_by(newest.desc(), outbox.c.number.desc()).limit(1)).one_or_none()
    if found is None:
        return []
    if not found.batch:
        return [found.alert]
    together = sa.select(outbox.c.alert).where(*_asking(agent, person), outbox.c.batch == found.batch)
    return sorted({row.alert for row in conn.execute(together)})


def still_asked(conn: Connection, agent: str, person: str) -> list[int]:
    """Return all alerts that somebody was asked to take and that nobody has yet."""
    free = sa.and_(alerts.c.number == outbox.c.alert, alerts.c.agent == agent)
    query = sa.select(outbox.c.alert).join(alerts, free).where(alerts.c.state == AlertState.FIRING.value)
    return sorted({row.alert for row in conn.execute(query.where(*_asking(agent, person)))})


def _asking(agent: str, person: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        outbox.c.agent == agent,
        outbox.c.person == person,
        outbox.c.event.in_(ASKS),
        outbox.c.alert.is_not(None),
        _WENT_OUT,
    )
