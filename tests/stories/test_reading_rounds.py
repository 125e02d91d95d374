"""A night whose rounds are read by the technician as they come; one was missed, and the manager sees it all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from agent.services.read_night import read_night
from agent.services.review_round import add_lines, mark_read, mark_well, readable_together
from duty.errors import RecordRefused
from duty.night_log import NightLog
from duty.night_summary import holes, summarise, to_open, turned
from duty.readings import Reading
from duty.round_review import Item, Seen
from duty.rounds import RoundState, SheetState
from tests.stories.night import Night, silent

QUIETLY = timedelta(minutes=10)
"""The steps of hours in which nothing happens."""

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {title: 杭州一机房, zone: Asia/Shanghai}}
targets:
  - {name: core, kind: icmp, address: 10.0.0.1, key: true, room: 机房A}
  - {name: db, kind: icmp, address: 10.0.0.9, room: 机房A}
channels: {sms: {kind: command, path: /bin/true}}
people:
  - {name: wangfang, title: 王芳, posts: [technician], contacts: [{channel: sms, address: "1"}]}
  - {name: zhaolei, title: 赵磊, posts: [manager], contacts: [{channel: sms, address: "2"}]}
rotations:
  tech: {site: hz1, post: technician, people: [wangfang], start: 2026-11-01, begin: "20:00", end: "08:00"}
  manager: {site: hz1, post: manager, people: [zhaolei], start: 2026-11-01, begin: "20:00", end: "08:00"}
fallback: [{channel: sms, address: "9"}]
"""
THE_NIGHT = date(2026, 11, 23)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS, "2026-11-23 19:30")


async def number_of(night: Night, when: str) -> int:
    return (await night.rounds())[when][0].number


async def log_of(night: Night) -> NightLog:
    found = await read_night(night.station, "hz1", THE_NIGHT)
    assert found is not None
    return found


async def test_the_managers_log_says_what_was_missed_why_what_changed_and_who_read_it(night: Night) -> None:
    def db(now: datetime) -> Iterable[Reading]:
        # Silent at the rounds of 02:00 and 03:00.
        gone = night.at("2026-11-24 01:30") <= now < night.at("2026-11-24 03:30")
        return silent(now) if gone else [Reading("ping_loss", "", 0.0, "%")]

    night.shows["db"] = db
    await night.go_on_duty()
    for hour in (20, 21, 22, 23):
        await night.until(f"2026-11-23 {hour}:20", QUIETLY)
        await mark_read(night.station, await number_of(night, f"23 {hour}:00"), "wangfang")
    # The machine is off from 23:20 to 01:20: two rounds are missed, and the technician looks into the room instead.
    night.die()
    night.asleep_until("2026-11-24 01:20")
    await night.go_on_duty()
    await night.until("2026-11-24 01:25")
    missed = await number_of(night, "24 01:00")
    with pytest.raises(RecordRefused, match="no_reason"):
        await mark_read(night.station, missed, "wangfang")
    await mark_read(night.station, missed, "wangfang", "机房停电，UPS 耗尽")
    seen = [Seen(Item.MAINS, False, "01:10 来电"), Seen(Item.SMELL, True)]
    await add_lines(night.station, missed, "wangfang", site="hz1", room="机房A", seen=seen)

    await night.until("2026-11-24 02:00", QUIETLY)
    await night.until("2026-11-24 07:50", QUIETLY)
    log = await log_of(night)
    summary = summarise(log)
    assert (summary.due, summary.over, summary.made, summary.missed) == (12, 12, 10, 2)
    (hole,) = holes(log)
    assert (hole.state, hole.reason) == (RoundState.MISSED, "agent_down")
    assert [read.note for line in hole.rounds for read in line.reads] == ["机房停电，UPS 耗尽"]
    assert (hole.after, hole.until) == (night.at("2026-11-23 23:00"), night.at("2026-11-24 02:00"))
    changed = {place: [(c.target, c.after) for c in turned(log, place)] for place in range(len(log.rounds))}
    assert {place: found for place, found in changed.items() if found} == {
        6: [("db", SheetState.NOT_REACHED)],
        8: [("db", SheetState.OK)],
    }
    assert [(line.item, line.well) for line in log.manual] == [(Item.MAINS, False), (Item.SMELL, True)]
    assert (summary.read, summary.unread) == (5, 7)

    # At the change of shift the manager reads what is well in one go, and opens what is not.
    local = [f"{line.round.slot.astimezone(night.zone):%H:%M}" for line in to_open(log)]
    assert local == ["00:00", "02:00", "03:00"]
    numbers = [line.round.number for line in log.rounds]
    together = await readable_together(night.station, numbers, "zhaolei")
    assert await mark_well(night.station, together, "zhaolei") == 8
    for line in to_open(log):
        await mark_read(night.station, line.round.number, "zhaolei", "已核实")
    log = await log_of(night)
    assert not log.unread
    assert summarise(log).read == 12
    first = log.rounds[0].reads
    assert [(log.title(read.person), f"{read.at.astimezone(night.zone):%H:%M}") for read in first] == [
        ("王芳", "20:20"),
        ("赵磊", "07:50"),
    ]
    assert (await night.chain()).first_bad is None


async def test_what_was_read_stands_after_a_restart_and_no_round_is_read_while_it_is_made(night: Night) -> None:
    await night.go_on_duty()
    await night.until("2026-11-23 20:20")
    number = await number_of(night, "23 20:00")
    await mark_read(night.station, number, "wangfang", "一切正常")
    night.asleep_until("2026-11-23 21:00")
    await night.die_in_round(1)
    await night.go_on_duty()
    log = await log_of(night)
    assert [(read.person, read.note) for read in log.rounds[0].reads] == [("wangfang", "一切正常")]
    await night.until("2026-11-23 21:05")
    await mark_read(night.station, await number_of(night, "23 21:00"), "wangfang")
    assert not (await log_of(night)).unread
