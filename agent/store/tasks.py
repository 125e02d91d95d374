"""Tasks: opened, changed and closed by people; one that is open is carried forward by nobody doing anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import tasks
from duty.errors import NotFound
from duty.tasks import Origin, Plan, Priority, Task


def add_task(
    conn: Connection, agent: str, site: str, plan: Plan, by: str, now: datetime, alert: int | None = None
) -> Task:
    """Write a task down and return it with its number."""
    origin = Origin.HAND if alert is None else Origin.ALERT
    row = {
        "agent": agent, "site": site, "origin": origin.value, "alert": alert, "opened": now, "opened_by": by,
        "closed_by": "", "word": "",
    }  # fmt: skip
    made = conn.execute(tasks.insert().values(row | _row(plan)).returning(*tasks.c))
    return _task(made.one())


def change_task(conn: Connection, agent: str, number: int, plan: Plan) -> bool:
    """Put a plan in the place of the one that an open task has; False if it is closed."""
    return _change_open(conn, agent, number, _row(plan))


def close_task(conn: Connection, agent: str, number: int, by: str, word: str, now: datetime) -> bool:
    """Close a task; False if it is closed already."""
    return _change_open(conn, agent, number, {"closed": now, "closed_by": by, "word": word})


def reopen_task(conn: Connection, agent: str, number: int) -> bool:
    """Open a closed task again; False if it is open."""
    over = sa.and_(tasks.c.agent == agent, tasks.c.number == number, tasks.c.closed.is_not(None))
    return conn.execute(tasks.update().where(over).values(closed=None, closed_by="", word="")).rowcount == 1


def get_task(conn: Connection, agent: str, number: int) -> Task:
    """Return a task; NotFound if there is none of this number."""
    query = sa.select(tasks).where(tasks.c.agent == agent, tasks.c.number == number)
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no task {number}")
    return _task(row)


def open_tasks(conn: Connection, agent: str, site: str | None = None) -> list[Task]:
    """Return the tasks that are not closed, of all sites or of one, in the order in which they were opened."""
    query = sa.select(tasks).where(tasks.c.agent == agent, tasks.c.closed.is_(None)).order_by(tasks.c.number)
    if site is not None:
        query = query.where(tasks.c.site == site)
    return [_task(row) for row in conn.execute(query)]


def closed_tasks(conn: Connection, agent: str, since: datetime, limit: int, site: str | None = None) -> list[Task]:
    """Return up to ``limit`` tasks that were closed since a moment, the last one first."""
    query = sa.select(tasks).where(tasks.c.agent == agent, tasks.c.closed >= since)
    if site is not None:
        query = query.where(tasks.c.site == site)
    query = query.order_by(tasks.c.closed.desc(), tasks.c.number.desc()).limit(limit)
    return [_task(row) for row in conn.execute(query)]


def tasks_of_alert(conn: Connection, agent: str, alert: int) -> list[Task]:
    """Return the tasks that an alert was made into, closed or not."""
    query = sa.select(tasks).where(tasks.c.agent == agent, tasks.c.alert == alert)
    return [_task(row) for row in conn.execute(query.order_by(tasks.c.number))]


def count_open(conn: Connection, agent: str, now: datetime) -> tuple[int, int]:
    """Return how many tasks are open, and how many of them should have been done by now."""
    overdue = sa.func.count().filter(tasks.c.due <= now)
    query = sa.select(sa.func.count(), overdue).where(tasks.c.agent == agent, tasks.c.closed.is_(None))
    many, late = conn.execute(query).one()
    return many, late


def _change_open(conn: Connection, agent: str, number: int, values: dict[str, Any]) -> bool:
    there = sa.and_(tasks.c.agent == agent, tasks.c.number == number, tasks.c.closed.is_(None))
    return conn.execute(tasks.update().where(there).values(values)).rowcount == 1


def _row(plan: Plan) -> dict[str, Any]:
    return {
        "title": plan.title, "owner": plan.owner, "due": plan.due, "priority": plan.priority.value, "done": plan.done,
        "next": plan.next, "needs": plan.needs,
    }  # fmt: skip


def _task(row: sa.Row[Any]) -> Task:
    return Task(
        row.number,
        row.site,
        row.title,
        Origin(row.origin),
        Priority(row.priority),
        row.opened,
        row.opened_by,
        row.owner,
        row.due,
        row.alert,
        row.done,
        row.next,
        row.needs,
        row.closed,
        row.closed_by,
        row.word,
    )
