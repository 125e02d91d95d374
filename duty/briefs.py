"""Briefs: what is told at set times, be all well or not, when it is due and to whom (policy 6.1, FORMS C.10).

Whoever is told each evening that all is well knows by silence that the agent itself has stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert
from duty.escalation import by_another_way
from duty.findings import Severity
from duty.incidents import Grade
from duty.night_incidents import NightIncident
from duty.people import Contact, Person, Post
from duty.roster import Night, Shift, on_duty
from duty.rounds import Round, RoundState, SheetState
from duty.steps import Step, whom
from duty.tours import Tour, Turn, tour_at, tour_before

DAY: Final = timedelta(days=1)

LATE: Final = timedelta(hours=1)
"""A brief whose time passed while the agent was down is sent within this time; after that it is no news."""


class BriefKind(StrEnum):
    """What a brief is about: how things stand now, or the whole night."""

    ALL_WELL = "all_well"
    MORNING = "morning"


OUTDATED: Final[Mapping[BriefKind, timedelta]] = {BriefKind.ALL_WELL: LATE, BriefKind.MORNING: timedelta(hours=12)}
"""How long a brief may wait for a channel that fails: later it would ring by night for what is over."""

TROUBLE: Final = frozenset({SheetState.ABNORMAL, SheetState.NOT_REACHED, SheetState.NOT_INSPECTED})
"""States of a target in the last round with which not all is well.

One that is suppressed is told of by what it hangs on; one that is partial was looked at, and each day anew.
"""


@dataclass(frozen=True, slots=True)
class BriefTerms:
    """When briefs are sent, by a site's clock, and to whom beside the duty manager; without a time, never."""

    all_well: tuple[time, ...] = ()
    morning: time | None = None
    group: tuple[Contact, ...] = ()

    @property
    def times(self) -> Mapping[BriefKind, tuple[time, ...]]:
        return {BriefKind.ALL_WELL: self.all_well, BriefKind.MORNING: (self.morning,) if self.morning else ()}


@dataclass(frozen=True, slots=True)
class DueBrief:
    """A brief that must be told now: its kind, its site, and the moment that was set for it."""

    kind: BriefKind
    site: str
    at: datetime

    @property
    def key(self) -> str:
        """Return what stays the same however often it is sent: ASCII, for it travels in headers of HTTP."""
        site = self.site if self.site.isascii() else hashlib.sha256(self.site.encode()).hexdigest()[:16]
        return f"brief-{self.kind}-{site}-{self.at.astimezone(UTC):%Y%m%d%H%M}"


def due_briefs(terms: BriefTerms, zones: Mapping[str, str], now: datetime) -> list[DueBrief]:
    """Return the briefs whose time has come, by the clocks of the sites; of one kind only the newest.

    A time that comes twice because the clocks go back is its first; one that they leave out is that much later.
    """
    found: dict[tuple[str, BriefKind], DueBrief] = {}
    for site, zone in zones.items():
        today = now.astimezone(ZoneInfo(zone)).date()
        for kind, times in terms.times.items():
            moments = (_instant(day, at, zone) for day in (today - DAY, today) for at in times)
            newest = max((moment for moment in moments if moment <= now < moment + LATE), default=None)
            if newest is not None:
                found[site, kind] = DueBrief(kind, site, newest)
    return sorted(found.values(), key=lambda brief: brief.at)


def _instant(day: date, at: time, zone: str) -> datetime:
    # Through UTC, for arithmetic on local times ignores the change of the clocks.
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told, by which contact and why; ``person`` is "" for a group and for the fallback."""

    person: str
    contact: Contact
    reason: str = ""


def readers(
    due: DueBrief,
    people: Mapping[str, Person],
    shifts: Sequence[Shift],
    fallback: Sequence[Contact],
    group: Sequence[Contact],
    failing: Collection[str] = (),
) -> list[Reader]:
    """Say who is told: who managed at the moment that was set, else who stands in, else the fallback; never nobody.

    The morning brief goes to the leading group as well: to its channel, or to whoever of it is on duty. Who has a
    contact on a channel that does not fail is told by that.
    """
    people, fallback = by_another_way(people, fallback, failing)
    at, found = due.at, list[Reader]()
    found += [Reader(*each) for each in whom(Step(timedelta(0), Post.MANAGER), due.site, people, shifts, fallback, at)]
    if due.kind is BriefKind.MORNING:
        found += [Reader("", contact, "step.leader") for contact in group]
        for name in on_duty(shifts, due.site, Post.LEADER, at) if not group else ():
            if name in people and people[name].contacts:
                found.append(Reader(name, people[name].contacts[0], "step.leader"))
    # The leading group may stand in for the manager already, and the fallback be its channel.
    ways = {(each.contact.channel, each.contact.address, each.person): each for each in reversed(found)}
    return list(reversed(ways.values()))


def tour_of(due: DueBrief, night: Night) -> Tour:
    """Return the tour that a brief is about: the one that is under way; of a morning brief, the night."""
    tour = tour_at(night, due.site, due.at)
    if due.kind is BriefKind.MORNING and tour.turn is Turn.DAY:
        return tour_before(night, due.site, tour)
    return tour


@dataclass(frozen=True, slots=True)
class RoundTally:
    """The rounds of a tour so far, counted. ``last`` is the slot of the newest that was made, ``counts`` its targets.

    ``interrupted`` are those that were cut short, ``unread`` those that were made and that nobody has read.
    """

    due: int = 0
    made: int = 0
    missed: int = 0
    interrupted: int = 0
    unread: int = 0
    last: datetime | None = None
    counts: Mapping[SheetState, int] = field(default_factory=dict)


def tally(
    rounds: Iterable[Round], read: Set[int], last: datetime | None, counts: Mapping[SheetState, int]
) -> RoundTally:
    """Count rounds; ``read`` are the numbers of those that somebody has read."""
    these = list(rounds)
    made = [r for r in these if r.state in (RoundState.COMPLETE, RoundState.PARTIAL)]
    cut = [r for r in these if r.state is RoundState.INTERRUPTED]
    missed = sum(r.state is RoundState.MISSED for r in these)
    unread = sum(r.number not in read for r in (*made, *cut))
    return RoundTally(len(these), len(made), missed, len(cut), unread, last, counts)


@dataclass(frozen=True, slots=True)
class Brief:
    """What a brief says, as numbers and names. ``at`` is when that was so, ``begin`` and ``end`` are the tour's.

    ``opened`` and ``closed`` count alerts of the tour, ``open`` and ``major`` those of now; ``worst`` is the worst that
    is open. ``technicians`` hold the post, ``unheld`` are posts that nobody holds and somebody must. ``channels`` fail.
    ``form`` is the name of the handover form, "" where there is none, and ``signers`` are who must sign it at the end
    of the tour unless it ``is_signed``. ``incidents`` are those of the tour.
    """

    kind: BriefKind
    site: str
    at: datetime
    turn: Turn
    begin: datetime
    end: datetime
    rounds: RoundTally = field(default_factory=RoundTally)
    opened: int = 0
    closed: int = 0
    open: int = 0
    major: int = 0
    worst: Alert | None = None
    technicians: tuple[str, ...] = ()
    unheld: tuple[Post, ...] = ()
    channels: tuple[str, ...] = ()
    tasks: int = 0
    overdue: int = 0
    form: str = ""
    signers: tuple[str, ...] = ()
    is_signed: bool = False
    incidents: tuple[NightIncident, ...] = ()

    @property
    def severity(self) -> Severity:
        """Say how bad it is; OK only where all is well."""
        if self.major or self.handled_majors or (self.worst is not None and self.worst.severity is Severity.CRITICAL):
            return Severity.CRITICAL
        rounds = self.rounds
        wrong = (
            self.open
            + sum(one.handled is None for one in self.incidents)
            + rounds.missed
            + rounds.interrupted
            + self.overdue
            + len(self.unheld)
            + len(self.channels)
        )
        return Severity.WARNING if wrong or self.troubled else Severity.OK

    @property
    def handled_majors(self) -> int:
        """Return how many major incidents last."""
        return sum(one.lasted is None and one.grade is Grade.MAJOR for one in self.incidents)

    @property
    def troubled(self) -> int:
        """Return how many targets the last round found in trouble."""
        return sum(many for state, many in self.rounds.counts.items() if state in TROUBLE)
