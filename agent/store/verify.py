"""The journal walked from end to end, and every closed round and its sheets compared with what it says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import bodies, journal
from agent.store.columns import instant
from agent.store.forms import SIGNED
from agent.store.journal import Entry
from agent.store.prune import PRUNED
from agent.store.rounds import CLOSED, MISSED, closing
from agent.store.schema import journal as entries
from agent.store.schema import rounds, sheet_bodies, sheets
from agent.store.verify_forms import form_faults, signature_fault
from agent.store.verify_reports import STATES, move_fault, report_faults
from duty.errors import StoreError
from duty.rounds import RoundState

AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk found: how many entries, the hash of the last, and the first that is bad (None: all are whole).

    ``why`` names the round, and the target where one sheet is meant. ``first_bad`` is 0 for a closed round that no
    entry tells of.
    """

    entries: int
    head: str
    first_bad: int | None = None
    why: str = ""


class _Bad(Exception):
    """What is wrong with an entry, or with what it tells of."""


@dataclass(slots=True)
class _Walk:
    """One walk: whose journal, from when on bodies must be there, what entries told of rounds, forms and reports."""

    conn: Connection
    agent: str
    kept_since: datetime | None
    told: set[int] = field(default_factory=set)
    signed: dict[int, dict[str, Any]] = field(default_factory=dict)
    moved: dict[int, tuple[str, dict[str, Any]]] = field(default_factory=dict)


def verify(conn: Connection, agent: str) -> Verified:
    """Walk an agent's chain and all that it seals, and name the first entry that is bad.

    This finds an entry that was changed, deleted or moved, and a round, sheet or body that was changed or deleted. It
    cannot find a tail that was cut off whole (the newest entries with the newest rounds), nor a chain that was written
    anew from its start: for these compare the head with one that was kept elsewhere.
    """
    walk = _Walk(conn, agent, _kept_since(conn, agent))
    count, head = 0, journal.FIRST
    for entry in _entries(conn, agent):
        try:
            _check_link(walk, entry, count + 1, head)
            said = _payload(walk, entry)
            if entry.kind in {CLOSED, MISSED}:
                _check_round(walk, entry, said)
            elif entry.kind == SIGNED and said is not None:
                _check_signature(walk, entry, said)
            elif entry.kind in STATES and said is not None:
                _check_move(walk, entry, said)
        except _Bad as bad:
            return Verified(count, head, min(entry.seq, count + 1), str(bad))
        count, head = count + 1, entry.hash
    for number in _closed(conn, agent):
        if number not in walk.told:
            return Verified(count, head, 0, f"round {number} is closed, and no entry tells of it")
    for why in form_faults(conn, agent, walk.signed):
        return Verified(count, head, 0, why)
    for why in report_faults(conn, agent, walk.moved):
        return Verified(count, head, 0, why)
    return Verified(count, head)


def _kept_since(conn: Connection, agent: str) -> datetime | None:
    """Return the moment up to which bodies were pruned, as the journal tells; its entries are checked in the walk."""
    query = sa.select(entries.c.seq).where(entries.c.agent == agent, entries.c.kind == PRUNED)
    before = []
    for seq in conn.execute(query).scalars().all():
        try:
            said = journal.payload_of(conn, agent, seq)
        except StoreError:
            continue  # Damaged; the walk comes to it and says so.
        if said is not None:
            before.append(int(said["sheets_before"]))
    return instant(max(before)) if before else None


def _entries(conn: Connection, agent: str) -> Iterator[Entry]:
    query = sa.select(entries).where(entries.c.agent == agent).order_by(entries.c.seq).limit(AT_ONCE)
    page = conn.execute(query).all()
    while page:
        yield from map(journal.entry_of, page)
        page = conn.execute(query.where(entries.c.seq > page[-1].seq)).all()


def _check_link(walk: _Walk, entry: Entry, expected: int, previous: str) -> None:
    if entry.seq != expected:
        raise _Bad(f"entry {expected} is missing")
    if entry.previous != previous:
        raise _Bad(f"entry {entry.seq} does not follow from the one before it")
    if entry.hash != journal.link(
        walk.agent, entry.seq, entry.kind, entry.at, entry.actor, entry.result, entry.payload, entry.previous
    ):
        raise _Bad(f"entry {entry.seq} was changed")


def _payload(walk: _Walk, entry: Entry) -> dict[str, Any] | None:
    try:
        said = journal.payload_of(walk.conn, walk.agent, entry.seq)
    except StoreError:
        raise _Bad(f"what entry {entry.seq} says is damaged") from None
    if said is None:
        if entry.kind not in {CLOSED, MISSED} or not _pruned(walk, entry.at):
            raise _Bad(f"what entry {entry.seq} says is missing, and no pruned entry covers it")
    elif bodies.digest(bodies.canonical(said)) != entry.payload:
        raise _Bad(f"what entry {entry.seq} says was changed")
    return said


def _pruned(walk: _Walk, at: datetime) -> bool:
    return walk.kept_since is not None and at < walk.kept_since


def _check_round(walk: _Walk, entry: Entry, said: dict[str, Any] | None) -> None:
    if said is None:
        number = _told_of(walk, entry)
    else:
        number = int(said["round"])
        _compare(walk, number, said)
    walk.told.add(number)
    _check_bodies(walk, number)


def _check_signature(walk: _Walk, entry: Entry, said: dict[str, Any]) -> None:
    if why := signature_fault(walk.conn, walk.agent, entry, said):
        raise _Bad(why)
    walk.signed[int(said["form"])] = said


def _check_move(walk: _Walk, entry: Entry, said: dict[str, Any]) -> None:
    if why := move_fault(walk.conn, walk.agent, entry, said):
        raise _Bad(why)
    walk.moved[int(said["incident"])] = (entry.kind, said)


def _told_of(walk: _Walk, entry: Entry) -> int:
    """Find the round that an entry tells of whose body is pruned: the one that would be told of in the same words."""
    ended = sa.select(rounds.c.number).where(rounds.c.agent == walk.agent, rounds.c.ended == entry.at)
    candidates: list[int] = [row.number for row in walk.conn.execute(ended)]
    for number in candidates:
        if bodies.digest(bodies.canonical(closing(walk.conn, walk.agent, number))) == entry.payload:
            return number
    fresh = [number for number in candidates if number not in walk.told]
    which = f"round {fresh[0]}, or a sheet of it," if fresh else f"the round that ended at {entry.at.isoformat()}"
    raise _Bad(f"{which} was changed or deleted")


def _compare(walk: _Walk, number: int, said: dict[str, Any]) -> None:
    """Compare what was told at a round's closing with what its rows would tell now."""
    name = f"round {number} ({said['cadence']} {instant(said['slot']).isoformat()})"
    there = sa.select(rounds.c.number).where(rounds.c.agent == walk.agent, rounds.c.number == number)
    if walk.conn.execute(there).one_or_none() is None:
        raise _Bad(f"{name} is missing")
    found = closing(walk.conn, walk.agent, number)
    then, now = dict(said["sheets"]), dict(found["sheets"])
    for target in sorted(then.keys() | now.keys()):
        if target not in now:
            raise _Bad(f"{name}: the sheet of {target} is missing")
        if target not in then:
            raise _Bad(f"{name}: the sheet of {target} was added later")
        if then[target] != now[target]:
            raise _Bad(f"{name}: the sheet of {target} was changed")
    changed = [key for key in found if found[key] != said.get(key)]
    if changed:
        raise _Bad(f"{name} was changed: {', '.join(changed)}")


def _check_bodies(walk: _Walk, number: int) -> None:
    same = sa.and_(sheet_bodies.c.round == sheets.c.round, sheet_bodies.c.target == sheets.c.target)
    query = (
        sa.select(rounds.c.cadence, rounds.c.slot, sheets.c.target, sheets.c.digest, sheet_bodies.c.body)
        .select_from(sheets.join(rounds, rounds.c.number == sheets.c.round).outerjoin(sheet_bodies, same))
        .where(sheets.c.round == number)
    )
    for row in walk.conn.execute(query):
        name = f"round {number} ({row.cadence} {row.slot.isoformat()}): the body of {row.target}"
        if row.body is None:
            if row.digest is not None and not _pruned(walk, row.slot):
                raise _Bad(f"{name} is missing, and no pruned entry covers it")
            continue
        try:
            found = bodies.digest(bodies.unpack(row.body))
        except StoreError:
            found = ""
        if found != row.digest:
            raise _Bad(f"{name} was changed")


def _closed(conn: Connection, agent: str) -> list[int]:
    query = sa.select(rounds.c.number).where(rounds.c.agent == agent, rounds.c.state != RoundState.OPEN.value)
    return list(conn.execute(query.order_by(rounds.c.number)).scalars())
