"""The tasks as people read them: what is open and for how many shifts, what was closed lately. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import people, shifts, tasks
from duty.people import ROSTERED, Person
from duty.targets import Site
from duty.tasks import Task, carried, in_order

LATELY = timedelta(days=7)
MOST_CLOSED = 50


@dataclass(frozen=True, slots=True)
class TaskBoard:
    """The tasks of one moment. ``carried`` is how many shifts an open one was handed over, by its number.

    ``people`` is who may own a task, ``titles`` what anybody is called, ``present`` at which sites somebody is on duty.
    """

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    open: tuple[Task, ...]
    closed: tuple[Task, ...]
    carried: Mapping[int, int]
    people: Mapping[str, Person]
    titles: Mapping[str, str]
    present: Mapping[str, tuple[str, ...]]

    def zone(self, site: str) -> str:
        """Return the zone of a site; of the first one for a site that left the settings."""
        return self.sites[site].zone if site in self.sites else self.site_zone

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name

    def site_of(self, person: str) -> str:
        """Return where somebody is on duty now, else the first site."""
        return next((site for site in self.present.get(person, ()) if site in self.sites), next(iter(self.sites)))

    @property
    def owners(self) -> list[tuple[str, str]]:
        """Return who may own a task, by name and title: those on duty now first."""
        there = [person for person in self.people.values() if set(person.posts) & set(ROSTERED)]
        found = [(person.name, person.title or person.name) for person in there]
        return sorted(found, key=lambda each: (each[0] not in self.present, each[1]))


async def read_tasks(station: Station) -> TaskBoard:
    """Return the open tasks, the most urgent first, and those that were closed lately."""
    return await station.store.read(_read, station)


async def read_tasks_of(station: Station, alert: int) -> TaskBoard:
    """Return the tasks that an alert was made into."""
    return await station.store.read(_read_of, station, alert)


def _read(conn: Connection, agent: str, station: Station) -> TaskBoard:
    since = station.clock.now() - LATELY
    closed = tasks.closed_tasks(conn, agent, since, MOST_CLOSED)
    return _board(conn, agent, station, tasks.open_tasks(conn, agent), closed)


def _read_of(conn: Connection, agent: str, station: Station, alert: int) -> TaskBoard:
    found = tasks.tasks_of_alert(conn, agent, alert)
    return _board(conn, agent, station, [t for t in found if t.open], [t for t in found if not t.open])


def _board(conn: Connection, agent: str, station: Station, still: Iterable[Task], closed: Iterable[Task]) -> TaskBoard:
    orders, now = station.orders, station.clock.now()
    still = in_order(still)
    return TaskBoard(
        agent=orders.agent,
        site_zone=orders.zone,
        now=now,
        sites=orders.sites,
        open=tuple(still),
        closed=tuple(closed),
        carried=carried(still, {name: orders.night_of(name) for name in orders.sites}, now),
        people=people.load_people(conn, agent),
        titles=people.titles(conn, agent),
        present=present(conn, agent, now),
    )


def present(conn: Connection, agent: str, now: datetime) -> dict[str, tuple[str, ...]]:
    """Return at which sites each person is on duty now."""
    found: dict[str, tuple[str, ...]] = {}
    for shift in shifts.shifts_between(conn, agent, now, now + timedelta(microseconds=1)):
        found[shift.person] = tuple(dict.fromkeys((*found.get(shift.person, ()), shift.site)))
    return found
