"""What superiors are told while an incident lasts: first, progress, final report (policy 4.4b; 首报, 续报, 终报)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from duty.plans import Spoken

LONGEST_TEXT: Final = 500


class BulletinKind(StrEnum):
    """Which report it is."""

    FIRST = "first"
    PROGRESS = "progress"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record knows at the moment of a report: targets that do not answer of those concerned, and the plan."""

    down: int = 0
    of: int = 0
    plan: Spoken | None = None
    plan_started: datetime | None = None
    steps_done: int = 0
    steps: int = 0
    leads: str = ""
    on_spot: tuple[str, ...] = ()
    business: tuple[str, ...] = ()

    @property
    def back(self) -> int:
        """How many of the targets concerned answer again."""
        return self.of - self.down


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One report to superiors. ``text`` is what happened and was done in somebody's words, ``risk`` what may come.

    ``next_at`` is when the next one is promised, None for the last.
    """

    number: int
    incident: int
    kind: BulletinKind
    nth: int
    at: datetime
    by: str
    text: str
    risk: str = ""
    expected: str = ""
    next_at: datetime | None = None
    facts: Facts = Facts()


def next_kind(sent: Sequence[Bulletin]) -> tuple[BulletinKind, int]:
    """Return which report comes next while it lasts, and its number among those of its kind."""
    if not sent:
        return BulletinKind.FIRST, 1
    return BulletinKind.PROGRESS, 1 + sum(each.kind is BulletinKind.PROGRESS for each in sent)
