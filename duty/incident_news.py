"""What somebody is told of an incident, as values: codes, names and numbers, worded when it is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from duty.bulletins import Facts
from duty.findings import Finding
from duty.incidents import Found, Grade, IncidentClass
from duty.plans import Evidence, Spoken


class NewsKind(StrEnum):
    """What has happened. The value is the event of the letter that says so."""

    OPENED = "incident_opened"
    """A general incident is there: the duty manager knows of it (policy 4.4b)."""
    FIRST = "incident_first"
    """A major one: the first report, to the duty manager and the leading group at once."""
    PROGRESS = "incident_progress"
    FINAL = "incident_final"
    HANDLED = "incident_handled"
    """A general one is over; its report is due."""
    GENERAL = "incident_general"
    """Somebody decided that it is not major."""
    NAMED = "incident_named"
    """Somebody was given the command, or was sent."""
    SUPPORT = "incident_support"
    STEP = "plan_step"
    """A step of a plan asks for something."""
    WORD = "plan_word"
    """A step of a plan tells something."""
    STEP_LATE = "plan_step_late"
    REPORT_SOON = "next_report_soon"
    REPORT_LATE = "next_report_late"
    FILE_SOON = "filing_soon"
    FILE_LATE = "filing_late"
    LEGAL_SOON = "legal_soon"
    LEGAL_LATE = "legal_late"
    REVIEW = "report_review"
    """A report waits for the duty manager's review."""
    RETURNED = "report_returned"
    COUNTERSIGN = "report_countersign"
    ARCHIVED = "report_archived"
    CUSTOMERS = "incident_customers"
    """A sentence that customer service may say."""


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news of an incident.

    ``title`` is what people call it, "" where nobody has named it: then ``finding`` of its first alert says what it is.
    ``text`` is what a person wrote, ``step`` what the plan says, ``nth`` the number of a report or a step, ``by`` who
    did it, ``due`` by when something is to be done, ``next_at`` when the next report is promised. ``asked`` are those
    who must do it, since ``since``, leaving ``evidence``; ``commands`` tells that who is named commands, else is sent.
    """

    number: int
    name: str
    title: str
    site: str
    kind: IncidentClass
    grade: Grade
    found_by: Found
    began: datetime
    found: datetime
    target: str = ""
    finding: Finding | None = None
    rule: str = ""
    by: str = ""
    text: str = ""
    risk: str = ""
    expected: str = ""
    step: Spoken | None = None
    nth: int = 0
    due: datetime | None = None
    next_at: datetime | None = None
    restored: datetime | None = None
    facts: Facts = field(default_factory=Facts)
    asked: tuple[str, ...] = ()
    since: datetime | None = None
    evidence: Evidence = Evidence.NONE
    commands: bool = True
