"""Taking up duty: what was before the start, and what was not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from agent import bootstrap
from agent.services import inspect, take_up
from agent.services.look import Looker
from agent.services.raise_limit import limits_now
from agent.services.station import Station
from agent.store.engine import Store
from collectors.replay import ReplayCollector
from config.load import parse
from duty.readings import Notes, Reading
from duty.rounds import RoundState
from duty.targets import Target
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


async def test_what_the_light_of_a_port_usually_is_is_known_after_a_restart(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 20:00")
    store = Store.open(f"sqlite:///{tmp_path / 'nightduty.db'}", "hz1")
    port, begin = "XGE0/0/1", night.clock.now()

    def lit(target: Target, full: bool) -> Notes:
        days = (night.clock.now() - begin) / timedelta(days=1)
        # Down for three of six days: what a dark fibre gave is not usual.
        dark = 1 <= days < 4
        light = -40.0 if dark else -5.0 if days < 6 else -9.0
        return Notes(
            singles=[Reading("port_up", port, int(not dark), "bool"), Reading("optical_rx", port, light, "dBm")],
            reached=True,
        )

    async def station() -> Station:
        looker = Looker({"icmp": ReplayCollector(lit)}, night.clock)
        made = await bootstrap.make_station(parse(SETTINGS, "hz1.yaml"), night.clock, store, looker)
        await take_up.recall(made)
        return made

    first = await station()
    for _ in range(6 * 8):
        await inspect.by_hand(first, (), "command line")
        night.clock.advance(timedelta(hours=3))
    assert first.memory.medians("db") == {}, "lit on three days only"
    for _ in range(8):
        await inspect.by_hand(first, (), "command line")
        night.clock.advance(timedelta(hours=3))
    assert first.memory.medians("db") == {("optical_rx", port): -5.0}
    again = await station()
    assert again.memory.medians("db") == {("optical_rx", port): -5.0}
    (rule,) = [rule for rule in again.memory.rules["db"] if rule.name == "optical_rx"]
    await inspect.by_hand(again, (), "command line")
    limits = limits_now(again, "db", rule, port)
    assert (limits.warning, limits.critical) == (-7.0, -9.0)
    store.close()
