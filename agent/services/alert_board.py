"""What the pages on alerts show: the list, one alert with its story, the silences, the desk on the first page.

Reads only, each of them one moment of the record; it does not read the rounds, which are far larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.station import Station
from agent.store import alerts, incidents, outbox, people, silences, timeline
from agent.store.outbox import OutboxItem
from agent.store.timeline import AlertEvent, EventKind
from duty.alerts import Alert
from duty.incidents import Incident
from duty.people import Person
from duty.silences import Silence
from duty.targets import Site, Target

PAGE = 100
"""Alerts on one page; a person does not read further down."""
LONGEST_SEARCH = 100
RECENT = timedelta(days=30)
"""How far back the silences page goes."""


@dataclass(frozen=True, slots=True)
class Board:
    """Alerts of one moment, with what is needed to say how each stands.

    ``notes`` has the newest event by which somebody put an alert off or closed it, by the alert's number; ``silences``
    are those that are in force or to come; ``people`` is everybody, for an alert may name somebody who has left;
    ``incidents`` has the incident that an alert belongs to, by the alert's number.
    """

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    targets: Mapping[str, Target]
    alerts: tuple[Alert, ...]
    notes: Mapping[int, AlertEvent]
    silences: tuple[Silence, ...]
    people: Mapping[str, Person]
    incidents: Mapping[int, Incident]

    def zone(self, site: str) -> str:
        """Return the zone of a site; of the first one for a site that left the settings."""
        return self.sites[site].zone if site in self.sites else self.site_zone

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.people[name].title or name if name in self.people else name


@dataclass(frozen=True, slots=True)
class Case:
    """One alert with all that happened to it, and everything that was to be told of it."""

    board: Board
    alert: Alert
    events: tuple[AlertEvent, ...]
    letters: tuple[OutboxItem, ...]


async def open_board(station: Station) -> Board:
    """Return the open alerts."""
    return await station.store.read(_board, station, None)


async def newest_board(
    station: Station, *, text: str = "", site: str = "", check: str = "", before: int | None = None
) -> Board:
    """Return the newest alerts, open or not: one more than a page, so that one sees whether there are more."""
    return await station.store.read(_board, station, (text, site, check, before))


async def read_case(station: Station, number: int) -> Case:
    """Return one alert. NotFound."""
    return await station.store.read(_case, station, number)


async def read_silences(station: Station) -> tuple[Board, tuple[Silence, ...]]:
    """Return the open alerts, and the silences of the last while, newest first."""
    return await station.store.read(_silences, station)


def dependents(target: str, targets: Mapping[str, Target]) -> tuple[str, ...]:
    """Return whatever hangs on a target, directly or by others, nearest first."""
    children: dict[str, list[str]] = {}
    for other in targets.values():
        for parent in other.depends_on:
            children.setdefault(parent, []).append(other.name)
    found: dict[str, None] = {}
    waiting = [target]
    while waiting:
        here = [name for parent in waiting for name in children.get(parent, ()) if name not in found]
        found |= dict.fromkeys(here)
        waiting = list(dict.fromkeys(here))
    return tuple(name for name in found if name != target)


def _board(conn: Connection, agent: str, station: Station, newest: tuple[str, str, str, int | None] | None) -> Board:
    if newest is None:
        return _of(conn, agent, station, alerts.open_alerts(conn, agent))
    text, site, check, before = newest
    return _of(conn, agent, station, alerts.find_alerts(conn, agent, PAGE + 1, before, site, text, check))


def _of(conn: Connection, agent: str, station: Station, found: list[Alert]) -> Board:
    orders, now = station.orders, station.clock.now()
    return Board(
        agent=orders.agent,
        site_zone=orders.zone,
        now=now,
        sites=orders.sites,
        targets=orders.targets,
        alerts=tuple(found),
        notes=_notes(conn, agent, found),
        silences=tuple(silences.silences_since(conn, agent, now)),
        people=people.everybody(conn, agent),
        incidents=_incidents(conn, agent, found),
    )


def _incidents(conn: Connection, agent: str, found: Iterable[Alert]) -> dict[int, Incident]:
    belongs = incidents.incidents_of(conn, agent, [alert.number for alert in found])
    there = incidents.get_incidents(conn, agent, set(belongs.values()))
    return {alert: there[number] for alert, number in belongs.items() if number in there}


def _notes(conn: Connection, agent: str, found: Iterable[Alert]) -> dict[int, AlertEvent]:
    wanted = [alert.number for alert in found if alert.snoozed_until is not None or not alert.open]
    return timeline.newest_events(conn, agent, wanted, (EventKind.SNOOZED, EventKind.CLOSED))


def _case(conn: Connection, agent: str, station: Station, number: int) -> Case:
    alert = alerts.get_alert(conn, agent, number)
    board, letters = _of(conn, agent, station, [alert]), outbox.of_alert(conn, agent, number)
    return Case(board, alert, tuple(timeline.events(conn, agent, number)), tuple(letters))


def _silences(conn: Connection, agent: str, station: Station) -> tuple[Board, tuple[Silence, ...]]:
    board = _board(conn, agent, station, None)
    found = silences.silences_since(conn, agent, board.now - RECENT)
    return board, tuple(reversed(found))
