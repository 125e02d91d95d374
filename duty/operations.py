"""The monthly report on operations as values: how available, what was lost, who acted how fast, what ends soon.

Figures only, each with what leads to its evidence: a target, an alert, a round, a form. Words: ``exporters/papers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from duty.availability import Course
from duty.findings import Severity
from duty.fold import Key
from duty.handover import Form, HandoverTerms
from duty.rounds import Round, RoundState, SheetState
from duty.spans import Spans, midnight
from duty.targets import Target

ENDS_WITHIN: Final = timedelta(days=90)
"""A contract that ends so long after the month is said: a new one takes a quarter to be bought."""

MAINTAINER, CIRCUIT, CERTIFICATE = "maintainer", "circuit", "certificate"
CONTRACTS: Final = (MAINTAINER, CIRCUIT, CERTIFICATE)
"""What ends: the contract of who mends a target, of who carries a circuit, the certificate that a server shows."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    month: int

    @property
    def next(self) -> Month:
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def before(self) -> Month:
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    @property
    def last_day(self) -> date:
        return date(self.next.year, self.next.month, 1) - timedelta(days=1)

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return its begin and end by the clock of a zone, as instants."""
        return midnight(date(self.year, self.month, 1), zone), midnight(date(self.next.year, self.next.month, 1), zone)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def month_of(at: datetime, zone: ZoneInfo) -> Month:
    """Return the month to which a moment belongs by the clock of a zone."""
    local = at.astimezone(zone)
    return Month(local.year, local.month)


@dataclass(frozen=True, slots=True)
class TargetMonth:
    """One target in the month, and how many alerts it had; ``known`` if it is still in the settings."""

    target: Target
    course: Course
    alerts: int = 0
    known: bool = True


@dataclass(frozen=True, slots=True)
class CircuitMonth:
    """One circuit or uplink in the month; ``course`` is None where no port of this name was ever seen."""

    target: str
    port: str
    carrier: str
    circuit: str
    course: Course | None


@dataclass(frozen=True, slots=True)
class Outage:
    """One time in which a target did not answer; ``alert`` is the number of its alert, 0 where it has none."""

    target: str
    begin: datetime
    end: datetime | None
    lost: timedelta
    alert: int = 0
    key: bool = False


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert of the month as far as it is counted: when it opened, was first taken, was over, and if by hand."""

    number: int
    key: Key
    severity: Severity
    opened: datetime
    taken: datetime | None = None
    resolved: datetime | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: of how many, in the middle, at worst, and the number of the alert that was the worst."""

    count: int = 0
    median: timedelta | None = None
    worst: timedelta | None = None
    alert: int = 0


@dataclass(frozen=True, slots=True)
class Handling:
    """How alerts of a severity were handled. One closed by hand was not restored: somebody said it is of no matter.

    ``never_taken`` were restored before anybody took them, ``waiting`` are open and nobody has them.
    """

    severity: Severity
    alerts: int
    taking: Times
    restoring: Times
    by_hand: int
    never_taken: int
    waiting: int


@dataclass(frozen=True, slots=True)
class AlertCounts:
    """Alerts counted under one name: a target's or a check's."""

    name: str
    criticals: int = 0
    warnings: int = 0

    @property
    def all(self) -> int:
        return self.criticals + self.warnings


@dataclass(frozen=True, slots=True)
class RoundsMonth:
    """The rounds of the plan that were due, how they ended, and who has read them."""

    ended: Mapping[RoundState, int] = field(default_factory=dict)
    late: int = 0
    missed: Mapping[str, int] = field(default_factory=dict)
    read: int = 0
    readers: Mapping[str, int] = field(default_factory=dict)
    sheets: Mapping[SheetState, int] = field(default_factory=dict)
    not_whole: tuple[Round, ...] = ()
    left: int = 0

    @property
    def due(self) -> int:
        return sum(self.ended.values())

    @property
    def made(self) -> int:
        return self.due - self.ended.get(RoundState.MISSED, 0)

    @property
    def over(self) -> int:
        """How many can be read: what was not made cannot, nor what is being made."""
        return self.made - self.ended.get(RoundState.OPEN, 0)


@dataclass(frozen=True, slots=True)
class FormLine:
    """One handover form; ``after`` is how long after the change of shift it was closed, None while it is not."""

    form: Form
    after: timedelta | None
    in_time: bool
    returned: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class Contract:
    """What ends soon or has ended: a maintainer's contract for ``of`` targets, a circuit's, a certificate."""

    kind: str
    name: str
    carrier: str
    ends: date
    target: str
    of: int = 1


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One day: the alerts that opened, and how long targets were down, taken together."""

    day: date
    criticals: int = 0
    warnings: int = 0
    lost: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The report on a site's month as of ``now``; a month that still runs reaches up to there."""

    agent: str
    site: str
    site_title: str
    several_sites: bool
    zone: str
    month: Month
    now: datetime
    begin: datetime
    end: datetime
    until: datetime
    targets: tuple[TargetMonth, ...] = ()
    circuits: tuple[CircuitMonth, ...] = ()
    circuits_left: int = 0
    outages: tuple[Outage, ...] = ()
    outages_left: int = 0
    alerts: int = 0
    alerts_left: int = 0
    last_alert: int = 0
    by_target: tuple[AlertCounts, ...] = ()
    by_check: tuple[AlertCounts, ...] = ()
    handling: tuple[Handling, ...] = ()
    rounds: RoundsMonth = field(default_factory=RoundsMonth)
    forms: tuple[FormLine, ...] = ()
    signed_within: timedelta = HandoverTerms().signed_within
    contracts: tuple[Contract, ...] = ()
    per_day: tuple[DayFigures, ...] = ()
    absent: Spans = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Return what stands on paper: YB-202611; with the site's name where there are several."""
        return f"YB-{self.month.year:04}{self.month.month:02}" + (f"-{self.site}" if self.several_sites else "")

    @property
    def site_zone(self) -> str:
        """The zone by whose clock everything in it is said."""
        return self.zone

    @property
    def running(self) -> bool:
        return self.until < self.end

    @property
    def lost(self) -> timedelta:
        """How long targets were down, taken together."""
        return sum((line.course.lost for line in self.targets), timedelta(0))

    @property
    def unseen(self) -> timedelta:
        return sum((line.course.unseen for line in self.targets), timedelta(0))

    @property
    def share(self) -> float | None:
        """The availability of all targets together: of the time in which it is known how they were."""
        counted = sum((c.course.observed - c.course.maintained for c in self.targets), timedelta(0))
        return 1 - self.lost / counted if counted > timedelta(0) else None

    @property
    def worst(self) -> tuple[TargetMonth, ...]:
        """The targets that were down, those that lost most first."""
        down = [line for line in self.targets if line.course.lost]
        return tuple(sorted(down, key=lambda line: (-line.course.lost, line.target.name)))

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name
