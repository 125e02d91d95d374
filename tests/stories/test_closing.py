"""An alert that is closed by hand: whoever was told learns of it, and a failure that comes back is an alert again."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.services import take
from agent.store import alerts, outbox
from agent.store.outbox import OutboxState
from duty.alerts import AlertState
from duty.errors import NightdutyError
from tests.stories.night import Night, silent
from tests.stories.test_alerts import SETTINGS, dies


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS, "2026-11-24 01:00")


async def test_who_was_told_learns_that_it_was_closed_and_a_new_failure_is_a_new_alert(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "01:09", "core")
    await night.until("01:13")
    before = len(night.sent)
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.close(night.station, alert.number, "jia", "known, board on its way")
    await night.until("01:40")
    told = night.sent[before:]
    assert {s.address for s in told} == {"jia"}, "nobody else is called for it any more"
    assert "CLOSED" in told[0].title
    assert "known, board on its way" in told[0].text
    assert not await night.station.store.read(alerts.open_alerts), "it lasts, and is not raised once more by itself"
    night.shows.clear()
    await night.until("01:50")
    await dies(night, "02:00", "core")
    await night.until("02:05")
    (again,) = await night.station.store.read(alerts.open_alerts)
    assert (again.state, again.number) == (AlertState.FIRING, alert.number + 1)
    await night.stop()


async def test_what_waits_to_be_sent_of_a_closed_alert_is_not_sent(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "01:09", "core")
    await night.until("01:13")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.close(night.station, alert.number, "jia", "tested")
    await night.until("01:40")
    letters = await night.station.store.read(outbox.of_alert, alert.number)
    assert {letter.state for letter in letters} <= {OutboxState.SENT, OutboxState.DROPPED}
    with pytest.raises(NightdutyError, match="over since"):
        await take.close(night.station, alert.number, "jia", "twice")
    await night.stop()


async def test_who_saw_it_free_does_not_take_it_from_who_was_quicker(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "01:09", "core")
    await night.until("01:13")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia", seen="")
    with pytest.raises(NightdutyError, match="jia has alert"):
        await take.take(night.station, alert.number, "yi", seen="")
    assert await take.take_all(night.station, [alert.number, 99], "yi") == []
    assert (await take.take(night.station, alert.number, "yi", seen="jia")).taken_by == "yi"
    with pytest.raises(NightdutyError, match="more than can be taken at once"):
        await take.take_all(night.station, range(1001), "yi")
    await night.stop()


async def test_closing_needs_a_word(night: Night) -> None:
    await night.go_on_duty()
    with pytest.raises(NightdutyError, match="say what was done"):
        await take.close(night.station, 1, "jia", "")
    await night.stop()


async def test_a_restart_does_not_raise_again_what_was_closed(night: Night) -> None:
    await night.go_on_duty()
    night.shows["core"] = silent
    await night.until("01:10")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.close(night.station, alert.number, "jia", "moved away")
    await night.restart()
    await night.until("01:30")
    assert not await night.station.store.read(alerts.open_alerts)
    await night.stop()
