"""Incidents as people see them: the list, one with all that happened, its report. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from agent.services.call_clocks import Running, clocks
from agent.services.draft_report import content_of
from agent.services.escalate import AROUND
from agent.services.orders import Orders
from agent.services.station import Station
from agent.services.tell_incident import facts_of, joined_alerts
from agent.store import attachments, bulletins, incident_events, incident_reports, incidents, people, plan_runs, shifts
from agent.store.attachments import Attachment
from agent.store.incident_events import IncidentEvent
from duty.alerts import Alert
from duty.bulletins import Bulletin, Facts
from duty.filing import Report, missing
from duty.incident_report import ReportContent, ReportField
from duty.incidents import Incident
from duty.people import ROSTERED, Person, Post
from duty.plans import Plan, PlanRun, RunStep
from duty.roster import on_duty
from duty.targets import Site, Target
from exporters.words import Say

PAGE = 50
"""Incidents on one page of the list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident in the list: its first alert, how its report stands, what of its plans is due, what it waits for."""

    incident: Incident
    first: Alert | None
    alerts: int
    report: Report
    due: tuple[RunStep, ...]
    clocks: tuple[Running, ...]


@dataclass(frozen=True, slots=True)
class IncidentList:
    """The newest incidents, those that are handled before those that are over."""

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    entries: tuple[Entry, ...]
    titles: Mapping[str, str]
    more: bool

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name


@dataclass(frozen=True, slots=True)
class IncidentCase:
    """One incident with all that happened. ``holders`` are those on duty at its site, by post."""

    agent: str
    site_zone: str
    now: datetime
    incident: Incident
    site: Site | None
    alerts: tuple[Alert, ...]
    events: tuple[IncidentEvent, ...]
    runs: tuple[PlanRun, ...]
    bulletins: tuple[Bulletin, ...]
    attachments: tuple[Attachment, ...]
    report: Report
    facts: Facts
    clocks: tuple[Running, ...]
    there: Mapping[str, Person]
    holders: Mapping[Post, tuple[str, ...]]
    targets: Mapping[str, Target]
    plans: tuple[Plan, ...]

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return (self.there[name].title if name in self.there else "") or name

    @property
    def startable(self) -> tuple[Plan, ...]:
        """The plans that can still be started for it."""
        started = {run.plan for run in self.runs}
        return tuple(plan for plan in self.plans if plan.name not in started)


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report with its content as of now, what it still lacks, and the digest of what is on the page."""

    case: IncidentCase
    content: ReportContent
    digest: str
    lacks: tuple[ReportField, ...]

    @property
    def report(self) -> Report:
        return self.case.report


async def read_incidents(station: Station, before: int | None = None) -> IncidentList:
    """Return the newest incidents, older than the number ``before``."""
    return await station.store.read(_list, station.orders, before, station.clock.now())


async def read_incident(station: Station, number: int) -> IncidentCase:
    """Return one incident. NotFound."""
    return await station.store.read(_case, station.orders, number, station.clock.now())


async def read_report(station: Station, number: int, say: Say) -> ReportView:
    """Return the report of an incident; what the system drafts is in the language of ``say``. NotFound."""
    return await station.store.read(_report, station.orders, number, say, station.clock.now())


async def read_file(station: Station, incident: int, number: int) -> tuple[str, str, bytes]:
    """Return a file that was left with an incident: its name, media type and content. NotFound."""
    return await station.store.read(attachments.read_attachment, incident, number)


async def read_open(station: Station) -> tuple[Entry, ...]:
    """Return the incidents that are handled or whose report is not archived, for Tonight."""
    return await station.store.read(_open, station.orders)


def _list(conn: Connection, agent: str, orders: Orders, before: int | None, now: datetime) -> IncidentList:
    found = incidents.list_incidents(conn, agent, PAGE + 1, before)
    running = list(clocks(conn, agent, orders))
    page = sorted(found[:PAGE], key=lambda incident: not incident.open)
    return IncidentList(
        agent=orders.agent,
        site_zone=orders.zone,
        now=now,
        sites=orders.sites,
        entries=tuple(_entry(conn, agent, incident, running) for incident in page),
        titles=people.titles(conn, agent),
        more=len(found) > PAGE,
    )


def _open(conn: Connection, agent: str, orders: Orders) -> tuple[Entry, ...]:
    running = list(clocks(conn, agent, orders))
    waiting = [report.incident for report in incident_reports.unarchived(conn, agent)]
    of = incidents.get_incidents(conn, agent, waiting)
    # A rehearsal that is over has a report as well, which nobody need file.
    these = [of[number] for number in waiting if number in of and (of[number].open or not of[number].rehearsal)]
    return tuple(_entry(conn, agent, incident, running) for incident in these)


def _entry(conn: Connection, agent: str, incident: Incident, running: Sequence[Running]) -> Entry:
    of = joined_alerts(conn, agent, incident.number)
    steps = [step for run in plan_runs.runs_of(conn, agent, incident.number) if run.open for step in run.steps]
    return Entry(
        incident=incident,
        first=of[0] if of else None,
        alerts=len(of),
        report=incident_reports.get_report(conn, agent, incident.number),
        due=tuple(step for step in steps if step.deadline is not None and not step.over),
        clocks=tuple(each for each in running if each.incident.number == incident.number),
    )


def _case(conn: Connection, agent: str, orders: Orders, number: int, now: datetime) -> IncidentCase:
    incident = incidents.get_incident(conn, agent, number)
    of = joined_alerts(conn, agent, number)
    roster = shifts.shifts_between(conn, agent, now - AROUND, now + AROUND)
    return IncidentCase(
        agent=orders.agent,
        site_zone=orders.zone_of(incident.site).key,
        now=now,
        incident=incident,
        site=orders.sites.get(incident.site),
        alerts=tuple(of),
        events=tuple(incident_events.events(conn, agent, number)),
        runs=tuple(plan_runs.runs_of(conn, agent, number)),
        bulletins=tuple(bulletins.bulletins_of(conn, agent, number)),
        attachments=tuple(attachments.attachments_of(conn, agent, number)),
        report=incident_reports.get_report(conn, agent, number),
        facts=facts_of(conn, agent, orders, incident, of),
        clocks=tuple(each for each in clocks(conn, agent, orders) if each.incident.number == number),
        there=people.everybody(conn, agent),
        holders={post: on_duty(roster, incident.site, post, now) for post in ROSTERED},
        targets=orders.targets,
        plans=orders.incidents.plans,
    )


def _report(conn: Connection, agent: str, orders: Orders, number: int, say: Say, now: datetime) -> ReportView:
    case = _case(conn, agent, orders, number, now)
    content = content_of(conn, agent, orders, case.incident, case.report, say, now)
    digest = case.report.digest or incident_reports.mark_of(content)
    return ReportView(case, content, digest, missing(content))
