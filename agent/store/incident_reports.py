"""Incident reports: their state, the lines that people fill in, signatures, and the content that stands for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.store.incident_tables import incident_reports

DRAFT = "draft"


def open_report(conn: Connection, agent: str, incident: int, now: datetime) -> None:
    """Begin the report of an incident."""
    row = {
        "agent": agent, "incident": incident, "state": DRAFT, "revision": 1, "author": "", "opened": now,
        "submitted": None, "digest": None, "archived": None, "kept_until": "",
    }  # fmt: skip
    conn.execute(incident_reports.insert().values(row))
