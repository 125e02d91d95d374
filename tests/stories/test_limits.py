"""Nights on which somebody raises a limit: the alert goes, and is back when the time is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.services.raise_limit import MOST, end_override, in_force, raise_limit
from agent.store import alerts, journal, overrides, timeline
from duty.alerts import Alert
from duty.errors import LimitRefused, NightdutyError, NotFound
from duty.overrides import Override
from duty.readings import Reading
from tests.stories.night import Night

QUIETLY = timedelta(minutes=10)
"""The steps of hours in which nothing happens."""

SETTINGS = """
agent: {name: hz1, language: en}
sites: {hz1: {title: Hangzhou 1, zone: Asia/Shanghai}}
credentials: {lab: {version: "2c", community: "env:COMMUNITY"}}
targets:
  - {name: db-1, kind: snmp, address: 10.0.0.1, credential: lab, role: server, key: true}
"""


def full(now: datetime) -> Iterable[Reading]:
    yield Reading("uptime", "", 9000000, "s")
    yield Reading("disk_used", "/var", 91.0, "%")
    yield Reading("disk_used", "/home", 30.0, "%")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    night = Night(tmp_path, SETTINGS, "2026-11-23 19:30")
    night.shows["db-1"] = full
    return night


async def open_alerts(night: Night) -> list[Alert]:
    return await night.station.store.read(alerts.open_alerts)


async def raised(night: Night, until: str = "08:00", *, alert: int | None = None) -> Override:
    return await raise_limit(
        night.station,
        "db-1",
        "disk",
        "/var",
        warning=93,
        critical=None,
        until=night.at(until),
        by="jia",
        why="import runs until the morning",
        alert=alert,
    )


async def test_a_limit_raised_until_the_morning_lets_the_alert_go_and_brings_it_back(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:00")
    (alert,) = await open_alerts(night)
    made = await raised(night, alert=alert.number)
    await night.until("20:02")
    assert await open_alerts(night) == [alert], "one look that is well is not enough"
    await night.until("20:04")
    assert await open_alerts(night) == []
    await night.until("2026-11-24 07:59", QUIETLY)
    assert await open_alerts(night) == []
    assert in_force(night.station, "db-1", night.clock.now()) == [made]
    await night.until("2026-11-24 08:04")
    (again,) = await open_alerts(night)
    assert (again.key, again.finding.limit) == (("db-1", "disk", "/var"), 85)
    assert in_force(night.station, "db-1", night.clock.now()) == []
    await night.stop()


async def test_who_raised_it_and_why_stands_in_the_journal_and_with_the_alert(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:00")
    (alert,) = await open_alerts(night)
    await raised(night, alert=alert.number)
    store = night.station.store
    entry = await store.read(journal.newest, "limit_raised")
    assert entry is not None
    said = await store.read(journal.payload_of, entry.seq)
    assert said is not None
    assert (entry.actor, said["before"], said["after"]) == ("jia", [85, 95], [93, 95])
    last = (await store.read(timeline.events, alert.number))[-1]
    assert (last.kind, last.actor, last.text) == ("commented", "jia", "import runs until the morning")
    assert last.data["after"] == [93, 95]
    assert (await night.chain()).first_bad is None
    await night.stop()


async def test_a_restart_and_a_reload_forget_no_raised_limit(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:00")
    await raised(night)
    await night.restart()
    await night.reload(SETTINGS.replace("key: true", "key: false"))
    await night.until("21:00")
    assert await open_alerts(night) == []
    night.die()
    night.asleep_until("2026-11-24 09:00")
    await night.go_on_duty()
    await night.until("2026-11-24 09:05")
    assert len(await open_alerts(night)) == 1, "its end came while the agent was away"
    await night.stop()


async def test_somebody_can_end_it_before_its_time(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:00")
    made = await raised(night)
    await night.until("20:30")
    ended = await end_override(night.station, made.number, "yi")
    assert (ended.ended_by, ended.ended_at) == ("yi", night.clock.now())
    await night.until("20:35")
    assert len(await open_alerts(night)) == 1
    with pytest.raises(NightdutyError, match="over already"):
        await end_override(night.station, made.number, "yi")
    with pytest.raises(NotFound, match="no raised limit 99"):
        await end_override(night.station, 99, "yi")
    await night.stop()


async def test_what_cannot_be_raised_is_refused_and_leaves_no_trace(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:00")
    station, now = night.station, night.clock.now()

    async def refused(check: str = "disk", warning: float = 93, hours: float = 1, why: str = "a reason") -> str:
        until = now + timedelta(hours=hours)
        with pytest.raises(LimitRefused) as refused:
            await raise_limit(
                station, "db-1", check, "/var", warning=warning, critical=None, until=until, by="jia", why=why
            )
        return refused.value.code

    assert await refused("reach") == "no_number"
    assert await refused("no such check") == "no_check"
    assert await refused(warning=80) == "stricter"
    assert await refused(hours=0) == "over"
    assert await refused(hours=31 * 24) == "too_long"
    assert await refused(why="  ") == "no_reason"
    with pytest.raises(NotFound, match="alert 77"):
        await raised(night, alert=77)
    assert await station.store.read(overrides.list_overrides, 9) == []
    assert station.overrides == ()
    await night.stop()


async def test_no_more_than_a_bounded_number_is_in_force(night: Night) -> None:
    await night.go_on_duty()
    made = await raised(night)
    for _ in range(MOST - 1):
        await night.station.store.write(overrides.add_override, made)
    with pytest.raises(LimitRefused) as refused:
        await raised(night)
    assert refused.value.code == "too_many"
    await night.stop()
