"""Read the past of a few readings of a target, as series for plots: by the watch's looks, farther back by rounds."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.station import Station
from agent.store.bodies import Place
from agent.store.pasts import Past, past_looks, past_sheets
from duty.parameters import PARAMETERS
from duty.readings import Look
from duty.series import Series, series

NIGHT: Final = "12h"
"""What a sparkline shows."""
SPANS: Final = MappingProxyType(
    {NIGHT: timedelta(hours=12), "48h": timedelta(hours=48), "7d": timedelta(days=7), "30d": timedelta(days=30)}
)
BY_LOOKS: Final = timedelta(hours=48)
"""As far back the watch's looks are asked; what is older is known by rounds."""

MOST: Final = 720
"""Bodies that are read for one page: 48 hours of looks each 5 minutes, 30 days of rounds each hour."""
MOST_PLACES: Final = 80
PATIENCE: Final = 2.5
"""Cadences without a look from which on nothing was seen: one that came late is no gap."""


async def history(
    station: Station, target: str, places: Collection[Place], span: str, now: datetime
) -> dict[Place, Series]:
    """Return the series of some readings of a target over a span of ``SPANS``, up to now.

    Where it was not reached, did not show the reading or was not looked at, there is a gap.
    """
    since, wanted = now - SPANS[span], list(dict.fromkeys(places))[:MOST_PLACES]
    newest = station.memory.looked.get(target)
    return await station.store.read(_history, target, wanted, since, now, station.orders, newest)


def _history(
    conn: Connection,
    agent: str,
    target: str,
    places: list[Place],
    since: datetime,
    now: datetime,
    orders: Orders,
    newest: Look | None,
) -> dict[Place, Series]:
    if not places:
        return {}
    by_looks = now - since <= BY_LOOKS
    read = past_looks if by_looks else past_sheets
    past = read(conn, agent, target, places, since, now, MOST)
    cadence = orders.keep_every if by_looks else _cadence(orders, target)
    # Of many looks only each second or third was read; that they are farther apart then is no gap.
    apart = max(cadence, (now - since) / MOST)
    if newest is not None and (not past or newest.began > past[-1][0]):
        # The last minutes, which are not written down: what the page says of now and where the line ends are one.
        past.append((newest.began, _values(newest, places)))
    return {place: series(*place, PARAMETERS.get(place[0], ""), _of(place, past), PATIENCE * apart) for place in places}


def _of(place: Place, past: Past) -> Iterator[tuple[datetime, float | None]]:
    return ((at, None if values is None else values.get(place)) for at, values in past)


def _values(look: Look, places: Collection[Place]) -> dict[Place, int | float] | None:
    if not look.reached:
        return None
    wanted = set(places)
    readings = look.about({parameter for parameter, _ in wanted})
    return {(r.parameter, r.instance): r.value for r in readings if (r.parameter, r.instance) in wanted}


def _cadence(orders: Orders, target: str) -> timedelta:
    own = [c.interval for c in orders.cadences if c.targets is None or target in c.targets]
    return min(own, default=timedelta(hours=1))
