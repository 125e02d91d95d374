"""Screens on the wall: let in by a token of their own, to see the first page and nothing else."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.services.sign_in import LONGEST_TOKEN, digest_of, new_token
from agent.services.station import Station
from agent.store import devices, journal
from duty.errors import NightdutyError
from duty.sign_in import is_name


async def add_screen(station: Station, name: str, by: str) -> str:
    """Let a screen in and return its token, which is told once."""
    if not is_name(name):
        raise NightdutyError("a screen is called by 1 to 64 letters, digits, '.', '_' or '-'")
    token = new_token()
    await station.store.write(_add, name, digest_of(token), by, station.clock.now())
    return token


async def revoke_screen(station: Station, name: str, by: str) -> None:
    """Let a screen in no more."""
    await station.store.write(_revoke, name, by, station.clock.now())


async def screen_of(station: Station, token: str) -> str | None:
    """Return the name of the screen that holds a token, None where it is let in no more."""
    if not token or len(token) > LONGEST_TOKEN:
        return None
    return await station.store.read(devices.find_device, digest_of(token))


def _add(conn: Connection, agent: str, name: str, digest: str, by: str, now: datetime) -> None:
    devices.put_device(conn, agent, name, digest, by, now)
    journal.append(conn, agent, "screen_added", now, by, "ok", {"screen": name})


def _revoke(conn: Connection, agent: str, name: str, by: str, now: datetime) -> None:
    devices.revoke_device(conn, agent, name, now)
    journal.append(conn, agent, "screen_revoked", now, by, "ok", {"screen": name})
