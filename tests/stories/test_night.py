"""A night from 20:00 to 08:00, as the duty manager will read it in the morning."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pytest

from duty.findings import Severity
from duty.readings import Reading
from duty.rounds import RoundState, SheetState
from tests.stories.night import Night, silent

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {title: Hangzhou 1, zone: Asia/Shanghai}}
credentials: {lab: {version: "2c", community: "env:COMMUNITY"}}
targets:
  - {name: core, kind: snmp, address: 10.0.0.1, credential: lab, key: true}
  - {name: access-1, kind: snmp, address: 10.0.0.2, credential: lab, depends_on: [core]}
  - {name: access-2, kind: snmp, address: 10.0.0.3, credential: lab, depends_on: [core]}
  - {name: db, kind: icmp, address: 10.0.0.9, role: server}
"""
HALF_HOURLY = SETTINGS + "cadences: {inspection: {interval: 30m}}\n"


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS, "2026-11-23 19:30")


async def test_a_quiet_night_has_one_complete_round_an_hour(night: Night) -> None:
    await night.go_on_duty()
    await night.until("2026-11-24 08:00")
    rounds = await night.rounds()
    assert list(rounds) == ["23 20:00", "23 21:00", "23 22:00", "23 23:00", *(f"24 {h:02}:00" for h in range(9))]
    assert {r.state for r, _ in rounds.values()} == {RoundState.COMPLETE}
    assert all(counts[SheetState.OK] == 4 == counts.expected for _, counts in rounds.values())
    assert not (await night.board()).abnormal
    assert (await night.chain()).first_bad is None
    await night.stop()


async def test_a_disk_that_fills_up_is_told_by_its_trend_before_it_is_full(night: Night) -> None:
    def filling(now: datetime) -> Iterable[Reading]:
        hours = (now - night.at("2026-11-23 20:00")).total_seconds() / 3600
        used = 62 + max(0.0, hours) * 4
        yield Reading("disk_used", "/var", used, "%")
        yield Reading("disk_size", "/var", 10**11, "B")

    night.shows["db"] = filling
    await night.go_on_duty()
    await night.until("2026-11-23 22:05")
    (trend,) = (await night.board()).abnormal
    assert (trend.check, trend.instance, trend.severity) == ("disk_trend", "/var", Severity.WARNING)
    await night.until("2026-11-24 05:00")
    found = {a.check: a.severity for a in (await night.board()).abnormal}
    assert found == {"disk": Severity.CRITICAL, "disk_trend": Severity.CRITICAL}
    assert (await night.sheet_states("24 05:00"))["db"] is SheetState.ABNORMAL
    await night.stop()


async def test_a_switch_that_dies_with_its_children_is_one_fault(night: Night) -> None:
    await night.go_on_duty()
    await night.until("02:30")
    for name in ("core", "access-1", "access-2"):
        night.shows[name] = silent
    await night.until("03:00")
    board = await night.board()
    confirmed = [a for a in board.abnormal if a.severity is Severity.CRITICAL]
    assert [(a.target, a.check) for a in confirmed] == [("core", "reach")]
    assert {a.target for a in board.abnormal if a.suppressed} == {"access-1", "access-2"}
    states = await night.sheet_states("24 03:00")
    assert states["core"] is SheetState.NOT_REACHED
    assert states["access-1"] is states["access-2"] is SheetState.SUPPRESSED
    assert states["db"] is SheetState.OK

    night.shows.clear()
    await night.until("04:00")
    assert not (await night.board()).abnormal
    changed = {(c.target, c.before, c.after) for c in (await night.read_round("24 04:00")).changes if c.what == "state"}
    assert changed == {
        ("core", "not_reached", "ok"),
        ("access-1", "suppressed", "ok"),
        ("access-2", "suppressed", "ok"),
    }
    await night.stop()


async def test_a_restart_at_0301_resumes_the_round(night: Night) -> None:
    await night.go_on_duty()
    await night.until("02:59")
    night.asleep_until("03:00")
    await night.die_in_round(after=2)
    night.asleep_until("03:01")
    await night.go_on_duty()
    await night.until("03:05")
    round_, counts = (await night.rounds())["24 03:00"]
    assert round_.state is RoundState.COMPLETE
    assert counts[SheetState.OK] == counts.expected == 4
    assert len([when for when in await night.rounds() if when == "24 03:00"]) == 1
    assert (await night.chain()).first_bad is None
    await night.stop()


@pytest.mark.soak
async def test_a_round_whose_window_has_passed_is_closed_as_interrupted(night: Night) -> None:
    await night.go_on_duty()
    await night.until("02:59")
    night.asleep_until("03:00")
    await night.die_in_round(after=1)
    night.asleep_until("03:20")
    await night.go_on_duty()
    round_, counts = (await night.rounds())["24 03:00"]
    assert (round_.state, round_.reason) == (RoundState.INTERRUPTED, "agent_down")
    assert (counts[SheetState.OK], counts[SheetState.NOT_INSPECTED]) == (1, 3)
    await night.stop()


@pytest.mark.soak
async def test_an_outage_from_0430_to_0610_misses_two_rounds_and_says_why(night: Night) -> None:
    await night.go_on_duty()
    await night.until("04:30")
    night.die()
    # A second past the window of the round of six: a start within it would make that round, late.
    night.asleep_until("2026-11-24 06:10:01")
    await night.go_on_duty()
    await night.until("08:00")
    rounds = await night.rounds()
    missed = {when: r.reason for when, (r, _) in rounds.items() if r.state is RoundState.MISSED}
    assert missed == {"24 05:00": "agent_down", "24 06:00": "agent_down"}
    assert rounds["24 07:00"][0].state is RoundState.COMPLETE
    await night.stop()


@pytest.mark.soak
async def test_a_round_within_its_window_after_an_outage_is_made_late(night: Night) -> None:
    await night.go_on_duty()
    await night.until("04:30")
    night.die()
    night.asleep_until("06:05")
    await night.go_on_duty()
    await night.until("06:06")
    rounds = await night.rounds()
    assert rounds["24 05:00"][0].state is RoundState.MISSED
    assert (rounds["24 06:00"][0].state, rounds["24 06:00"][0].late) == (RoundState.COMPLETE, True)
    await night.stop()


@pytest.mark.soak
async def test_an_interval_changed_at_0230_invents_no_missed_rounds(night: Night) -> None:
    await night.go_on_duty()
    await night.until("02:30")
    await night.reload(HALF_HOURLY)
    await night.until("04:00")
    rounds = await night.rounds()
    assert [when for when in rounds if when >= "24 02:00"] == [
        "24 02:00",
        "24 02:30",
        "24 03:00",
        "24 03:30",
        "24 04:00",
    ]
    assert all(r.state is RoundState.COMPLETE for r, _ in rounds.values())
    await night.stop()


async def test_states_survive_a_restart(night: Night) -> None:
    await night.go_on_duty()
    await night.until("01:00")
    night.shows["db"] = silent
    await night.until("01:02")
    before = dict(night.station.memory.states)
    await night.restart()
    assert night.station.memory.states == before
    await night.until("01:03")
    assert [(a.target, a.check) for a in (await night.board()).abnormal] == [("db", "reach")]
    await night.stop()


async def test_a_target_that_left_the_settings_is_not_a_recovery(night: Night) -> None:
    night.shows["db"] = silent
    await night.go_on_duty()
    await night.until("20:10")
    without = SETTINGS.replace("  - {name: db, kind: icmp, address: 10.0.0.9, role: server}\n", "")
    await night.reload(without)
    await night.until("20:20")
    assert night.station.memory.states["db", "reach", ""].severity is Severity.CRITICAL
    await night.reload(SETTINGS)
    await night.until("20:22")
    assert [(a.target, a.check) for a in (await night.board()).abnormal] == [("db", "reach")]
    await night.stop()


async def test_a_target_is_looked_at_once_a_tick_also_when_a_round_is_due(night: Night) -> None:
    await night.go_on_duty()
    await night.until("19:59")
    before = night.station.looker.made
    await night.until("20:01")
    assert night.station.looker.made - before == 2 * len(night.station.orders.targets)
    await night.stop()


async def test_a_look_that_fails_by_our_own_defect_leaves_the_others_inspected(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    def poisonous(now: datetime) -> Iterable[Reading]:
        yield Reading("cpu_used", "", "many", "%")  # type: ignore[arg-type]  # a collector's defect, past the types

    night.shows["db"] = poisonous
    await night.go_on_duty()
    await night.until("20:05")
    round_, counts = (await night.rounds())["23 20:00"]
    assert round_.state is RoundState.PARTIAL
    assert (counts[SheetState.OK], counts[SheetState.NOT_INSPECTED]) == (3, 1)
    assert "the target is not inspected" in caplog.text
    await night.stop()
