"""How far an incident report is, step by step, and what the reader may do with it now. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agent.console.guard import Visitor
from agent.services.file_report import Move
from agent.services.incident_board import ReportView
from duty.filing import LEADERS, ReportState
from duty.people import Post
from duty.rights import Right


@dataclass(frozen=True, slots=True)
class Step:
    """One signature: ``code`` has its words under ``report_page.step``, or is a department where ``named`` says so.

    ``at`` is when it was given, None while it is to come; ``next`` is whose turn it is.
    """

    code: str
    who: str = ""
    at: datetime | None = None
    next: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that the reader may do: ``move`` is what the form sends, with the role behind a colon."""

    move: Move
    role: str = ""

    @property
    def value(self) -> str:
        return f"{self.move}:{self.role}" if self.role else self.move.value


def steps(view: ReportView) -> Iterator[Step]:
    """Yield the signatures of a report in their order, those that were given and those to come."""
    report, content = view.report, view.content
    author = content.author.name if content.author else ""
    writable, state = report.writable, report.state
    yield Step("author", author, None if writable else report.submitted_at, writable and not view.case.incident.open)
    approved = state in (ReportState.APPROVED, ReportState.ARCHIVED)
    review = content.reviews[-1] if approved and content.reviews else None
    who, at = (review.by, review.at) if review else ("", None)
    yield Step("review", who, at, state is ReportState.SUBMITTED)
    for line in content.countersigns:
        leaders = line.role == LEADERS
        turn = state is ReportState.APPROVED and line.at is None
        yield Step("leaders" if leaders else line.role, line.by, line.at, turn, not leaders)


def moves(view: ReportView, visitor: Visitor) -> Iterator[Offer]:
    """Yield what the reader may do with a report that was submitted."""
    report, commands = view.report, visitor.may(Right.COMMAND)
    if report.state is ReportState.SUBMITTED and commands:
        yield Offer(Move.APPROVE)
    if report.state is ReportState.APPROVED and visitor.may(Right.SIGN):
        for role in report.unsigned:
            if role != LEADERS or (Post.LEADER in visitor.posts and commands):
                yield Offer(Move.COUNTERSIGN, role)
    if report.state in (ReportState.SUBMITTED, ReportState.APPROVED) and commands:
        yield Offer(Move.RETURN)
