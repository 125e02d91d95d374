"""The list of shifts: which have rounds, newest first, and where the page before them begins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.services.list_nights import list_nights
from agent.services.station import Station
from agent.store import round_reviews, rounds
from duty.round_review import RoundRead
from tests.agent.console import trouble
from tests.agent.console.desk import Desk
from tests.agent.services.conftest import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def station(desk: Desk) -> Station:
    trouble.move_in(desk)
    return desk.station


async def miss(station: Station, *ago: timedelta, cadence: str = "inspection") -> list[int]:
    slots = [NOW - each for each in ago]
    return [await station.store.write(rounds.record_missed, cadence, slot, "agent_down", slot) for slot in slots]


async def test_without_rounds_there_are_no_shifts(station: Station) -> None:
    found = await list_nights(station)
    assert (found.tours, found.older) == ((), None)


async def test_shifts_are_counted_newest_first_each_at_its_site(station: Station) -> None:
    day, night, other = await miss(station, HOUR, 14 * HOUR, 15 * HOUR)
    await miss(station, 2 * HOUR, cadence="by_hand")
    await station.store.write(round_reviews.put_read, RoundRead(other, "wangfang", NOW))
    found = await list_nights(station)
    listed = [(t.tour.number, t.tour.site, t.rounds, t.missed, t.unread) for t in found.tours]
    assert listed == [
        ("JB-20261123-D", "hz1", 1, 1, 1),
        ("JB-20261123-D", "hz2", 1, 1, 1),
        ("JB-20261122-N", "hz1", 2, 2, 1),
        ("JB-20261122-N", "hz2", 2, 2, 1),
    ]
    assert found.older is None
    assert (day, night) == (1, 2)


async def test_every_shift_with_rounds_stands_on_one_page_only(station: Station) -> None:
    ago = [HOUR, 13 * DAY, 14 * DAY, 14 * DAY + 14 * HOUR, 15 * DAY, 60 * DAY, 61 * DAY]
    await miss(station, *ago)
    seen: list[str] = []
    page = await list_nights(station)
    for _ in range(9):
        seen += [t.tour.number for t in page.tours if t.tour.site == "hz1"]
        if page.older is None:
            break
        page = await list_nights(station, page.older)
    assert len(seen) == len(set(seen)) == len(ago)
    assert seen == sorted(seen, key=lambda name: name[3:11] + name[-1], reverse=True)
