"""Review rounds: mark them as read (已阅), and add by hand what no machine sees; the journal has each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import journal, nights, people, round_reviews, rounds
from duty.errors import NotFound, RecordRefused
from duty.round_review import (
    LONGEST_NOTE,
    LONGEST_VALUE,
    MOST_LINES,
    ManualLine,
    RoundRead,
    Seen,
    added,
    line_fault,
    read_fault,
    well_throughout,
)
from duty.rounds import Counts, Round
from duty.targets import Target

MOST_AT_ONCE = 50
"""Rounds that can be read together: those of one night, half-hourly, twice."""


@dataclass(frozen=True, slots=True)
class Review:
    """What people added to a round, with what they are called."""

    reads: tuple[RoundRead, ...]
    lines: tuple[ManualLine, ...]
    titles: Mapping[str, str]

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name


async def read_review(station: Station, number: int) -> Review:
    """Return what people added to a round."""
    return await station.store.read(_review, number)


async def mark_read(station: Station, number: int, by: str, note: str = "", *, asker: str = "") -> RoundRead:
    """Mark a closed or missed round as read by somebody. NotFound, RecordRefused.

    Whoever has read it already keeps the time of the first reading: that is when they knew. A later note is added to
    theirs and replaces nothing, for the first one may have been read, printed or signed by others in between.
    """
    return await station.store.write(_mark, number, by, note.strip(), asker, station.clock.now())


async def mark_well(station: Station, numbers: Iterable[int], by: str, *, asker: str = "") -> int:
    """Mark rounds in which all is well as read by somebody, and return how many they had not read before.

    All of them or none. NotFound; RecordRefused where one has something that wants to be looked at: that is read on its
    own page, or 已阅 would mean nothing.
    """
    wanted = sorted(set(numbers))[: MOST_AT_ONCE + 1]
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise RecordRefused("not_well")
    return await station.store.write(_mark_well, wanted, by, asker, station.clock.now())


async def readable_together(station: Station, numbers: Iterable[int], by: str) -> tuple[int, ...]:
    """Return which of these rounds somebody has not read yet and may read in a list: all is well in them."""
    return await station.store.read(_together, list(numbers), by)


async def add_lines(
    station: Station, number: int, by: str, *, site: str, room: str, seen: Sequence[Seen], asker: str = ""
) -> list[ManualLine]:
    """Add to a round what somebody saw in a room of a site. NotFound, RecordRefused."""
    if (site, room) not in rooms(station.orders.targets.values()):
        raise RecordRefused("no_room")
    return await station.store.write(_add, number, site, room, seen, by, asker, station.clock.now())


def rooms(targets: Iterable[Target]) -> list[tuple[str, str]]:
    """Return the rooms that something is inspected in, as (site, room); a site of which no room is known is one."""
    found: dict[str, set[str]] = {}
    for target in targets:
        found.setdefault(target.site, set()).update({target.room} - {""})
    return [(site, room) for site, named in found.items() for room in sorted(named) or [""]]


def _review(conn: Connection, agent: str, number: int) -> Review:
    return Review(
        nights.reads_of(conn, agent, [number]).get(number, ()),
        tuple(round_reviews.lines_of(conn, agent, [number]).get(number, ())),
        people.titles(conn, agent),
    )


def _round(conn: Connection, agent: str, number: int) -> tuple[Round, Counts]:
    found = rounds.get_round(conn, agent, number)
    if found is None:
        raise NotFound(f"there is no round {number}")
    return found


def _mark(conn: Connection, agent: str, number: int, by: str, note: str, asker: str, now: datetime) -> RoundRead:
    round_, _ = _round(conn, agent, number)
    known = nights.reads_of(conn, agent, [number]).get(number, ())
    before = next((read for read in known if read.person == by), None)
    if fault := read_fault(round_, note or (before.note if before else "")):
        raise RecordRefused(fault)
    after = RoundRead(number, by, before.at if before else now, added(before.note if before else "", note))
    if len(after.note) > LONGEST_NOTE:
        raise RecordRefused("note_full", {"n": LONGEST_NOTE})
    if after != before:
        round_reviews.put_read(conn, agent, after)
        kind = "round_noted" if before else "round_read"
        journal.append(conn, agent, kind, now, by, "ok", {"round": number, "note": note} | journal.typed_by(asker))
    return after


def _mark_well(conn: Connection, agent: str, numbers: Sequence[int], by: str, asker: str, now: datetime) -> int:
    known = nights.reads_of(conn, agent, numbers)
    fresh = [number for number in numbers if by not in {read.person for read in known.get(number, ())}]
    for number in fresh:
        if not well_throughout(*_round(conn, agent, number)):
            raise RecordRefused("not_well", {"n": number})
        round_reviews.put_read(conn, agent, RoundRead(number, by, now))
    # That they were read in a list, and not one by one, is part of the truth.
    said = [{"round": number, "note": "", "together": len(fresh)} | journal.typed_by(asker) for number in fresh]
    journal.append_all(conn, agent, "round_read", now, by, "ok", said)
    return len(fresh)


def _together(conn: Connection, agent: str, numbers: Sequence[int], by: str) -> tuple[int, ...]:
    known = nights.reads_of(conn, agent, numbers)
    fresh = [number for number in numbers if by not in {read.person for read in known.get(number, ())}]
    return tuple(number for number in fresh if well_throughout(*_round(conn, agent, number)))[:MOST_AT_ONCE]


def _add(
    conn: Connection,
    agent: str,
    number: int,
    site: str,
    room: str,
    seen: Sequence[Seen],
    by: str,
    asker: str,
    now: datetime,
) -> list[ManualLine]:
    round_, _ = _round(conn, agent, number)
    lines = [Seen(line.item, line.well, line.value.strip()[:LONGEST_VALUE]) for line in seen]
    if fault := line_fault(round_, lines, now):
        raise RecordRefused(fault)
    if len(round_reviews.lines_of(conn, agent, [number]).get(number, ())) + len(lines) > MOST_LINES:
        raise RecordRefused("lines_full", {"n": MOST_LINES})
    made = round_reviews.add_lines(conn, agent, number, site, room, lines, by, now)
    said = [
        {"line": line.number, "round": number, "site": site, "room": room, "item": line.item.value, "well": line.well}
        | {"value": line.value}
        | journal.typed_by(asker)
        for line in made
    ]
    journal.append_all(conn, agent, "line_added", now, by, "ok", said)
    return made
