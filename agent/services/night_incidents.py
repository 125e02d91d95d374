"""Read what a shift must know of incidents: those of the tour, and older ones whose report is not archived yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.tell_incident import joined_alerts
from agent.store import incident_events, incident_reports, incidents, people
from agent.store.incident_events import IncidentEvent, IncidentEventKind
from duty.filing import due
from duty.incidents import Incident
from duty.night_incidents import NightIncident, Said
from duty.tours import Tour

MOST: Final = 50
MOST_TOLD: Final = 12
SUPERIORS: Final = ("manager", "leader", "group")
"""Why somebody was told who is a superior: the endings of a letter's reason."""


def night_incidents(
    conn: Connection, agent: str, orders: Orders, tour: Tour, now: datetime, *, waiting: bool = False
) -> tuple[NightIncident, ...]:
    """Return the incidents that were handled in a tour; with ``waiting`` also those whose report is not archived."""
    there = {one.number: one for one in incidents.incidents_between(conn, agent, tour.site, tour.begin, tour.end)}
    if waiting:
        left = [report.incident for report in incident_reports.unarchived(conn, agent)]
        of = incidents.get_incidents(conn, agent, left)
        there |= {n: one for n, one in of.items() if one.site == tour.site and not one.rehearsal and one.found <= now}
    titles = people.titles(conn, agent)
    return tuple(_line(conn, agent, orders, there[number], titles) for number in sorted(there)[-MOST:])


def _line(conn: Connection, agent: str, orders: Orders, incident: Incident, titles: Mapping[str, str]) -> NightIncident:
    report = incident_reports.get_report(conn, agent, incident.number)
    happened = incident_events.events(conn, agent, incident.number)
    first = next(iter(joined_alerts(conn, agent, incident.number)), None)
    within = orders.incidents.report_within
    return NightIncident(
        number=incident.number,
        name=incident.name,
        kind=incident.kind,
        grade=incident.grade,
        began=incident.began,
        title=incident.title or (first.said if first else ""),
        target=first.key[0] if first else incident.target,
        finding=first.finding if first else None,
        restored=incident.restored,
        handled=incident.handled,
        told=tuple(_told(happened, titles))[:MOST_TOLD],
        instructions=tuple(
            Said(e.at, titles.get(e.actor, e.actor), e.text)
            for e in happened
            if e.kind is IncidentEventKind.INSTRUCTION
        )[-MOST_TOLD:],
        author=titles.get(report.author, report.author),
        due=due(incident.handled, within) if incident.handled else None,
        report=report.state,
    )


def _told(happened: Sequence[IncidentEvent], titles: Mapping[str, str]) -> Iterator[Said]:
    """Yield each superior, or the group's channel, when they were told first."""
    seen = set[str]()
    for event in happened:
        if event.kind is not IncidentEventKind.TOLD or not str(event.data.get("reason", "")).endswith(SUPERIORS):
            continue
        name = str(event.data.get("person") or event.data.get("channel", ""))
        if name not in seen:
            seen.add(name)
            yield Said(event.at, titles.get(name, name))
