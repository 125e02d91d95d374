"""Nights on which the picture itself is doubtful: what comes and goes, what cannot be seen, what nobody will see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from agent.services import substitute, take
from agent.store import alerts, shifts
from duty.alerts import AlertState
from duty.errors import CollectError
from duty.people import Post
from duty.readings import Reading
from duty.rounds import SheetState
from tests.stories.night import HOUR, Night, silent
from tests.stories.test_alerts import QUIETLY, SETTINGS, dies, when

MANY = SETTINGS.replace(
    "channels:", "".join(f"  - {{name: t{n}, kind: icmp, address: 10.0.1.{n}}}\n" for n in range(20)) + "channels:"
)
ALL = ["core", "access", "printer", *(f"t{n}" for n in range(20))]


def comes_and_goes(now: datetime) -> Iterable[Reading]:
    """Be silent for four minutes of each eight."""
    if now.minute % 8 < 4:
        raise CollectError("timeout")
    return ()


@pytest.mark.soak
async def test_what_comes_and_goes_for_four_hours_makes_three_messages(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS.replace(', {channel: sms, address: "1"}', ""), "2026-11-23 19:30")
    await night.go_on_duty()
    await night.until("01:00", QUIETLY)
    night.shows["core"] = comes_and_goes
    await night.until("05:00")
    technician = [s for s in night.sent if s.address == "jia"]
    assert [s.title.split(": ")[0].rpartition(" ")[2] for s in technician] == ["CRITICAL", "RESTORED", "CRITICAL"]
    assert "comes and goes" in technician[2].text
    assert [s.address for s in night.sent if s.address != "jia"] == ["2", "3"], "whom nobody's taking it concerns, once"
    night.shows.clear()
    await night.until("05:30")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    assert alert.calm_since is not None, "well for a while, and not believed yet"
    before = len(night.sent)
    await night.until("05:40")
    assert not await night.station.store.read(alerts.open_alerts)
    ended = night.sent[before:]
    assert {(s.channel, s.address) for s in ended} == {(s.channel, s.address) for s in night.sent[2:before]}
    assert all("RESTORED" in s.title for s in ended)
    await night.stop()


@pytest.mark.soak
async def test_who_has_taken_what_comes_and_goes_is_not_called_each_hour(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 19:30")
    await night.go_on_duty()
    await night.until("01:00", QUIETLY)
    night.shows["core"] = comes_and_goes
    await night.until("01:20")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    assert alert.flapping
    await take.take(night.station, alert.number, "jia")
    await night.until("01:22")
    before = len(night.sent)
    await night.until("05:00")
    assert night.sent[before:] == []
    await night.stop()


async def test_a_site_that_falls_silent_as_a_whole_is_one_page_and_nothing_is_called_down(tmp_path: Path) -> None:
    night = Night(tmp_path, MANY, "2026-11-23 19:30")
    await night.go_on_duty()
    await dies(night, "03:09", *ALL)
    await night.until("03:20")
    assert when(night.sent)[:2] == [("24 03:12", "chat", "jia"), ("24 03:14", "sms", "1")]
    assert len(night.sent) == 3, "the manager, and nothing about single targets"
    assert "the monitor is cut off" in night.sent[0].title
    assert "23 targets unknown, not necessarily down" in night.sent[0].text
    (alert,) = await night.station.store.read(alerts.open_alerts)
    assert alert.key == ("hz1", "cut_off", "*")
    await night.until("04:05", QUIETLY)
    assert set((await night.sheet_states("24 04:00")).values()) == {SheetState.NOT_REACHED, SheetState.SUPPRESSED}
    night.shows.clear()
    await night.until("04:10")
    assert not await night.station.store.read(alerts.open_alerts)
    assert "RESTORED" in night.sent[-1].title
    await night.stop()


async def test_what_stays_silent_when_the_site_is_back_calls_by_itself(tmp_path: Path) -> None:
    night = Night(tmp_path, MANY, "2026-11-23 19:30")
    await night.go_on_duty()
    await dies(night, "03:09", *ALL)
    await night.until("03:20")
    night.shows.clear()
    night.shows["core"] = silent
    before = len(night.sent)
    await night.until("03:30")
    assert [s.title.split(": ")[1].split(" since")[0] for s in night.sent[before:] if "CRITICAL" in s.title] == [
        "core not reached"
    ]
    await night.stop()


async def test_a_restart_while_the_site_is_cut_off_is_no_recovery(tmp_path: Path) -> None:
    night = Night(tmp_path, MANY, "2026-11-23 19:30")
    await night.go_on_duty()
    await dies(night, "03:09", *ALL)
    await night.until("03:20")
    before = night.sent[:]
    await night.restart()
    await night.until("03:26")
    assert night.sent == before
    assert [a.key[1] for a in await night.station.store.read(alerts.open_alerts)] == ["cut_off"]
    await night.stop()


async def test_a_target_that_leaves_the_settings_is_no_recovery(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 19:30")
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    without = "\n".join(
        line.replace(", depends_on: [core]", "") for line in SETTINGS.splitlines() if "name: core" not in line
    )
    await night.reload(without)
    await night.until("03:40")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    assert (alert.key[0], alert.state) == ("core", AlertState.FIRING)
    assert not [s for s in night.sent if "RESTORED" in s.title]
    assert ("24 03:27", "sms", "3") in when(night.sent), "it is still followed up"
    await night.stop()


async def test_a_night_that_nobody_will_hold_is_told_to_the_manager_the_day_before(tmp_path: Path) -> None:
    settings = SETTINGS.replace('begin: "20:00", end: "08:00"}\n  manager', 'begin: "20:00", end: "06:00"}\n  manager')
    settings = settings.replace('[yi], start: 2026-11-01, begin: "20:00"', '[yi], start: 2026-11-01, begin: "08:00"')
    night = Night(tmp_path, settings, "2026-11-23 12:00")
    await night.go_on_duty()
    await night.until("12:05")
    (told,) = night.sent
    assert (told.channel, told.address) == ("sms", "2")
    assert "Hangzhou 1 has no technician on duty from Tue" in told.title or "06:00" in told.title
    assert "Find somebody before that" in told.text
    (alert,) = await night.station.store.read(alerts.open_alerts)
    assert alert.key == ("hz1", "roster_technician", "2026-11-24 06:00")
    await night.until("2026-11-24 08:01", QUIETLY)
    assert not [a for a in await night.station.store.read(alerts.open_alerts) if a.key[2] == "2026-11-24 06:00"]
    await night.stop()


async def test_a_gap_that_the_manager_fills_is_over_and_whom_they_found_is_rung(tmp_path: Path) -> None:
    settings = SETTINGS.replace("posts: [reserve]", "posts: [reserve, technician]")
    night = Night(tmp_path, settings, "2026-11-23 12:00")
    await night.go_on_duty()
    store = night.station.store
    (free,) = [
        shift
        for shift in await store.read(shifts.shifts_between, night.clock.now(), night.at("2026-11-24 08:00"))
        if shift.post is Post.TECHNICIAN
    ]
    await substitute.take_off(night.station, "yi", shift=free, why="ill")
    await night.until("12:02")
    (alert,) = await store.read(alerts.open_alerts)
    assert (alert.key, alert.finding.value) == (("hz1", "roster_technician", "2026-11-23 20:00"), 12 * 3600)
    await substitute.put_on_duty(
        night.station, "yi", site="hz1", post=Post.TECHNICIAN, person="ding", begin=free.begin, end=free.end
    )
    await night.until("12:04")
    assert await store.read(alerts.open_alerts) == []
    await night.until("19:59", HOUR)
    await night.restart()
    await dies(night, "20:30", "core")
    before = len(night.sent)
    await night.until("20:34")
    assert when(night.sent[before:])[0] == ("23 20:33", "sms", "4"), "whom the manager found"
    await night.stop()


async def test_a_gap_is_told_a_day_ahead_with_its_whole_length(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 19:00")
    await night.go_on_duty()
    store, next_night = night.station.store, night.at("2026-11-24 20:00")
    found = await store.read(shifts.shifts_between, next_night, next_night + HOUR)
    (free,) = [shift for shift in found if shift.post is Post.TECHNICIAN]
    await substitute.take_off(night.station, "yi", shift=free, why="ill")
    await night.until("19:58")
    assert await store.read(alerts.open_alerts) == []
    await night.until("20:02")
    (alert,) = await store.read(alerts.open_alerts)
    assert (alert.key[2], alert.finding.value) == ("2026-11-24 20:00", 12 * 3600)
    await night.stop()
