"""What every chapter of the monthly report is made with: the figures, the words, and where the evidence is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from duty.availability import Course
from duty.operations import MonthReport
from exporters.papers.clerk import Clerk
from exporters.papers.evidence import Evidence
from exporters.papers.paper import Block, Cell, Mark, Words
from exporters.words import Say

MOST_LINES: Final = 20
NOT_WORTH: Final = 0.001
"""A share of time not seen that need not be said: the minute in which an agent was started anew."""
MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Book:
    """What every chapter is made from; ``whole`` lists everything, as a spreadsheet does."""

    report: MonthReport
    clerk: Clerk
    evidence: Evidence = field(default_factory=Evidence)
    whole: bool = False

    @property
    def say(self) -> Say:
        return self.clerk.say

    def heads(self, *names: str) -> list[str]:
        """Return the heads of columns."""
        return [self.say(f"monthly.column.{name}") for name in names]


def percent(share: float) -> float:
    """Return a share in per cent, rounded down: what was down for a second was not available 100 %."""
    return math.floor(share * 100_000 + 1e-9) / 1000


def share_cell(course: Course) -> Cell:
    """Return a cell with an availability; a dash where nobody knows."""
    if course.share is None:
        return Cell("—", Mark.QUIET)
    return Cell(f"{percent(course.share):.3f}", Mark.WARNING if course.lost else Mark.PLAIN, percent(course.share))


def minutes(length_: timedelta) -> str:
    """Say a length in minutes, with a decimal where there are few."""
    many = length_ / MINUTE
    return f"{many:,.0f}" if many >= 10 or many == int(many) else f"{many:.1f}"


def minutes_cell(length_: timedelta, link: str = "") -> Cell:
    return Cell(minutes(length_), value=round(length_ / MINUTE, 1), link=link)


def part_cell(many: int, of: int) -> Cell:
    return Cell(f"{100 * many / of:.2f}", value=round(100 * many / of, 2)) if of else Cell("—", Mark.QUIET)


def some_cell(many: int, mark: Mark) -> Cell:
    return Cell(f"{many:,}", mark if many else Mark.PLAIN, many)


def alert_cell(number: int, book: Book) -> Cell:
    return Cell(f"A{number:02}", link=book.evidence.alert(number)) if number else Cell("")


def left_off(many: int, book: Book) -> Iterator[Block]:
    if many > 0:
        yield Words(book.say("monthly.more", n=f"{many:,}"), Mark.WARNING)
