"""Lead an incident: its grade, who commands it, who is asked for support, which plan is started (policy 3.2, 4.4b)."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from agent.services.handle_incident import change_incident, refused
from agent.services.open_incident import become_major, note
from agent.services.start_plan import start
from agent.services.station import Station
from agent.services.tell_incident import audience, news_of, tell, tell_those_who_know
from agent.store import incidents, people
from agent.store.incident_events import IncidentEventKind
from duty.incident_news import NewsKind
from duty.incidents import LONGEST_WORD, Grade, Incident, regraded
from duty.people import Post
from duty.plans import PlanRun


async def regrade(station: Station, number: int, by: str, grade: Grade, why: str, *, asker: str = "") -> Incident:
    """Change the grade, with a reason; a major one starts its plan and is reported. Raises NotFound, RecordRefused."""
    now, why = station.clock.now(), why.strip()[:LONGEST_WORD]
    if not why:
        raise refused("no_reason")

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        if grade is incident.grade:
            raise refused("same_grade")
        after = incidents.change_incident(conn, agent, incident, regraded(incident, grade, by, why))
        data = {"grade": grade.value, "before": incident.grade.value}
        note(conn, agent, after, IncidentEventKind.REGRADED, by, now, why, data, asker)
        orders = station.orders
        if after.major:
            return become_major(conn, agent, orders, after, audience(conn, agent, orders, after.site, now), now)
        after = incidents.change_incident(conn, agent, after, replace(after, next_report=None))
        news = news_of(conn, agent, orders, after, by=by, text=why)
        tell_those_who_know(conn, agent, after, NewsKind.GENERAL, news, now, mark=f"{now.timestamp():.0f}")
        return after

    return await change_incident(station, number, change)


async def name(
    station: Station, number: int, by: str, person: str, *, leads: bool = False, asker: str = ""
) -> Incident:
    """Name who commands it, or send somebody; they are told. Raises NotFound, RecordRefused."""
    now = station.clock.now()

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        there = people.load_people(conn, agent)
        if person not in there:
            raise refused("nobody", person=person)
        after = replace(incident, leads=person) if leads else incident
        incidents.change_incident(conn, agent, incident, after)
        note(conn, agent, after, IncidentEventKind.NAMED, by, now, data={"person": person, "leads": leads}, asker=asker)
        to = audience(conn, agent, station.orders, after.site, now).people(person)
        news = news_of(conn, agent, station.orders, after, by=by, asked=(person,), commands=leads)
        tell(conn, agent, after, NewsKind.NAMED, news, to, now, mark=f"{now.timestamp():.6f}")
        return after

    return await change_incident(station, number, change)


async def ask_support(station: Station, number: int, by: str, post: Post, text: str, *, asker: str = "") -> Incident:
    """Ask whoever holds a post for support. Raises NotFound, RecordRefused."""
    now, text = station.clock.now(), text.strip()[:LONGEST_WORD]
    if not text:
        raise refused("no_text")

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        note(conn, agent, incident, IncidentEventKind.SUPPORT, by, now, text, {"post": post.value}, asker)
        to = audience(conn, agent, station.orders, incident.site, now).post(post)
        news = news_of(conn, agent, station.orders, incident, by=by, text=text)
        tell(conn, agent, incident, NewsKind.SUPPORT, news, to, now, mark=f"{now.timestamp():.6f}")
        return incident

    return await change_incident(station, number, change)


async def start_plan(station: Station, number: int, by: str, plan: str, *, asker: str = "") -> PlanRun:
    """Start a plan by hand. Raises NotFound, RecordRefused."""
    now, orders = station.clock.now(), station.orders
    found = orders.incidents.plan(plan)
    if found is None:
        raise refused("no_plan", plan=plan)
    made: list[PlanRun] = []

    def change(conn: Connection, agent: str, incident: Incident) -> Incident:
        made.append(start(conn, agent, orders, incident, found, by, now, asker))
        return incident

    await change_incident(station, number, change)
    return made[-1]
