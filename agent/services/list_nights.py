"""List the nights and days of which there are rounds, newest first, with how their rounds went. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.station import Station
from agent.store import nights, rounds
from duty.rounds import BY_HAND, Round, RoundState
from duty.targets import Site
from duty.tours import Tour, tours

SPAN = timedelta(days=14)
"""How far one page goes back: a fortnight of nights and days is as long as anybody reads on."""


@dataclass(frozen=True, slots=True)
class TourCount:
    """A tour with its rounds counted; the present one has those so far."""

    tour: Tour
    rounds: int
    missed: int
    interrupted: int
    late: int
    unread: int


@dataclass(frozen=True, slots=True)
class NightList:
    """The tours of a fortnight, newest first; ``older`` is where the next page begins, None where nothing is older."""

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    tours: tuple[TourCount, ...]
    older: datetime | None


async def list_nights(station: Station, until: datetime | None = None) -> NightList:
    """Return the tours that begin before a moment, or before now."""
    return await station.store.read(_list, station.orders, until, station.clock.now())


def _list(conn: Connection, agent: str, orders: Orders, until: datetime | None, now: datetime) -> NightList:
    until = min(until, now) if until is not None else now
    # The present tour ends later than now; one that was cut by the page's end is on the page after it.
    begin = until - SPAN
    every = [r for r in nights.rounds_of(conn, agent, begin - timedelta(days=1), until + SPAN) if r.cadence != BY_HAND]
    read = nights.reads_of(conn, agent, [r.number for r in every]).keys()
    here = {s: [r for r in every if orders.concerns(r.cadence, s)] for s in orders.sites}
    found = [
        _count(tour, [r for r in here[site] if tour.begin <= r.slot < tour.end], read)
        for site in orders.sites
        for tour in tours(orders.night_of(site), site, begin, until + timedelta(microseconds=1))
        if begin < tour.begin <= until
    ]
    found = [tour for tour in found if tour.rounds]
    found.sort(key=lambda each: list(orders.sites).index(each.tour.site))
    found.sort(key=lambda each: each.tour.begin, reverse=True)
    last = min((each.tour.begin for each in found), default=begin)
    older = next((r.slot for r, _ in rounds.list_rounds(conn, agent, 1, before=last)), None)
    return NightList(orders.agent, orders.zone, now, orders.sites, tuple(found), older)


def _count(tour: Tour, made: Collection[Round], read: Collection[int]) -> TourCount:
    states = [round_.state for round_ in made]
    return TourCount(
        tour,
        len(made),
        states.count(RoundState.MISSED),
        states.count(RoundState.INTERRUPTED),
        sum(round_.late for round_ in made),
        sum(r.state is not RoundState.OPEN and r.number not in read for r in made),
    )
