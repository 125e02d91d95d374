"""An incident as the form of a shift, its log and its briefs tell of it (FORMS A.1, 29-31; C.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from duty.filing import ReportState
from duty.findings import Finding
from duty.incidents import Grade, Incident, IncidentClass


@dataclass(frozen=True, slots=True)
class Said:
    """Who was told, or who said something, and when; ``who`` is a title."""

    at: datetime
    who: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class NightIncident:
    """One incident. Where nobody gave it a ``title``, ``target`` and ``finding`` of its first alert say what it is.

    ``told`` are superiors, each when they were told first; ``author``, ``due`` and ``report`` are of its report.
    """

    number: int
    name: str
    kind: IncidentClass
    grade: Grade
    began: datetime
    title: str = ""
    target: str = ""
    finding: Finding | None = None
    restored: datetime | None = None
    handled: datetime | None = None
    told: tuple[Said, ...] = ()
    instructions: tuple[Said, ...] = ()
    author: str = ""
    due: datetime | None = None
    report: ReportState = ReportState.DRAFT

    @property
    def standing(self) -> str:
        """Say how it stands, as a code under ``incident.standing``."""
        return "handled" if self.handled else "restored" if self.restored else "open"

    @property
    def lasted(self) -> timedelta | None:
        """How long it lasted, None while it does."""
        over = self.restored or self.handled
        return None if over is None else over - self.began

    @property
    def to_file(self) -> bool:
        """Whether its report is still to be submitted."""
        return self.report in (ReportState.DRAFT, ReportState.RETURNED)


def handled_majors(these: Sequence[Incident], site: str) -> list[Incident]:
    """Return the major incidents of a site that last; a rehearsal, or what is restored, keeps nobody at work."""
    lasting = [one for one in these if one.open and one.restored is None and one.site == site]
    return [one for one in lasting if one.major and not one.rehearsal]
