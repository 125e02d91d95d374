"""Start an emergency plan for an incident: its steps are frozen with what the settings say of the target."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import incident_events, journal, plan_runs
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from duty.errors import RecordRefused
from duty.incidents import Incident
from duty.plans import Plan, PlanRun, frozen, plan_for
from duty.targets import Target


def start_fitting(conn: Connection, agent: str, orders: Orders, incident: Incident, now: datetime) -> PlanRun | None:
    """Start the plan that is for an incident, if one is that starts at once and none was started."""
    plan = plan_for(incident, orders.incidents.plans)
    if plan is None or not plan.at_once or plan_runs.runs_of(conn, agent, incident.number):
        return None
    return start(conn, agent, orders, incident, plan, AGENT, now)


def start(
    conn: Connection,
    agent: str,
    orders: Orders,
    incident: Incident,
    plan: Plan,
    by: str,
    now: datetime,
    asker: str = "",
) -> PlanRun:
    """Start a plan. Raises RecordRefused where it was started for this incident before."""
    before = plan_runs.runs_of(conn, agent, incident.number)
    if any(run.plan == plan.name for run in before):
        raise RecordRefused("incidents.refused.started", {"plan": plan.name})
    first = 1 + sum(len(run.steps) for run in before)
    steps = frozen(plan.steps, fields_of(incident, orders), first)
    run = plan_runs.add_run(conn, agent, PlanRun(0, incident.number, plan.name, plan.title, now, by, steps))
    data = {"plan": plan.name, "zh": plan.title.zh, "en": plan.title.en, "steps": len(steps)}
    incident_events.add_event(conn, agent, incident.number, now, IncidentEventKind.PLAN_STARTED, by, "", data)
    said = {"incident": incident.number, "name": incident.name, "plan": plan.name, "run": run.number}
    journal.append(conn, agent, "plan_started", now, by, "ok", said | journal.typed_by(asker))
    return run


def fields_of(incident: Incident, orders: Orders) -> dict[str, str]:
    """Return what a plan's text may name: of the incident, of its first target, of a circuit that hangs on that."""
    target = orders.targets.get(incident.target)
    site = orders.sites.get(incident.site)
    title = site.title if site else incident.site
    known = {"incident": incident.name, "target": incident.target, "site": title, "place": title}
    return known | (_of_target(target, title) if target is not None else {})


def _of_target(target: Target, site: str) -> dict[str, str]:
    maintainer = target.maintainer
    circuit = next((port for port in target.ports if port.circuit), None)
    known = {
        "address": target.address,
        "room": target.room,
        "rack": target.rack,
        "unit": target.unit,
        "asset": target.asset,
        "serial": target.serial,
        "business": target.business,
        "maintainer": maintainer.name if maintainer else "",
        "hotline": maintainer.hotline if maintainer else "",
        "contract_ends": f"{maintainer.contract_ends}" if maintainer and maintainer.contract_ends else "",
        "carrier": circuit.carrier if circuit else "",
        "circuit": circuit.circuit if circuit else "",
    }

    def together(*parts: str) -> str:
        return " ".join(part for part in parts if part)

    menders = (together(known["maintainer"], known["hotline"]), together(known["carrier"], known["circuit"]))
    return known | {
        "place": together(site, target.room, target.rack, target.unit),
        "menders": "; ".join(each for each in menders if each),
    }
