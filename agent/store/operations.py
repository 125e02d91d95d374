"""What a month left in the record, counted by the database: a month of 1,000 targets is 720,000 sheets.

Each function reads one kind of thing between two moments and says where it is bounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.columns import MICROSECOND
from agent.store.parts import in_parts
from agent.store.schema import alert_events, alerts, round_reads, rounds, runs, sheets, states, transitions
from agent.store.timeline import EventKind
from duty.availability import Change
from duty.findings import Severity
from duty.fold import Key
from duty.operations import AlertRow
from duty.rounds import BY_HAND, SheetState
from duty.spans import Span

MOST_ALERTS: Final = 50_000
MOST_CHANGES: Final = 200_000
MOST_RUNS: Final = 20_000
_DAY: Final = timedelta(days=1) // MICROSECOND


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a target was in a state in the rounds of one day, and the first and the last look of these."""

    target: str
    state: SheetState
    many: int
    first: datetime | None
    last: datetime | None


def tallies(conn: Connection, agent: str, begin: datetime, end: datetime) -> list[Tally]:
    """Count the sheets of the slots from ``begin`` to before ``end``, by target, state and day of UTC.

    Counted by the database, and by the day, so that a target which nobody looked at for days is known by it.
    """
    began = sheets.c.began
    day = (sa.type_coerce(rounds.c.slot, sa.BigInteger) // _DAY).label("day")
    query = (
        sa.select(
            sheets.c.target,
            sheets.c.state,
            sa.func.count().label("many"),
            sa.func.min(began, type_=began.type).label("first"),
            sa.func.max(began, type_=began.type).label("last"),
        )
        .join(rounds, rounds.c.number == sheets.c.round)
        .where(rounds.c.agent == agent, rounds.c.slot >= begin, rounds.c.slot < end, rounds.c.cadence != BY_HAND)
        .group_by(sheets.c.target, sheets.c.state, day)
    )
    return [Tally(row.target, SheetState(row.state), row.many, row.first, row.last) for row in conn.execute(query)]


def first_slot(conn: Connection, agent: str) -> datetime | None:
    """Return the slot of the first round on record; None where there is none yet."""
    query = sa.select(sa.func.min(rounds.c.slot, type_=rounds.c.slot.type)).where(rounds.c.agent == agent)
    return conn.execute(query).scalar()


def presences(conn: Connection, agent: str, begin: datetime, end: datetime, run: str, now: datetime) -> list[Span]:
    """Return when the agent was there: each run to its end or its last beat, the present ``run`` up to now."""
    query = (
        sa.select(runs.c.run_id, runs.c.began, runs.c.beat, runs.c.ended)
        .where(runs.c.agent == agent, runs.c.began < end)
        .where(sa.or_(runs.c.beat > begin, runs.c.ended > begin, runs.c.run_id == run))
        .order_by(runs.c.began.desc())
        .limit(MOST_RUNS)
    )
    return [(row.began, now if row.run_id == run else row.ended or row.beat) for row in conn.execute(query)]


def changes(
    conn: Connection, agent: str, checks: Collection[str], begin: datetime, end: datetime
) -> dict[Key, list[Change]]:
    """Return what was confirmed of some checks from ``begin`` to before ``end``, in the order in which it was written.

    Notes are left out, for they change nothing.
    """
    of = transitions.c
    query = (
        sa.select(of.target, of.check, of.instance, of.at, of.after)
        .where(of.agent == agent, of.at >= begin, of.at < end, of.check.in_(checks), of.after != int(Severity.NOTE))
        .order_by(of.number)
        .limit(MOST_CHANGES)
    )
    found: dict[Key, list[Change]] = defaultdict(list)
    for row in conn.execute(query):
        found[row.target, row.check, row.instance].append((row.at, Severity(row.after)))
    return found


def severities_at(
    conn: Connection, agent: str, checks: Collection[str], at: datetime, of: Collection[str] | None = None
) -> dict[Key, Severity]:
    """Return how bad each key of some checks was just before a moment, of all targets or of some.

    Every key that ever was anything but well has a state, so that one which is not here was well.
    """
    before = (
        sa.select(transitions.c.after)
        .where(
            transitions.c.agent == states.c.agent,
            transitions.c.target == states.c.target,
            transitions.c.check == states.c.check,
            transitions.c.instance == states.c.instance,
            transitions.c.at < at,
            transitions.c.after != int(Severity.NOTE),
        )
        .order_by(transitions.c.at.desc(), transitions.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = sa.select(states.c.target, states.c.check, states.c.instance, before.label("severity")).where(
        states.c.agent == agent, states.c.check.in_(checks)
    )
    parts = [query] if of is None else [query.where(states.c.target.in_(some)) for some in in_parts(of)]
    return {
        (row.target, row.check, row.instance): Severity(row.severity or Severity.OK)
        for part in parts
        for row in conn.execute(part)
    }


def alert_rows(conn: Connection, agent: str, site: str, begin: datetime, end: datetime) -> tuple[list[AlertRow], int]:
    """Return the alerts of a site that opened from ``begin`` to before ``end``, the newest of too many; and the rest.

    Who was handed an alert had not taken it before: the first that took it counts.
    """
    of, event = alerts.c, alert_events.c
    which = sa.and_(of.agent == agent, of.site == site, of.opened >= begin, of.opened < end)
    deeds = (
        sa.select(event.alert, event.kind, sa.func.min(event.at, type_=event.at.type).label("at"))
        .join(alerts, of.number == event.alert)
        .where(which, event.kind.in_([EventKind.TAKEN.value, EventKind.CLOSED.value]))
        .group_by(event.alert, event.kind)
    )
    taken: dict[int, datetime] = {}
    by_hand: set[int] = set()
    for row in conn.execute(deeds):
        if row.kind == EventKind.TAKEN.value:
            taken[row.alert] = row.at
        else:
            by_hand.add(row.alert)
    query = (
        sa.select(of.number, of.target, of.check, of.instance, of.severity, of.opened, of.resolved)
        .where(which)
        .order_by(of.number.desc())
        .limit(MOST_ALERTS)
    )
    found = [
        AlertRow(
            row.number,
            (row.target, row.check, row.instance),
            Severity(row.severity),
            row.opened,
            taken.get(row.number),
            row.resolved,
            row.number in by_hand,
        )
        for row in conn.execute(query)
    ]
    many = conn.execute(sa.select(sa.func.count()).where(which)).scalar_one()
    return found[::-1], int(many) - len(found)


def alert_spans(
    conn: Connection, agent: str, check: str, begin: datetime, end: datetime, now: datetime
) -> dict[str, list[Span]]:
    """Return when alerts of a check were open between two moments, by the first part of their key."""
    of = alerts.c
    over = sa.or_(of.resolved.is_(None), of.resolved > begin)
    query = sa.select(of.target, of.opened, of.resolved).where(
        of.agent == agent, of.check == check, of.opened < end, over
    )
    found: dict[str, list[Span]] = defaultdict(list)
    for row in conn.execute(query.limit(MOST_ALERTS)):
        found[row.target].append((row.opened, row.resolved or now))
    return found


def readers(conn: Connection, agent: str, numbers: Collection[int]) -> dict[int, list[str]]:
    """Return who has read which of these rounds."""
    found: dict[int, list[str]] = defaultdict(list)
    for some in in_parts(numbers):
        query = sa.select(round_reads.c.round, round_reads.c.person).where(
            round_reads.c.agent == agent, round_reads.c.round.in_(some)
        )
        for row in conn.execute(query):
            found[row.round].append(row.person)
    return found
