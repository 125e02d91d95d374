"""Nights on which the operator's own rules say who is told, what holds back what, and when work comes again."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.services import silence, take
from agent.store import alerts, silences
from duty.errors import NotifyError
from duty.rounds import SheetState
from duty.silences import SilenceKind
from tests.stories.night import Night, silent
from tests.stories.test_alerts import QUIETLY, SETTINGS, WHOLE_NIGHT, dies, when
from tests.stories.test_quiet import quiet

pytestmark = pytest.mark.soak

RULES = """
escalation:
  rules:
    - targets: [core]
      steps:
        - {after: 0s, post: technician}
        - {after: 5m, channel: chat, address: ops, until: resolved, repeat: 10m, times: 3}
        - {after: 8m, person: zu}
"""
FOLLOWS = """
inhibit:
  - {source: {targets: [core], severity: critical}, target: {targets: [printer, mail]}, same_target: false}
"""
BACKUP = """
maintenance:
  - {name: backup, targets: [core], begin: "02:50", end: "03:30", from: 2026-11-01, until: 2026-11-24, why: backups}
"""


def night_of(folder: Path, more: str) -> Night:
    return Night(folder, SETTINGS + more, "2026-11-23 19:30")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return night_of(tmp_path, "")


async def test_a_rule_has_steps_of_its_own(tmp_path: Path) -> None:
    night = night_of(tmp_path, RULES)
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:55")
    assert when(night.sent) == [
        ("24 03:12", "chat", "jia"),
        ("24 03:17", "chat", "ops"),
        ("24 03:20", "sms", "3"),
        ("24 03:27", "chat", "ops"),
        ("24 03:37", "chat", "ops"),
    ]
    await night.stop()


async def test_what_the_group_never_gets_goes_to_the_fallback(tmp_path: Path) -> None:
    night = night_of(tmp_path, RULES)
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    night.broken["chat"] = NotifyError("refused", "no such group", permanent=True)
    await night.until("03:18")
    assert ("24 03:17", "sms", "9") in when(night.sent)
    await night.stop()


async def test_the_group_is_told_on_though_somebody_has_it_and_nobody_else_is(tmp_path: Path) -> None:
    night = night_of(tmp_path, RULES)
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia")
    await night.until("03:14")
    before = len(night.sent)
    await night.until("03:28")
    told = night.sent[before:]
    assert when(told) == [("24 03:17", "chat", "ops"), ("24 03:27", "chat", "ops")]
    assert all("TAKEN" in each.title and "Tech A" in each.text for each in told), "who has it is what there is to say"
    night.shows.clear()
    await night.until("03:50")
    assert "RESTORED" in [each for each in night.sent if each.address == "ops"][-1].title
    await night.stop()


async def test_what_is_in_force_when_an_alert_opens_is_in_force_until_its_end(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    await night.reload(SETTINGS + RULES)
    await night.until("03:14")
    await night.restart()
    await night.until("03:30")
    assert when(night.sent) == WHOLE_NIGHT, "as it was when it opened"
    night.shows.clear()
    await night.until("04:30", QUIETLY)
    before = len(night.sent)
    await dies(night, "04:39", "core")
    await night.until("04:48")
    assert [each.address for each in night.sent[before:]] == ["jia", "ops"], "the next one goes by the new rules"
    await night.stop()


async def test_people_are_told_by_the_ways_that_they_have_now(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    await night.reload(SETTINGS.replace('address: "2"', 'address: "22"'))
    await night.until("03:18")
    assert when(night.sent)[-1] == ("24 03:17", "sms", "22")
    await night.stop()


async def test_what_follows_from_an_open_alert_calls_when_that_is_over(tmp_path: Path) -> None:
    night = Night(tmp_path, SETTINGS.replace("printer, kind", "printer, key: true, kind") + FOLLOWS, "2026-11-23 19:30")
    await night.go_on_duty()
    await dies(night, "03:09", "core", "printer")
    await night.until("03:20")
    core, printer = await night.station.store.read(alerts.open_alerts)
    assert (core.inhibited_by, printer.inhibited_by) == (None, core.number)
    assert not any("printer" in each.title for each in night.sent)
    await night.restart()
    await night.until("03:25")
    del night.shows["core"]
    await night.until("03:40")
    calls = [each for each in night.sent if "printer" in each.title]
    assert calls[0].channel == "chat"
    (printer,) = await night.station.store.read(alerts.open_alerts)
    assert printer.inhibited_by is None
    await night.stop()


async def test_a_rule_that_is_taken_out_lets_what_it_held_back_call(tmp_path: Path) -> None:
    key = SETTINGS.replace("printer, kind", "printer, key: true, kind")
    night = Night(tmp_path, key + FOLLOWS, "2026-11-23 19:30")
    await night.go_on_duty()
    await dies(night, "03:09", "core", "printer")
    await night.until("03:20")
    await night.reload(key)
    await night.until("03:22")
    assert any("printer" in each.title for each in night.sent)
    await night.stop()


async def test_maintenance_that_repeats_is_there_each_night_and_once(tmp_path: Path) -> None:
    night = night_of(tmp_path, BACKUP)
    await night.go_on_duty()
    await night.until("02:55", QUIETLY)
    await night.restart()
    night.shows["core"] = silent
    await night.until("03:25")
    assert night.sent == []
    (held,) = await night.station.store.read(silences.active_silences, night.clock.now())
    assert (held.by, held.rule, held.over) == ("settings", "backup", night.at("03:30"))
    assert (await night.sheet_states("24 03:00"))["core"] is SheetState.SUPPRESSED
    await night.reload(SETTINGS)
    assert await night.station.store.read(silences.active_silences, night.clock.now()) == []
    await night.until("03:35")
    assert when(night.sent)[0][1:] == ("chat", "jia"), "what is taken out of the settings is over"
    await night.stop()


async def test_who_was_told_hears_of_the_recovery_though_a_silence_began_in_between(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    assert when(night.sent) == WHOLE_NIGHT[:1]
    await quiet(night, "core", "05:00")
    await night.until("03:20")
    night.shows.clear()
    await night.until("03:30")
    (told,) = night.sent[1:]
    assert (told.channel, told.address) == ("chat", "jia")
    assert "RESTORED" in told.title
    await night.stop()


async def test_who_was_told_hears_of_the_recovery_after_maintenance_that_began_in_between(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    await silence.silence(
        night.station, "yi", kind=SilenceKind.MAINTENANCE, target="core", begin=night.clock.now(),
        end=night.at("04:00"), why="works",
    )  # fmt: skip
    await night.until("03:20")
    night.shows.clear()
    await night.until("04:10")
    assert [each.address for each in night.sent if "RESTORED" in each.title] == ["jia"]
    await night.stop()
