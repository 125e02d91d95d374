"""Tasks that outlast a shift: who does what by when, carried forward until somebody closes them (policy 4.2)."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from duty.roster import Night
from duty.tours import tours

LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 500
"""Characters of what has been done, of what comes next, of whose help is needed, and of the last word."""
LATEST: Final = timedelta(days=366)
"""How far ahead a task may be due; whoever types a wrong year finds out at once."""
MOST_OPEN: Final = 500
"""Open tasks of an agent; who has more of them reads none."""

REFUSALS: Final = (
    "no_title", "no_time", "past", "too_far", "nobody", "no_site", "full", "changed", "closed", "open", "no_word",
)  # fmt: skip
"""Why a task is not written so; each has its words under ``tasks.refused``."""


class Priority(StrEnum):
    """How soon a task must be done, the most urgent first."""

    URGENT = "urgent"
    NORMAL = "normal"
    LOW = "low"


class Origin(StrEnum):
    """Where a task comes from."""

    HAND = "hand"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be changed of a task as long as it is open."""

    title: str
    owner: str = ""
    due: datetime | None = None
    priority: Priority = Priority.NORMAL
    done: str = ""
    next: str = ""
    needs: str = ""

    @property
    def mark(self) -> str:
        """Return by what one plan is told from another: who changes a task says which one they had before them."""
        return hashlib.sha256(repr(asdict(self)).encode("utf-8", "backslashreplace")).hexdigest()[:16]

    def fault(self, now: datetime, before: Plan | None = None) -> str:
        """Return why a task cannot be planned so, as a code, "" where it can; ``before`` is how it was planned."""
        if not self.title:
            return "no_title"
        if self.due is None or (before is not None and self.due == before.due):
            # What became overdue can still be written about.
            return ""
        if self.due <= now:
            return "past"
        return "too_far" if self.due - now > LATEST else ""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done. ``owner`` is a person's name, "" for nobody yet; ``alert`` the one that it comes from.

    ``done`` is what has been done so far, ``next`` the next step, ``needs`` whose help is needed: each in words of the
    people on duty, "" for nothing. ``word`` is what was said when it was closed.
    """

    number: int
    site: str
    title: str
    origin: Origin
    priority: Priority
    opened: datetime
    opened_by: str
    owner: str = ""
    due: datetime | None = None
    alert: int | None = None
    done: str = ""
    next: str = ""
    needs: str = ""
    closed: datetime | None = None
    closed_by: str = ""
    word: str = ""

    @property
    def open(self) -> bool:
        return self.closed is None

    @property
    def plan(self) -> Plan:
        return Plan(self.title, self.owner, self.due, self.priority, self.done, self.next, self.needs)

    def overdue(self, now: datetime) -> bool:
        """Say whether it should have been done by now."""
        return self.open and self.due is not None and self.due <= now


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Return tasks as a list names them: the most urgent first, then what is due first, then the oldest."""
    order = list(Priority)
    return sorted(tasks, key=lambda t: (order.index(t.priority), t.due is None, t.due or t.opened, t.number))


def carried(tasks: Iterable[Task], nights: Mapping[str, Night], now: datetime) -> dict[int, int]:
    """Return how many shifts each open task was handed over, by its number; ``nights`` has the hours of each site.

    The same as ``duty.tours.changes_since`` of each, in one walk over the tours of a site.
    """
    waiting: dict[str, list[Task]] = {}
    for task in tasks:
        if task.open and task.site in nights:
            waiting.setdefault(task.site, []).append(task)
    found: dict[int, int] = {}
    for site, here in waiting.items():
        first = min(task.opened for task in here)
        ends = [tour.end for tour in tours(nights[site], site, first, now) if tour.end <= now]
        found |= {task.number: len(ends) - bisect_right(ends, task.opened) for task in here}
    return found
