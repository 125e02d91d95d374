"""The duty log of one tour of a site as people read it. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from agent.services.station import Station
from agent.services.task_board import present
from agent.store import log_lines, people
from duty.duty_log import LogLine
from duty.roster import Night
from duty.targets import Site
from duty.tours import DAY, Tour, Turn, tour_at, tour_before, tours

BACK = timedelta(days=3660)
"""How far back a tour is looked for; an address may name any day."""


@dataclass(frozen=True, slots=True)
class TourLog:
    """The lines about one tour, oldest first; ``before`` and ``after`` are the tours beside it, as far as they began.

    ``titles`` is what anybody is called.
    """

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]
    tour: Tour
    before: Tour
    after: Tour | None
    lines: tuple[LogLine, ...]
    titles: Mapping[str, str]

    @property
    def going_on(self) -> bool:
        """Whether it is the present tour."""
        return self.tour.begin <= self.now < self.tour.end

    @property
    def zone(self) -> str:
        return self.sites[self.tour.site].zone

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name


async def read_log(
    station: Station, *, site: str = "", day: date | None = None, turn: Turn = Turn.NIGHT, person: str = ""
) -> TourLog:
    """Return the log of a tour, the present one where no ``day`` is given, or one that there was not.

    Without a site it is of where ``person`` is on duty now, else of the first site.
    """
    return await station.store.read(_read, station, site, day, turn, person)


def _read(
    conn: Connection, agent: str, station: Station, site: str, day: date | None, turn: Turn, person: str
) -> TourLog:
    orders, now = station.orders, station.clock.now()
    if site not in orders.sites:
        held = present(conn, agent, now).get(person, ())
        site = next((name for name in held if name in orders.sites), next(iter(orders.sites)))
    night = orders.night_of(site)
    tour = _named(night, site, day, turn, now) or tour_at(night, site, now)
    return TourLog(
        agent=orders.agent,
        site_zone=orders.zone,
        now=now,
        sites=orders.sites,
        tour=tour,
        before=tour_before(night, site, tour),
        after=tour_at(night, site, tour.end) if tour.end <= now else None,
        lines=tuple(log_lines.lines_between(conn, agent, site, tour.begin, tour.end)),
        titles=people.titles(conn, agent),
    )


def _named(night: Night, site: str, day: date | None, turn: Turn, now: datetime) -> Tour | None:
    """Return the tour of a date, None where it has not begun or lies too far back."""
    if day is None or not (now - BACK).date() <= day <= now.date() + DAY:
        return None
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=now.tzinfo)
    around = tours(night, site, noon - 2 * DAY, noon + 2 * DAY)
    return next((tour for tour in around if (tour.day, tour.turn) == (day, turn) and tour.begin <= now), None)
