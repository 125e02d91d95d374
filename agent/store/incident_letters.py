"""Letters of incidents in the outbox: who knows, and what is not needed any more."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.incident_tables import incidents, plan_runs, plan_steps
from agent.store.outbox import UNSURE, WAITS, OutboxState, due
from agent.store.schema import outbox
from duty.incident_news import NewsKind
from duty.people import Contact
from duty.plans import StepState

ASKS: Final = (NewsKind.STEP, NewsKind.STEP_LATE)
"""What asks for something that a plan says; it is out of date once that is done."""

WHILE_OPEN: Final = (*ASKS, NewsKind.WORD, NewsKind.REPORT_SOON, NewsKind.REPORT_LATE, NewsKind.SUPPORT)
"""What is out of date once an incident is handled."""


def drop_stale(conn: Connection, agent: str, now: datetime) -> int:
    """Take back what is due and asks for what has been done meanwhile; return how many letters those were."""
    of = outbox.c
    handled = sa.exists().where(incidents.c.number == of.incident, incidents.c.handled.is_not(None))
    still = (
        sa.exists()
        .where(plan_runs.c.number == plan_steps.c.run, plan_runs.c.incident == of.incident)
        .where(plan_steps.c.nth == of.step, plan_steps.c.state == StepState.DUE.value)
    )
    stale = sa.or_(
        sa.and_(of.event.in_([kind.value for kind in WHILE_OPEN]), handled),
        sa.and_(of.event.in_([kind.value for kind in ASKS]), of.step.is_not(None), ~still),
    )
    waiting = sa.and_(of.agent == agent, WAITS, due(now), of.incident.is_not(None), stale)
    taken_back = {"state": OutboxState.DROPPED.value, "lease_by": "", "lease_until": None}
    return conn.execute(outbox.update().where(waiting).values(taken_back)).rowcount


def drop_waiting(conn: Connection, agent: str, incident: int, step: int | None = None) -> int:
    """Take back what waits to be sent of an incident that is handled, or of one step that is done."""
    of = outbox.c
    kinds = WHILE_OPEN if step is None else ASKS
    these = sa.and_(of.agent == agent, of.incident == incident, of.event.in_([kind.value for kind in kinds]))
    if step is not None:
        these = sa.and_(these, of.step == step)
    waiting = sa.and_(these, of.state == OutboxState.PENDING.value)
    return conn.execute(outbox.update().where(waiting).values(state=OutboxState.DROPPED.value)).rowcount


def who_knows(conn: Connection, agent: str, incident: int) -> list[tuple[str, Contact]]:
    """Return the (person, contact) to whom anything of an incident went out: they hear how it goes on.

    Who got the sentence for customers alone gets another such sentence, and nothing of what is inside.
    """
    of, lost = outbox.c, (OutboxState.FAILED.value, OutboxState.REFUSED.value)
    sent = sa.and_(of.agent == agent, of.incident == incident, of.tries > 0, of.state.not_in(lost))
    sent = sa.and_(sent, of.event != NewsKind.CUSTOMERS.value)
    query = sa.select(of.person, of.channel, of.address, of.path, of.error).where(sent).order_by(of.number)
    return list(
        dict.fromkeys(
            (person, Contact(channel, address, path))
            for person, channel, address, path, error in conn.execute(query)
            if not error or error.startswith(UNSURE)
        )
    )
