"""The roster of the coming days as the page shows it: who is on duty when, and when nobody is. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.station import Station
from agent.services.watch_self import BACK
from agent.store import people, shifts
from duty.people import ROSTERED, Person, Post
from duty.roster import Night, RosterGap, Shift, unmanned
from duty.targets import Site

DAYS = 14


@dataclass(frozen=True, slots=True)
class PostPlan:
    """A post of a site: the shifts that are not over, and the times in which nobody holds it, by when they begin."""

    post: Post
    shifts: tuple[Shift, ...]
    gaps: tuple[RosterGap, ...]


@dataclass(frozen=True, slots=True)
class DutyCalendar:
    """The coming days of every site. ``people`` is who may be put on duty, ``titles`` is what anybody is called."""

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    nights: Mapping[str, Night]
    plans: Mapping[str, tuple[PostPlan, ...]]
    people: Mapping[str, Person]
    titles: Mapping[str, str]

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name

    def every_shift(self) -> list[Shift]:
        """Return the shifts of all sites and posts."""
        return [shift for plans in self.plans.values() for plan in plans for shift in plan.shifts]


async def read_calendar(station: Station) -> DutyCalendar:
    """Return the coming days."""
    return await station.store.read(_calendar, station)


def _calendar(conn: Connection, agent: str, station: Station) -> DutyCalendar:
    orders, now = station.orders, station.clock.now()
    end = now + timedelta(days=DAYS)
    # From before now, for what was held lately tells which hours of a post are held at all, as the watch has it.
    found = shifts.shifts_between(conn, agent, now - BACK, end)
    nights = {name: Night(*orders.night, orders.zone_of(name).key) for name in orders.sites}
    return DutyCalendar(
        agent=orders.agent,
        site_zone=orders.zone,
        now=now,
        sites=orders.sites,
        nights=nights,
        plans={name: tuple(_plans(found, name, nights[name], now, end)) for name in orders.sites},
        people=people.load_people(conn, agent),
        titles=people.titles(conn, agent),
    )


def _plans(found: list[Shift], site: str, night: Night, now: datetime, end: datetime) -> list[PostPlan]:
    """Return each post that is on the roster, and the technician's always, for nobody there is worth saying."""
    plans = []
    for post in ROSTERED:
        of = [shift for shift in found if shift.site == site and shift.post is post]
        if of or post is Post.TECHNICIAN:
            empty = [gap for gap in unmanned(of, site, post, night, now - BACK, end) if gap.end > now]
            plans.append(PostPlan(post, tuple(shift for shift in of if shift.end > now), tuple(empty)))
    return plans
