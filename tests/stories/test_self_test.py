"""Channels that are tested each day, and what is known of them in the morning."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.store import channels, journal
from duty.errors import NotifyError
from tests.stories.night import Night
from tests.stories.test_alerts import QUIETLY, SETTINGS, dies

SIREN = (
    "  siren: {kind: command, path: /bin/true, self_test: false}\n  unused: {kind: command, path: /bin/true}\npeople:"
)
TESTED = SETTINGS.replace("people:", SIREN, 1)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, TESTED, "2026-11-23 16:30")


def tried(night: Night) -> list[tuple[str, str, str]]:
    return [(each.at, each.channel, each.address) for each in night.sent if "TEST" in each.title]


async def test_each_channel_is_tested_once_a_day_across_restarts(night: Night) -> None:
    await night.go_on_duty()
    await night.until("16:59", QUIETLY)
    assert tried(night) == []
    await night.until("17:00")
    first = [("23 17:00", "chat", "jia"), ("23 17:00", "sms", "9")]
    assert tried(night) == first, (
        "the fallback's contact, else the first of anybody; no siren, and none without address"
    )
    await night.until("17:05")
    await night.restart()
    await night.until("18:30")
    assert tried(night) == first
    await night.until("17:01", QUIETLY)
    assert tried(night)[2:] == [("24 17:00", "chat", "jia"), ("24 17:00", "sms", "9")]
    kinds = [entry.kind for entry in await night.station.store.read(journal.entries, 50)]
    assert kinds.count("channel_tested") == 4
    await night.stop()


async def test_a_test_that_was_missed_is_made_within_the_hour_and_not_in_the_night(night: Night) -> None:
    await night.go_on_duty()
    await night.stop()
    night.asleep_until("17:40")
    await night.go_on_duty()
    await night.until("17:42")
    assert [at for at, *_ in tried(night)] == ["23 17:41"] * 2
    await night.stop()
    night.asleep_until("2026-11-24 19:00")
    await night.go_on_duty()
    await night.until("19:30", QUIETLY)
    assert len(tried(night)) == 2
    await night.stop()


async def test_what_a_test_found_is_known_and_a_later_message_shows_that_it_works(night: Night) -> None:
    night.broken["chat"] = NotifyError("no_answer")
    await night.go_on_duty()
    await night.until("17:02")
    known = await night.station.store.read(channels.load_channels)
    at = night.at("17:00") - timedelta(days=1)
    assert (known["chat"].failing_since, known["chat"].test_result) == (at, "no_answer")
    assert (known["sms"].failing_since, known["sms"].test_result) == (None, "accepted")
    night.broken.clear()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    known = await night.station.store.read(channels.load_channels)
    assert (known["chat"].failing_since, known["chat"].test_result) == (None, "no_answer")
    await night.stop()


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    night = Night(tmp_path, TESTED + "escalation: {self_test: null}\n", "2026-11-23 16:30")
    await night.go_on_duty()
    await night.until("18:30")
    assert night.sent == []
    await night.stop()
