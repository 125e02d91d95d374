"""Muster the people: what the settings say of them is seeded, and rotations write their shifts ahead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import people, shifts
from duty.roster import AHEAD


def muster(conn: Connection, agent: str, orders: Orders, now: datetime) -> None:
    """Seed people from the file and write each rotation's shifts of the coming 35 days (policy 4.1).

    What was changed by hand stays as it is; a rotation that left the settings has no shifts to come.
    """
    people.put_people(conn, agent, orders.people, "file")
    written = {rotation.name: tuple(rotation.shifts(now, now + AHEAD)) for rotation in orders.rotations}
    for name in written.keys() | shifts.rotations(conn, agent, now):
        shifts.rewrite_rotation(conn, agent, name, now, written.get(name, ()))
