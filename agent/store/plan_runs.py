"""Plans that were started: each step as it stood then, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.bodies import canonical, parse
from agent.store.incident_tables import plan_runs, plan_steps
from agent.store.values import plain, restored
from duty.errors import NotFound
from duty.plans import PlanRun, PlanStep, RunStep, Spoken, StepState


def add_run(conn: Connection, agent: str, run: PlanRun) -> PlanRun:
    """Write down that a plan was started, and return it with its number. Raises IntegrityError if it was before."""
    row = {
        "agent": agent, "incident": run.incident, "plan": run.plan, "title": _said(run.title), "started": run.started,
        "started_by": run.started_by, "ended": run.ended,
    }  # fmt: skip
    number = conn.execute(plan_runs.insert().values(row).returning(plan_runs.c.number)).scalar_one()
    rows = [_row(step) | {"agent": agent, "run": number, "step": _said(step.step)} for step in run.steps]
    conn.execute(plan_steps.insert(), rows)
    return get_run(conn, agent, number)


def change_step(conn: Connection, agent: str, run: int, before: RunStep, after: RunStep) -> bool:
    """Write what a step has become; False if it is not any more what it was ``before``, and nothing is written."""
    row = plan_steps.c
    same = sa.and_(
        row.agent == agent, row.run == run, row.nth == before.nth, row.state == before.state.value,
        row.overdue == before.overdue,
    )  # fmt: skip
    values = {name: value for name, value in _row(after).items() if name != "nth"}
    return conn.execute(plan_steps.update().where(same).values(values)).rowcount == 1


def end_run(conn: Connection, agent: str, run: PlanRun, steps: Iterable[RunStep], at: datetime) -> None:
    """Write that a plan has ended, with what became of its steps."""
    for step in steps:
        before = next(each for each in run.steps if each.nth == step.nth)
        if step != before:
            change_step(conn, agent, run.number, before, step)
    conn.execute(
        plan_runs.update().where(plan_runs.c.agent == agent, plan_runs.c.number == run.number).values(ended=at)
    )


def get_run(conn: Connection, agent: str, number: int) -> PlanRun:
    """Return a plan that was started. Raises NotFound."""
    found = _runs(conn, agent, plan_runs.c.number == number)
    if not found:
        raise NotFound(f"there is no plan that runs with the number {number}")
    return found[0]


def runs_of(conn: Connection, agent: str, incident: int) -> list[PlanRun]:
    """Return the plans that were started for an incident, in the order in which they were."""
    return _runs(conn, agent, plan_runs.c.incident == incident)


def open_runs(conn: Connection, agent: str) -> list[PlanRun]:
    """Return the plans that run."""
    return _runs(conn, agent, plan_runs.c.ended.is_(None))


def _runs(conn: Connection, agent: str, which: sa.ColumnElement[bool]) -> list[PlanRun]:
    rows = conn.execute(sa.select(plan_runs).where(plan_runs.c.agent == agent, which).order_by(plan_runs.c.number))
    found = rows.all()
    steps: dict[int, list[RunStep]] = {row.number: [] for row in found}
    if found:
        query = sa.select(plan_steps).where(plan_steps.c.agent == agent, plan_steps.c.run.in_(steps))
        for row in conn.execute(query.order_by(plan_steps.c.run, plan_steps.c.nth)):
            steps[row.run].append(_step(row))
    return [
        PlanRun(
            row.number,
            row.incident,
            row.plan,
            restored(Spoken, parse(row.title.encode())),
            row.started,
            row.started_by,
            tuple(steps[row.number]),
            row.ended,
        )
        for row in found
    ]


def _said(value: object) -> str:
    return canonical(plain(value)).decode()


def _row(step: RunStep) -> dict[str, Any]:
    return {
        "nth": step.nth, "state": step.state.value, "due": step.due, "person": step.by, "at": step.at,
        "note": step.note, "photo": step.photo, "overdue": step.overdue,
    }  # fmt: skip


def _step(row: sa.Row[Any]) -> RunStep:
    return RunStep(
        row.nth,
        restored(PlanStep, parse(row.step.encode())),
        StepState(row.state),
        row.due,
        row.person,
        row.at,
        row.note,
        row.photo,
        row.overdue,
    )
