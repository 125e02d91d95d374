"""Nights on which something fails: who is told, when, and by which way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.services import take
from agent.store import alerts, journal
from agent.store.outbox import depth
from duty.alerts import AlertState
from duty.errors import NightdutyError, NotifyError
from tests.stories.night import Night, Sent, silent

SETTINGS = """
agent: {name: hz1, language: en}
sites: {hz1: {title: Hangzhou 1, zone: Asia/Shanghai}}
targets:
  - {name: core, kind: icmp, address: 10.0.0.1, key: true}
  - {name: access, kind: icmp, address: 10.0.0.2, depends_on: [core]}
  - {name: printer, kind: icmp, address: 10.0.0.3}
channels:
  chat: {kind: command, path: /bin/true}
  sms: {kind: command, path: /bin/true}
people:
  - name: jia
    title: Tech A
    posts: [technician]
    contacts: [{channel: chat, address: jia}, {channel: sms, address: "1"}]
  - {name: ding, title: Tech D, posts: [reserve], contacts: [{channel: sms, address: "4"}]}
  - {name: yi, title: Manager B, posts: [manager], contacts: [{channel: sms, address: "2"}]}
  - {name: zu, title: Leader, posts: [leader], contacts: [{channel: sms, address: "3"}]}
rotations:
  tech-night: {post: technician, people: [jia], start: 2026-11-01, begin: "20:00", end: "08:00"}
  manager-night: {post: manager, people: [yi], start: 2026-11-01, begin: "20:00", end: "08:00"}
  leader-night: {post: leader, people: [zu], start: 2026-11-01, begin: "20:00", end: "08:00"}
fallback:
  - {channel: sms, address: "9"}
briefs: {all_well: [], morning: null}
incidents: {rules: []}
"""
"""What is told at set times, and of incidents, is told in other stories: here every message is counted."""
WHOLE_NIGHT = [
    ("24 03:12", "chat", "jia"),
    ("24 03:14", "sms", "1"),
    ("24 03:17", "sms", "2"),
    ("24 03:27", "sms", "3"),
]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS, "2026-11-23 19:30")


def when(sent: list[Sent]) -> list[tuple[str, str, str]]:
    return [(each.at, each.channel, each.address) for each in sent]


QUIETLY = timedelta(minutes=10)
"""The steps of hours in which nothing happens; those in which something does go by minutes."""


async def dies(night: Night, at: str, *names: str) -> None:
    """Let targets fall silent at a local time; three looks later it is confirmed."""
    await night.until(at, QUIETLY)
    for name in names:
        night.shows[name] = silent


async def test_the_technician_is_told_and_takes_it(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core", "access")
    await night.until("03:14")
    assert when(night.sent) == WHOLE_NIGHT[:2], "one switch is one alert"
    assert "core" in night.sent[0].title
    assert "03:17" in night.sent[0].text, "when it goes on to the manager"
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia", "on my way")
    await night.until("03:40")
    told = night.sent[2:]
    assert {(s.channel, s.address) for s in told} == {("chat", "jia"), ("sms", "1")}, "that it is taken, and no more"
    assert "Tech A" in told[0].text
    assert [e.kind for e in await night.station.store.read(journal.entries, 5)].count("alert_taken") == 1
    await night.stop()


async def test_who_sleeps_through_it_is_followed_by_the_manager_and_the_leading_group(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:50")
    assert when(night.sent) == WHOLE_NIGHT
    await night.stop()


async def test_what_wakes_nobody_waits_for_the_morning(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "printer")
    await night.until("03:20")
    await night.until("06:59", QUIETLY)
    assert night.sent == []
    await night.until("07:01")
    assert when(night.sent) == [("24 07:00", "chat", "jia")]
    await night.stop()


async def test_an_acknowledgement_that_runs_out_fires_again(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "01:00", "core")
    await night.until("01:04")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia")
    await night.until("02:03")
    before = len(night.sent)
    await night.until("02:05")
    assert when(night.sent[before:])[0] == ("24 02:04", "chat", "jia")
    await night.stop()


async def test_a_recovery_is_told_to_everybody_who_was_told_of_the_failure(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:18")
    told = {(s.channel, s.address) for s in night.sent}
    before = len(night.sent)
    night.shows.clear()
    await night.until("03:30")
    assert {(s.channel, s.address) for s in night.sent[before:]} == told
    assert not await night.station.store.read(alerts.open_alerts)
    await night.stop()


async def test_a_refusal_goes_to_the_next_contact_at_once(night: Night) -> None:
    await night.go_on_duty()
    night.broken["chat"] = NotifyError("refused", "unknown user", permanent=True)
    await dies(night, "03:09", "core")
    await night.until("03:13")
    assert ("sms", "1") in {(s.channel, s.address) for s in night.sent}
    await night.stop()


async def test_a_channel_that_fails_for_hours_loses_nothing_and_keeps_the_keys(night: Night) -> None:
    await night.go_on_duty()
    night.broken["chat"] = NotifyError("no_answer")
    await dies(night, "03:09", "core")
    await night.until("03:40")
    await night.until("05:00", QUIETLY)
    assert "chat" not in {s.channel for s in night.sent}
    night.broken.clear()
    await night.until("05:10")
    late = [s for s in night.sent if s.channel == "chat"]
    assert late
    assert len({s.key for s in late}) == len(late), "each message once"
    await night.stop()


async def test_when_nobody_is_on_duty_the_fallback_is_told(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "2026-11-24 10:00", "core")
    await night.until("10:04")
    # The form of the night that nobody signed is told of as well.
    assert [(s.channel, s.address) for s in night.sent if "core" in s.title] == [("sms", "9")]
    await night.stop()


async def test_a_restart_in_the_middle_of_an_escalation_changes_nothing(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    await night.restart()
    await night.until("03:50")
    assert when(night.sent) == WHOLE_NIGHT
    assert not [n for (state, _), n in (await night.station.store.read(depth)).items() if state.value == "pending"]
    await night.stop()


async def test_what_is_over_cannot_be_taken(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    night.shows.clear()
    await night.until("03:20")
    with pytest.raises(NightdutyError, match="over since"):
        await take.take(night.station, alert.number, "jia")
    assert (await night.station.store.read(alerts.get_alert, alert.number)).state is AlertState.RESOLVED
    await night.stop()


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_clock_that_is_set_gives_and_takes_nobody_time(night: Night, hours: int) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    assert when(night.sent) == WHOLE_NIGHT[:1]
    night.clock.set_wall(timedelta(hours=hours))
    await night.tick()
    for _ in range(20):
        await night.until(f"{night.clock.now().astimezone(night.zone) + timedelta(minutes=1):%Y-%m-%d %H:%M}")
    core = [(s.at[3:], s.channel, s.address) for s in night.sent if "core" in s.title]
    assert core == [
        ("03:12", "chat", "jia"),
        (f"{3 + hours:02}:14", "sms", "1"),
        (f"{3 + hours:02}:17", "sms", "2"),
        (f"{3 + hours:02}:27", "sms", "3"),
    ]
    await night.stop()
