"""Write a line into the duty log. Nobody changes one afterwards: a correction is a new line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import alerts, journal, log_lines
from duty.duty_log import LONGEST_TEXT, MOST_LINES, LogLine, moment_fault
from duty.errors import RecordRefused
from duty.tours import Tour, tour_at


async def write_line(
    station: Station,
    by: str,
    site: str,
    text: str,
    at: datetime | None = None,
    alert: int | None = None,
    *,
    asker: str = "",
) -> LogLine:
    """Write a line about what happened ``at`` a moment, now where none is given.

    Raises RecordRefused, or NotFound for an alert that there is not.
    """
    now = station.clock.now()
    text = text.strip()[:LONGEST_TEXT]
    if not text:
        raise refused("no_text")
    if site not in station.orders.sites:
        raise refused("no_site")
    moment = now if at is None else at
    if fault := moment_fault(moment, now):
        raise refused(fault)
    tour = tour_at(station.orders.night_of(site), site, moment)
    return await station.store.write(put_line, tour, moment, by, text, alert, asker, now)


def put_line(
    conn: Connection, agent: str, tour: Tour, at: datetime, by: str, text: str, alert: int | None, asker: str,
    now: datetime,
) -> LogLine:  # fmt: skip
    """Write a line about a moment of a tour in the caller's transaction, with its entry. RecordRefused, NotFound."""
    if log_lines.count_between(conn, agent, tour.site, tour.begin, tour.end) >= MOST_LINES:
        raise refused("full", most=MOST_LINES)
    if alert is not None:
        alerts.get_alert(conn, agent, alert)
    made = log_lines.add_line(conn, agent, tour.site, at, now, by, text, alert)
    said: dict[str, object] = {"line": made.number, "site": tour.site, "at": at.isoformat(), "text": text}
    said |= {} if alert is None else {"alert": alert}
    journal.append(conn, agent, "log_written", now, by, "ok", said | journal.typed_by(asker))
    return made


def refused(code: str, **fields: object) -> RecordRefused:
    """Return the refusal of a line."""
    return RecordRefused(f"duty_log.refused.{code}", fields)
