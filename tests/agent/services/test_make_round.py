"""A round that something goes wrong in: it is closed all the same, once, and the watch goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from agent import bootstrap
from agent.services import inspect, make_round
from agent.services.look import Looker
from agent.services.station import OpenRound
from agent.store.engine import Store
from agent.store.rounds import list_rounds
from agent.ticks import Ticks
from collectors.replay import ReplayCollector
from config.load import parse
from duty.errors import StoreError
from duty.readings import Notes
from duty.rounds import RoundState, Sheet
from tests.stories.night import DrivenClock

P = ParamSpec("P")
T = TypeVar("T")

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {zone: Asia/Shanghai}}
targets:
  - {name: a, kind: icmp, address: 10.0.0.1}
  - {name: b, kind: icmp, address: 10.0.0.2}
"""


class LosesAnswers(Store):
    """A record that keeps what it is given and, once, does not say so: the server went away after the commit."""

    loses = ""

    async def write(self, fn: Callable[Concatenate[Connection, str, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result = await super().write(fn, *args, **kwargs)
        if fn.__name__ == self.loses:
            self.loses = ""
            raise StoreError("the server does not answer")
        return result


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock(datetime(2026, 11, 23, 20, 30, tzinfo=ZoneInfo("Asia/Shanghai")))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LosesAnswers]:
    store = LosesAnswers.open(f"sqlite:///{tmp_path / 'nightduty.db'}", "hz1")
    assert isinstance(store, LosesAnswers)
    yield store
    store.close()


@pytest.fixture
async def ticks(clock: DrivenClock, store: LosesAnswers) -> Ticks:
    looker = Looker({"icmp": ReplayCollector(lambda target, full: Notes(reached=True))}, clock)
    ticks = Ticks(await bootstrap.make_station(parse(SETTINGS, "hz1.yaml"), clock, store, looker))
    await ticks.begin()
    await ticks.idle()
    clock.advance(timedelta(seconds=1))
    return ticks


async def tick_at(ticks: Ticks, clock: DrivenClock, minutes: int) -> None:
    """Let one tick come so many minutes after 20:30."""
    start = datetime(2026, 11, 23, 20, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    clock.advance(start + timedelta(minutes=minutes) - clock.now())
    ticks.notice.last_tick = clock.now()
    await ticks.tick()
    await ticks.idle()


@pytest.mark.parametrize("lost", ["open_round", "close_round", "miss"])
async def test_a_write_that_was_kept_and_not_answered_for_is_not_made_twice(
    ticks: Ticks, clock: DrivenClock, store: LosesAnswers, lost: str
) -> None:
    store.loses = lost
    # The slot of 21:00 in time, or long after its window, and the ticks after it.
    for minutes in (30, 31, 32, 33) if lost != "miss" else (45, 46, 47):
        await tick_at(ticks, clock, minutes)
    for minutes in (90, 91):
        await tick_at(ticks, clock, minutes)
    assert not store.loses, "the answer was lost indeed"
    found = [r.state for r, _ in await store.read(list_rounds, 10, cadence="inspection")]
    first = RoundState.MISSED if lost == "miss" else RoundState.COMPLETE
    assert found == [RoundState.COMPLETE, first]
    assert not ticks.station.open_rounds


async def test_a_defect_in_the_middle_of_a_round_leaves_no_target_unwatched(ticks: Ticks, clock: DrivenClock) -> None:
    def broken(opened: OpenRound, sheet: Sheet) -> None:
        raise ZeroDivisionError

    station = ticks.station
    with pytest.raises(ZeroDivisionError):
        await inspect.by_hand(station, ["a", "b"], "uid:0", broken)
    assert station.claimed == set()
    await tick_at(ticks, clock, 1)
    assert not station.open_rounds


async def test_a_target_that_is_named_twice_is_inspected_once(ticks: Ticks, store: LosesAnswers) -> None:
    number = await inspect.by_hand(ticks.station, ["a", "a"], "uid:0")
    (counts,) = [counts for r, counts in await store.read(list_rounds, 10) if r.number == number]
    assert counts.expected == 1


async def test_a_round_that_cannot_be_closed_keeps_the_watch_from_nothing(
    ticks: Ticks, clock: DrivenClock, store: LosesAnswers
) -> None:
    station = ticks.station
    opened = await make_round.open_round(station, "inspection", clock.now(), [*station.orders.targets, "gone"])
    store.loses = "_write"
    assert await make_round.carry_out(station, opened) is None
    assert opened.waiting == {"gone"}
    assert station.claimed == set()
    await tick_at(ticks, clock, 1)
    assert not station.open_rounds
