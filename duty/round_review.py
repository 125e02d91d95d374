"""What people add to a round that a machine made: that they have read it, and what only a human sees (FORMS A.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from duty.rounds import Counts, Round, RoundState, SheetState

LONGEST_NOTE = 500
LONGEST_VALUE = 200
MOST_LINES = 100
"""Lines by hand of one round: each item of six rooms, and some again."""
LINES_WITHIN = timedelta(hours=24)
"""How long after a round's hour something may be added to it: what is remembered later belongs into the log."""
BETWEEN = " / "
"""What stands between a note and what was added to it."""

REFUSALS = ("open", "no_reason", "note_full", "not_well", "no_lines", "no_value", "no_room", "too_late", "lines_full")
"""Why something is not written into a round."""


class Item(StrEnum):
    """What a line by hand is about: the block of power and environment in FORMS A.3."""

    MAINS = "mains"
    UPS = "ups"
    COOLING = "cooling"
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    LEAK = "leak"
    FIRE_PANEL = "fire_panel"
    CYLINDERS = "cylinders"
    ACCESS = "access"
    VIDEO = "video"
    GENERATOR = "generator"
    LAMPS = "lamps"
    SMELL = "smell"
    NOISE = "noise"
    CLEANLINESS = "cleanliness"


@dataclass(frozen=True, slots=True)
class RoundRead:
    """Somebody has read a round (已阅), and what they say of it."""

    round: int
    person: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class ManualLine:
    """What somebody saw in a room at a round; ``value`` in their words: "23 °C", "alarm lamp 3 on"."""

    number: int
    round: int
    site: str
    room: str
    item: Item
    well: bool
    value: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """One item that somebody looked at in a room."""

    item: Item
    well: bool
    value: str = ""


def read_fault(round_: Round, note: str) -> str:
    """Say why a round cannot be marked as read, as a code; "" where it can.

    An open one is not there yet to be read. Of a missed one the machine knows only why itself was not there, so whoever
    reads it says what they know.
    """
    if round_.state is RoundState.OPEN:
        return "open"
    return "no_reason" if round_.state is RoundState.MISSED and not note else ""


def well_throughout(round_: Round, counts: Counts) -> bool:
    """Say whether nothing in a round wants to be looked at: only such rounds can be read together in the list."""
    return round_.state is RoundState.COMPLETE and 0 < counts.expected == counts[SheetState.OK]


def added(before: str, note: str) -> str:
    """Return a note with what is added to it; the same words twice stand once."""
    parts = [part for part in before.split(BETWEEN) if part]
    return BETWEEN.join([*parts, note] if note and note not in parts else parts)


def line_fault(round_: Round, seen: Iterable[Seen], now: datetime) -> str:
    """Say why lines cannot be added to a round, as a code; "" where they can.

    A missed round takes them as well: what somebody saw when the machine was away is worth the more.
    """
    lines = list(seen)
    if not lines:
        return "no_lines"
    if now - round_.slot > LINES_WITHIN:
        return "too_late"
    return "no_value" if any(not line.well and not line.value for line in lines) else ""


def newest_lines(lines: Iterable[ManualLine]) -> list[ManualLine]:
    """Return the newest line of each (room, item), in the order of the form: what is known of the rooms now."""
    found: dict[tuple[str, Item], ManualLine] = {}
    for line in sorted(lines, key=lambda line: line.number):
        found[line.room, line.item] = line
    order = list(Item)
    return sorted(found.values(), key=lambda line: (line.room, order.index(line.item)))
