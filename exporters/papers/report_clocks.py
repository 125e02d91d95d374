"""What an incident report says of its two clocks: filed in time or late, and by when the law wants to know."""

from __future__ import annotations

from datetime import timedelta

from duty.filing import Report
from duty.incident_report import NO, REPORTED_FROM, YES, CyberLevel, ReportContent, ReportField
from exporters.papers.clerk import Clerk
from exporters.papers.paper import Cell, Mark
from exporters.words.numbers import format_duration

MINUTE = timedelta(minutes=1)


def filed(report: Report, content: ReportContent, clerk: Clerk) -> Cell:
    """Say whether a report was filed in time (32), or how much time there is left."""
    say, due, handled, at = clerk.say, content.due, content.handled, report.submitted_at
    mark = Mark.CRITICAL if content.late else Mark.PLAIN
    if handled is None:
        return Cell(say("incident_report.not_handled"))
    if at is not None:
        length = _length(at - handled, clerk)
        if due is None:
            return Cell(say("incident_report.filed", length=length))
        if content.late:
            return Cell(say("incident_report.filed_late", length=length, over=_length(at - due, clerk)), mark)
        return Cell(say("incident_report.filed_in_time", length=length))
    if due is None:
        return Cell("")
    if content.late:
        return Cell(say("incident_report.overdue", at=clerk.stamp(due), over=_length(clerk.now - due, clerk)), mark)
    return Cell(say("incident_report.to_file", at=clerk.stamp(due), length=_length(due - clerk.now, clerk)))


def legal(content: ReportContent, clerk: Clerk) -> Cell:
    """Say by when the authorities must know (29); nobody may think that the clock stands because nobody judged."""
    say, due = clerk.say, content.legal_due
    if due is None:
        cyber = content.text(ReportField.CYBER)
        if cyber == NO:
            return Cell(say("incident_report.legal.not_cyber"))
        if cyber == YES and must_report(content) == NO:
            return Cell(say("incident_report.legal.not_needed"))
        return Cell(say("incident_report.legal.unsaid"), Mark.WARNING)
    at = clerk.stamp(due)
    if content.text(ReportField.REPORTED_OUTSIDE):
        return Cell(say("incident_report.legal.was", at=at))
    if clerk.now > due:
        return Cell(say("incident_report.legal.passed", at=at, over=_length(clerk.now - due, clerk)), Mark.CRITICAL)
    return Cell(say("incident_report.legal.runs", at=at, length=_length(due - clerk.now, clerk)), Mark.WARNING)


def must_report(content: ReportContent) -> str:
    """Say whether it must be reported outside: ``yes``, ``no``, or "" while that was not judged."""
    cyber, level = content.text(ReportField.CYBER), content.text(ReportField.CYBER_LEVEL)
    if cyber == NO:
        return NO
    if cyber != YES or level not in {*CyberLevel} - {CyberLevel.NONE}:
        return ""
    return YES if level in REPORTED_FROM else NO


def _length(length: timedelta, clerk: Clerk) -> str:
    """Say a length in whole minutes: a form counts no seconds, and says of nothing that it took none."""
    return format_duration(max(length // MINUTE, 1) * 60, clerk.say)
