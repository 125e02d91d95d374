"""Report to superiors while an incident lasts: the first report at once, progress, the last (policy 4.4b)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.station import Station
from agent.services.tell_incident import (
    Audience,
    audience,
    departments,
    news_of,
    superiors,
    tell,
    tell_those_who_know,
)
from agent.store import bulletins, incident_events, incident_reports, incidents, journal
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from duty.bulletins import LONGEST_TEXT, Bulletin, BulletinKind, next_kind
from duty.errors import RecordRefused
from duty.incident_news import News, NewsKind
from duty.incidents import Incident

LATEST = timedelta(hours=24)
"""No next report is promised for later."""


def first_report(
    conn: Connection, agent: str, orders: Orders, incident: Incident, there: Audience, now: datetime
) -> Incident:
    """Report a major incident at once, by whatever the record knows, and promise the next report."""
    promised = replace(incident, next_report=now + orders.incidents.report_every)
    incidents.change_incident(conn, agent, incident, promised)
    if bulletins.bulletins_of(conn, agent, incident.number):
        # It was major before, and somebody had graded it down: whoever knows hears that it is again.
        news = news_of(conn, agent, orders, promised)
        tell_those_who_know(conn, agent, promised, NewsKind.FIRST, news, now, mark=f"{now.timestamp():.0f}")
        return promised
    news = news_of(conn, agent, orders, promised)
    first = Bulletin(
        0, incident.number, BulletinKind.FIRST, 1, now, AGENT, "", next_at=promised.next_report, facts=news.facts
    )
    _keep(conn, agent, promised, first, "")
    tell(conn, agent, promised, NewsKind.FIRST, news, [*superiors(there), *departments(there, promised)], now)
    _tell_customers(conn, agent, promised, news, there, "first", now)
    return promised


def _tell_customers(
    conn: Connection, agent: str, incident: Incident, news: News, there: Audience, mark: str, now: datetime
) -> None:
    """Give customer service a sentence that customers may be told, as often as superiors hear of it (policy 4.3b)."""
    to = there.groups(*there.orders.incidents.customer_service)
    bare = replace(news, text="", risk="", by="")
    tell(conn, agent, incident, NewsKind.CUSTOMERS, bare, to, now, mark=mark)


async def send_bulletin(
    station: Station,
    number: int,
    by: str,
    text: str,
    *,
    risk: str = "",
    expected: str = "",
    next_at: datetime | None = None,
    asker: str = "",
) -> Bulletin:
    """Send a progress report. ``next_at`` is when the next one is promised. Raises NotFound, RecordRefused."""
    now = station.clock.now()
    text, risk, expected = (part.strip()[:LONGEST_TEXT] for part in (text, risk, expected))
    if not text:
        raise RecordRefused("incidents.refused.no_text", {})
    at = next_at or now + station.orders.incidents.report_every
    if not now < at <= now + LATEST:
        raise RecordRefused("incidents.refused.next_at", {"hours": LATEST // timedelta(hours=1)})
    return await station.store.write(_send, station.orders, number, by, (text, risk, expected), at, asker, now)


def _send(
    conn: Connection,
    agent: str,
    orders: Orders,
    number: int,
    by: str,
    said: tuple[str, str, str],
    next_at: datetime,
    asker: str,
    now: datetime,
) -> Bulletin:
    incident = incidents.get_incident(conn, agent, number)
    if not incident.open:
        raise RecordRefused("incidents.refused.handled", {})
    return progress(conn, agent, orders, incident, by, said, next_at, now, asker)


def progress(
    conn: Connection,
    agent: str,
    orders: Orders,
    incident: Incident,
    by: str,
    said: tuple[str, str, str],
    next_at: datetime,
    now: datetime,
    asker: str = "",
) -> Bulletin:
    """Send how it goes on to the superiors, the departments, and everybody else who was told."""
    promised = replace(incident, next_report=next_at)
    incidents.change_incident(conn, agent, incident, promised)
    sent = bulletins.bulletins_of(conn, agent, incident.number)
    kind, nth = next_kind(sent)
    text, risk, expected = said
    news = news_of(
        conn, agent, orders, promised, by=by, text=text, risk=risk, expected=expected, nth=nth, next_at=next_at
    )
    made = Bulletin(0, incident.number, kind, nth, now, by, text, risk, expected, next_at, news.facts)
    kept = _keep(conn, agent, promised, made, asker)
    what = NewsKind.FIRST if kind is BulletinKind.FIRST else NewsKind.PROGRESS
    _tell_everybody(conn, agent, orders, promised, what, news, f"{kind}{nth}", now)
    return kept


def final_report(
    conn: Connection, agent: str, orders: Orders, incident: Incident, due: datetime, now: datetime
) -> None:
    """Say that it is over and by when its report is due, to everybody who was told."""
    nth = sum(each.kind is BulletinKind.FINAL for each in bulletins.bulletins_of(conn, agent, incident.number)) + 1
    author = incident_reports.get_report(conn, agent, incident.number).author
    asked = (author,) if author else ()
    news = news_of(
        conn, agent, orders, incident, by=incident.handled_by, text=incident.result, due=due, nth=nth, asked=asked
    )
    last = Bulletin(
        0, incident.number, BulletinKind.FINAL, nth, now, incident.handled_by, incident.result, facts=news.facts
    )
    _keep(conn, agent, incident, last, "")
    _tell_everybody(conn, agent, orders, incident, NewsKind.FINAL, news, f"final{nth}", now)


def _tell_everybody(
    conn: Connection, agent: str, orders: Orders, incident: Incident, what: NewsKind, news: News, mark: str,
    now: datetime,
) -> None:  # fmt: skip
    """Tell the superiors, the departments, whoever was told before, and customer service what customers may hear."""
    there = audience(conn, agent, orders, incident.site, now)
    tell(conn, agent, incident, what, news, [*superiors(there), *departments(there, incident)], now, mark=mark)
    tell_those_who_know(conn, agent, incident, what, news, now, mark=mark)
    _tell_customers(conn, agent, incident, news, there, mark, now)


def _keep(conn: Connection, agent: str, incident: Incident, bulletin: Bulletin, asker: str) -> Bulletin:
    kept = bulletins.add_bulletin(conn, agent, bulletin)
    data = {"kind": bulletin.kind.value, "nth": bulletin.nth, "risk": bulletin.risk, "expected": bulletin.expected}
    incident_events.add_event(
        conn, agent, incident.number, bulletin.at, IncidentEventKind.BULLETIN, bulletin.by, bulletin.text, data
    )
    said = {"incident": incident.number, "name": incident.name, "text": bulletin.text, **data}
    journal.append(conn, agent, "incident_bulletin", bulletin.at, bulletin.by, "ok", said | journal.typed_by(asker))
    return kept
