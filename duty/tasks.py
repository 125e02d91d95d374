"""Tasks that outlast a shift: who does what by when, carried forward until somebody closes them (policy 4.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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

    def overdue(self, now: datetime) -> bool:
        """Say whether it should have been done by now."""
        return self.open and self.due is not None and self.due <= now


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Return tasks as a list names them: the most urgent first, then what is due first, then the oldest."""
    order = list(Priority)
    return sorted(tasks, key=lambda t: (order.index(t.priority), t.due is None, t.due or t.opened, t.number))
