"""Muster people and work: what the settings say is seeded; shifts and repeating maintenance are written ahead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import people, shifts, silences
from duty.maintenance import AHEAD as WINDOWS_AHEAD
from duty.maintenance import SETTINGS
from duty.roster import AHEAD


def muster(conn: Connection, agent: str, orders: Orders, now: datetime) -> None:
    """Seed people from the file, write each rotation's shifts of the coming 35 days (policy 4.1), and maintenance.

    What was changed by hand stays as it is; a rotation that left the settings has no shifts to come, and maintenance
    that left them no windows.
    """
    people.put_people(conn, agent, orders.people, "file")
    written = {rotation.name: tuple(rotation.shifts(now, now + AHEAD)) for rotation in orders.rotations}
    for name in written.keys() | shifts.rotations(conn, agent, now):
        shifts.rewrite_rotation(conn, agent, name, now, written.get(name, ()))
    for name in {rule.name for rule in orders.maintenance} | silences.rules(conn, agent, now):
        windows = [
            window
            for rule in orders.maintenance
            if rule.name == name
            for window in rule.windows(now, now + WINDOWS_AHEAD)
        ]
        silences.rewrite_rule(conn, agent, name, SETTINGS, windows, now)
