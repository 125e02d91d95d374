"""A night in the record: the rounds of one site until 03:00, with what people added to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from agent.store import rounds, sheets
from agent.store.schema import manual_lines, round_reads
from duty.findings import Finding, Severity
from duty.readings import Look, Reading
from duty.rounds import Sheet, sheet
from tests.agent.console.desk import Desk

EVENING = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""20:00 in Shanghai."""
HOUR = timedelta(hours=1)
FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.1, "%", 85.0)


def look(target: str, at: datetime, ports: int = 4) -> Look:
    """Return a look at a switch, at a power supply by its name."""
    readings = [
        Reading("cpu_used", "", 20.0 + at.hour, "%"),
        Reading("memory_used", "", 61.5, "%"),
        Reading("uptime", "", 86400.0, "s"),
    ]
    for number in range(ports):
        port = f"GE0/0/{number}"
        readings += [Reading("port_up", port, 1, "bool"), Reading("port_in_rate", port, 12345.678 + number, "B/s")]
    if "UPS" in target:
        readings.append(Reading("battery_charge", "", 88.0, "%"))
    return Look(target, at, timedelta(seconds=1), True, tuple(readings))


def look_lost(target: str, at: datetime) -> Look:
    return Look(target, at, timedelta(seconds=6), False)


def sheet_of(target: str, at: datetime, place: int, hour: int, ports: int) -> Sheet:
    if target == "HZ1-ACC-31" and hour == 7:
        return sheet(look_lost(target, at), [])
    bad = (target == "HZ1-DB-01") or (place % 97 == 60)
    return sheet(look(target, at, ports), [FULL] if bad else [])


def write_night(desk: Desk, targets: Sequence[str], hours: int = 8, ports: int = 4) -> list[int]:
    """Write the rounds of a night, the fifth of them missed; the first is read, and somebody looked at the UPS."""
    return [desk.station.store.write_now(_round, hour, targets, ports) for hour in range(hours)]


def _round(conn: Connection, agent: str, hour: int, targets: Sequence[str], ports: int) -> int:
    at = EVENING + hour * HOUR
    if hour == 4:
        return rounds.record_missed(conn, agent, "inspection", at, "agent_down", at + HOUR)
    number = rounds.open_round(conn, agent, "inspection", at, targets, at, False, "rules")
    written = [sheet_of(name, at, place, hour, ports) for place, name in enumerate(targets)]
    sheets.put_sheets(conn, agent, number, written)
    rounds.close_round(conn, agent, number, at + timedelta(minutes=1))
    if hour == 0:
        read = {"agent": agent, "round": number, "person": "wangfang", "at": at + timedelta(minutes=9), "note": "看过"}
        conn.execute(round_reads.insert().values(read))
        conn.execute(
            manual_lines.insert().values(
                agent=agent, round=number, site="hz1", room="动力室", item="generator", well=False,
                value="油位偏低", person="wangfang", at=at + timedelta(minutes=20),
            )
        )  # fmt: skip
    return number
