"""Carry what is open along when the wall clock was set: the time that somebody still has does not change with it.

What people set by the wall clock (a silence until 08:00, a shift, a sign-in) stays as they said it.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.columns import MICROSECOND, Whole
from agent.store.incident_tables import incident_clocks, incidents, plan_runs, plan_steps
from agent.store.outbox import WAITS
from agent.store.schema import OPEN, alerts, channels, outbox, states
from duty.deadlines import Clock

ALERT = ("opened", "fired", "taken_at", "expires", "snoozed_until", "calm_since")
LETTER = ("created", "next_at", "lease_until")
STATE = ("since", "bad_since")


def shift_deadlines(conn: Connection, agent: str, step: timedelta) -> None:
    """Move the moments of everything that is open by a step of the clock."""
    still = sa.select(alerts.c.number).where(alerts.c.agent == agent, OPEN)
    # Pages belong to the firing that they were decided for, which moves with its alert.
    conn.execute(_moved(outbox, ("fired",), step).where(outbox.c.agent == agent, outbox.c.alert.in_(still)))
    conn.execute(_moved(alerts, ALERT, step).where(alerts.c.agent == agent, OPEN))
    conn.execute(_moved(outbox, LETTER, step).where(outbox.c.agent == agent, WAITS))
    conn.execute(_moved(states, STATE, step).where(states.c.agent == agent))
    conn.execute(_moved(channels, ("failing_since",), step).where(channels.c.agent == agent))
    _shift_incidents(conn, agent, step)


def _shift_incidents(conn: Connection, agent: str, step: timedelta) -> None:
    """Move what an incident waits for: its next report, and the steps of the plans that run."""
    mine = incidents.c.agent == agent
    conn.execute(_moved(incidents, ("next_report",), step).where(mine, incidents.c.handled.is_(None)))
    promised = sa.and_(incident_clocks.c.agent == agent, incident_clocks.c.clock == Clock.NEXT_REPORT.value)
    conn.execute(_moved(incident_clocks, ("due",), step).where(promised))
    running = sa.select(plan_runs.c.number).where(plan_runs.c.agent == agent, plan_runs.c.ended.is_(None))
    conn.execute(_moved(plan_steps, ("due",), step).where(plan_steps.c.agent == agent, plan_steps.c.run.in_(running)))
    conn.execute(_moved(plan_runs, ("started",), step).where(plan_runs.c.agent == agent, plan_runs.c.ended.is_(None)))


def _moved(table: sa.Table, names: tuple[str, ...], step: timedelta) -> sa.Update:
    by = step // MICROSECOND
    return sa.update(table).values({name: sa.type_coerce(table.c[name], Whole) + by for name in names})
