"""The guard of the collectors: what hangs, crashes or is slow costs its own target only."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from agent.services.look import GRACE, Looker
from duty.errors import CollectError
from duty.readings import Notes, Reading
from duty.targets import Target
from tests.stories.night import DrivenClock

SHORT = timedelta(milliseconds=20) - GRACE
"""A budget that, with the grace, leaves a collector behind after 20 ms."""


class Played:
    """A collector that does what its target's name says."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let_go = asyncio.Event()
        self.under_way = 0
        self.most_under_way = 0

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        self.asked.append(target.name)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(0)
            notes.reached = True
            notes.add(Reading("uptime", "", 1, "s"))
            match target.name:
                case "hangs":
                    await self.wait_through_cancellation()
                case "crashes":
                    raise ZeroDivisionError
                case "is silent":
                    notes.reached = False
                    notes.singles.clear()
                    raise CollectError("timeout")
        finally:
            self.under_way -= 1

    async def wait_through_cancellation(self) -> None:
        while not self.let_go.is_set():
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                continue

    async def close(self) -> None:
        self.let_go.set()


def target(name: str) -> Target:
    return Target(name, "127.0.0.1", ("snmp",), "hz1")


@pytest.fixture
def played() -> Played:
    return Played()


@pytest.fixture
def looker(played: Played) -> Looker:
    return Looker({"snmp": played, "icmp": played}, DrivenClock(datetime(2026, 11, 23, tzinfo=UTC)))


async def test_what_hangs_is_left_behind_with_what_it_had_seen(looker: Looker, played: Played) -> None:
    look = await looker.look(target("hangs"), SHORT, full=True)
    assert look.reached
    assert [r.parameter for r in look.readings] == ["uptime"]
    assert [g.code for g in look.gaps] == ["hung"]
    played.let_go.set()


async def test_a_target_that_hangs_is_not_asked_again_until_it_has_come_back(looker: Looker, played: Played) -> None:
    await looker.look(target("hangs"), SHORT, full=True)
    again = await looker.look(target("hangs"), SHORT, full=True)
    assert not again.reached
    assert [g.code for g in again.gaps] == ["hung"]
    assert played.asked == ["hangs"]
    played.let_go.set()
    await asyncio.sleep(0.01)
    assert (await looker.look(target("hangs"), timedelta(seconds=5), full=True)).gaps == ()


async def test_what_hangs_delays_nobody_else(looker: Looker, played: Played) -> None:
    hanging = [asyncio.create_task(looker.look(target("hangs"), timedelta(hours=1), full=True))]
    looks = await asyncio.gather(*(looker.look(target(f"t{n}"), timedelta(hours=1), full=True) for n in range(100)))
    assert all(look.reached for look in looks)
    assert not hanging[0].done()
    played.let_go.set()
    await hanging[0]


async def test_a_target_is_looked_at_by_one_look_at_a_time(looker: Looker, played: Played) -> None:
    await asyncio.gather(*(looker.look(target("t"), timedelta(hours=1), full=True) for _ in range(5)))
    assert len(played.asked) == 5
    assert played.most_under_way == 1


async def test_a_defect_is_a_gap_and_is_logged_once(looker: Looker, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            look = await looker.look(target("crashes"), timedelta(hours=1), full=True)
    assert [g.code for g in look.gaps] == ["crashed"]
    assert len(caplog.records) == 1
    assert "crashes" in caplog.text
    assert looker.failures["crashed"] == 3


async def test_a_device_that_answers_one_of_two_ways_is_reached(looker: Looker) -> None:
    both = Target("is silent", "127.0.0.1", ("snmp",), "hz1")
    assert not (await looker.look(both, timedelta(hours=1), full=True)).reached
    well = Target("well", "127.0.0.1", ("snmp", "icmp"), "hz1")
    assert (await looker.look(well, timedelta(hours=1), full=True)).reached


async def test_the_window_bounds_how_many_looks_are_under_way(played: Played) -> None:
    narrow = Looker({"snmp": played}, DrivenClock(datetime(2026, 11, 23, tzinfo=UTC)), window=3)
    await asyncio.gather(*(narrow.look(target(f"t{n}"), timedelta(hours=1), full=True) for n in range(20)))
    assert played.most_under_way == 3


async def test_looks_come_back_one_by_one_and_others_have_their_turn_in_between() -> None:
    looker = Looker({"played": Played()}, DrivenClock(datetime(2026, 11, 23, tzinfo=UTC)))
    said: list[str] = []

    async def look(name: str) -> None:
        await looker.look(Target(name, "", ("played",), "hz1"), timedelta(seconds=1), full=True)
        said.append("look")

    async def page() -> None:
        while said.count("look") < 20:
            said.append("page")
            await asyncio.sleep(0)

    await asyncio.gather(*(look(f"sw-{n}") for n in range(20)), page())
    assert not any(two == ("look", "look") for two in pairwise(said))
