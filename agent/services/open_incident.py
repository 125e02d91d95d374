"""Open an incident, let alerts join it, make it major: what both rules and people do, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.send_bulletin import first_report
from agent.services.start_plan import start, start_fitting
from agent.services.tell_incident import Audience, audience, departments, news_of, tell
from agent.store import incident_events, incident_reports, incidents, journal
from agent.store.incident_events import IncidentEventKind
from duty.errors import RecordRefused
from duty.incident_news import NewsKind
from duty.incidents import MOST_OPEN, Incident, name_of
from duty.people import Post
from duty.plans import Plan


def open_incident(
    conn: Connection,
    agent: str,
    orders: Orders,
    draft: Incident,
    joins: Sequence[int],
    now: datetime,
    *,
    text: str = "",
    plan: Plan | None = None,
    asker: str = "",
) -> Incident:
    """Write an incident down, start its plan if it is major, and tell whom it concerns. Raises RecordRefused.

    ``draft`` has neither number nor name yet; ``plan`` is started whether it fits or not, for a rehearsal.
    """
    if len(incidents.open_incidents(conn, agent)) >= MOST_OPEN:
        raise RecordRefused("incidents.refused.full", {"most": MOST_OPEN})
    made = incidents.add_incident(conn, agent, _named(conn, agent, orders, draft))
    incident_reports.open_report(conn, agent, made.number, now)
    said = {"rule": made.rule, "grade": made.grade.value, "kind": made.kind.value, "found_by": made.found_by.value}
    note(conn, agent, made, IncidentEventKind.OPENED, made.opened_by, now, text, said, asker)
    join(conn, agent, made, joins, made.opened_by, now)
    if plan is not None:
        start(conn, agent, orders, made, plan, made.opened_by, now, asker)
    there = audience(conn, agent, orders, made.site, now)
    if made.major:
        return become_major(conn, agent, orders, made, there, now)
    start_fitting(conn, agent, orders, made, now)
    news = news_of(conn, agent, orders, made, by=made.opened_by, text=text)
    # Who is told by post knows what is their duty; departments hear of what concerns them (policy 4.4b).
    tell(conn, agent, made, NewsKind.OPENED, news, [*there.post(Post.MANAGER), *departments(there, made)], now)
    return made


def become_major(
    conn: Connection, agent: str, orders: Orders, incident: Incident, there: Audience, now: datetime
) -> Incident:
    """Start the emergency plan at once and report to the duty manager and the leading group (policy 4.4b)."""
    start_fitting(conn, agent, orders, incident, now)
    return first_report(conn, agent, orders, incident, there, now)


def join(conn: Connection, agent: str, incident: Incident, numbers: Sequence[int], by: str, now: datetime) -> None:
    """Let alerts belong to an incident."""
    incidents.join_alerts(conn, agent, incident.number, numbers, now)
    for number in numbers:
        incident_events.add_event(
            conn, agent, incident.number, now, IncidentEventKind.JOINED, by, "", {"alert": number}
        )


def note(
    conn: Connection,
    agent: str,
    incident: Incident,
    kind: IncidentEventKind,
    by: str,
    now: datetime,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    asker: str = "",
    *,
    at: datetime | None = None,
) -> None:
    """Write a line into an incident's timeline, and an entry into the journal."""
    incident_events.add_event(conn, agent, incident.number, at or now, kind, by, text, data)
    said = {"incident": incident.number, "name": incident.name, **dict(data or {})}
    said |= {"text": text} if text else {}
    said |= {"moment": at.isoformat()} if at else {}
    journal.append(conn, agent, f"incident_{kind.value}", now, by, "ok", said | journal.typed_by(asker))


def _named(conn: Connection, agent: str, orders: Orders, draft: Incident) -> Incident:
    day = draft.found.astimezone(orders.zone_of(draft.site)).date()
    prefix = name_of(day, 0, rehearsal=draft.rehearsal)[:-2]
    nth = incidents.count_named(conn, agent, prefix) + 1
    return replace(draft, name=name_of(day, nth, rehearsal=draft.rehearsal))
