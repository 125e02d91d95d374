"""Nights on which the clock is changed: by law twice a year, by hand, by a machine that slept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from duty.rounds import RoundState
from tests.stories.night import MINUTE, Night

SETTINGS = """
agent: {name: ber1}
sites: {ber1: {title: Berlin 1, zone: Europe/Berlin}}
targets:
  - {name: db, kind: icmp, address: 10.0.0.9}
"""


def berlin(folder: Path, start: str) -> Night:
    return Night(folder, SETTINGS, start, zone="Europe/Berlin")


@pytest.mark.soak
async def test_the_night_on_which_the_clocks_go_back_has_one_round_more(tmp_path: Path) -> None:
    night = berlin(tmp_path, "2026-10-24 19:30")
    await night.go_on_duty()
    await night.until("2026-10-25 08:00")
    found = [r for r, _ in (await night.rounds()).values()]
    all_rounds = await night.count_rounds()
    assert all_rounds == {RoundState.COMPLETE: 14}
    # By local time two of them look the same; they are two instants.
    assert len(found) == 13
    await night.stop()


@pytest.mark.soak
async def test_the_night_on_which_the_clocks_go_forward_has_one_round_less(tmp_path: Path) -> None:
    night = berlin(tmp_path, "2026-03-28 19:30")
    await night.go_on_duty()
    await night.until("2026-03-29 08:00")
    assert await night.count_rounds() == {RoundState.COMPLETE: 12}
    assert "29 02:00" not in await night.rounds()
    await night.stop()


async def test_a_clock_set_three_hours_ahead_misses_the_slots_it_jumped_over(tmp_path: Path) -> None:
    night = berlin(tmp_path, "2026-11-23 21:30")
    await night.go_on_duty()
    await night.until("22:30")
    night.clock.set_wall(timedelta(hours=3))
    await night.tick()
    await night.until("2026-11-24 03:00")
    reasons = {when: (r.state, r.reason) for when, (r, _) in (await night.rounds()).items()}
    missed = (RoundState.MISSED, "clock_stepped")
    made = (RoundState.COMPLETE, "")
    assert reasons == {
        "23 22:00": made,
        "23 23:00": missed,
        "24 00:00": missed,
        "24 01:00": missed,
        "24 02:00": made,
        "24 03:00": made,
    }
    await night.stop()


async def test_a_clock_set_three_hours_back_doubles_no_round_and_stops_no_watch(tmp_path: Path) -> None:
    night = berlin(tmp_path, "2026-11-23 21:30")
    await night.go_on_duty()
    await night.until("23:30")
    night.clock.set_wall(timedelta(hours=-3))
    await night.tick()
    looks_then = night.station.looker.made
    await night.until("20:40")
    assert night.station.looker.made - looks_then >= 9, "the watch looks each minute"
    await night.until("2026-11-24 00:00")
    rounds = await night.rounds()
    assert list(rounds) == ["23 22:00", "23 23:00", "24 00:00"]
    assert {r.state for r, _ in rounds.values()} == {RoundState.COMPLETE}
    assert (await night.chain()).first_bad is None
    await night.stop()


async def test_a_machine_that_slept_misses_its_rounds_as_paused_and_makes_one_catch_up(tmp_path: Path) -> None:
    night = berlin(tmp_path, "2026-11-23 21:30")
    await night.go_on_duty()
    await night.until("22:10")
    night.asleep_until("2026-11-24 01:05")
    looks_then = night.station.looker.made
    await night.tick()
    rounds = await night.rounds()
    assert [r.reason for r, _ in rounds.values()] == ["", "agent_paused", "agent_paused", ""]
    last, _ = rounds["24 01:00"]
    assert (last.state, last.late) == (RoundState.COMPLETE, True)
    assert night.station.looker.made - looks_then <= 2, "no burst of watches that were slept through"
    await night.until("01:07", step=MINUTE)
    await night.stop()
