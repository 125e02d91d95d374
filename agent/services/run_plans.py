"""Go on with the plans that run: steps that begin, and those that nobody did in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.tell_incident import Audience, To, audience, news_of, tell
from agent.store import incident_events, incidents, journal, plan_runs
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from duty.incident_news import NewsKind
from duty.incidents import Incident
from duty.plans import Advance, PlanRun, PlanStep, RunStep, advance, ended


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command of a plan that is to be run now."""

    run: int
    step: RunStep


NEWS: Final = MappingProxyType({"told": NewsKind.WORD, "asked": NewsKind.STEP, "overdue": NewsKind.STEP_LATE})
EVENTS: Final = MappingProxyType(
    {
        "told": IncidentEventKind.STEP_DONE,
        "asked": IncidentEventKind.STEP_DUE,
        "run": IncidentEventKind.STEP_DUE,
        "overdue": IncidentEventKind.STEP_OVERDUE,
    }
)


def run_plans(conn: Connection, agent: str, orders: Orders, now: datetime) -> list[Ordered]:
    """Carry every plan that runs through what is due by now; return the commands to run."""
    ordered: list[Ordered] = []
    runs = plan_runs.open_runs(conn, agent)
    of = incidents.get_incidents(conn, agent, {run.incident for run in runs})
    for run in runs:
        incident = of[run.incident]
        if incident.restored is not None:
            # What failed is well: nobody is pressed, until it fails again.
            continue
        # A rehearsal touches nothing outside: a person says what the command would have done.
        allowed = frozenset[str]() if incident.rehearsal else orders.incidents.commands
        for step in advance(run, now, allowed):
            if not plan_runs.change_step(conn, agent, run.number, step.before, step.after):
                continue
            _note(conn, agent, incident, step, now)
            if step.tells == "run":
                ordered.append(Ordered(run.number, step.after))
                continue
            there = audience(conn, agent, orders, incident.site, now)
            _tell(conn, agent, orders, incident, run, step, there, now)
    return ordered


def end_plans(conn: Connection, agent: str, incident: int, now: datetime) -> None:
    """End the plans of an incident that is handled: what was not done is cancelled."""
    for run in plan_runs.runs_of(conn, agent, incident):
        if run.open:
            plan_runs.end_run(conn, agent, run, ended(run, now).steps, now)


def whom(there: Audience, step: PlanStep) -> list[To]:
    """Return whom a step tells or asks."""
    return [*there.post(*step.posts), *there.people(*step.people), *there.groups(*step.contacts)]


def _tell(
    conn: Connection,
    agent: str,
    orders: Orders,
    incident: Incident,
    run: PlanRun,
    advanced: Advance,
    there: Audience,
    now: datetime,
) -> None:
    step, kind = advanced.after, NEWS[advanced.tells]
    to = there.post(*advanced.posts) if kind is NewsKind.STEP_LATE else whom(there, step.step)
    asked = tuple(dict.fromkeys(each.person for each in whom(there, step.step) if each.person))
    news = news_of(
        conn,
        agent,
        orders,
        incident,
        step=step.step.text,
        nth=step.nth,
        due=step.deadline,
        since=step.due,
        asked=asked,
        evidence=step.step.evidence,
    )
    mark = f"{run.number}.{step.nth}.{step.overdue}"
    tell(conn, agent, incident, kind, news, to, now, mark=mark, step=step.nth)


def _note(conn: Connection, agent: str, incident: Incident, advanced: Advance, now: datetime) -> None:
    step = advanced.after
    data = {"nth": step.nth, "zh": step.step.text.zh, "en": step.step.text.en, "level": step.overdue}
    incident_events.add_event(conn, agent, incident.number, now, EVENTS[advanced.tells], AGENT, "", data)
    said = {"incident": incident.number, "name": incident.name, "step": step.nth, "what": advanced.tells}
    journal.append(conn, agent, "plan_step", now, AGENT, "ok", said)
