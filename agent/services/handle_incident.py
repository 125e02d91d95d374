"""Handle an incident: what people do with it until they say that it is over. Each act with its entry in the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.open_incident import join, note, open_incident
from agent.services.orders import Orders
from agent.services.run_plans import end_plans
from agent.services.send_bulletin import final_report
from agent.services.station import Station
from agent.services.tell_incident import audience, news_of, tell
from agent.store import alerts, incident_events, incident_letters, incident_reports, incidents
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from duty.errors import RecordRefused
from duty.filing import ReportState, due
from duty.incident_news import NewsKind
from duty.incidents import (
    LONGEST_TITLE,
    LONGEST_WORD,
    Found,
    Grade,
    Incident,
    IncidentClass,
    handled,
    reopened,
)
from duty.people import Post

MOST_LINES = 2000
"""Lines of one timeline; more than these no report can hold."""
EARLIEST = timedelta(days=2)
"""So long ago something may have begun that is written down now."""

BY_HAND = (IncidentEventKind.NOTE, IncidentEventKind.INSTRUCTION, IncidentEventKind.OUTSIDE)
"""What people write into a timeline: what happened, what superiors ordered, what was agreed with outsiders."""


def refused(code: str, **fields: object) -> RecordRefused:
    """Return the refusal of what somebody wanted of an incident."""
    return RecordRefused(f"incidents.refused.{code}", fields)


async def report_incident(
    station: Station,
    by: str,
    *,
    site: str,
    kind: IncidentClass,
    grade: Grade,
    title: str,
    found_by: Found,
    began: datetime | None = None,
    target: str = "",
    text: str = "",
    alert: int | None = None,
    asker: str = "",
) -> Incident:
    """Open an incident by hand: a customer's complaint, a guard's finding, whatever no rule sees.

    Raises RecordRefused, or NotFound for an alert that there is not.
    """
    now = station.clock.now()
    title, text = title.strip()[:LONGEST_TITLE], text.strip()[:LONGEST_WORD]
    if not title:
        raise refused("no_title")
    if site not in station.orders.sites:
        raise refused("no_site")
    if target and target not in station.orders.targets:
        raise refused("no_target", target=target)
    at = began or now
    if not now - EARLIEST <= at <= now:
        raise refused("began", days=EARLIEST.days)
    draft = Incident(0, "", site, kind, grade, title, found_by, at, now, by, target=target)
    return await station.store.write(_open, station.orders, draft, alert, text, asker, now)


def _open(
    conn: Connection, agent: str, orders: Orders, draft: Incident, alert: int | None, text: str, asker: str,
    now: datetime,
) -> Incident:  # fmt: skip
    joins: list[int] = []
    if alert is not None:
        found = alerts.get_alert(conn, agent, alert)
        if incidents.incidents_of(conn, agent, [alert]):
            raise refused("joined", alert=alert)
        joins = [alert]
        draft = replace(draft, target=draft.target or (found.key[0] if found.key[0] in orders.targets else ""))
    return open_incident(conn, agent, orders, draft, joins, now, text=text, asker=asker)


async def write_note(
    station: Station,
    number: int,
    by: str,
    kind: IncidentEventKind,
    text: str,
    at: datetime | None = None,
    *,
    asker: str = "",
) -> Incident:
    """Write a line into the timeline, about ``at`` where it is not now. Raises NotFound, RecordRefused."""
    now = station.clock.now()
    text = text.strip()[:LONGEST_WORD]
    if not text:
        raise refused("no_text")

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        if incident_reports.get_report(conn, agent, number).state is ReportState.ARCHIVED:
            raise refused("archived")
        if at is not None and not incident.began - EARLIEST <= at <= now:
            raise refused("moment")
        note(conn, agent, incident, kind, by, now, text, asker=asker, at=at)
        return incident

    # What was forgotten is written down also when it is over, until the report is archived.
    return await change_incident(station, number, change, closed=True)


async def entitle(station: Station, number: int, by: str, title: str, *, asker: str = "") -> Incident:
    """Give an incident another title, or another class. Raises NotFound, RecordRefused."""
    now, title = station.clock.now(), title.strip()[:LONGEST_TITLE]
    if not title:
        raise refused("no_title")

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        after = incidents.change_incident(conn, agent, incident, replace(incident, title=title))
        note(conn, agent, after, IncidentEventKind.NOTE, by, now, "", {"title": title}, asker)
        return after

    return await change_incident(station, number, change)


async def join_alert(station: Station, number: int, by: str, alert: int, *, asker: str = "") -> Incident:
    """Let an alert belong to an incident, taking it from another one. Raises NotFound."""
    now = station.clock.now()

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        alerts.get_alert(conn, agent, alert)
        before = incidents.incidents_of(conn, agent, [alert]).get(alert)
        if before == number:
            return incident
        if before is not None:
            incidents.leave(conn, agent, alert)
            left = incidents.get_incident(conn, agent, before)
            note(conn, agent, left, IncidentEventKind.LEFT, by, now, data={"alert": alert}, asker=asker)
        join(conn, agent, incident, [alert], by, now)
        return incident

    return await change_incident(station, number, change)


async def finish(station: Station, number: int, by: str, result: str, *, asker: str = "") -> Incident:
    """Say that the handling is over and what came of it: the 24 hours of the report begin (policy 4.4c).

    Raises NotFound, RecordRefused.
    """
    now, result = station.clock.now(), result.strip()[:LONGEST_WORD]
    if not result:
        raise refused("no_result")

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        after = incidents.change_incident(conn, agent, incident, handled(incident, by, now, result))
        end_plans(conn, agent, number, now)
        incident_letters.drop_waiting(conn, agent, number)
        note(conn, agent, after, IncidentEventKind.HANDLED, by, now, result, asker=asker)
        _author(conn, agent, after)
        until = due(now, station.orders.incidents.report_within)
        if after.major:
            final_report(conn, agent, station.orders, after, until, now)
        else:
            there = audience(conn, agent, station.orders, after.site, now)
            news = news_of(conn, agent, station.orders, after, by=by, text=result, due=until, asked=(by,))
            to = [*there.people(by), *there.post(Post.MANAGER)]
            tell(conn, agent, after, NewsKind.HANDLED, news, to, now, mark=f"{now.timestamp():.0f}")
        return after

    return await change_incident(station, number, change)


async def reopen(station: Station, number: int, by: str, why: str, *, asker: str = "") -> Incident:
    """Go on with the handling: it was not over. Not once its report was submitted. Raises NotFound, RecordRefused."""
    now, why = station.clock.now(), why.strip()[:LONGEST_WORD]
    if not why:
        raise refused("no_reason")

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        if incident.open:
            raise refused("open")
        if not incident_reports.get_report(conn, agent, number).writable:
            raise refused("filed")
        after = reopened(incident)
        if after.major:
            after = replace(after, next_report=now + station.orders.incidents.report_every)
        incidents.change_incident(conn, agent, incident, after)
        note(conn, agent, after, IncidentEventKind.REOPENED, by, now, why, asker=asker)
        return after

    return await change_incident(station, number, change, closed=True)


def _author(conn: Connection, agent: str, incident: Incident) -> None:
    """Let whoever handled it write the report, unless somebody has begun to."""
    report = incident_reports.get_report(conn, agent, incident.number)
    # Only its author submits a report, and an account of the machine signs in nowhere: then whoever writes first is it.
    if not report.author and incident.handled_by != AGENT and not incident.handled_by.startswith("uid:"):
        incident_reports.change_report(conn, agent, report, replace(report, author=incident.handled_by))


async def change_incident(
    station: Station,
    number: int,
    change: Callable[[Connection, str, Incident], Incident],
    *,
    closed: bool = False,
) -> Incident:
    """Change an incident in one transaction; ``closed`` lets one be changed that is handled."""
    return await station.store.write(_within, number, change, closed)


def _within(
    conn: Connection,
    agent: str,
    number: int,
    change: Callable[[Connection, str, Incident], Incident],
    closed: bool,
) -> Incident:
    incident = incidents.get_incident(conn, agent, number)
    if not incident.open and not closed:
        raise refused("handled")
    if incident_events.count_events(conn, agent, number) >= MOST_LINES:
        raise refused("long", most=MOST_LINES)
    return change(conn, agent, incident)
