"""Cadences, slots, rounds: which is due, which was missed, how a round is closed and counted (policy 4.3a)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from duty.findings import Finding, Findings, Severity, by_likeness
from duty.readings import Look

UTC = ZoneInfo("UTC")
DAY = timedelta(days=1)
BY_HAND = "by_hand"
"""The cadence to which a round belongs that a person asked for."""


class RoundState(StrEnum):
    """The life of a round: ``open``, then one of the others for good."""

    OPEN = "open"
    COMPLETE = "complete"
    PARTIAL = "partial"
    INTERRUPTED = "interrupted"
    MISSED = "missed"


class SheetState(StrEnum):
    """The life of one target's sheet in a round: ``pending``, then one of the others for good."""

    PENDING = "pending"
    OK = "ok"
    ABNORMAL = "abnormal"
    PARTIAL = "partial"
    NOT_REACHED = "not_reached"
    SUPPRESSED = "suppressed"
    NOT_INSPECTED = "not_inspected"

    # As a text has it. Enum's own is written in Python, and a grid of 24,000 cells asks for it 100,000 times.
    __hash__ = str.__hash__


WORST_FIRST: Final = (
    SheetState.NOT_REACHED,
    SheetState.ABNORMAL,
    SheetState.PARTIAL,
    SheetState.NOT_INSPECTED,
    SheetState.SUPPRESSED,
    SheetState.PENDING,
    SheetState.OK,
)
"""In which order sheets are looked at."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """When rounds are due: every ``interval`` from ``anchor`` on, by the clock of ``zone``, within ``hours``.

    Each local day starts again at the anchor, and within the day the interval is counted in elapsed time; so a day on
    which the clocks change has 23 or 25 hourly slots, each an instant of its own. A longer day has one more only where
    a whole interval fits: a daily round comes once, and where the clocks move by half an hour, each day has 24. No
    slot before ``since`` is due: changing an interval invents no missed rounds. A round may begin up to ``window``
    after its slot.
    """

    name: str
    interval: timedelta
    zone: str
    since: datetime
    anchor: time = time(0, 0)
    hours: tuple[time, time] | None = None
    window: timedelta = timedelta(minutes=10)
    targets: tuple[str, ...] | None = None

    @property
    def terms(self) -> str:
        """Say what the slots depend on: while this stays the same, the cadence is the same."""
        hours = "-".join(at.isoformat() for at in self.hours) if self.hours else ""
        return f"{self.interval.total_seconds():.0f} {self.zone} {self.anchor.isoformat()} {hours}"

    def slots(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Yield the slots later than ``after`` and not later than ``until``, as instants in UTC."""
        zone = ZoneInfo(self.zone)
        after = max(after, self.since - timedelta(microseconds=1))
        day = after.astimezone(zone).date() - DAY
        while (start := _instant(day, self.anchor, zone)) <= until:
            end = _instant(day + DAY, self.anchor, zone)
            # Days before the first that matters are left in one stride, so that a long outage costs no more to skip.
            slot = start + max(0, (after - start) // self.interval) * self.interval
            while slot < end and slot <= until:
                whole = slot - start < DAY or slot + self.interval <= end
                if slot > after and whole and self._within_hours(slot.astimezone(zone).time()):
                    yield slot
                slot += self.interval
            day += DAY

    def _within_hours(self, at: time) -> bool:
        if self.hours is None:
            return True
        begin, end = self.hours
        return begin <= at < end if begin < end else at >= begin or at < end


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    # Through UTC, for arithmetic on local times ignores the change of the clocks.
    return datetime.combine(day, at, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Round:
    """One pass over all targets, and the slot it belongs to. ``reason`` is a code: why it was missed or cut short."""

    cadence: str
    slot: datetime
    state: RoundState
    reason: str = ""
    begun: datetime | None = None
    ended: datetime | None = None
    late: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A slot that calls for something now: a round to ``make``, or one to write down as missed for ``reason``."""

    cadence: Cadence
    slot: datetime
    make: bool
    late: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which the agent made no rounds, and why: ``agent_down``, ``agent_paused``, ``clock_stepped``."""

    begin: datetime
    end: datetime
    reason: str


MISSED_REASONS = ("agent_down", "agent_paused", "clock_stepped", "overrun")


def due(
    cadences: Iterable[Cadence], last: Mapping[str, datetime], absences: Iterable[Absence], now: datetime
) -> list[Due]:
    """Say what each cadence calls for at ``now``, oldest slot first.

    ``last`` has the newest slot of each cadence that was dealt with. The newest slot that passed is made if ``now`` is
    still within its window (late, if the agent was away when it came); every other one that passed is missed, for the
    reason of the absence that covers it, or "overrun" when the agent was there but busy.
    """
    gone = list(absences)
    found: list[Due] = []
    for cadence in cadences:
        slots = list(cadence.slots(last.get(cadence.name, cadence.since - timedelta(microseconds=1)), now))
        for slot in slots:
            away = next((a.reason for a in gone if a.begin <= slot < a.end), "")
            if slot == slots[-1] and now - slot <= cadence.window:
                found.append(Due(cadence, slot, make=True, late=bool(away)))
            else:
                found.append(Due(cadence, slot, make=False, reason=away or "overrun"))
    return sorted(found, key=lambda d: (d.slot, d.cadence.name))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One target's line in a round: its state, the look behind it and what the checks found."""

    target: str
    state: SheetState
    look: Look | None = None
    findings: Sequence[Finding] = ()


def sheet(look: Look, findings: Iterable[Finding], *, suppressed: bool = False) -> Sheet:
    """Make the sheet of one look. ``suppressed`` tells that a parent was not reached either, or maintenance is on."""
    found = Findings(by_likeness(findings))
    if suppressed:
        state = SheetState.SUPPRESSED
    elif not look.reached:
        # A target that this agent could not even ask is unknown, and that is not its fault.
        state = SheetState.NOT_REACHED if look.silent else SheetState.NOT_INSPECTED
    elif any(group.severity >= Severity.WARNING for group in found.groups):
        state = SheetState.ABNORMAL
    elif any(g.code not in HARMLESS_GAPS for g in look.gaps):
        state = SheetState.PARTIAL
    else:
        state = SheetState.OK
    return Sheet(look.target, state, look, found)


HARMLESS_GAPS = frozenset({"not_offered", "first_look", "counter_reset", "wraps_unseen", "doubtful"})
"""Gaps that say something about a reading and nothing against the inspection: the sheet is still whole."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many sheets of a round are in which state; always counted from the sheets, never kept beside them."""

    of: Mapping[SheetState, int] = field(default_factory=dict)

    @property
    def expected(self) -> int:
        return sum(self.of.values())

    def __getitem__(self, state: SheetState) -> int:
        return self.of.get(state, 0)


def count(states: Iterable[SheetState]) -> Counts:
    """Count sheets by state."""
    return Counts(dict(Counter(states)))


def outcome(counts: Counts, *, interrupted: bool = False) -> RoundState:
    """Say how a round ends: interrupted, partial when a target was not inspected, else complete."""
    if interrupted:
        return RoundState.INTERRUPTED
    return RoundState.PARTIAL if counts[SheetState.NOT_INSPECTED] or counts[SheetState.PENDING] else RoundState.COMPLETE
