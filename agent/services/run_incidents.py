"""Run incidents: what the rules and time alone make of them, in one transaction, every few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from agent.services.call_clocks import call_clocks
from agent.services.open_incident import become_major, join, note, open_incident
from agent.services.orders import Orders
from agent.services.run_plans import Ordered, run_plans
from agent.services.send_bulletin import progress
from agent.services.start_plan import start_fitting
from agent.services.tell_incident import audience, joined_alerts
from agent.store import alerts, incidents, silences
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from duty.alerts import Alert
from duty.incident_rules import Case, cases
from duty.incident_sorting import Sorted, sort_in
from duty.incidents import Found, Incident, raised
from duty.silences import covering, silenced


def run_incidents(conn: Connection, agent: str, orders: Orders, now: datetime) -> list[Ordered]:
    """Open, join and raise by the rules, see what is restored, go on with plans, call what is due.

    Returns the commands of plans that are to be run now: that they are is written, and nobody else will run them.
    """
    opened = incidents.open_incidents(conn, agent)
    there = _calling(conn, agent, now)
    if there:
        _by_the_rules(conn, agent, orders, opened, there, now)
        opened = incidents.open_incidents(conn, agent)
    for incident in opened:
        if not incident.rehearsal:
            _restored(conn, agent, orders, incident, now)
    ordered = run_plans(conn, agent, orders, now)
    call_clocks(conn, agent, orders, now)
    return ordered


def _calling(conn: Connection, agent: str, now: datetime) -> list[Alert]:
    """Return the open alerts that nobody has silenced: who did said that it is no incident."""
    found = alerts.open_alerts(conn, agent)
    if not found:
        return []
    quiet = covering(found, silences.silences_since(conn, agent, now))
    return [alert for alert in found if silenced(alert, quiet.get(alert.number, ()), now) is None]


def _by_the_rules(
    conn: Connection, agent: str, orders: Orders, opened: Sequence[Incident], there: Sequence[Alert], now: datetime
) -> None:
    found = cases(there, orders.incidents.rules, orders.targets, now)
    if not found:
        return
    joined = incidents.incidents_of(conn, agent, {number for case in found for number in case.alerts})
    for change in sort_in(found, opened, joined, orders.targets):
        if change.incident is None:
            _open(conn, agent, orders, change.case, change.joins, now)
        else:
            incident = incidents.get_incident(conn, agent, change.incident)
            _join(conn, agent, orders, incident, change, now)


def _open(conn: Connection, agent: str, orders: Orders, case: Case, joins: Sequence[int], now: datetime) -> None:
    draft = Incident(
        number=0,
        name="",
        site=orders.site_or_first(case.site),
        kind=case.rule.kind,
        grade=case.rule.grade,
        title="",
        found_by=Found.ALERT,
        began=case.began,
        found=case.began,
        opened_by=AGENT,
        rule=case.rule.name,
        target=case.target,
    )
    open_incident(conn, agent, orders, draft, joins, now)


def _join(conn: Connection, agent: str, orders: Orders, incident: Incident, change: Sorted, now: datetime) -> None:
    join(conn, agent, incident, change.joins, AGENT, now)
    if change.joins and incident.restored is not None:
        # Something of it fails again.
        incident = incidents.change_incident(conn, agent, incident, replace(incident, restored=None))
    if change.raises:
        after = incidents.change_incident(conn, agent, incident, raised(incident, change.case.rule.name))
        note(conn, agent, after, IncidentEventKind.RAISED, AGENT, now, data={"rule": after.rule})
        become_major(conn, agent, orders, after, audience(conn, agent, orders, after.site, now), now)
    else:
        start_fitting(conn, agent, orders, incident, now)


def _restored(conn: Connection, agent: str, orders: Orders, incident: Incident, now: datetime) -> None:
    """Note when all that failed is well again; the superiors of a major one hear it at once."""
    of = joined_alerts(conn, agent, incident.number)
    if incident.restored is not None or not of or any(alert.open for alert in of):
        return
    at = max((alert.resolved for alert in of if alert.resolved), default=now)
    after = incidents.change_incident(conn, agent, incident, replace(incident, restored=at))
    note(conn, agent, after, IncidentEventKind.RESTORED, AGENT, now, at=at)
    if after.major:
        progress(conn, agent, orders, after, AGENT, ("", "", ""), now + orders.incidents.report_every, now)
