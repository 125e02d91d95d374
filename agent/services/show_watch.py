"""Make a link by which the leading group watches an incident, and write down who made it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.services.incident_board import IncidentCase, read_incident
from agent.services.links import WATCH_HOLDS
from agent.services.station import Station
from agent.store import journal


async def note_link(station: Station, number: int, by: str) -> tuple[IncidentCase, str]:
    """Return the incident and a link to watch it, "" where the console has no public address. Raises NotFound."""
    case = await read_incident(station, number)
    if station.links is None:
        return case, ""
    url = station.links.watch(number, case.now)

    def write(conn: Connection, agent: str, now: datetime) -> None:
        said = {"incident": number, "name": case.incident.name, "until": (now + WATCH_HOLDS).isoformat()}
        journal.append(conn, agent, "watch_link", now, by, "ok", said)

    await station.store.write(write, case.now)
    return case, url
