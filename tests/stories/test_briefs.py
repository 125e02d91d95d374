"""Nights on which all is well, or not, and who is told so at the times that were set."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.services import take, task
from agent.store import alerts
from agent.store.outbox import OutboxState, depth
from duty.errors import NotifyError
from duty.tasks import Plan
from tests.stories.night import Night
from tests.stories.test_alerts import QUIETLY, SETTINGS, dies, when

GROUP = "briefs: {group: [{channel: chat, address: leading-group}]}\nescalation: {self_test: null}\n"
TOLD = SETTINGS.replace("incidents: {rules: []}\n", "").replace("briefs: {all_well: [], morning: null}\n", GROUP)
assert TOLD != SETTINGS

EVENING, DAWN, MORNING = "23 20:15", "24 07:30", "24 07:45"
QUIET_NIGHT = [
    (EVENING, "sms", "2"),
    (DAWN, "sms", "2"),
    (MORNING, "sms", "2"),
    (MORNING, "chat", "leading-group"),
]


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, TOLD, "2026-11-23 19:30")


def briefs(night: Night) -> list[tuple[str, str, str]]:
    return when([each for each in night.sent if "WELL" in each.title or "BRIEF" in each.title])


async def test_of_a_quiet_night_only_the_briefs_are_told(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:16")
    await night.until("07:29", QUIETLY)
    await night.until("08:10")
    assert when(night.sent) == QUIET_NIGHT
    evening, dawn, manager, group = night.sent
    assert evening.title == "[Night duty] ALL WELL: Hangzhou 1 at 20:15"
    assert "Rounds 1/1, 1 not read; at 20:00 of 3 targets: 3 well" in evening.text
    assert "Technician on duty: Tech A" in evening.text
    assert dawn.title == "[Night duty] ALL WELL: Hangzhou 1 at 07:30"
    assert manager.title == group.title
    assert manager.title == "[Night duty] MORNING BRIEF: night of Mon 23 Nov (20:00-08:00), Hangzhou 1: all well"
    assert manager.text.splitlines() == [
        "Rounds 12/12, 12 not read; at 07:00 of 3 targets: 3 well",
        "Alerts of this shift: 0 new, 0 over, 0 open",
        "Technician on duty: Tech A",
        "Handover form JB-20261123-N: Manager B signs it at 08:00",
    ]
    await night.stop()


async def test_of_a_night_with_open_alerts_the_worst_comes_first(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "20:05", "core")
    await night.until("20:12")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia")
    await night.until("20:20")
    evening = next(s for s in night.sent if s.at == EVENING and "WELL" in s.title)
    assert evening.title == "[Night duty] NOT ALL WELL: Hangzhou 1 at 20:15: major incidents being handled 1"
    incident, first, *_ = evening.text.splitlines()
    assert incident == "Major incidents 1: core not reached, being handled"
    assert first.startswith("Alerts of this shift: 1 new, 0 over, 1 open (1 major): A01 CRITICAL core not reached")
    assert first.endswith("(Tech A has it)")
    night.shows.clear()
    await task.open_task(night.station, "yi", Plan("order a fan", due=night.at("06:00")), site="hz1")
    await dies(night, "06:20", "printer")
    await night.until("07:46")
    dawn = next(s for s in night.sent if s.at == DAWN and "WELL" in s.title)
    assert dawn.title.endswith("alerts open 1")
    assert "CRITICAL printer not reached" in dawn.text
    assert "(nobody has it)" in dawn.text
    assert "Tasks open 1, overdue 1" in dawn.text.splitlines()
    morning = next(s for s in night.sent if s.at == MORNING)
    assert morning.title.endswith("Hangzhou 1: major incidents 1, restored")
    assert "core not reached, lasted 32 min" in morning.text
    assert "1 open" in morning.text.splitlines()[0]
    assert "of 3 targets: 2 well, 1 not reached" in morning.text
    await night.stop()


async def test_a_channel_that_is_dead_at_the_time_gets_the_brief_when_it_is_back(night: Night) -> None:
    await night.go_on_duty()
    await night.until("07:44", QUIETLY)
    night.broken["chat"] = NotifyError("no_answer")
    await night.until("09:20", QUIETLY)
    group = ("leading-group", MORNING)
    assert "leading-group" not in {s.address for s in night.sent}
    night.broken.clear()
    await night.until("09:30")
    (late,) = [s for s in night.sent if s.address == group[0]]
    assert "night of Mon 23 Nov" in late.title
    assert "at 07:00 of 3 targets" in late.text, "as it was at that time"
    await night.stop()


async def test_all_well_is_not_told_in_the_middle_of_the_night_by_a_channel_that_comes_back(night: Night) -> None:
    await night.go_on_duty()
    night.broken["sms"] = NotifyError("no_answer")
    await night.until("20:30")
    await night.until("01:00", QUIETLY)
    night.broken.clear()
    await night.until("02:00", QUIETLY)
    assert [s for s in night.sent if "ALL WELL" in s.title] == []
    letters = await night.station.store.read(depth)
    assert letters[OutboxState.DROPPED, "sms"] >= 1
    await night.stop()


async def test_who_has_another_way_is_told_by_it_when_the_first_is_known_to_fail(tmp_path: Path) -> None:
    two = 'contacts: [{channel: chat, address: yi}, {channel: sms, address: "2"}]'
    night = Night(
        tmp_path,
        TOLD.replace('posts: [manager], contacts: [{channel: sms, address: "2"}]', f"posts: [manager], {two}"),
        "2026-11-23 19:30",
    )
    await night.go_on_duty()
    await night.until("20:16")
    assert briefs(night) == [(EVENING, "chat", "yi")]
    night.broken["chat"] = NotifyError("no_answer")
    await dies(night, "06:20", "core")
    await night.until("07:31", QUIETLY)
    assert (DAWN, "sms", "2") in briefs(night)
    dawn = next(s for s in night.sent if s.at == DAWN and "WELL" in s.title)
    assert "Channels fail: chat" in dawn.text.splitlines()
    await night.stop()


async def test_what_was_missed_is_told_late_and_once(night: Night) -> None:
    await night.go_on_duty()
    await night.stop()
    night.asleep_until("20:40")
    await night.go_on_duty()
    await night.until("20:45")
    assert briefs(night) == [("23 20:41", "sms", "2")]
    (brief,) = [sent for sent in night.sent if sent.address == "2"]
    assert brief.title == "[Night duty] NOT ALL WELL: Hangzhou 1 at 20:41: alerts open 1"
    assert "the last round of inspection was not made" in brief.text
    assert "Rounds 0/1, 1 missed" in brief.text
    await night.restart()
    await night.until("21:40", QUIETLY)
    assert len(briefs(night)) == 1
    await night.stop()


async def test_what_was_missed_for_hours_is_not_told_any_more(night: Night) -> None:
    await night.go_on_duty()
    await night.stop()
    night.asleep_until("21:30")
    await night.go_on_duty()
    await night.until("23:00", QUIETLY)
    assert briefs(night) == []
    assert {sent.address for sent in night.sent} == {"jia"}, "the technician hears of the round, and nobody else"
    await night.stop()


async def test_who_has_just_installed_the_agent_is_not_told_of_what_was_before(tmp_path: Path) -> None:
    night = Night(tmp_path, TOLD, "2026-11-24 07:50")
    await night.go_on_duty()
    await night.until("08:20")
    assert night.sent == []
    await night.stop()


async def test_a_restart_repeats_nothing(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:15")
    await night.restart()
    await night.until("20:20")
    await night.restart()
    await night.until("07:45", QUIETLY)
    await night.restart()
    await night.until("08:10")
    assert sorted(briefs(night)) == sorted(
        [(EVENING, "sms", "2"), (DAWN, "sms", "2"), (MORNING, "sms", "2"), (MORNING, "chat", "leading-group")]
    )
    await night.stop()


async def test_each_site_is_told_of_by_itself_and_by_its_own_clock(tmp_path: Path) -> None:
    sites = "sites: {hz1: {title: Hangzhou 1, zone: Asia/Shanghai}, alm: {title: Almaty, zone: Asia/Almaty}}"
    settings = (
        TOLD.replace("sites: {hz1: {title: Hangzhou 1, zone: Asia/Shanghai}}", sites)
        .replace("10.0.0.3}", "10.0.0.3, site: alm}")
        .replace(
            "  leader-night:",
            "  manager-alm: {site: alm, post: manager, people: [yi], start: 2026-11-01}\n  leader-night:",
        )
    )
    night = Night(tmp_path, settings, "2026-11-23 19:30")
    await night.go_on_duty()
    await night.until("20:16")
    await dies(night, "20:50", "printer")
    await night.until("23:30")
    assert [(s.at, s.title) for s in night.sent if "WELL" in s.title] == [
        ("23 20:15", "[Night duty] ALL WELL: Hangzhou 1 at 20:15"),
        ("23 23:15", "[Night duty] NOT ALL WELL: Almaty at 20:15: alerts open 1"),
    ]
    assert "printer" in night.sent[-1].text
    await night.stop()


NOBODY = TOLD.replace(
    "  manager-night: {post: manager, people: [yi]", "  manager-night: {post: reserve, people: [ding]"
)


async def test_where_nobody_manages_the_leading_group_is_told_once(tmp_path: Path) -> None:
    settings = NOBODY.replace("{group: [{channel: chat, address: leading-group}]}", "{}")
    night = Night(tmp_path, settings, "2026-11-23 19:30")
    await night.go_on_duty()
    await night.until("20:16")
    await night.until("07:29", QUIETLY)
    await night.until("07:50")
    assert briefs(night) == [(at, "sms", "3") for at in (EVENING, DAWN, MORNING)]
    assert "Handover form JB-20261123-N: duty manager signs it at 08:00" in night.sent[-1].text
    await night.stop()


async def test_where_nobody_is_there_at_all_the_fallback_is_told(tmp_path: Path) -> None:
    settings = NOBODY.replace(
        "  leader-night: {post: leader, people: [zu]", "  leader-night: {post: reserve, people: [ding]"
    )
    night = Night(tmp_path, settings, "2026-11-23 19:30")
    await night.go_on_duty()
    await night.until("20:16")
    assert briefs(night) == [(EVENING, "sms", "9")]
    await night.stop()


async def test_other_times_hold_from_the_reload_on_and_none_is_none(night: Night) -> None:
    await night.go_on_duty()
    await night.reload(TOLD.replace("briefs: {", 'briefs: {all_well: ["20:30"], morning: null, '))
    await night.until("20:40")
    await night.until("08:10", QUIETLY)
    assert briefs(night) == [("23 20:30", "sms", "2")]
    await night.stop()


async def test_a_clock_that_is_set_back_tells_nothing_twice(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:20")
    night.clock.set_wall(-QUIETLY * 3)
    await night.until("20:30")
    assert briefs(night) == [(EVENING, "sms", "2")]
    await night.stop()
