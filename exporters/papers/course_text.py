"""The course of an incident as plain text for a vendor's ticket: nobody of the house is named in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from duty.incident_report import ReportContent, ReportField
from exporters.papers.clerk import Clerk
from exporters.papers.incident_tables import IncidentTables
from exporters.words import Say, shown
from exporters.words.discreet import discreet

LONGEST_LINE: Final = 600
LONGEST_TEXT: Final = 20_000
"""Characters that a vendor's form takes; most take more."""
SHORTEST_NAME: Final = 2
"""A name of one letter would be struck out of every word."""


def course_text(content: ReportContent, say: Say, now: datetime) -> str:
    """Say when what failed, the equipment with model and serial number, and what was tried.

    Names of people, of the customer who found it, numbers and addresses are struck out also where somebody wrote
    them into a line. Fields on customers and services are left out whole: who they are is not the vendor's business.
    """
    clerk = Clerk(say, now, ZoneInfo(content.zone))
    lines, length = [], 0
    for line in _lines(content, clerk, _Veil(content, say)):
        length += len(line) + 1
        if length > LONGEST_TEXT:
            lines.append(say("incident_report.ticket.cut"))
            break
        lines.append(line)
    return "\n".join(lines) + "\n"


def _lines(content: ReportContent, clerk: Clerk, veil: _Veil) -> Iterator[str]:
    say, tables = clerk.say, IncidentTables(content, clerk)
    kind = say(f"incident.class.{content.kind}")
    yield say("incident_report.ticket.title", kind=kind, zone=content.zone)
    for moment in ("began", "found", "restored"):
        at: datetime | None = getattr(content, moment)
        if at is not None:
            yield say(f"incident_report.ticket.{moment}", at=clerk.stamp(at))
    unknown = say("incident_report.ticket.unknown")
    if content.equipment:
        yield from ("", say("incident_report.ticket.equipment"))
    for one in content.equipment:
        model, serial = one.model or unknown, one.serial or unknown
        yield "- " + say("incident_report.ticket.machine", name=one.name, model=model, serial=serial)
    yield from ("", say("incident_report.ticket.course"))
    for event in content.course:
        yield veil.over(f"- {clerk.stamp(event.at)} ", tables.happened(event))
    yield from (veil.over("- ", line) for line in content.text(ReportField.COURSE).splitlines())
    if content.measures or content.text(ReportField.MEASURES):
        yield from ("", say("incident_report.ticket.measures"))
    for step in content.measures:
        said = " ".join(part for part in (step.text, step.result, step.note) if part)
        yield veil.over(f"- {clerk.stamp(step.at)} " if step.at else "- ", said)
    yield from (veil.over("- ", line) for line in content.text(ReportField.MEASURES).splitlines())


class _Veil:
    """Strikes out who is named in a report."""

    def __init__(self, content: ReportContent, say: Say) -> None:
        names = {name.strip() for name in _names(content)}
        known = sorted((name for name in names if len(name) >= SHORTEST_NAME), key=len, reverse=True)
        # A name in Latin letters is struck out as a word; one in Chinese has no blanks around it.
        parts = [rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])" for name in known]
        self._people = re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)
        self._somebody, self._number = say("incident_report.ticket.somebody"), say("incident_report.ticket.number")

    def over(self, before: str, text: str) -> str:
        """Return a line in which nobody is named."""
        text = shown(text, LONGEST_LINE)
        text = discreet(text, self._number)
        return before + self._people.sub(self._somebody, text)


def _names(content: ReportContent) -> Iterator[str]:
    yield from (content.finder, content.overruled_by, content.author.name if content.author else "")
    yield from (line.who for line in content.course)
    yield from (line.by for line in content.measures)
    yield from (line.name for line in content.people)
    for told in (*content.told_manager, *content.told_leaders):
        yield from (told.person, told.title)
    yield from (line.by for line in content.bulletins)
    yield from (line.by for line in content.reviews)
    yield from (line.by for line in content.countersigns)
    yield from (line.by for line in content.attachments)
    yield from (line.by for line in content.fields.values())
    yield content.plan.by if content.plan else ""
