"""What people add to a round that a machine made: that they have read it, and what only a human sees (FORMS A.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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


def newest_lines(lines: Iterable[ManualLine]) -> list[ManualLine]:
    """Return the newest line of each (room, item), in the order of the form: what is known of the rooms now."""
    found: dict[tuple[str, Item], ManualLine] = {}
    for line in sorted(lines, key=lambda line: line.number):
        found[line.room, line.item] = line
    order = list(Item)
    return sorted(found.values(), key=lambda line: (line.room, order.index(line.item)))
