"""The emergency plans in force, and whom each step would tell if it were due now, by site. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from agent.services.run_plans import whom
from agent.services.station import Station
from agent.services.tell_incident import To, audience
from agent.store import people
from duty.people import Person
from duty.plans import Plan
from duty.targets import Site


@dataclass(frozen=True, slots=True)
class PlanBoard:
    """The plans. ``told`` has of each plan, step and site who would be told or asked at this moment."""

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    plans: tuple[Plan, ...]
    told: Mapping[tuple[str, int, str], tuple[To, ...]]
    there: Mapping[str, Person]
    commands: frozenset[str]

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return (self.there[name].title if name in self.there else "") or name


async def read_plans(station: Station) -> PlanBoard:
    """Return the plans of the settings and those shipped, in the order in which they are asked."""
    return await station.store.read(_board, station)


def _board(conn: Connection, agent: str, station: Station) -> PlanBoard:
    orders, now = station.orders, station.clock.now()
    plans = orders.incidents.plans
    told = {}
    for site in orders.sites:
        there = audience(conn, agent, orders, site, now)
        for plan in plans:
            for nth, step in enumerate(plan.steps, 1):
                told[plan.name, nth, site] = tuple(dict.fromkeys(whom(there, step)))
    return PlanBoard(
        agent=orders.agent,
        site_zone=orders.zone,
        now=now,
        sites=orders.sites,
        plans=plans,
        told=told,
        there=people.everybody(conn, agent),
        commands=orders.incidents.commands,
    )
