"""Rounds: opened whole with their pending sheets, closed with true counts into the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import journal
from agent.store.columns import microseconds
from agent.store.schema import rounds, sheets
from agent.store.sheets import seal
from duty.errors import NotFound, StoreError
from duty.rounds import Counts, Round, RoundState, SheetState, outcome

CLOSED = "round_closed"
MISSED = "round_missed"
"""The kinds of the two journal entries that end a round."""


def open_round(
    conn: Connection,
    agent: str,
    cadence: str,
    slot: datetime,
    targets: Iterable[str],
    now: datetime,
    late: bool,
    rules_digest: str,
) -> int:
    """Write a round and one pending sheet for each target; return its number. StoreError if the slot has a round."""
    number = _insert(conn, agent, cadence, slot, RoundState.OPEN, "", now, None, late, rules_digest)
    pending = [
        {
            "round": number,
            "target": target,
            "state": SheetState.PENDING.value,
            "took_us": 0,
            "readings": 0,
            "gaps": 0,
            "warnings": 0,
            "criticals": 0,
        }
        for target in targets
    ]
    if pending:
        conn.execute(sheets.insert(), pending)
    return number


def record_missed(conn: Connection, agent: str, cadence: str, slot: datetime, reason: str, now: datetime) -> int:
    """Write down a slot in which no round was made, and why; return its number. StoreError if the slot has one."""
    number = _insert(conn, agent, cadence, slot, RoundState.MISSED, reason, None, now, False, "")
    journal.append(conn, agent, MISSED, now, journal.AGENT, reason, closing(conn, agent, number))
    return number


def _insert(
    conn: Connection,
    agent: str,
    cadence: str,
    slot: datetime,
    state: RoundState,
    reason: str,
    begun: datetime | None,
    ended: datetime | None,
    late: bool,
    rules: str,
) -> int:
    if round_at(conn, agent, cadence, slot) is not None:
        raise StoreError(f"the round {cadence} of {slot.isoformat()} is written already: each slot has one round")
    made = conn.execute(
        rounds.insert()
        .values(
            agent=agent,
            cadence=cadence,
            slot=slot,
            state=state.value,
            reason=reason,
            begun=begun,
            ended=ended,
            late=late,
            rules=rules,
        )
        .returning(rounds.c.number)
    )
    return int(made.scalar_one())


def close_round(
    conn: Connection, agent: str, number: int, now: datetime, interrupted_reason: str = ""
) -> tuple[RoundState, Counts]:
    """Close an open round: what is still pending was not inspected. Write its counts and seals into the journal.

    NotFound unless the round is open.
    """
    found = get_round(conn, agent, number)
    if found is None or found[0].state is not RoundState.OPEN:
        raise NotFound(f"round {number} is not open")
    conn.execute(
        sheets.update()
        .where(sheets.c.round == number, sheets.c.state == SheetState.PENDING.value)
        .values(state=SheetState.NOT_INSPECTED.value)
    )
    counts = _counts(conn, [number]).get(number, Counts())
    state = outcome(counts, interrupted=bool(interrupted_reason))
    conn.execute(
        rounds.update().where(rounds.c.number == number).values(state=state.value, reason=interrupted_reason, ended=now)
    )
    journal.append(conn, agent, CLOSED, now, journal.AGENT, state.value, closing(conn, agent, number))
    return state, counts


def closing(conn: Connection, agent: str, number: int) -> dict[str, Any]:
    """Say what the journal says of a closed round, from its rows: all its fields, its counts, and a seal a sheet."""
    row = conn.execute(sa.select(rounds).where(rounds.c.agent == agent, rounds.c.number == number)).one()
    kept = sorted(conn.execute(sa.select(sheets).where(sheets.c.round == number)), key=lambda sheet: str(sheet.target))
    return {
        "round": number,
        "cadence": row.cadence,
        "slot": microseconds(row.slot),
        "state": row.state,
        "reason": row.reason,
        "begun": microseconds(row.begun) if row.begun else None,
        "ended": microseconds(row.ended) if row.ended else None,
        "late": row.late,
        "rules": row.rules,
        "counts": {state: sum(sheet.state == state for sheet in kept) for state in {sheet.state for sheet in kept}},
        "sheets": [[sheet.target, seal(sheet)] for sheet in kept],
    }


def last_slots(conn: Connection, agent: str) -> dict[str, datetime]:
    """Return the newest slot of each cadence that was dealt with, made or missed."""
    query = sa.select(rounds.c.cadence, sa.func.max(rounds.c.slot, type_=rounds.c.slot.type).label("slot"))
    rows = conn.execute(query.where(rounds.c.agent == agent).group_by(rounds.c.cadence))
    return {row.cadence: row.slot for row in rows}


def newest_round(conn: Connection, agent: str, cadence: str) -> Round | None:
    """Return the round of a cadence's newest slot, made or missed."""
    of = sa.select(rounds).where(rounds.c.agent == agent, rounds.c.cadence == cadence)
    row = conn.execute(of.order_by(rounds.c.slot.desc()).limit(1)).one_or_none()
    return _round(row) if row is not None else None


def open_rounds(conn: Connection, agent: str) -> list[Round]:
    """Return the rounds that are still open, oldest first."""
    query = (
        sa.select(rounds)
        .where(rounds.c.agent == agent, rounds.c.state == RoundState.OPEN.value)
        .order_by(rounds.c.slot)
    )
    return [_round(row) for row in conn.execute(query)]


def list_rounds(
    conn: Connection, agent: str, limit: int, before: datetime | None = None, cadence: str | None = None
) -> list[tuple[Round, Counts]]:
    """Return up to ``limit`` rounds with their counts, newest slot first, of slots earlier than ``before``."""
    query = sa.select(rounds).where(rounds.c.agent == agent)
    if before is not None:
        query = query.where(rounds.c.slot < before)
    if cadence is not None:
        query = query.where(rounds.c.cadence == cadence)
    return _counted(conn, query.order_by(rounds.c.slot.desc(), rounds.c.cadence).limit(limit))


def get_round(conn: Connection, agent: str, number: int) -> tuple[Round, Counts] | None:
    """Return a round by its number, or None."""
    which = sa.select(rounds).where(rounds.c.agent == agent, rounds.c.number == number)
    return next(iter(_counted(conn, which)), None)


def round_at(conn: Connection, agent: str, cadence: str, slot: datetime) -> tuple[Round, Counts] | None:
    """Return the round of a slot, or None."""
    which = sa.select(rounds).where(rounds.c.agent == agent, rounds.c.cadence == cadence, rounds.c.slot == slot)
    return next(iter(_counted(conn, which)), None)


def get_rounds(conn: Connection, which: sa.ColumnElement[bool]) -> list[Round]:
    """Return the rounds that fit, oldest first, without their counts."""
    return [
        _round(row) for row in conn.execute(sa.select(rounds).where(which).order_by(rounds.c.slot, rounds.c.cadence))
    ]


def _counted(conn: Connection, query: sa.Select[Any]) -> list[tuple[Round, Counts]]:
    found = [_round(row) for row in conn.execute(query)]
    counts = _counts(conn, [each.number for each in found])
    return [(each, counts.get(each.number, Counts())) for each in found]


def _round(row: sa.Row[Any]) -> Round:
    state = RoundState(row.state)
    return Round(row.cadence, row.slot, state, row.reason, row.begun, row.ended, row.late, row.number)


def _counts(conn: Connection, numbers: Sequence[int]) -> dict[int, Counts]:
    query = sa.select(sheets.c.round, sheets.c.state, sa.func.count()).where(sheets.c.round.in_(numbers))
    found: dict[int, dict[SheetState, int]] = {}
    for number, state, many in conn.execute(query.group_by(sheets.c.round, sheets.c.state)):
        found.setdefault(number, {})[SheetState(state)] = many
    return {number: Counts(of) for number, of in found.items()}
