"""Read the report on a month: availability, alerts, rounds, forms, contracts, all in one moment of the record.

Reads only, and on a reader's thread: a month of 1,000 targets takes it seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from agent.services.month_courses import LOOKED_BEYOND, Courses, Frame, read_courses
from agent.services.orders import Orders
from agent.services.station import Station
from agent.store import forms, nights, operations, people, sheets
from agent.store.operations import Tally
from duty.fold import REACH, Key
from duty.month_figures import certificates, contracts, counted, form_line, handling, per_day
from duty.operations import (
    Month,
    MonthReport,
    Outage,
    RoundsMonth,
    TargetMonth,
    month_of,
)
from duty.readings import Look
from duty.rounds import BY_HAND, Round, RoundState, SheetState
from duty.spans import length, shared
from duty.targets import Site, Target

MOST_MONTHS: Final = 120
MOST_TARGETS: Final = 5000
MOST_OUTAGES: Final = 100
MOST_NOT_WHOLE: Final = 100
MOST_FORMS: Final = 200
MOST_NAMES: Final = 50
NOT_WHOLE: Final = (RoundState.MISSED, RoundState.INTERRUPTED, RoundState.PARTIAL)


@dataclass(frozen=True, slots=True)
class MonthList:
    """Of which months there is anything to report, by site, newest first."""

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    months: Mapping[str, tuple[Month, ...]]

    def running(self, site: str, month: Month) -> bool:
        """Say whether a month is not over yet."""
        zone = self.sites[site].zone
        return self.now < month.span(ZoneInfo(zone))[1]


async def list_months(station: Station) -> MonthList:
    """Return the months on which there is anything to report."""
    orders, now = station.orders, station.clock.now()
    first = await station.store.read(operations.first_slot)
    found = {site: _months(first, now, orders.zone_of(site)) for site in orders.sites}
    return MonthList(orders.agent, orders.zone, now, orders.sites, found)


async def read_month(station: Station, site: str, month: Month) -> MonthReport | None:
    """Return the report on a month; None for a site that there is not, and a month with nothing to report."""
    listed = await list_months(station)
    if month not in listed.months.get(site, ()):
        return None
    return await station.store.read(month_report, station.orders, station.run, site, month, listed.now)


def _months(first: datetime | None, now: datetime, zone: ZoneInfo) -> tuple[Month, ...]:
    if first is None:
        return ()
    month, oldest = month_of(now, zone), month_of(first, zone)
    found: list[Month] = []
    while month >= oldest and len(found) < MOST_MONTHS:
        found.append(month)
        month = month.before
    return tuple(found)


def month_report(
    conn: Connection, agent: str, orders: Orders, run: str, site: str, month: Month, now: datetime
) -> MonthReport:
    """Read the report on a month."""
    zone = orders.zone_of(site)
    begin, end = month.span(zone)
    until = min(now, end)
    tallied = operations.tallies(conn, agent, begin, until)
    here = _targets(orders, site, tallied)
    planned = _planned(nights.rounds_of(conn, agent, begin, until), orders, site)
    beyond = [
        *operations.tallies(conn, agent, begin - LOOKED_BEYOND, begin),
        *operations.tallies(conn, agent, until, until + LOOKED_BEYOND),
    ]
    frame = Frame(orders, run, begin, until, now)
    courses = read_courses(conn, agent, frame, here, planned, [*tallied, *beyond])
    rows, alerts_left = operations.alert_rows(conn, agent, site, begin, end)
    by_target = counted(rows, 0)
    many = {line.name: line.all for line in by_target}
    outages = _outages(courses, here, {(row.key, row.opened): row.number for row in rows})
    return MonthReport(
        agent=agent,
        site=site,
        site_title=orders.sites[site].title or site,
        several_sites=len(orders.sites) > 1,
        zone=zone.key,
        month=month,
        now=now,
        begin=begin,
        end=end,
        until=until,
        targets=tuple(
            TargetMonth(target, courses.targets[name], many.get(name, 0), name in orders.targets)
            for name, target in here.items()
        ),
        circuits=courses.circuits,
        circuits_left=courses.circuits_left,
        outages=tuple(outages[:MOST_OUTAGES]),
        outages_left=max(0, len(outages) - MOST_OUTAGES),
        alerts=len(rows) + alerts_left,
        alerts_left=alerts_left,
        last_alert=rows[-1].number if rows else 0,
        by_target=by_target[:MOST_TARGETS],
        by_check=counted(rows, 1),
        handling=handling(rows),
        rounds=_rounds(conn, agent, planned, tallied, here),
        forms=tuple(
            form_line(form, orders.handover, now)
            for form in forms.forms_between(conn, agent, site, begin, until, MOST_FORMS)
        ),
        signed_within=orders.handover.signed_within,
        contracts=(
            *contracts((t for t in orders.targets.values() if t.site == site), month),
            *certificates(_last_looks(conn, agent, planned, here), zone, month),
        ),
        per_day=per_day(begin, until, zone, rows, courses.targets.values()),
        absent=courses.absent,
        titles=people.titles(conn, agent),
    )


def _last_looks(conn: Connection, agent: str, planned: Sequence[Round], here: Mapping[str, Target]) -> list[Look]:
    """Return the looks at servers that show a certificate, in the newest round that looked at them."""
    newest = next((r for r in reversed(planned) if r.state not in (RoundState.MISSED, RoundState.OPEN)), None)
    if newest is None:
        return []
    names = [name for name in nights.targets_that_tell(conn, newest.number, ["certificate_left"]) if name in here]
    read = sheets.read_some(conn, agent, newest.number, names)
    return [sheet.look for sheet in read.values() if sheet.look is not None]


def _targets(orders: Orders, site: str, tallied: Sequence[Tally]) -> dict[str, Target]:
    """Return the targets of a site, key equipment first; what has left the settings since counts for the first site."""
    found = [target for target in orders.targets.values() if target.site == site]
    if site == orders.site_or_first(""):
        gone = {tally.target for tally in tallied} - orders.targets.keys()
        found += [Target(name, "", (), site) for name in gone]
    ordered = sorted(found, key=lambda target: (not target.key, target.name))
    return {target.name: target for target in ordered[:MOST_TARGETS]}


def _planned(made: Sequence[Round], orders: Orders, site: str) -> list[Round]:
    """Return the rounds of the plan that are about the site, or were to be when they were missed."""
    names = {round_.cadence for round_ in made} - {BY_HAND}
    own = {name for name in names if orders.concerns(name, site)}
    return [round_ for round_ in made if round_.cadence in own]


def _outages(courses: Courses, here: Mapping[str, Target], opened: Mapping[tuple[Key, datetime], int]) -> list[Outage]:
    """Return each time that something was down, those that cost most first."""
    found = []
    for name, course in courses.targets.items():
        for failure in course.failures:
            lost = length(shared((failure,), course.down))
            end = failure[1] if failure[1] < course.end else None
            number = opened.get(((name, REACH, ""), failure[0]), 0)
            found.append(Outage(name, failure[0], end, lost, number, here[name].key))
    return sorted(found, key=lambda outage: (-outage.lost, outage.begin, outage.target))


def _rounds(
    conn: Connection, agent: str, planned: Sequence[Round], tallied: Sequence[Tally], here: Mapping[str, Target]
) -> RoundsMonth:
    read = operations.readers(conn, agent, [round_.number for round_ in planned])
    by = Counter(person for names in read.values() for person in names)
    sheets: Counter[SheetState] = Counter()
    for tally in tallied:
        if tally.target in here:
            sheets[tally.state] += tally.many
    not_whole = [round_ for round_ in planned if round_.state in NOT_WHOLE]
    return RoundsMonth(
        ended=Counter(round_.state for round_ in planned),
        late=sum(round_.late for round_ in planned),
        missed=Counter(round_.reason for round_ in planned if round_.state is RoundState.MISSED),
        read=len(read),
        readers=dict(by.most_common(MOST_NAMES)),
        sheets=sheets,
        not_whole=tuple(not_whole[-MOST_NOT_WHOLE:]),
        left=max(0, len(not_whole) - MOST_NOT_WHOLE),
    )
