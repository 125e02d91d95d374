"""Taking up duty: what was before the start, and what was not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from agent import bootstrap
from agent.services import inspect, take_up
from agent.services.look import Looker
from agent.store.engine import Store
from collectors.replay import ReplayCollector
from config.load import parse
from duty.readings import Notes, Reading
from duty.rounds import RoundState
from tests.stories.night import Night

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {zone: Asia/Shanghai}}
targets:
  - {name: db, kind: icmp, address: 10.0.0.9}
"""


async def test_an_inspection_by_hand_before_the_first_start_makes_no_slot_due(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 14:30")
    store = Store.open(f"sqlite:///{tmp_path / 'nightduty.db'}", "hz1")
    looker = Looker({"icmp": ReplayCollector(lambda target, full: Notes(reached=True))}, night.clock)
    station = await bootstrap.make_station(parse(SETTINGS, "hz1.yaml"), night.clock, store, looker)
    await take_up.recall(station)
    await inspect.by_hand(station, (), "command line")
    store.close()
    night.asleep_until("19:30")
    await night.go_on_duty()
    await night.until("20:30")
    assert await night.count_rounds() == {RoundState.COMPLETE: 1}
    await night.stop()


async def test_a_trend_goes_on_after_a_restart_from_what_was_seen_before_it(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 20:00")

    def filling(now: datetime) -> Iterable[Reading]:
        yield Reading("disk_used", "/", 60 + (now - night.at("2026-11-23 20:00")) / timedelta(minutes=10), "%")

    night.shows["db"] = filling
    await night.go_on_duty()
    await night.until("21:00")
    await night.restart()
    # A trend alone needs half an hour; with what was seen before it is there at once.
    await night.until("21:04")
    assert [a.check for a in (await night.board()).abnormal] == ["disk_trend"]
    await night.stop()
