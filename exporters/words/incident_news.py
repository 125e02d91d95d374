"""News of an incident as a message: what and where, since when, who has it, and what whoever reads it must do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from duty.findings import Severity
from duty.incident_news import News
from exporters.words.catalogue import Say
from exporters.words.events import LONGEST, Event, EventKind, Pieces
from exporters.words.incident_fields import Fields, best, fields

SECTION: Final = "incident_news"

Line = tuple[str, ...]
"""The parts of a line; each names its wordings, the fullest first, and is left out where none can be said."""


class Telling(NamedTuple):
    """How a kind of news is told: its colour, its title, its lines, and whether somebody must do something."""

    severity: Severity
    lines: tuple[Line, ...]
    what: str = "title_what"
    head: str = ""
    asks: bool = False


_WHEN: Final = ("when", "graded|class")
_TOUCHES: Final = ("touches", "devices")
_HOW_FAR: Final = ("back", "plan_steps|steps", "leads", "spot")
_OVER: Final = (("back", "plan_steps"), ("result_by|result|said_by",), ("remains",), ("file_by|file",))

TELLINGS: Final[Mapping[EventKind, Telling]] = MappingProxyType(
    {
        EventKind.INCIDENT_OPENED: Telling(
            Severity.WARNING, (_WHEN, _TOUCHES, ("course",), ("leads", "spot", "plan"), ("opened_next",))
        ),
        EventKind.INCIDENT_FIRST: Telling(
            Severity.CRITICAL,
            (
                _WHEN,
                ("touches|touches_unknown", "devices"),
                ("plan|plan_state", "leads|nobody_leads", "spot"),
                ("course",),
                ("expected|not_expected", "next"),
            ),
        ),
        EventKind.INCIDENT_PROGRESS: Telling(
            Severity.WARNING,
            (("progress_by|progress",), _HOW_FAR, ("risk",), ("expected", "next_or")),
            head="incident_progress_nth",
        ),
        EventKind.INCIDENT_FINAL: Telling(Severity.OK, _OVER, "title_restored|title_ended|title_what"),
        EventKind.INCIDENT_HANDLED: Telling(Severity.OK, _OVER, "title_restored|title_ended|title_what"),
        EventKind.INCIDENT_GENERAL: Telling(Severity.NOTE, (("regraded_by_why|regraded_by|why",), ("general_next",))),
        EventKind.INCIDENT_SUPPORT: Telling(
            Severity.CRITICAL,
            (("support_by_word|support_by|support_word",), _WHEN, _TOUCHES, ("leads", "spot"), ("support_to|support",)),
            asks=True,
        ),
        EventKind.PLAN_STEP: Telling(
            Severity.CRITICAL,
            (("do",), ("do_by_with|do_by|do_with|do_now",), ("plan_steps", "leads"), ("tick",)),
            head="plan_step_nth",
            asks=True,
        ),
        EventKind.PLAN_WORD: Telling(Severity.NOTE, (("word",), _WHEN, ("plan_steps|plan", "leads"))),
        EventKind.PLAN_STEP_LATE: Telling(
            Severity.CRITICAL,
            (
                ("undone",),
                ("asked_since_due|asked_since|asked_due|asked|was_due", "late"),
                ("leads",),
                ("chase_asked|chase",),
            ),
            head="plan_step_late_nth",
            asks=True,
        ),
        EventKind.NEXT_REPORT_SOON: Telling(
            Severity.WARNING, (_HOW_FAR, ("report_next",)), "title_report_by|title_what", asks=True
        ),
        EventKind.NEXT_REPORT_LATE: Telling(
            Severity.CRITICAL,
            (("late", "leads|nobody_leads"), ("back", "plan_steps|steps"), ("report_now",)),
            "title_report_was|title_what",
            asks=True,
        ),
        EventKind.FILING_SOON: Telling(
            Severity.WARNING, (("file_asked", "left"), ("file_next",)), "title_file_by|title_what", asks=True
        ),
        EventKind.FILING_LATE: Telling(
            Severity.CRITICAL, (("file_asked", "late"), ("file_now",)), "title_file_was|title_what", asks=True
        ),
        EventKind.LEGAL_SOON: Telling(
            Severity.WARNING,
            (("legal_found", "left"), ("legal_law",), ("legal_next",)),
            "title_legal_by|title_what",
            asks=True,
        ),
        EventKind.LEGAL_LATE: Telling(
            Severity.CRITICAL,
            (("legal_found", "late"), ("legal_law",), ("legal_now",)),
            "title_legal_was|title_what",
            asks=True,
        ),
        EventKind.REPORT_REVIEW: Telling(Severity.WARNING, (("submitted_by",), ("review_by|review",)), asks=True),
        EventKind.REPORT_RETURNED: Telling(
            Severity.WARNING,
            (("returned_by_why|returned_by|why",), ("correct_by|correct",)),
            asks=True,
        ),
        EventKind.REPORT_COUNTERSIGN: Telling(
            Severity.WARNING, (("approved_by",), ("countersign_by|countersign",)), asks=True
        ),
        EventKind.REPORT_ARCHIVED: Telling(
            Severity.NOTE, (("archived_by_where|archived_by|archived_where",), ("archived_next",))
        ),
        # Whoever reads this reads it out: it names neither devices nor people nor what we think of the cause.
        EventKind.INCIDENT_CUSTOMERS: Telling(
            Severity.NOTE,
            (
                ("sentence|sentence_over|no_sentence",),
                ("scope|no_scope",),
                ("over|expected|not_expected", "again"),
                ("customers_next",),
            ),
            "title_customers",
        ),
    }
)

_NAMED_YOU: Final = {
    True: Telling(
        Severity.CRITICAL,
        (("named_by_word|named_by|named_word",), _WHEN, _TOUCHES, ("plan|plan_state", "spot"), ("command_by|command",)),
        head="named_lead_you",
        asks=True,
    ),
    False: Telling(
        Severity.CRITICAL,
        (("named_by_word|named_by|named_word",), _WHEN, _TOUCHES, ("plan", "leads"), ("go_to|go",)),
        head="named_sent_you",
        asks=True,
    ),
}
_NAMED: Final = {
    True: Telling(Severity.NOTE, (("named_lead",), ("named_by_word|named_by|named_word",)), head="named_lead"),
    False: Telling(Severity.NOTE, (("named_sent",), ("named_by_word|named_by|named_word",)), head="named_sent"),
}

OF_REPORTS: Final = frozenset(
    {
        EventKind.FILING_SOON,
        EventKind.FILING_LATE,
        EventKind.REPORT_REVIEW,
        EventKind.REPORT_RETURNED,
        EventKind.REPORT_COUNTERSIGN,
        EventKind.REPORT_ARCHIVED,
    }
)
"""What is about the report of an incident, and leads to it."""


def telling(event: Event) -> Telling:
    """Return how an event is told; who is named reads something else than everybody else."""
    if event.kind is not EventKind.INCIDENT_NAMED:
        return TELLINGS[event.kind]
    commands = event.news is None or event.news.commands
    return (_NAMED_YOU if _is_reader(event) else _NAMED)[commands]


def _is_reader(event: Event) -> bool:
    return event.person is not None and event.news is not None and (event.person.title in event.news.asked)


def told(event: Event, pieces: Pieces, say: Say, zone: ZoneInfo, now: datetime) -> tuple[tuple[str, str], list[str]]:
    """Say a piece of news: the head and the rest of its title, and its lines; the last ends with the number."""
    how, news = telling(event), event.news
    if news is None:
        return (head(how, event, {}, say), say(f"{SECTION}.some")), []
    of = fields(event, news, pieces, say, zone, now, LONGEST)
    lines = [line for line in (_line(parts, of, say) for parts in how.lines) if line]
    return (head(how, event, of, say), best(say, SECTION, how.what, of)), _numbered(lines, news, of)


def head(how: Telling, event: Event, of: Fields, say: Say, section: str = f"{SECTION}.head") -> str:
    """Say the head of a kind, with its number where it has one."""
    return best(say, section, f"{how.head}|{event.kind}" if event.kind in TELLINGS else how.head, of)


def _line(parts: Line, of: Fields, say: Say) -> str:
    line = say("message.and").join(said for said in (best(say, SECTION, codes, of) for codes in parts) if said)
    return line[:1].upper() + line[1:]


def _numbered(lines: list[str], news: News, of: Fields) -> list[str]:
    if not lines or not news.name:
        return lines
    return [*lines[:-1], f"{lines[-1]} · {of['number']}"]
