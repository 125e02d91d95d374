"""The last chapter of the incident report: its author, who reviewed and countersigned it, where it is kept (32-36)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from duty.filing import LEADERS, Report, ReportState
from duty.incident_report import AuthorLine, ReportContent, ReportVerdict, ReviewLine
from exporters.papers.clerk import Clerk
from exporters.papers.incident_tables import IncidentTables
from exporters.papers.paper import Block, Cell, Pairs, SignatureLine


def filing(content: ReportContent, tables: IncidentTables, clerk: Clerk) -> Iterator[Block]:
    """Yield the chapter; the signatures stand under it."""
    say, author, away = clerk.say, content.author, content.archive
    if content.reviews:
        yield tables.reviews()
    kept = ""
    if away is not None:
        until = away.kept_until
        kept = say("incident_report.archive.until", day=until) if until else say("incident_report.archive.for_good")
    yield Pairs(
        [
            (say("incident_report.author"), Cell(_author(author, clerk))),
            (say("incident_report.written_at"), Cell(clerk.stamp(author.written_at if author else None))),
            (say("incident_report.archive.department"), Cell(away.department if away else "")),
            (say("incident_report.archive.file_number"), Cell(away.file_number if away else "")),
            (say("incident_report.archive.day"), Cell(f"{away.day}" if away else "")),
            (say("incident_report.archive.kept_until"), Cell(kept)),
        ]
    )


def _author(author: AuthorLine | None, clerk: Clerk) -> str:
    say = clerk.say
    if author is None:
        return say("incident_report.no_author")
    phone = say("incident_report.phone", n=author.phone) if author.phone else ""
    return "  ".join(part for part in (author.name, clerk.known(f"post.{author.post}", author.post), phone) if part)


def signatures(report: Report, content: ReportContent, clerk: Clerk) -> Iterator[SignatureLine]:
    """Yield the boxes to sign in: the author's, the review, each department's, the leading group's."""
    say, author = clerk.say, content.author

    def box(role: str, who: str = "", at: datetime | None = None, remark: str = "") -> SignatureLine:
        template = say.template("incident_report.remark")
        if not who:
            return SignatureLine(role, "", [template.format(text="").strip()])
        signed = say("paper.signed", who=who, at=clerk.stamp(at))
        return SignatureLine(role, signed, [template.format(text=remark)] if remark else [])

    role = say("incident_report.author")
    if author is not None and not report.writable:
        yield box(role, author.name, report.submitted_at)
    else:
        yield SignatureLine(role)
    approval = _approval(report, content)
    role = say("incident_report.review")
    yield box(role, approval.by, approval.at, approval.remark) if approval else box(role)
    given = {line.role: line for line in content.countersigns if line.at is not None}
    roles = [role for role in dict.fromkeys([*report.roles, *given]) if role != LEADERS]
    names = {role: say("incident_report.countersign_of", role=role) for role in roles}
    if not roles:
        yield box(say("incident_report.countersign"))
    if content.major or LEADERS in report.roles or LEADERS in given:
        names[LEADERS] = say("incident_report.leaders")
    for role, name in names.items():
        line = given.get(role)
        yield box(name, line.by, line.at, line.remark) if line else box(name)


def _approval(report: Report, content: ReportContent) -> ReviewLine | None:
    """Return the review that counts: the last one, unless the report has come in anew since."""
    if report.state not in (ReportState.APPROVED, ReportState.ARCHIVED) or not content.reviews:
        return None
    last = content.reviews[-1]
    return last if last.verdict is ReportVerdict.APPROVED else None
