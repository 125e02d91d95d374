"""Pictures and files left with an incident: evidence of a step, or beside its report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.incident_tables import attachments
from duty.errors import NotFound


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file without its content: what it is called, its media type, how many bytes, their SHA-256, who left it."""

    number: int
    incident: int
    name: str
    media: str
    size: int
    digest: str
    by: str
    at: datetime


_HEAD = [column for column in attachments.c if column.name != "body"]


def add_attachment(
    conn: Connection, agent: str, incident: int, name: str, media: str, body: bytes, by: str, at: datetime
) -> Attachment:
    """Keep a file and return what stands for it."""
    row = {
        "agent": agent, "incident": incident, "name": name, "media": media, "size": len(body),
        "digest": sha256(body).hexdigest(), "body": body, "person": by, "at": at,
    }  # fmt: skip
    made = conn.execute(attachments.insert().values(row).returning(*_HEAD)).one()
    return Attachment(made.number, made.incident, made.name, made.media, made.size, made.digest, made.person, made.at)


def attachments_of(conn: Connection, agent: str, incident: int) -> list[Attachment]:
    """Return what was left with an incident, oldest first."""
    query = sa.select(*_HEAD).where(attachments.c.agent == agent, attachments.c.incident == incident)
    return [
        Attachment(row.number, row.incident, row.name, row.media, row.size, row.digest, row.person, row.at)
        for row in conn.execute(query.order_by(attachments.c.number))
    ]


def read_attachment(conn: Connection, agent: str, incident: int, number: int) -> tuple[str, str, bytes]:
    """Return a file's name, media type and content. Raises NotFound."""
    query = sa.select(attachments.c.name, attachments.c.media, attachments.c.body).where(
        attachments.c.agent == agent, attachments.c.incident == incident, attachments.c.number == number
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"incident {incident} has no attachment {number}")
    return row.name, row.media, bytes(row.body)
