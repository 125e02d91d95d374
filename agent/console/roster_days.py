"""The roster as a table of days: a row a day, a column a post, in it who is on duty and when nobody is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from agent.console.when import as_field
from agent.services.duty_calendar import DAYS, DutyCalendar, PostPlan
from duty.people import ROSTERED, Post
from duty.roster import Night, RosterGap, Shift, stretches

PAGE = "/roster"
EDIT = "#edit"


@dataclass(frozen=True, slots=True)
class Entry:
    """A shift, or a time in which nobody is on duty (no ``person``); ``url`` opens what can be done about it."""

    begin: datetime
    end: datetime
    url: str
    person: str = ""
    title: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One date (``at`` is its noon), its night included: the entries of each post, in the order of the columns."""

    at: datetime
    cells: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class SiteRoster:
    """One site: its columns, its days from the present one on. ``fill`` puts somebody on duty at each post.

    Where there is no roster at all there are no days.
    """

    name: str
    title: str
    zone: str
    posts: tuple[Post, ...]
    days: tuple[Day, ...]
    fill: tuple[tuple[Post, str], ...]


def lay(calendar: DutyCalendar, mine: str) -> list[SiteRoster]:
    """Lay the calendar out for a reader who is called ``mine`` on the roster."""
    return [_site(calendar, name, mine) for name in calendar.sites]


def put_url(site: str, post: Post, begin: datetime, end: datetime, zone: str) -> str:
    """Return where somebody is put on duty for a time; the form's fields are filled in from there."""
    filled = {"site": site, "post": post.value, "begin": as_field(begin, zone), "end": as_field(end, zone)}
    return f"{PAGE}?{urlencode(filled, errors='replace')}{EDIT}"


def gap_url(gap: RosterGap, night: Night, now: datetime) -> str:
    """Return where the first turn of a gap that is not over can be filled."""
    turn = next((part for part in stretches(gap, night) if part.end > now), gap)
    return put_url(gap.site, gap.post, turn.begin, turn.end, night.zone)


def span(shift: Shift) -> str:
    """Write when a shift is, exactly, so that a form names the one that its reader saw."""
    return f"{shift.begin.isoformat()}/{shift.end.isoformat()}"


def shift_url(shift: Shift) -> str:
    """Return where a shift is changed."""
    named = {"site": shift.site, "post": shift.post.value, "for": shift.person, "shift": span(shift)}
    return f"{PAGE}?{urlencode(named, errors='replace')}{EDIT}"


def _site(calendar: DutyCalendar, name: str, mine: str) -> SiteRoster:
    plans, night, site = calendar.plans[name], calendar.nights[name], calendar.sites[name]
    first = night.day(calendar.now)
    columns = [_column(calendar, plan, night, mine, first) for plan in plans]
    days = [first + timedelta(days=n) for n in range(DAYS)]
    tonight = next(hours for hours in night.hours(calendar.now, calendar.now + timedelta(days=2)))
    return SiteRoster(
        name=name,
        title=site.title or name,
        zone=site.zone,
        posts=tuple(plan.post for plan in plans),
        days=tuple(_day(day, columns, site.zone) for day in days) if any(columns) else (),
        fill=tuple((post, put_url(name, post, *tonight, site.zone)) for post in ROSTERED),
    )


def _day(day: date, columns: Iterable[Mapping[date, list[Entry]]], zone: str) -> Day:
    noon = datetime.combine(day, time(12), ZoneInfo(zone))
    return Day(noon, tuple(tuple(column.get(day, ())) for column in columns))


def _column(calendar: DutyCalendar, plan: PostPlan, night: Night, mine: str, first: date) -> dict[date, list[Entry]]:
    entries = [
        Entry(s.begin, s.end, shift_url(s), s.person, calendar.title(s.person), s.person == mine) for s in plan.shifts
    ]
    entries += [
        Entry(part.begin, part.end, put_url(part.site, part.post, part.begin, part.end, night.zone))
        for gap in plan.gaps
        for part in stretches(gap, night)
        if part.end > calendar.now
    ]
    return _by_day(sorted(entries, key=lambda entry: (entry.begin, entry.title)), night, first)


def _by_day(entries: Iterable[Entry], night: Night, first: date) -> dict[date, list[Entry]]:
    found: dict[date, list[Entry]] = {}
    for entry in entries:
        # What began before the present day and is not over stands in its row.
        found.setdefault(max(night.day(entry.begin), first), []).append(entry)
    return found
