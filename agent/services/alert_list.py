"""The alerts and the roster as people read them: what is open, who has it, who is on duty. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy import Connection

from agent.clock import Clock
from agent.services.orders import Orders
from agent.store import alerts, people, shifts, silences, timeline
from agent.store.engine import Store
from agent.store.timeline import AlertEvent
from duty.alerts import Alert, AlertState
from duty.people import ROSTERED, Person, Post
from duty.roster import AHEAD, Shift, on_duty
from duty.silences import Silence, covering, silenced

Standing = Literal["firing", "acknowledged", "resolved", "snoozed"]
"""Where an alert stands in one word, each with its words under ``alert``."""


@dataclass(frozen=True, slots=True)
class AlertEntry:
    """One alert as it is listed, with the clock of its site; ``timeline`` is empty where it was not asked for."""

    alert: Alert
    standing: Standing
    zone: str
    timeline: tuple[AlertEvent, ...] = ()
    silence: Silence | None = None
    """Under which nobody is told of it now."""


@dataclass(frozen=True, slots=True)
class PostHeld:
    """A post of a site: who holds it now, each to the end of their shift, and who comes next."""

    site: str
    post: Post
    now: tuple[Shift, ...]
    next: Shift | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is on duty at a moment. ``titles`` are what the people are called, ``phones`` their numbers, by name."""

    at: datetime
    zones: Mapping[str, str]
    posts: tuple[PostHeld, ...]
    titles: Mapping[str, str]
    phones: Mapping[str, str]


class AlertReader(Protocol):
    """What the command line asks of alerts and the roster."""

    async def alerts(
        self, *, limit: int | None = None, number: int | None = None, timeline: bool = False
    ) -> tuple[AlertEntry, ...]:
        """Return the open alerts; with ``limit`` the newest, open or not; with ``number`` that one. NotFound."""

    async def roster(self) -> Roster:
        """Return who is on duty now, and who comes next."""


class AlertRecord:
    """Answers from the database, by the settings that are in force when it is asked."""

    def __init__(self, orders: Callable[[], Orders], clock: Clock, store: Store) -> None:
        self._orders = orders
        self._clock = clock
        self._store = store

    async def alerts(
        self, *, limit: int | None = None, number: int | None = None, timeline: bool = False
    ) -> tuple[AlertEntry, ...]:
        """Return the open alerts; with ``limit`` the newest, open or not; with ``number`` that one. NotFound."""
        orders, now = self._orders(), self._clock.now()
        found, quiet = await self._store.read(_alerts, limit, number, timeline, now)
        return tuple(
            AlertEntry(alert, standing(alert, now), _zone(orders, alert.site), tuple(events), quiet.get(alert.number))
            for alert, events in found
        )

    async def roster(self) -> Roster:
        """Return who is on duty now, and who comes next."""
        orders, now = self._orders(), self._clock.now()
        found, there = await self._store.read(_shifts, now)
        return Roster(
            at=now,
            zones={name: site.zone for name, site in orders.sites.items()},
            posts=tuple(_held(found, list(orders.sites), now)),
            titles={name: person.title or name for name, person in there.items()},
            phones={name: person.phone for name, person in there.items()},
        )


def standing(alert: Alert, now: datetime) -> Standing:
    """Return where an alert stands; who has one that is put off still has it."""
    if alert.state is AlertState.FIRING and alert.snoozed_until is not None and now < alert.snoozed_until:
        return "snoozed"
    return alert.state.value


def _alerts(
    conn: Connection, agent: str, limit: int | None, number: int | None, with_timeline: bool, now: datetime
) -> tuple[list[tuple[Alert, list[AlertEvent]]], dict[int, Silence | None]]:
    if number is not None:
        found = [alerts.get_alert(conn, agent, number)]
    elif limit is not None:
        found = alerts.list_alerts(conn, agent, limit)
    else:
        found = sorted(alerts.open_alerts(conn, agent), key=lambda a: (-a.severity, not a.key_equipment, a.number))
    still = {alert.number: alert for alert in found if alert.open}
    covers = covering(still.values(), silences.active_silences(conn, agent, now))
    quiet = {n: _titled(conn, agent, silenced(still[n], those, now)) for n, those in covers.items()}
    return [(alert, timeline.events(conn, agent, alert.number) if with_timeline else []) for alert in found], quiet


def _titled(conn: Connection, agent: str, silence: Silence | None) -> Silence | None:
    return silence and replace(silence, by=people.title_of(conn, agent, silence.by) or silence.by)


def _shifts(conn: Connection, agent: str, now: datetime) -> tuple[list[Shift], Mapping[str, Person]]:
    return shifts.shifts_between(conn, agent, now, now + AHEAD), people.load_people(conn, agent)


def _held(found: list[Shift], sites: list[str], now: datetime) -> list[PostHeld]:
    """Return each post that somebody holds or will hold; the technician's always, for nobody there is worth saying."""
    held = []
    for site in sites:
        for post in ROSTERED:
            of = [shift for shift in found if shift.site == site and shift.post is post]
            if not of and post is not Post.TECHNICIAN:
                continue
            names = on_duty(of, site, post, now)
            here = tuple(shift for name in names for shift in of if shift.person == name and shift.begin <= now)
            held.append(PostHeld(site, post, here, next((shift for shift in of if shift.begin > now), None)))
    return held


def _zone(orders: Orders, site: str) -> str:
    known = orders.sites.get(site)
    return known.zone if known is not None else orders.zone
