"""New settings while looks are under way, and while the record cannot be written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import Connection

from agent import bootstrap
from agent.services import reload
from agent.services.look import Looker
from agent.services.picture import take_picture
from agent.services.pulse import Pulse
from agent.store.engine import Store
from config.load import parse
from duty.errors import CollectError, StoreError
from duty.readings import Notes
from duty.targets import Target
from tests.stories.night import MINUTE, Night, silent

P = ParamSpec("P")
T = TypeVar("T")

BOTH = """
agent: {name: hz1}
sites: {hz1: {zone: Asia/Shanghai}}
targets:
  - {name: a, kind: icmp, address: 10.0.0.1}
  - {name: b, kind: icmp, address: 10.0.0.2}
"""
ONE = BOTH.replace("  - {name: b, kind: icmp, address: 10.0.0.2}\n", "")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Slow:
    """A device that answers when it is let; to a collector whose sockets are closed nobody answers any more."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.let = asyncio.Event()
        self.closed = False

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        self.asked.set()
        await self.let.wait()
        if self.closed:
            raise CollectError("timeout")
        notes.reached = True

    async def close(self) -> None:
        self.closed = True


class Unwritable(Store):
    """A record that takes no more writes."""

    full = False

    async def write(self, fn: Callable[Concatenate[Connection, str, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if self.full:
            raise StoreError("the disk is full")
        return await super().write(fn, *args, **kwargs)


async def test_a_look_that_is_under_way_is_not_cut_off_by_new_settings() -> None:
    slow = Slow()
    looker = Looker({"icmp": slow}, Night(Path(), BOTH, "2026-11-23 20:00").clock, window=1)
    looks = [
        asyncio.create_task(looker.look(Target(name, "10.0.0.1", ("icmp",), "hz1"), MINUTE, full=True)) for name in "ab"
    ]
    await slow.asked.wait()
    closing = asyncio.create_task(looker.close())
    await asyncio.sleep(0)
    slow.let.set()
    assert [look.reached for look in await asyncio.gather(*looks)] == [True, True]
    await closing
    assert slow.closed


async def test_collectors_are_given_back_even_when_nobody_waits_for_the_looks() -> None:
    slow = Slow()
    looker = Looker({"icmp": slow}, Night(Path(), BOTH, "2026-11-23 20:00").clock)
    look = asyncio.create_task(looker.look(Target("a", "10.0.0.1", ("icmp",), "hz1"), MINUTE, full=True))
    await slow.asked.wait()
    closing = asyncio.create_task(looker.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    assert slow.closed
    look.cancel()
    await asyncio.gather(look, return_exceptions=True)


async def test_settings_that_the_record_cannot_note_are_not_in_force(tmp_path: Path) -> None:
    clock = Night(tmp_path, BOTH, "2026-11-23 20:00").clock
    store = Unwritable.open(f"sqlite:///{tmp_path / 'nightduty.db'}", "hz1")
    assert isinstance(store, Unwritable)
    old, new = Slow(), Slow()
    station = await bootstrap.make_station(parse(BOTH, "hz1.yaml"), clock, store, Looker({"icmp": old}, clock))
    orders = bootstrap.make_orders(parse(ONE, "hz1.yaml"), {"inspection": clock.now()})
    store.full = True
    with pytest.raises(StoreError):
        await reload.take_over(station, orders, Looker({"icmp": new}, clock))
    assert set(station.orders.targets) == {"a", "b"}
    assert (old.closed, new.closed) == (False, True)
    store.full = False
    await reload.take_over(station, orders, Looker({"icmp": Slow()}, clock))
    assert set(station.orders.targets) == {"a"}
    assert old.closed
    store.close()


async def test_a_target_that_went_away_is_in_no_metric_and_its_state_is_kept(tmp_path: Path) -> None:
    night = Night(tmp_path, BOTH, "2026-11-23 20:00")
    night.shows["b"] = silent
    await night.go_on_duty()
    await night.until("20:10")
    pulse = Pulse(night.station)
    assert ("b", "reach", "") in (await take_picture(night.station, pulse)).states
    await night.reload(ONE)
    assert {target for target, *_ in (await take_picture(night.station, pulse)).states} <= {"a"}
    await night.reload(BOTH)
    assert ("b", "reach", "") in (await take_picture(night.station, pulse)).states
    await night.stop()
