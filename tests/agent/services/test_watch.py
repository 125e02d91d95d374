"""The looks of the watch that are kept for plots."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from agent.store import looks
from tests.stories.night import Night

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {zone: Asia/Shanghai}}
targets:
  - {name: db, kind: icmp, address: 10.0.0.9}
"""


async def test_one_look_in_five_minutes_is_kept_though_ticks_come_late(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 20:30")
    await night.go_on_duty()
    begun = night.clock.now()
    for minute in range(26):
        # Each watch comes a little less late than the one before.
        due = begun + timedelta(minutes=minute) + timedelta(milliseconds=900 - 30 * minute)
        night.clock.advance(due - night.clock.now())
        await night.ticks.watch.make(night.clock.now())
    kept = await night.station.store.read(looks.list_looks, "db", begun, night.clock.now() + timedelta(minutes=1))
    assert [round((look.began - begun) / timedelta(minutes=1)) for look in kept] == [0, 5, 10, 15, 20, 25]
    await night.stop()
