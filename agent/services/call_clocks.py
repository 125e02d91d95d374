"""Call what is due by the clocks of incidents: the next report, the incident report, the report that a law asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.tell_incident import audience, news_of, tell
from agent.store import bulletins, incident_events, incident_reports, incidents
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from duty.deadlines import CALLS, Clock, call_due
from duty.filing import due, legal_due, level_of
from duty.incident_news import NewsKind
from duty.incident_report import ReportField
from duty.incidents import Incident

NEWS: Final = MappingProxyType(
    {
        Clock.NEXT_REPORT: (NewsKind.REPORT_SOON, NewsKind.REPORT_LATE),
        Clock.REPORT: (NewsKind.FILE_SOON, NewsKind.FILE_LATE),
        Clock.LEGAL: (NewsKind.LEGAL_SOON, NewsKind.LEGAL_LATE),
    }
)


class Running(NamedTuple):
    """A clock that runs, until when, and who is told beside the posts."""

    incident: Incident
    clock: Clock
    until: datetime
    also: tuple[str, ...] = ()


def call_clocks(conn: Connection, agent: str, orders: Orders, now: datetime) -> None:
    """Tell whoever a clock calls for now, each call once."""
    for running in list(clocks(conn, agent, orders)):
        incident, clock, until, also = running
        told = bulletins.told_of(conn, agent, incident.number, clock, until)
        call = call_due(clock, until, told, now)
        if call is None:
            continue
        bulletins.note_told(conn, agent, incident.number, clock, until, call + 1)
        which = CALLS[clock][call]
        kind = NEWS[clock][which.late]
        there = audience(conn, agent, orders, incident.site, now)
        leads = () if clock is Clock.LEGAL or not incident.leads else (incident.leads,)
        to = [*there.people(*also, *leads), *there.post(*which.posts)] or there.post(*CALLS[clock][-1].posts)
        news = news_of(conn, agent, orders, incident, due=until, asked=also)
        tell(conn, agent, incident, kind, news, to, now, mark=f"{until.timestamp():.0f}.{call}")
        if which.late and not any(before.late for before in CALLS[clock][:told]):
            data = {"clock": clock.value, "due": until.isoformat()}
            incident_events.add_event(conn, agent, incident.number, now, IncidentEventKind.REPORT_LATE, AGENT, "", data)


def clocks(conn: Connection, agent: str, orders: Orders) -> Iterator[Running]:
    """Yield the clocks that run."""
    for incident in incidents.open_incidents(conn, agent):
        if incident.major and incident.next_report is not None:
            yield Running(incident, Clock.NEXT_REPORT, incident.next_report)
    terms = orders.incidents
    waiting = incident_reports.unarchived(conn, agent)
    numbers = [report.incident for report in waiting]
    of = incidents.get_incidents(conn, agent, numbers)
    asked = incident_reports.texts_of(conn, agent, ReportField.CYBER, numbers)
    levels = incident_reports.texts_of(conn, agent, ReportField.CYBER_LEVEL, numbers)
    outside = incident_reports.texts_of(conn, agent, ReportField.REPORTED_OUTSIDE, numbers)
    for report in waiting:
        incident = of[report.incident]
        if incident.rehearsal:
            continue
        if incident.handled is not None and report.writable:
            author = report.author or incident.handled_by
            yield Running(incident, Clock.REPORT, due(incident.handled, terms.report_within), (author,))
        level = level_of(asked.get(incident.number, ""), levels.get(incident.number, ""))
        by = legal_due(incident.found, level, terms.legal_within)
        if by is not None and not outside.get(incident.number):
            yield Running(incident, Clock.LEGAL, by)
