"""Incidents (policy 4.4): what happened, how grave it is, who has it, until its report is archived.

Kept apart from alerts: several alerts can be one incident, and a complaint is one without any alert.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final


class IncidentClass(StrEnum):
    """Policy 4.4a; ``OTHER`` is for what the policy does not name."""

    NETWORK = "network"
    COMPLAINT = "complaint"
    SECURITY = "security"
    OTHER = "other"


class Grade(StrEnum):
    """Policy 4.4b: a general one is handled within one's duty, a major one starts the emergency plan."""

    GENERAL = "general"
    MAJOR = "major"


class Found(StrEnum):
    """By which door it came in: how it was found (FORMS A.2, 8)."""

    ALERT = "alert"
    CUSTOMER = "customer"
    PATROL = "patrol"
    HAND = "hand"


LONGEST_TITLE: Final = 120
LONGEST_WORD: Final = 1000
"""Characters of what somebody writes into a timeline."""
MOST_OPEN: Final = 100
"""Incidents that are handled at the same time."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. ``name`` is its number on paper: TF-20261124-01, by the day of the site on which it was found.

    ``rule`` names the rule that decided the grade, "" where who opened it did. ``overruled_by`` is who decided
    otherwise, ``why`` their reason; who opens one does not know yet how grave it becomes, so that a rule may raise it.
    ``leads`` is who commands it. ``restored`` is when what failed was well again, ``handled`` when somebody said that
    the handling is over: the report's 24 hours run from there (policy 4.4c). ``rehearsal`` tells nobody outside.
    """

    number: int
    name: str
    site: str
    kind: IncidentClass
    grade: Grade
    title: str
    found_by: Found
    began: datetime
    found: datetime
    opened_by: str
    rule: str = ""
    overruled_by: str = ""
    why: str = ""
    target: str = ""
    leads: str = ""
    restored: datetime | None = None
    handled: datetime | None = None
    handled_by: str = ""
    result: str = ""
    rehearsal: bool = False
    next_report: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is still being handled."""
        return self.handled is None

    @property
    def major(self) -> bool:
        return self.grade is Grade.MAJOR


def name_of(day: date, nth: int, *, rehearsal: bool = False) -> str:
    """Return the number that stands on paper; a rehearsal has letters of its own."""
    return f"{'YL' if rehearsal else 'TF'}-{day:%Y%m%d}-{nth:02}"


def regraded(incident: Incident, grade: Grade, by: str, why: str) -> Incident:
    """Let a person decide the grade; no rule changes it from then on."""
    return replace(incident, grade=grade, overruled_by=by, why=why)


def raised(incident: Incident, rule: str) -> Incident:
    """Let a rule make a general incident major. It is never lowered by a rule, nor changed where a person overruled."""
    if incident.major or incident.overruled_by or not incident.open:
        return incident
    return replace(incident, grade=Grade.MAJOR, rule=rule)


def handled(incident: Incident, by: str, at: datetime, result: str) -> Incident:
    """Say that the handling is over: what came of it, and when the clock of the report begins."""
    return replace(
        incident, handled=at, handled_by=by, result=result, next_report=None, restored=incident.restored or at
    )


def reopened(incident: Incident) -> Incident:
    """Go on with the handling: it was not over."""
    return replace(incident, handled=None, handled_by="", restored=None)
