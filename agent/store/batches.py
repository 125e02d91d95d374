"""Batches: what is due for one contact goes out as one message, given out as one and marked as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.outbox import WAITS, OutboxItem, OutboxState, due, items, kept
from agent.store.schema import outbox
from duty.people import Contact

LEASE = timedelta(seconds=60)
"""How long a message may be under way before it is given out again; a channel's deadline is well within it."""

MOST_LETTERS = 2000
"""Letters of one message; what is beyond them is another."""

LET_PAST = timedelta(minutes=30)
"""How long a message that fails holds up what is for the same contact."""

CLASSES: Final = MappingProxyType(
    {
        "fired": "calls",
        "fired_again": "calls",
        "escalated": "calls",
        "standing": "standing",
        "taken": "taken",
        "resolved": "resolved",
    }
)
"""Which letters can be one message, by their event. Whatever else is told goes alone."""


class Addressee(NamedTuple):
    """Whom letters are for, and their class: those of one addressee can be one message. Others have their key there."""

    channel: str
    address: str
    person: str
    about: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters that are one message, oldest first. ``key`` is the first's and stays the same however often it is sent.

    One that was taken back meanwhile is missing; the others go out again with the same key.
    """

    key: str
    letters: tuple[OutboxItem, ...]

    @property
    def first(self) -> OutboxItem:
        """The oldest letter: contact, person and class are the same for all."""
        return self.letters[0]

    @property
    def alerts(self) -> list[int]:
        """The alerts that it is about, in the order of its letters."""
        return list(dict.fromkeys(letter.alert for letter in self.letters if letter.alert is not None))

    @property
    def contact(self) -> Contact:
        return self.first.contact

    @property
    def addressee(self) -> Addressee:
        """Whom it is for."""
        about = CLASSES.get(self.first.event, self.first.key)
        return Addressee(self.contact.channel, self.contact.address, self.first.person, about)


def lease(
    conn: Connection,
    agent: str,
    run: str,
    now: datetime,
    limit: int,
    *,
    closed: Collection[str] = (),
    waiting: Collection[Addressee] = (),
    lasting: timedelta = LEASE,
) -> list[Batch]:
    """Give out up to ``limit`` messages that are due, one of each channel: one under way on each at a time.

    Alerts go first, then the oldest: a call must not stand behind the many reports of an incident. Among themselves
    alerts keep their order, or a recovery would come after the failure that followed it.
    What is for one addressee is gathered when it is first tried, and stays together. Nothing is given out of
    ``closed`` channels. What is new for those ``waiting`` is left to be gathered, unless an escalation is among it.
    A lease that ran out is given out again; a try is counted here, so that what kills the process is counted as well.
    """
    under_way = sa.and_(outbox.c.state == OutboxState.LEASED.value, outbox.c.lease_until > now)
    busy = conn.execute(sa.select(outbox.c.channel).where(outbox.c.agent == agent, under_way).distinct()).scalars()
    first: dict[str, _Pile] = {}
    for pile in _ready(conn, agent, now, {*closed, *busy}, waiting):
        best = first.get(pile.to.channel)
        if best is None or pile.turn < best.turn:
            first[pile.to.channel] = pile
    given: list[int] = []
    for pile in sorted(first.values(), key=lambda each: each.number)[:limit]:
        numbers = list(conn.execute(_letters(agent, pile, now)).scalars())
        lent = {"state": OutboxState.LEASED.value, "lease_by": run, "lease_until": now + lasting, "error": kept("")}
        lending = outbox.update().where(outbox.c.number.in_(numbers))
        conn.execute(lending.values(lent | {"tries": outbox.c.tries + 1, "batch": pile.key}))
        given += numbers
    batches: dict[str, list[OutboxItem]] = defaultdict(list)
    for item in items(conn, outbox.c.number.in_(given)) if given else ():
        batches[item.batch].append(item)
    return [Batch(key, tuple(letters)) for key, letters in batches.items()]


class _Pile(NamedTuple):
    """What waits for one addressee: a message that was tried before (``batch``), or all that was not ("").

    ``key`` is the key of the message that it is or will be, ``number`` the first letter's.
    """

    to: Addressee
    batch: str
    number: int
    key: str
    newest: datetime
    urgent: int
    due: int

    @property
    def turn(self) -> tuple[bool, int]:
        """The place in the queue of its channel."""
        return self.to.about not in CLASSES.values(), self.number


def _ready(
    conn: Connection, agent: str, now: datetime, closed: Collection[str], waiting: Collection[Addressee]
) -> Iterator[_Pile]:
    piles: dict[Addressee, list[_Pile]] = defaultdict(list)
    for pile in _piles(conn, agent, now, closed):
        piles[pile.to].append(pile)
    for to, there in piles.items():
        tried = [pile for pile in there if pile.batch]
        yield from (pile for pile in tried if pile.due)
        yield from (
            pile for pile in there if not pile.batch and (pile.urgent or to not in waiting) and _let_past(tried, now)
        )


def _let_past(tried: list[_Pile], now: datetime) -> bool:
    """Say whether what is new may go beside the messages that fail: not at once, or each becomes one of its own.

    They are let past in time, lest one message that nobody can take holds up the rest; half of the oldest one's age
    makes few messages of a night without the channel.
    """
    if not tried:
        return True
    # A message was begun when the newest of its letters was there.
    ages = [now - pile.newest for pile in tried]
    return min(ages) >= max(LET_PAST, max(ages) / 2)


def _piles(conn: Connection, agent: str, now: datetime, closed: Collection[str]) -> list[_Pile]:
    row = outbox.c
    about = sa.case(*((row.event == event, sa.literal(kind)) for event, kind in CLASSES.items()), else_=row.key)
    waits = (
        sa.select(
            row.channel,
            row.address,
            row.person,
            about.label("about"),
            _batch().label("batch"),
            row.number,
            row.created,
            sa.case((row.event.in_(("escalated", "standing")), 1), else_=0).label("urgent"),
            sa.case((due(now), 1), else_=0).label("due"),
        )
        .where(row.agent == agent, WAITS, row.channel.not_in(closed), sa.or_(row.tries > 0, due(now)))
        .subquery()
    )
    each = (waits.c.channel, waits.c.address, waits.c.person, waits.c.about, waits.c.batch)
    grouped = (
        sa.select(
            *each,
            sa.func.min(waits.c.number).label("number"),
            sa.func.max(waits.c.created).label("newest"),
            sa.func.max(waits.c.urgent).label("urgent"),
            sa.func.max(waits.c.due).label("due"),
        )
        .group_by(*each)
        .subquery()
    )
    query = sa.select(grouped, row.key).join(outbox, row.number == grouped.c.number)
    return [
        _Pile(
            Addressee(found.channel, found.address, found.person, found.about),
            found.batch,
            found.number,
            found.batch or found.key,
            found.newest,
            found.urgent,
            found.due,
        )
        for found in conn.execute(query)
    ]


def _batch() -> sa.ColumnElement[str]:
    """Say of a letter which message it was tried in; what an earlier version tried, it tried alone."""
    row = outbox.c
    return sa.case((row.tries == 0, ""), (row.batch == "", row.key), else_=row.batch)


def _letters(agent: str, pile: _Pile, now: datetime) -> sa.Select[Any]:
    row, to = outbox.c, pile.to
    events = [event for event, kind in CLASSES.items() if kind == to.about]
    return (
        sa.select(row.number)
        .where(row.agent == agent, WAITS, due(now), _batch() == pile.batch)
        .where(row.channel == to.channel, row.address == to.address, row.person == to.person)
        .where(row.event.in_(events) if events else row.key == pile.key)
        .order_by(row.number)
        .limit(MOST_LETTERS)
    )


def mark_sent(conn: Connection, agent: str, key: str, run: str, receipt: str, now: datetime) -> set[int]:
    """Write that the channel accepted a message, and return the numbers of its letters; none unless this run has it."""
    return _close(conn, agent, key, run, OutboxState.SENT, sent_at=now, receipt=receipt, error="")


def mark_failed(
    conn: Connection, agent: str, key: str, run: str, error: str, next_at: datetime | None, now: datetime
) -> set[int]:
    """Write that a try failed: the next is at ``next_at``, or None to give up. Returns what ``mark_sent`` does."""
    state = OutboxState.PENDING if next_at is not None else OutboxState.FAILED
    return _close(conn, agent, key, run, state, next_at=next_at or now, error=kept(error or "failed"))


def mark_refused(conn: Connection, agent: str, key: str, run: str, error: str, now: datetime) -> set[int]:
    """Write that the channel will never take it: it is not tried again. Returns what ``mark_sent`` does."""
    return _close(conn, agent, key, run, OutboxState.REFUSED, next_at=now, error=error or "refused")


def _close(conn: Connection, agent: str, key: str, run: str, state: OutboxState, **said: object) -> set[int]:
    mine = sa.and_(
        outbox.c.agent == agent,
        outbox.c.batch == key,
        outbox.c.state == OutboxState.LEASED.value,
        outbox.c.lease_by == run,
    )
    closing = outbox.update().where(mine).values(state=state.value, lease_by="", lease_until=None, **said)
    return set(conn.execute(closing.returning(outbox.c.number)).scalars())


def sent_since(conn: Connection, agent: str, since: datetime) -> list[tuple[Addressee, datetime]]:
    """Return to whom messages went out after a moment and when, each message once, so that a restart forgets none."""
    sent = (outbox.c.agent == agent, outbox.c.state == OutboxState.SENT.value, outbox.c.sent_at > since)
    messages: dict[str, tuple[Addressee, datetime]] = {}
    for item in items(conn, *sent):
        if item.sent_at is not None:
            messages[item.batch or item.key] = (Batch(item.key, (item,)).addressee, item.sent_at)
    return list(messages.values())
