"""Rehearse a plan (演练): it runs as if, tells nobody outside, runs no command, and is on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.handle_incident import refused
from agent.services.open_incident import open_incident
from agent.services.orders import Orders
from agent.services.run_plans import whom
from agent.services.station import Station
from agent.services.tell_incident import Audience, audience
from agent.store import journal, plan_runs
from duty.incidents import Found, Grade, Incident, IncidentClass
from duty.people import Contact
from duty.plans import UNKNOWN, Evidence, Plan, RunStep, Spoken, StepKind


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A step as it would be: when, what, who would be told by which contact now, and by when it must be done.

    ``blanks`` says that something the text names is not in the settings.
    """

    nth: int
    after: timedelta
    kind: StepKind
    text: Spoken
    whom: tuple[tuple[str, Contact], ...]
    within: timedelta
    evidence: Evidence
    blanks: bool


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was rehearsed: the incident that stands for it, and its steps."""

    incident: Incident
    plan: Plan
    steps: tuple[Rehearsed, ...]


async def rehearse(
    station: Station, by: str, plan: str, target: str = "", site: str = "", *, asker: str = ""
) -> Rehearsal:
    """Open a rehearsal of a plan and return what it will do. Raises RecordRefused."""
    orders, now = station.orders, station.clock.now()
    found = orders.incidents.plan(plan)
    if found is None:
        raise refused("no_plan", plan=plan)
    if target and target not in orders.targets:
        raise refused("no_target", target=target)
    place = orders.targets[target].site if target else site or next(iter(orders.sites))
    if place not in orders.sites:
        raise refused("no_site")
    kind = found.kinds[0] if found.kinds else IncidentClass.NETWORK
    grade = found.grades[0] if found.grades else Grade.MAJOR
    draft = Incident(0, "", place, kind, grade, "", Found.HAND, now, now, by, target=target, rehearsal=True)
    return await station.store.write(_rehearse, orders, found, draft, asker, now)


def _rehearse(
    conn: Connection, agent: str, orders: Orders, plan: Plan, draft: Incident, asker: str, now: datetime
) -> Rehearsal:
    titled = replace(draft, title=plan.title.in_(orders.language))
    made = open_incident(conn, agent, orders, titled, [], now, plan=plan, asker=asker)
    (run,) = plan_runs.runs_of(conn, agent, made.number)
    there = audience(conn, agent, orders, made.site, now)
    steps = tuple(_step(step, there) for step in run.steps)
    told = [{"nth": step.nth, "whom": [person or way.address for person, way in step.whom]} for step in steps]
    said = {"incident": made.number, "name": made.name, "plan": plan.name, "steps": told}
    journal.append(conn, agent, "plan_rehearsed", now, draft.opened_by, "ok", said | journal.typed_by(asker))
    return Rehearsal(made, plan, steps)


def _step(running: RunStep, there: Audience) -> Rehearsed:
    step = running.step
    return Rehearsed(
        nth=running.nth,
        after=step.after,
        kind=step.kind,
        text=step.text,
        whom=tuple((to.person, to.contact) for to in whom(there, step)),
        within=step.within,
        evidence=step.evidence,
        blanks=UNKNOWN in step.text.zh + step.text.en,
    )
