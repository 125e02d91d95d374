"""Which rounds of the shift that is now nobody has read yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.console.render import night_url
from agent.services.station import Station
from agent.store import round_reviews
from duty.tours import Tour, tour_at


@dataclass(frozen=True, slots=True)
class Unread:
    """The tour that is now, and its rounds that nobody has read, by number with their slots, oldest first."""

    tour: Tour
    rounds: Mapping[int, datetime]

    @property
    def url(self) -> str:
        """The address of the tour's log."""
        return night_url(self.tour)


async def read_unread(station: Station) -> Unread:
    """Return what is unread now, by the clock of the first site."""
    orders, site = station.orders, station.orders.site_or_first("")
    tour = tour_at(orders.night_of(site), site, station.clock.now())
    return Unread(tour, await station.store.read(round_reviews.unread_between, tour.begin, tour.end))
