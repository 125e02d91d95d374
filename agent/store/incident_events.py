"""The timeline of an incident: what happened, when, who did it; from it the report's course is drafted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.bodies import canonical, parse
from agent.store.incident_tables import incident_events


class IncidentEventKind(StrEnum):
    """What can happen in an incident."""

    OPENED = "opened"
    JOINED = "joined"
    LEFT = "left"
    RAISED = "raised"
    REGRADED = "regraded"
    TOLD = "told"
    UNTOLD = "untold"
    NAMED = "named"
    SUPPORT = "support"
    INSTRUCTION = "instruction"
    NOTE = "note"
    OUTSIDE = "outside"
    PLAN_STARTED = "plan_started"
    STEP_DUE = "step_due"
    STEP_DONE = "step_done"
    STEP_SKIPPED = "step_skipped"
    STEP_OVERDUE = "step_overdue"
    COMMAND_RAN = "command_ran"
    BULLETIN = "bulletin"
    REPORT_LATE = "report_late"
    RESTORED = "restored"
    HANDLED = "handled"
    REOPENED = "reopened"
    ATTACHED = "attached"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    COUNTERSIGNED = "countersigned"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """One line of an incident's timeline. ``text`` is what a person wrote; ``data`` has codes, names and numbers."""

    number: int
    incident: int
    at: datetime
    kind: IncidentEventKind
    actor: str
    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def add_event(
    conn: Connection,
    agent: str,
    incident: int,
    at: datetime,
    kind: IncidentEventKind,
    actor: str,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append a line to an incident's timeline. ``actor`` is a person's name, or ``journal.AGENT``."""
    said = canonical(dict(data or {})).decode()
    row = {"agent": agent, "incident": incident, "at": at, "kind": kind.value, "actor": actor, "text": text}
    conn.execute(incident_events.insert().values(row | {"data": said}))


def events(conn: Connection, agent: str, incident: int) -> list[IncidentEvent]:
    """Return an incident's timeline in the order of what happened; what was written late stands where it belongs."""
    query = sa.select(incident_events).where(incident_events.c.agent == agent, incident_events.c.incident == incident)
    rows = conn.execute(query.order_by(incident_events.c.at, incident_events.c.number))
    return [
        IncidentEvent(
            row.number,
            row.incident,
            row.at,
            IncidentEventKind(row.kind),
            row.actor,
            row.text,
            parse(row.data.encode()),
        )
        for row in rows
    ]


def count_events(conn: Connection, agent: str, incident: int) -> int:
    """Return how many lines an incident's timeline has."""
    query = sa.select(sa.func.count()).where(incident_events.c.agent == agent, incident_events.c.incident == incident)
    return conn.execute(query).scalar_one()
