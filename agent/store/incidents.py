"""Incidents and the alerts that belong to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.columns import Flag
from agent.store.incident_tables import incident_alerts, incidents
from agent.store.parts import in_parts
from duty.errors import NotFound
from duty.incidents import Found, Grade, Incident, IncidentClass


def add_incident(conn: Connection, agent: str, incident: Incident) -> Incident:
    """Write an incident down and return it with its number."""
    made = conn.execute(incidents.insert().values(_row(incident) | {"agent": agent}).returning(*incidents.c))
    return _incident(made.one())


def change_incident(conn: Connection, agent: str, before: Incident, after: Incident) -> Incident:
    """Write what an incident has become."""
    if after != before:
        there = sa.and_(incidents.c.agent == agent, incidents.c.number == after.number)
        conn.execute(incidents.update().where(there).values(_row(after)))
    return after


def get_incident(conn: Connection, agent: str, number: int) -> Incident:
    """Return an incident; NotFound if there is none of this number."""
    row = conn.execute(
        sa.select(incidents).where(incidents.c.agent == agent, incidents.c.number == number)
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no incident {number}")
    return _incident(row)


def get_incidents(conn: Connection, agent: str, numbers: Collection[int]) -> dict[int, Incident]:
    """Return the incidents of these numbers, those that there are."""
    found: dict[int, Incident] = {}
    for some in in_parts(numbers):
        query = sa.select(incidents).where(incidents.c.agent == agent, incidents.c.number.in_(some))
        found |= {row.number: _incident(row) for row in conn.execute(query)}
    return found


def find_incident(conn: Connection, agent: str, name: str) -> Incident:
    """Return an incident by its number on paper, TF-20261124-01. Raises NotFound."""
    row = conn.execute(sa.select(incidents).where(incidents.c.agent == agent, incidents.c.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"there is no incident {name}")
    return _incident(row)


def open_incidents(conn: Connection, agent: str, site: str | None = None) -> list[Incident]:
    """Return the incidents that are being handled, oldest first, of all sites or of one; rehearsals too."""
    query = sa.select(incidents).where(incidents.c.agent == agent, incidents.c.handled.is_(None))
    if site is not None:
        query = query.where(incidents.c.site == site)
    return [_incident(row) for row in conn.execute(query.order_by(incidents.c.number))]


def list_incidents(conn: Connection, agent: str, limit: int, before: int | None = None) -> list[Incident]:
    """Return up to ``limit`` incidents, newest first, older than the number ``before``."""
    query = sa.select(incidents).where(incidents.c.agent == agent).order_by(incidents.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(incidents.c.number < before)
    return [_incident(row) for row in conn.execute(query)]


def incidents_between(conn: Connection, agent: str, site: str, begin: datetime, end: datetime) -> list[Incident]:
    """Return the incidents of a site that were handled at any time between two moments, rehearsals left out."""
    of = incidents.c
    lasted = sa.and_(of.found < end, sa.or_(of.handled.is_(None), of.handled >= begin))
    # A flag is a number: PostgreSQL knows no number that IS false.
    real = of.rehearsal == sa.literal(False, Flag)
    query = sa.select(incidents).where(of.agent == agent, of.site == site, real, lasted)
    return [_incident(row) for row in conn.execute(query.order_by(of.number))]


def count_named(conn: Connection, agent: str, prefix: str) -> int:
    """Return how many incidents have a number on paper that begins so."""
    named = sa.and_(incidents.c.agent == agent, incidents.c.name.startswith(prefix, autoescape=True))
    return conn.execute(sa.select(sa.func.count()).where(named)).scalar_one()


def join_alerts(conn: Connection, agent: str, incident: int, numbers: Iterable[int], at: datetime) -> None:
    """Let alerts that belong to none yet belong to an incident."""
    rows = [{"agent": agent, "alert": number, "incident": incident, "at": at} for number in numbers]
    if rows:
        conn.execute(incident_alerts.insert(), rows)


def leave(conn: Connection, agent: str, alert: int) -> bool:
    """Take an alert out of its incident; False if it is in none."""
    there = sa.and_(incident_alerts.c.agent == agent, incident_alerts.c.alert == alert)
    return conn.execute(incident_alerts.delete().where(there)).rowcount == 1


def alerts_of(conn: Connection, agent: str, incident: int) -> list[int]:
    """Return the numbers of the alerts of an incident, in the order in which they opened."""
    query = sa.select(incident_alerts.c.alert).where(
        incident_alerts.c.agent == agent, incident_alerts.c.incident == incident
    )
    return list(conn.execute(query.order_by(incident_alerts.c.alert)).scalars())


def incidents_of(conn: Connection, agent: str, numbers: Collection[int]) -> dict[int, int]:
    """Return the incident of each of these alerts that belongs to one."""
    found: dict[int, int] = {}
    for some in in_parts(numbers):
        query = sa.select(incident_alerts.c.alert, incident_alerts.c.incident).where(
            incident_alerts.c.agent == agent, incident_alerts.c.alert.in_(some)
        )
        found |= {row.alert: row.incident for row in conn.execute(query)}
    return found


def _row(incident: Incident) -> dict[str, Any]:
    row = {field.name: getattr(incident, field.name) for field in fields(incident) if field.name != "number"}
    return row | {
        "kind": incident.kind.value,
        "grade": incident.grade.value,
        "found_by": incident.found_by.value,
    }


def _incident(row: sa.Row[Any]) -> Incident:
    said = {field.name: getattr(row, field.name) for field in fields(Incident)}
    return Incident(
        **said | {"kind": IncidentClass(row.kind), "grade": Grade(row.grade), "found_by": Found(row.found_by)}
    )
