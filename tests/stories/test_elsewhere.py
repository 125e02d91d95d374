"""Nights on which Prometheus finds the fault, and somebody takes it from where they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.services.links import Links
from agent.services.reply import reply
from agent.services.take_in import take_in
from agent.store import alerts
from duty.alerts import AlertState
from tests.agent.console.doorstep import WITH_NUMBERS
from tests.agent.console.test_alertmanager import one
from tests.stories.night import Night
from tests.stories.test_alerts import QUIETLY, when


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, WITH_NUMBERS + "hooks: {reply: {secret: env:S}}\n", "2026-11-23 19:30")


async def test_a_fault_that_prometheus_found_is_taken_by_one_digit(night: Night) -> None:
    await night.go_on_duty()
    await night.until("03:10", QUIETLY)
    await take_in(night.station, [one()])
    await night.until("03:12")
    assert when(night.sent) == [("24 03:11", "chat", "jia"), ("24 03:12", "sms", "+86 138-0000-0001")]
    assert "HostDiskFull" in night.sent[0].title
    assert await reply(night.station, "13800000001", "1") == "[Night duty] Taken: A01 core."
    await night.until("03:40")
    assert not [s for s in night.sent if s.address == "13800000002"], "the manager sleeps on"
    before = len(night.sent)
    await take_in(night.station, [one("resolved")])
    await night.until("03:42")
    assert {s.channel for s in night.sent[before:]} == {"chat", "sms"}
    assert (await night.station.store.read(alerts.get_alert, 1)).state is AlertState.RESOLVED
    await night.stop()


async def test_what_wakes_nobody_there_waits_for_the_morning_here_too(night: Night) -> None:
    await night.go_on_duty()
    await night.until("03:10", QUIETLY)
    await take_in(night.station, [one(instance="db-7", severity="critical")])
    await night.until("06:59", QUIETLY)
    assert night.sent == []
    await night.until("07:01")
    assert when(night.sent)[0] == ("24 07:00", "chat", "jia")
    await night.stop()


async def test_a_restart_in_between_forgets_nothing(night: Night) -> None:
    await night.go_on_duty()
    await night.until("03:10", QUIETLY)
    await take_in(night.station, [one(severity="warning"), one()])
    await night.until("03:11")
    await night.restart()
    done = await take_in(night.station, [one(severity="warning"), one()])
    assert (done.opened, done.changed) == (0, 0)
    await take_in(night.station, [one("resolved")])
    assert (await night.station.store.read(alerts.get_alert, 1)).open, "the warning still fires"
    await take_in(night.station, [one("resolved", severity="warning")])
    assert not (await night.station.store.read(alerts.get_alert, 1)).open
    await night.stop()


async def test_what_comes_in_one_message_is_taken_by_one_digit(night: Night) -> None:
    await night.go_on_duty()
    night.station.links = Links(bytes(32), "https://night.example.com", "hz1")
    await night.until("03:10", QUIETLY)
    await take_in(night.station, [one(), one(alertname="HostDown"), one(alertname="RaidBroken")])
    await night.until("03:12")
    (digest,) = [s for s in night.sent if s.channel == "sms"]
    assert "3 alerts" in digest.title
    assert "HostDown: 根分区已用 96% (from Prometheus)" in digest.text
    assert await reply(night.station, "13800000001", "1") == "[Night duty] Taken: A01, A02, A03."
    await night.until("03:30")
    assert not [s for s in night.sent if s.address == "13800000002"], "the manager sleeps on"
    await night.stop()
