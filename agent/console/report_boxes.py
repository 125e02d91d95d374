"""The boxes in which an incident report is filled in: what stands in each, since when, and what others wrote. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from duty.incident_report import CHOICES, LONGEST_FIELD, FieldLine, ReportContent, ReportField, mark_of_text
from exporters.papers.incident_report import CODED
from exporters.words import Say, shown

CHAPTERS: Final[Mapping[str, tuple[ReportField, ...]]] = MappingProxyType(
    {
        "basics": (ReportField.TITLE, ReportField.COMPANY_LEVEL, ReportField.PLACE),
        "impact": (ReportField.SERVICES, ReportField.AFFECTED, ReportField.MINUTES, ReportField.INJURY),
        "course": (ReportField.COURSE, ReportField.FIRST_CAUSE, ReportField.ROOT_CAUSE, ReportField.CAUSE_CLASS),
        "response": (
            ReportField.MEASURES, ReportField.RESOURCES, ReportField.INSTRUCTIONS, ReportField.OUTSIDE,
        ),
        "result": (
            ReportField.RESULT, ReportField.VERIFICATION, ReportField.REMAINS, ReportField.CORRECTIVE,
            ReportField.LESSONS, ReportField.CUSTOMERS,
        ),
        "law": (
            ReportField.CYBER, ReportField.CYBER_LEVEL, ReportField.REPORTED_OUTSIDE, ReportField.PERSONAL_DATA,
        ),
    }
)  # fmt: skip
"""What is filled in in each chapter of the form, in its order; the other chapters are the record's alone."""

SHORT: Final = frozenset(
    {
        ReportField.TITLE, ReportField.COMPANY_LEVEL, ReportField.PLACE, ReportField.SERVICES, ReportField.AFFECTED,
        ReportField.MINUTES, ReportField.INJURY,
    }
)  # fmt: skip
"""Fields of one line."""
SEEN: Final = "seen-"
"""Before a field's name: the mark of what stood in it when the page was made."""


@dataclass(frozen=True, slots=True)
class Box:
    """One field: what to show in it, the mark of what stands, who wrote that, and what somebody else wrote meanwhile.

    ``choices`` are codes with their words. ``by`` is "" for what the system drafted or what nobody has written yet.
    """

    field: ReportField
    text: str
    seen: str
    by: str = ""
    at: datetime | None = None
    drafted: bool = False
    lacks: bool = False
    theirs: str | None = None
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> str:
        """Whether it is chosen from, of one line, or a text."""
        return "choice" if self.choices else "line" if self.field in SHORT else "text"


def boxes(
    content: ReportContent,
    lacks: Sequence[ReportField],
    say: Say,
    typed: Mapping[str, str],
    lost: Sequence[ReportField] = (),
) -> dict[str, list[Box]]:
    """Return the boxes of each chapter. ``typed`` is what came back with a form; ``lost`` others have written into."""
    return {
        chapter: [_box(field, content, field in lacks, say, typed, field in lost) for field in fields]
        for chapter, fields in CHAPTERS.items()
    }


def lines(text: str) -> str:
    """Return a text of several lines as the record keeps it: cleaned line by line, and not longer than a field."""
    cleaned = (shown(line, LONGEST_FIELD).rstrip() for line in text.splitlines())
    return "\n".join(cleaned).strip()[:LONGEST_FIELD]


def texts_in(form: Mapping[str, str]) -> dict[ReportField, str]:
    """Return what a form says of the fields that it has."""
    return {field: lines(form[field]) for field in ReportField if field in form}


def seen_in(form: Mapping[str, str]) -> dict[ReportField, str]:
    """Return the marks of what whoever sent a form had before them."""
    return {field: form[SEEN + field][:64] for field in ReportField if SEEN + field in form}


def _box(
    field: ReportField, content: ReportContent, lacks: bool, say: Say, typed: Mapping[str, str], lost: bool
) -> Box:
    line = content.fields.get(field, FieldLine(""))
    stands = lines(line.text)
    text = lines(typed[field]) if field in typed else stands
    if field in typed and mark_of_text(text) == typed.get(SEEN + field):
        # Left alone by who sent the form: what stands now is shown, whoever wrote it meanwhile.
        text = stands
    under = CODED.get(field, "")
    return Box(
        field,
        text,
        mark_of_text(line.text),
        line.by,
        line.at,
        bool(line.text) and not line.by,
        lacks,
        stands if lost else None,
        tuple((code, say(f"{under}.{code}")) for code in CHOICES.get(field, ())),
    )
