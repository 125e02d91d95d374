"""Reports to superiors while an incident lasts, and the clocks by which they and the incident report are due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.bodies import canonical, parse
from agent.store.incident_tables import bulletins, incident_clocks
from agent.store.values import plain, restored
from duty.bulletins import Bulletin, BulletinKind, Facts
from duty.deadlines import Clock


def add_bulletin(conn: Connection, agent: str, bulletin: Bulletin) -> Bulletin:
    """Write a report down and return it with its number. Raises IntegrityError where another was as quick."""
    row = {
        "agent": agent, "incident": bulletin.incident, "kind": bulletin.kind.value, "nth": bulletin.nth,
        "at": bulletin.at, "person": bulletin.by, "text": bulletin.text, "risk": bulletin.risk,
        "expected": bulletin.expected, "next_at": bulletin.next_at, "facts": canonical(plain(bulletin.facts)).decode(),
    }  # fmt: skip
    return _bulletin(conn.execute(bulletins.insert().values(row).returning(*bulletins.c)).one())


def bulletins_of(conn: Connection, agent: str, incident: int) -> list[Bulletin]:
    """Return the reports of an incident, oldest first."""
    query = sa.select(bulletins).where(bulletins.c.agent == agent, bulletins.c.incident == incident)
    return [_bulletin(row) for row in conn.execute(query.order_by(bulletins.c.number))]


def told_of(conn: Connection, agent: str, incident: int, clock: Clock, due: datetime) -> int:
    """Return how many calls of a clock were made for this moment; a moment that has changed begins anew."""
    of = incident_clocks.c
    query = sa.select(of.told).where(of.agent == agent, of.incident == incident, of.clock == clock.value, of.due == due)
    return conn.execute(query).scalar() or 0


def note_told(conn: Connection, agent: str, incident: int, clock: Clock, due: datetime, told: int) -> None:
    """Write how many calls of a clock were made for this moment."""
    of = incident_clocks.c
    there = sa.and_(of.agent == agent, of.incident == incident, of.clock == clock.value)
    if not conn.execute(incident_clocks.update().where(there).values(due=due, told=told)).rowcount:
        row = {"agent": agent, "incident": incident, "clock": clock.value, "due": due, "told": told}
        conn.execute(incident_clocks.insert().values(row))


def _bulletin(row: sa.Row[Any]) -> Bulletin:
    return Bulletin(
        row.number,
        row.incident,
        BulletinKind(row.kind),
        row.nth,
        row.at,
        row.person,
        row.text,
        row.risk,
        row.expected,
        row.next_at,
        restored(Facts, parse(row.facts.encode())),
    )
