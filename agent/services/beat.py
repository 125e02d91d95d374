"""One beat: the sign of life in the record, and what may come due with time alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.services.open_forms import open_forms
from agent.services.orders import Orders
from agent.services.watch_self import watch_self
from agent.store import runs
from duty.own_alerts import Condition


def beat(conn: Connection, agent: str, run: str, orders: Orders, seen: Condition, now: datetime) -> None:
    """Write the beat, open the forms that are due, raise and end the alerts about the watch, in one transaction."""
    runs.beat(conn, agent, run, now)
    open_forms(conn, agent, orders, now)
    watch_self(conn, agent, orders, seen, now)
