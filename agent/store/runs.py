"""The agent's own runs: when each began, its last beat, how it ended; so that absences can be told afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.columns import MICROSECOND
from agent.store.schema import clock_steps, runs


@dataclass(frozen=True, slots=True)
class Run:
    """One life of the process. Without ``ended`` it lives still, or was killed some time after ``beat``."""

    run_id: str
    version: str
    began: datetime
    beat: datetime
    ended: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The wall clock was moved by ``step``, seen at ``at`` (by the clock as it was before)."""

    at: datetime
    step: timedelta


def begin_run(conn: Connection, agent: str, run_id: str, version: str, now: datetime) -> None:
    """Write the beginning of a run. Ask for ``last_run`` before, to know how the one before ended."""
    conn.execute(
        runs.insert().values(agent=agent, run_id=run_id, version=version, began=now, beat=now, ended=None, reason="")
    )


def beat(conn: Connection, agent: str, run_id: str, now: datetime) -> None:
    """Write that the run is alive at ``now``."""
    conn.execute(runs.update().where(runs.c.agent == agent, runs.c.run_id == run_id).values(beat=now))


def end_run(conn: Connection, agent: str, run_id: str, reason: str, now: datetime) -> None:
    """Write the orderly end of a run."""
    ending = runs.update().where(runs.c.agent == agent, runs.c.run_id == run_id)
    conn.execute(ending.values(beat=now, ended=now, reason=reason))


def last_run(conn: Connection, agent: str) -> Run | None:
    """Return the run that began last."""
    query = sa.select(runs).where(runs.c.agent == agent).order_by(runs.c.began.desc(), runs.c.beat.desc()).limit(1)
    row = conn.execute(query).one_or_none()
    return None if row is None else Run(row.run_id, row.version, row.began, row.beat, row.ended, row.reason)


def first_began(conn: Connection, agent: str) -> datetime | None:
    """Return when the first run began, None where there was none."""
    query = sa.select(sa.func.min(runs.c.began, type_=runs.c.began.type)).where(runs.c.agent == agent)
    return conn.execute(query).scalar()


def record_step(conn: Connection, agent: str, run_id: str, at: datetime, step: timedelta) -> None:
    """Write that the wall clock was moved by ``step``."""
    conn.execute(clock_steps.insert().values(agent=agent, run_id=run_id, at=at, step_us=step // MICROSECOND))


def newest_step(conn: Connection, agent: str, least: timedelta) -> ClockStep | None:
    """Return the last step of the clock by ``least`` or more, forward or back."""
    by, size = clock_steps.c.step_us, least // MICROSECOND
    far = sa.or_(by >= size, by <= -size)
    query = sa.select(clock_steps).where(clock_steps.c.agent == agent, far).order_by(clock_steps.c.number.desc())
    row = conn.execute(query.limit(1)).one_or_none()
    return ClockStep(row.at, timedelta(microseconds=row.step_us)) if row is not None else None


def list_steps(conn: Connection, agent: str, since: datetime, until: datetime) -> list[ClockStep]:
    """Return the clock's steps from ``since`` to before ``until``, oldest first."""
    at = clock_steps.c.at
    query = sa.select(clock_steps).where(clock_steps.c.agent == agent, at >= since, at < until)
    rows = conn.execute(query.order_by(at, clock_steps.c.number))
    return [ClockStep(row.at, timedelta(microseconds=row.step_us)) for row in rows]
