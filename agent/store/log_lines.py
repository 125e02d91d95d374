"""The lines of the duty log. They are written and read, and there is nothing here that changes one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.schema import log_lines
from duty.duty_log import LogLine


def add_line(
    conn: Connection,
    agent: str,
    site: str,
    at: datetime,
    written: datetime,
    by: str,
    text: str,
    alert: int | None = None,
) -> LogLine:
    """Write a line and return it with its number."""
    row = {"agent": agent, "site": site, "at": at, "written": written, "person": by, "text": text, "alert": alert}
    return _line(conn.execute(log_lines.insert().values(row).returning(*log_lines.c)).one())


def lines_between(conn: Connection, agent: str, site: str, begin: datetime, end: datetime) -> list[LogLine]:
    """Return the lines of a site about what happened from ``begin`` on and before ``end``, in that order."""
    query = sa.select(log_lines).where(*_about(agent, site, begin, end))
    return [_line(row) for row in conn.execute(query.order_by(log_lines.c.at, log_lines.c.number))]


def count_between(conn: Connection, agent: str, site: str, begin: datetime, end: datetime) -> int:
    """Return how many lines that are."""
    query = sa.select(sa.func.count()).select_from(log_lines).where(*_about(agent, site, begin, end))
    return conn.execute(query).scalar_one()


def _about(agent: str, site: str, begin: datetime, end: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    lines = log_lines.c
    return lines.agent == agent, lines.site == site, lines.at >= begin, lines.at < end


def _line(row: sa.Row[Any]) -> LogLine:
    return LogLine(row.number, row.site, row.at, row.written, row.person, row.text, row.alert)
