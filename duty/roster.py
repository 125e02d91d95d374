"""Who is on duty at a moment; rotations that write shifts; gaps that nobody has filled (policy 4.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from duty.people import Post

UTC = ZoneInfo("UTC")
AHEAD = timedelta(days=35)
"""How far ahead a rotation writes its shifts: a month and the days in which it is confirmed."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One person at one post of one site, from ``begin`` until ``end`` (instants, the end not included)."""

    site: str
    post: Post
    person: str
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Rotation:
    """The rule that makes a roster: ``people`` take turns of ``days`` each from ``start`` on, between two local times.

    A night from 20:00 to 08:00 belongs to the date of its evening.
    """

    name: str
    site: str
    zone: str
    post: Post
    people: tuple[str, ...]
    start: date
    begin: time
    end: time
    days: int = 1

    def shifts(self, after: datetime, until: datetime) -> Iterator[Shift]:
        """Yield the shifts that end later than ``after`` and begin before ``until``."""
        zone = ZoneInfo(self.zone)
        day = max(self.start, after.astimezone(zone).date() - timedelta(days=2))
        while (begin := _instant(day, self.begin, zone)) < until:
            last = day + timedelta(days=1) if self.end <= self.begin else day
            shift = Shift(self.site, self.post, self._turn(day), begin, _instant(last, self.end, zone))
            # Where the clocks go forward a shift of minutes can begin after its end: there is none that night.
            if shift.end > max(after, begin):
                yield shift
            day += timedelta(days=1)

    def _turn(self, day: date) -> str:
        return self.people[(day - self.start).days // self.days % len(self.people)]


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    # Through UTC, for arithmetic on local times ignores the change of the clocks.
    return datetime.combine(day, at, zone).astimezone(UTC)


def on_duty(shifts: Iterable[Shift], site: str, post: Post, at: datetime) -> tuple[str, ...]:
    """Return who holds a post of a site at a moment, in the order in which they came."""
    there = [s for s in shifts if s.site == site and s.post is post and s.begin <= at < s.end]
    return tuple(dict.fromkeys(shift.person for shift in sorted(there, key=lambda s: (s.begin, s.person))))


def shift_change(shifts: Iterable[Shift], site: str, post: Post, now: datetime) -> datetime | None:
    """Return when somebody last came to hold a post whom it finds there now, or None where nobody holds it.

    Who stays from one shift to the next has handed nothing over.
    """
    there = sorted((s for s in shifts if s.site == site and s.post is post), key=lambda s: s.begin, reverse=True)
    came: dict[str, datetime] = {}
    for shift in there:
        if shift.begin <= now < shift.end or (shift.person in came and shift.end >= came[shift.person]):
            came[shift.person] = min(shift.begin, came.get(shift.person, shift.begin))
    return max(came.values(), default=None)


@dataclass(frozen=True, slots=True)
class Night:
    """The hours of the night shift by a site's clock (policy 4.1)."""

    begin: time
    end: time
    zone: str

    def hours(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the nights of which any part lies between two moments."""
        zone = ZoneInfo(self.zone)
        day = begin.astimezone(zone).date() - timedelta(days=1)
        while (evening := _instant(day, self.begin, zone)) < end:
            last = day + timedelta(days=1) if self.end <= self.begin else day
            morning = _instant(last, self.end, zone)
            if morning > begin:
                yield evening, morning
            day += timedelta(days=1)

    def day(self, at: datetime) -> date:
        """Return the date to which a moment belongs: the hours after midnight to that of the evening before."""
        local = at.astimezone(ZoneInfo(self.zone))
        crosses = self.end <= self.begin and local.time() < self.end
        return local.date() - timedelta(days=1) if crosses else local.date()

    def next_change(self, at: datetime) -> datetime:
        """Return when the night next begins or ends after a moment."""
        around = self.hours(at - timedelta(days=1), at + timedelta(days=2))
        return min(moment for night in around for moment in night if moment > at)


@dataclass(frozen=True, slots=True)
class RosterGap:
    """A time in which nobody holds a post that somebody must hold."""

    site: str
    post: Post
    begin: datetime
    end: datetime


def gaps(shifts: Iterable[Shift], site: str, post: Post, begin: datetime, end: datetime) -> list[RosterGap]:
    """Return the times between two moments in which nobody holds a post."""
    found: list[RosterGap] = []
    free_from = begin
    for shift in sorted((s for s in shifts if s.site == site and s.post is post), key=lambda s: s.begin):
        if shift.end <= free_from:
            continue
        if shift.begin >= end:
            break
        if shift.begin > free_from:
            found.append(RosterGap(site, post, free_from, min(shift.begin, end)))
        free_from = shift.end
    if free_from < end:
        found.append(RosterGap(site, post, free_from, end))
    return found


def unmanned(
    shifts: Iterable[Shift], site: str, post: Post, night: Night, begin: datetime, end: datetime
) -> list[RosterGap]:
    """Return the times between two moments in which somebody should hold a post, and nobody does.

    The night must be held wherever the post is on the roster; the day only where somebody holds it by day at all.
    """
    of = [shift for shift in shifts if shift.site == site and shift.post is post]
    if not of:
        return []
    found = gaps(of, site, post, begin, end)
    nights = list(night.hours(begin - timedelta(days=7), end))
    if any(not any(a <= shift.begin and shift.end <= b for a, b in nights) for shift in of):
        return found
    return [
        RosterGap(site, post, max(gap.begin, evening), min(gap.end, morning))
        for gap in found
        for evening, morning in nights
        if gap.begin < morning and evening < gap.end
    ]


def stretches(gap: RosterGap, night: Night) -> list[RosterGap]:
    """Return a gap in parts as people take turns: parted where the night begins and where it ends."""
    found, begin = [], gap.begin
    while begin < gap.end:
        end = min(night.next_change(begin), gap.end)
        found.append(RosterGap(gap.site, gap.post, begin, end))
        begin = end
    return found
