"""Screens: each holds a token of its own, of which only the digest is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import devices
from duty.errors import NotFound, StoreError


@dataclass(frozen=True, slots=True)
class Device:
    """A screen: who made it and when, and since when it is let in no more."""

    name: str
    created: datetime
    made_by: str
    revoked: datetime | None


def put_device(conn: Connection, agent: str, name: str, digest: str, made_by: str, now: datetime) -> None:
    """Let a screen in. One that was revoked may come again, with another token; StoreError while it is let in."""
    if any(device.name == name and device.revoked is None for device in list_devices(conn, agent)):
        raise StoreError(f"there is a screen {name} already; end it with: nightduty account screen revoke {name}")
    conn.execute(devices.delete().where(devices.c.agent == agent, devices.c.name == name))
    row = {"digest": digest, "created": now, "made_by": made_by}
    conn.execute(devices.insert().values(agent=agent, name=name, **row))


def revoke_device(conn: Connection, agent: str, name: str, now: datetime) -> None:
    """Let a screen in no more. NotFound if none is let in under this name."""
    one = devices.update().where(devices.c.agent == agent, devices.c.name == name, devices.c.revoked.is_(None))
    if conn.execute(one.values(revoked=now)).rowcount != 1:
        raise NotFound(f"there is no screen {name}; nightduty account list names them")


def find_device(conn: Connection, agent: str, digest: str) -> str | None:
    """Return the name of the screen that holds a token, None where it is let in no more."""
    query = sa.select(devices.c.name).where(
        devices.c.agent == agent, devices.c.digest == digest, devices.c.revoked.is_(None)
    )
    return conn.execute(query).scalar_one_or_none()


def list_devices(conn: Connection, agent: str) -> list[Device]:
    """Return all screens by name, those that were revoked as well."""
    query = sa.select(devices).where(devices.c.agent == agent).order_by(devices.c.name)
    return [Device(row.name, row.created, row.made_by, row.revoked) for row in conn.execute(query)]
