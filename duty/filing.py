"""Filing the incident report: by when, what must stand in it, and whose turn it is until it is archived (pure).

Each move returns the report that it makes, or raises ReportRefused with one of ``REFUSALS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from duty.errors import ReportRefused
from duty.incident_report import (
    NO,
    REPORTED_FROM,
    YES,
    Archive,
    CountersignLine,
    CyberLevel,
    ReportContent,
    ReportField,
    ReportVerdict,
    ReviewLine,
)

LEADERS: Final = "leaders"
"""The role of the leading group among those who countersign; the others are departments, as the settings call them."""

REFUSALS: Final = (
    "archived", "missing", "not_author", "filed", "not_filed", "no_remark", "not_approved", "no_role", "signed",
    "unsigned", "no_file_number",
)  # fmt: skip
"""Why a report does not move; each has its words under ``incident_report.refused``."""

NEEDED: Final = (
    ReportField.TITLE, ReportField.PLACE, ReportField.SERVICES, ReportField.CAUSE_CLASS, ReportField.RESULT,
    ReportField.VERIFICATION,
)  # fmt: skip


def due(handled: datetime, within: timedelta) -> datetime:
    """Say by when a report must be filed: 24 hours after the handling, by the policy (4.4c)."""
    return handled + within


def legal_due(found: datetime, level: CyberLevel, within: timedelta) -> datetime | None:
    """Say by when the authorities must know, None where they need not.

    国家网络安全事件报告管理办法 Art. 4: from discovery, not from handling, and only from ``CONSIDERABLE`` (较大) on.
    ``within`` is LEGAL_WITHIN, or LEGAL_WITHIN_CRITICAL for critical information infrastructure.
    """
    return found + within if level in REPORTED_FROM else None


def level_of(cyber: str, level: str) -> CyberLevel:
    """Return how grave a cyber-security incident is by its two fields; of what is none, a level left behind is not."""
    return CyberLevel(level) if cyber != NO and level in tuple(CyberLevel) else CyberLevel.NONE


def missing(content: ReportContent) -> tuple[ReportField, ...]:
    """Return what must still be filled in before the report can be submitted, in the order of the form."""
    lacks = set(_missing(content))
    return tuple(one for one in ReportField if one in lacks)


def _missing(content: ReportContent) -> Iterator[ReportField]:
    yield from (one for one in NEEDED if not content.text(one))
    if not content.text(ReportField.FIRST_CAUSE) and not content.text(ReportField.ROOT_CAUSE):
        yield ReportField.FIRST_CAUSE
    if content.major and not content.text(ReportField.CORRECTIVE):
        yield ReportField.CORRECTIVE
    cyber = content.text(ReportField.CYBER)
    if cyber not in (YES, NO):
        yield ReportField.CYBER
    if cyber == YES and content.text(ReportField.CYBER_LEVEL) in ("", CyberLevel.NONE):
        # Without its level nobody knows whether the clock of the law runs.
        yield ReportField.CYBER_LEVEL


class ReportState(StrEnum):
    """How far a report is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Report:
    """The report of one incident; people are names. ``roles`` are those who must countersign it.

    ``revision`` counts how often it was begun: a return begins it anew, and its signatures no longer count.
    ``submitted_at`` is when it was first submitted: the author's 24 hours end there, however long the review takes.
    ``digest`` is of the content that was submitted last, "" while it is written.
    """

    incident: int
    author: str
    roles: tuple[str, ...] = ()
    state: ReportState = ReportState.DRAFT
    revision: int = 1
    submitted_at: datetime | None = None
    reviews: tuple[ReviewLine, ...] = ()
    countersigns: tuple[CountersignLine, ...] = ()
    digest: str = ""
    archive: Archive | None = None

    @property
    def writable(self) -> bool:
        """Whether its fields may be written into."""
        return self.state in (ReportState.DRAFT, ReportState.RETURNED)

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The roles that have yet to countersign."""
        given = {line.role for line in self.countersigns}
        return tuple(role for role in self.roles if role not in given)

    @property
    def code(self) -> str:
        """The check code that stands in small print, as on the handover form."""
        return "-".join(self.digest[at : at + 4].upper() for at in (0, 4, 8)) if self.digest else ""


def late(by: datetime | None, report: Report, now: datetime) -> bool:
    """Say whether a report was filed after it was due, or is overdue."""
    return by is not None and (report.submitted_at or now) > by


def assigned(report: Report, author: str) -> Report:
    """Let somebody else write a report, while it is written."""
    _refuse_archived(report)
    if not report.writable:
        raise ReportRefused("filed")
    return replace(report, author=author)


def submitted(report: Report, by: str, at: datetime, digest: str, lacks: Sequence[ReportField] = ()) -> Report:
    """Submit a report; ``lacks`` is what is ``missing`` in its content. Only its author does."""
    _refuse_archived(report)
    if not report.writable:
        raise ReportRefused("filed")
    if by != report.author:
        raise ReportRefused("not_author", {"author": report.author})
    if lacks:
        raise ReportRefused("missing", {"fields": tuple(lacks)})
    return replace(report, state=ReportState.SUBMITTED, submitted_at=report.submitted_at or at, digest=digest)


def returned(report: Report, by: str, at: datetime, remark: str) -> Report:
    """Give a report back to its author, who learns why. One that was approved too: a department may object."""
    _refuse_archived(report)
    if report.writable:
        raise ReportRefused("not_filed")
    if not remark.strip():
        raise ReportRefused("no_remark")
    review = ReviewLine(at, by, ReportVerdict.RETURNED, remark)
    return replace(
        report,
        state=ReportState.RETURNED,
        revision=report.revision + 1,
        reviews=(*report.reviews, review),
        countersigns=(),
        digest="",
    )


def approved(report: Report, by: str, at: datetime, remark: str = "") -> Report:
    """Approve a report that was submitted."""
    _refuse_archived(report)
    if report.state is not ReportState.SUBMITTED:
        raise ReportRefused("not_filed" if report.writable else "signed")
    review = ReviewLine(at, by, ReportVerdict.APPROVED, remark)
    return replace(report, state=ReportState.APPROVED, reviews=(*report.reviews, review))


def countersigned(report: Report, role: str, by: str, at: datetime, remark: str = "") -> Report:
    """Countersign a report that was approved, once for each role."""
    _refuse_archived(report)
    if report.state is not ReportState.APPROVED:
        raise ReportRefused("not_approved")
    if role not in report.roles:
        raise ReportRefused("no_role", {"role": role})
    if role not in report.unsigned:
        raise ReportRefused("signed")
    return replace(report, countersigns=(*report.countersigns, CountersignLine(role, by, at, remark)))


def archived(report: Report, archive: Archive) -> Report:
    """Put a report away for good: approved, and countersigned by all who must."""
    _refuse_archived(report)
    if report.state is not ReportState.APPROVED:
        raise ReportRefused("not_approved")
    if report.unsigned:
        raise ReportRefused("unsigned", {"roles": report.unsigned})
    if not archive.file_number.strip():
        raise ReportRefused("no_file_number")
    return replace(report, state=ReportState.ARCHIVED, archive=archive)


def _refuse_archived(report: Report) -> None:
    if report.state is ReportState.ARCHIVED:
        raise ReportRefused("archived")
