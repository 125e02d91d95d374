"""What stands in the incident report 《突发事件报告表》 (policy 4.4c, FORMS A.2), as values: codes, numbers and names.

It prints in either language. How a report is filed, reviewed and archived: ``duty/filing.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from duty.bulletins import BulletinKind
from duty.incidents import Found, Grade, IncidentClass

LONGEST_FIELD: Final = 4000
"""Characters of one field."""
LEGAL_WITHIN: Final = timedelta(hours=4)
LEGAL_WITHIN_CRITICAL: Final = timedelta(hours=1)
"""From discovery to the report to the authorities (国家网络安全事件报告管理办法 Art. 4): for most operators to the
provincial cyberspace office, and where critical information infrastructure is concerned."""
YES: Final = "yes"
NO: Final = "no"
"""What stands in a field that asks: ``CYBER``, ``PERSONAL_DATA``."""


class ReportField(StrEnum):
    """What people fill in. A course or measures written by hand stand below what the record has, not in its place."""

    TITLE = "title"
    COMPANY_LEVEL = "company_level"
    PLACE = "place"
    SERVICES = "services"
    AFFECTED = "affected"
    MINUTES = "minutes"
    INJURY = "injury"
    COURSE = "course"
    FIRST_CAUSE = "first_cause"
    ROOT_CAUSE = "root_cause"
    CAUSE_CLASS = "cause_class"
    MEASURES = "measures"
    RESOURCES = "resources"
    INSTRUCTIONS = "instructions"
    OUTSIDE = "outside"
    RESULT = "result"
    VERIFICATION = "verification"
    REMAINS = "remains"
    CORRECTIVE = "corrective"
    LESSONS = "lessons"
    CUSTOMERS = "customers"
    CYBER = "cyber"
    CYBER_LEVEL = "cyber_level"
    REPORTED_OUTSIDE = "reported_outside"
    PERSONAL_DATA = "personal_data"


class CauseClass(StrEnum):
    """Where the cause lies (FORMS A.2, 15)."""

    DEVICE = "device"
    LINE = "line"
    CARRIER = "carrier"
    POWER = "power"
    ENVIRONMENT = "environment"
    CHANGE = "change"
    HUMAN = "human"
    ATTACK = "attack"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


class CyberLevel(StrEnum):
    """How grave a cyber-security incident is by law: from ``CONSIDERABLE`` (较大) on it must be reported outside."""

    NONE = "none"
    GENERAL = "general"
    CONSIDERABLE = "considerable"
    SERIOUS = "serious"
    GRAVE = "grave"


CHOICES: Final[Mapping[ReportField, tuple[str, ...]]] = MappingProxyType(
    {
        ReportField.CAUSE_CLASS: tuple(CauseClass),
        ReportField.CYBER: (YES, NO),
        ReportField.CYBER_LEVEL: tuple(CyberLevel),
        ReportField.PERSONAL_DATA: (YES, NO),
    }
)
"""Fields in which a code stands, and the codes; "" is for what nobody has said yet."""

REPORTED_FROM: Final = frozenset({CyberLevel.CONSIDERABLE, CyberLevel.SERIOUS, CyberLevel.GRAVE})


def mark_of_text(text: str) -> str:
    """Return what tells whether a field still says what somebody saw in it."""
    return sha256(text.strip().encode("utf-8", "surrogatepass")).hexdigest()[:16]


class ReportVerdict(StrEnum):
    """What the duty manager says of a report."""

    APPROVED = "approved"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class FieldLine:
    """What stands in a field; ``by`` is a title, "" for what the system drafted and nobody has touched."""

    text: str
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One line of the timeline (13): ``code`` has its words under ``incident.event``, ``text`` is a person's."""

    at: datetime
    who: str
    code: str
    text: str = ""
    data: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToldLine:
    """Who was told, in which way, and what came back (19, 20)."""

    at: datetime
    person: str
    title: str
    post: str
    channel: str
    what: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class EquipmentLine:
    """A piece of equipment that is concerned (9)."""

    name: str
    asset: str = ""
    model: str = ""
    serial: str = ""
    maintainer: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class StepLine:
    """A measure (17); ``state`` has its words under ``incident_report.step``."""

    at: datetime | None
    by: str
    text: str
    state: str = ""
    note: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """The emergency plan that was started (16)."""

    title: str
    started: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who took part (18); ``part`` is what they did."""

    name: str
    post: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class BulletinLine:
    """A first, progress or final report to the leading group (22)."""

    kind: BulletinKind
    nth: int
    at: datetime
    by: str
    text: str
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """A file that belongs to the report (31)."""

    name: str
    media: str
    size: int
    digest: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AuthorLine:
    """Who writes the report (32), and when they last did."""

    name: str
    post: str = ""
    phone: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A duty manager's word on the report (33)."""

    at: datetime
    by: str
    verdict: ReportVerdict
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CountersignLine:
    """A department's signature (34), or the leading group's (35, ``filing.LEADERS``); ``at`` None: yet to sign."""

    role: str
    by: str = ""
    at: datetime | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Archive:
    """Where the report is kept (36)."""

    department: str
    file_number: str
    day: date
    kept_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """A report's content; people are titles. ``late`` is whether it was, or will be, filed after ``due``."""

    name: str
    site: str
    site_title: str
    zone: str
    kind: IncidentClass
    grade: Grade
    began: datetime
    found: datetime
    found_by: Found
    finder: str = ""
    rule: str = ""
    overruled_by: str = ""
    why: str = ""
    restored: datetime | None = None
    handled: datetime | None = None
    equipment: tuple[EquipmentLine, ...] = ()
    course: tuple[CourseLine, ...] = ()
    plan: PlanLine | None = None
    measures: tuple[StepLine, ...] = ()
    people: tuple[PersonLine, ...] = ()
    told_manager: tuple[ToldLine, ...] = ()
    told_leaders: tuple[ToldLine, ...] = ()
    bulletins: tuple[BulletinLine, ...] = ()
    attachments: tuple[AttachmentLine, ...] = ()
    fields: Mapping[ReportField, FieldLine] = field(default_factory=dict)
    author: AuthorLine | None = None
    due: datetime | None = None
    late: bool = False
    legal_due: datetime | None = None
    reviews: tuple[ReviewLine, ...] = ()
    countersigns: tuple[CountersignLine, ...] = ()
    archive: Archive | None = None
    rehearsal: bool = False

    @property
    def major(self) -> bool:
        return self.grade is Grade.MAJOR

    def text(self, of: ReportField) -> str:
        """Return what stands in a field, "" where nothing but spaces does."""
        line = self.fields.get(of)
        return line.text.strip() if line else ""
