"""Sheets: one target's line in a round, a narrow row and a body, each written once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import bodies
from agent.store.columns import MICROSECOND, microseconds
from agent.store.parts import in_parts
from agent.store.schema import rounds, sheet_bodies, sheets
from duty.findings import Severity, by_likeness
from duty.rounds import RoundState, Sheet, SheetState

_STATES = {state.value: state for state in SheetState}


SEEN = (SheetState.OK, SheetState.ABNORMAL, SheetState.PARTIAL)
"""States of sheets whose target was looked at and answered."""


def put_sheets(conn: Connection, agent: str, number: int, written: Sequence[Sheet]) -> int:
    """Write the sheets that are still pending, and return how many those were.

    A sheet is written once: one that has been written, or that the round never expected, is left as it is.
    """
    if any(sheet.state is SheetState.PENDING for sheet in written):
        raise ValueError("a pending sheet cannot be put: it has nothing to say yet")
    waiting = set(pending_targets(conn, agent, number))
    # Of two sheets of one target the first counts, as it would had they come one after the other.
    fresh = {sheet.target: sheet for sheet in reversed(written) if sheet.target in waiting}
    if not fresh:
        return 0
    rows, packed = [], []
    for sheet in fresh.values():
        content = bodies.write_sheet(sheet)
        rows.append(_row(sheet) | {"digest": bodies.digest(content), "of_round": number, "of_target": sheet.target})
        packed.append({"round": number, "target": sheet.target, "body": bodies.pack(content)})
    conn.execute(
        sheets.update().where(
            sheets.c.round == sa.bindparam("of_round"),
            sheets.c.target == sa.bindparam("of_target"),
            sheets.c.state == SheetState.PENDING.value,
        ),
        rows,
    )
    conn.execute(sheet_bodies.insert(), packed)
    return len(fresh)


def _row(sheet: Sheet) -> dict[str, Any]:
    """Return the narrow columns that a sheet's body implies."""
    look, severities = sheet.look, Counter[Severity]()
    for group in by_likeness(sheet.findings):
        severities[group.severity] += len(group.instances)
    return {
        "state": sheet.state.value,
        "began": look.began if look else None,
        "took_us": look.took // MICROSECOND if look else 0,
        "readings": len(look.readings) if look else 0,
        "gaps": len(look.gaps) if look else 0,
        "warnings": severities[Severity.WARNING],
        "criticals": severities[Severity.CRITICAL],
    }


def seal(row: sa.Row[Any]) -> str:
    """Return the digest of a sheet's row, which holds the digest of its body."""
    return bodies.digest(
        bodies.canonical(
            [
                row.target,
                row.state,
                microseconds(row.began) if row.began else None,
                row.took_us,
                row.readings,
                row.gaps,
                row.warnings,
                row.criticals,
                row.digest,
            ]
        )
    )


def agrees(row: sa.Row[Any], sheet: Sheet) -> bool:
    """Say whether a sheet's row says the same as its body."""
    return all(getattr(row, name) == value for name, value in _row(sheet).items())


def pending_targets(conn: Connection, agent: str, number: int) -> list[str]:
    """Return the targets of an open round whose sheets are still pending."""
    query = (
        sa.select(sheets.c.target)
        .join(rounds, rounds.c.number == sheets.c.round)
        .where(
            rounds.c.agent == agent,
            rounds.c.number == number,
            rounds.c.state == RoundState.OPEN.value,
            sheets.c.state == SheetState.PENDING.value,
        )
    )
    return sorted(conn.execute(query).scalars())


def sheet_states(conn: Connection, agent: str, numbers: Sequence[int]) -> dict[int, dict[str, SheetState]]:
    """Return the state of each target in each of these rounds: the grid of the console."""
    query = (
        sa.select(sheets.c.round, sheets.c.target, sheets.c.state)
        .join(rounds, rounds.c.number == sheets.c.round)
        .where(rounds.c.agent == agent, sheets.c.round.in_(numbers))
    )
    grid: dict[int, dict[str, SheetState]] = {number: {} for number in numbers}
    for number, target, state in conn.execute(query):
        grid[number][target] = _STATES[state]
    return grid


def read_sheet(conn: Connection, agent: str, number: int, target: str) -> Sheet | None:
    """Return one sheet, or None. Once its body is pruned it has its state only, and no look."""
    return next(iter(_sheets(conn, agent, sheets.c.round == number, sheets.c.target == target)), None)


def read_sheets(conn: Connection, agent: str, number: int) -> list[Sheet]:
    """Return all sheets of a round, by target."""
    return sorted(_sheets(conn, agent, sheets.c.round == number), key=lambda sheet: sheet.target)


def read_some(conn: Connection, agent: str, number: int, targets: Collection[str]) -> dict[str, Sheet]:
    """Return the sheets of some targets in a round, those that there are, by target."""
    found: list[Sheet] = []
    for some in in_parts(targets):
        found += _sheets(conn, agent, sheets.c.round == number, sheets.c.target.in_(some))
    return {sheet.target: sheet for sheet in found}


def newest_sheet(conn: Connection, agent: str, target: str, since: datetime) -> Sheet | None:
    """Return a target's newest sheet of the slots from ``since`` on that has a body, or None."""
    query = (
        sa.select(sheets.c.target, sheets.c.state, sheet_bodies.c.body)
        .select_from(_with_bodies())
        .where(rounds.c.agent == agent, rounds.c.slot >= since, sheets.c.target == target)
        .where(sheet_bodies.c.body.is_not(None), sheets.c.state.in_([state.value for state in SEEN]))
        .order_by(rounds.c.slot.desc())
        .limit(1)
    )
    return next((_sheet(*row) for row in conn.execute(query)), None)


def trend(conn: Connection, agent: str, target: str, since: datetime, until: datetime) -> list[tuple[datetime, Sheet]]:
    """Return a target's sheets of the slots from ``since`` to before ``until``, each with its slot, oldest first."""
    query = (
        sa.select(rounds.c.slot, sheets.c.target, sheets.c.state, sheet_bodies.c.body)
        .select_from(_with_bodies())
        .where(rounds.c.agent == agent, rounds.c.slot >= since, rounds.c.slot < until, sheets.c.target == target)
        .order_by(rounds.c.slot)
    )
    return [(row.slot, _sheet(row.target, row.state, row.body)) for row in conn.execute(query)]


def _sheets(conn: Connection, agent: str, *which: sa.ColumnElement[bool]) -> list[Sheet]:
    query = sa.select(sheets.c.target, sheets.c.state, sheet_bodies.c.body).select_from(_with_bodies())
    return [_sheet(*row) for row in conn.execute(query.where(rounds.c.agent == agent, *which))]


def _with_bodies() -> sa.FromClause:
    return rounds.join(sheets, rounds.c.number == sheets.c.round).outerjoin(
        sheet_bodies, sa.and_(sheet_bodies.c.round == sheets.c.round, sheet_bodies.c.target == sheets.c.target)
    )


def _sheet(target: str, state: str, body: bytes | None) -> Sheet:
    return Sheet(target, SheetState(state)) if body is None else bodies.read_sheet(bodies.unpack(body))
