"""Looks, sheets and rounds to put into a store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from agent.store import rounds, sheets
from duty.findings import Finding, Severity
from duty.readings import Fact, Gap, Look, Reading, Stated
from duty.rounds import Counts, RoundState, Sheet, SheetState

NOW = datetime(2026, 1, 2, 20, 0, 0, 250, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOSTILE = "\0\ud800\u202e\x1b[31m\"'\\ 长"
"""What a device may call its ports, as bad as it gets."""


def look(target: str = "core", began: datetime = NOW, value: int | float = 2**64 - 1) -> Look:
    return Look(
        target,
        began,
        timedelta(seconds=1, microseconds=7),
        True,
        (Reading("octets_in", HOSTILE, value, "B", 64), Reading("load", "", 0.1, "1")),
        (Fact("serial", "", HOSTILE),),
        (Gap("uptime", "", "timeout", HOSTILE),),
        (Stated("temperature", "1", 70.5, None),),
        full=False,
    )


def sheet(target: str = "core", state: SheetState = SheetState.ABNORMAL, value: int | float = 2**64 - 1) -> Sheet:
    finding = Finding("octets", HOSTILE, Severity.CRITICAL, "levels.high", "octets_in", value, "B", 10.0)
    return Sheet(target, state, look(target, value=value), (finding,))


def whole_round(
    conn: Connection, agent: str, slot: datetime = NOW, cadence: str = "hourly", targets: tuple[str, ...] = ("a", "b")
) -> int:
    """Make a round of ``targets`` from beginning to end."""
    number = rounds.open_round(conn, agent, cadence, slot, targets, slot, False, "rules-1")
    sheets.put_sheets(conn, agent, number, [sheet(target) for target in targets])
    assert rounds.close_round(conn, agent, number, slot + timedelta(minutes=1)) == (
        RoundState.COMPLETE,
        Counts({SheetState.ABNORMAL: len(targets)}),
    )
    return number
