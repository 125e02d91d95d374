"""Nights on which somebody has said: of this tell nobody, or: we work here."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.services import silence, take
from agent.store import alerts
from duty.errors import NightdutyError
from duty.rounds import SheetState
from duty.silences import SilenceKind
from tests.stories.night import Night
from tests.stories.test_alerts import QUIETLY, SETTINGS, WHOLE_NIGHT, dies, when


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS, "2026-11-23 19:30")


async def quiet(night: Night, target: str, until: str, kind: SilenceKind = SilenceKind.SILENCE) -> int:
    made = await silence.silence(
        night.station, "yi", kind=kind, target=target, begin=night.clock.now(), end=night.at(until), why="works"
    )
    return made.number


async def test_a_silence_that_ends_lets_the_failure_call(night: Night) -> None:
    await night.go_on_duty()
    await night.until("03:00", QUIETLY)
    await quiet(night, "core", "04:00")
    await dies(night, "03:09", "core")
    await night.until("03:59")
    assert night.sent == []
    assert len(await night.station.store.read(alerts.open_alerts)) == 1, "it stands in the list all the same"
    await night.until("04:02")
    assert when(night.sent) == [("24 04:00", "chat", "jia"), ("24 04:02", "sms", "1")]
    assert "since 03:12" in night.sent[0].title
    await night.stop()


async def test_what_is_well_before_its_silence_ends_calls_nobody(night: Night) -> None:
    await night.go_on_duty()
    await night.until("03:00", QUIETLY)
    await quiet(night, "core", "04:00")
    await dies(night, "03:09", "core")
    await night.until("03:30")
    night.shows.clear()
    await night.until("05:00")
    assert night.sent == []
    await night.stop()


async def test_a_silence_in_the_middle_of_an_escalation_stops_it_and_its_end_begins_anew(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    number = await quiet(night, "co*", "05:00")
    await night.until("03:40")
    assert when(night.sent) == WHOLE_NIGHT[:1]
    assert await silence.end_silence(night.station, number, "yi")
    assert not await silence.end_silence(night.station, number, "yi"), "over is over"
    await night.until("03:43")
    assert when(night.sent)[1:] == [("24 03:41", "chat", "jia"), ("24 03:43", "sms", "1")]
    await night.stop()


async def test_a_restart_in_a_silence_changes_nothing(night: Night) -> None:
    await night.go_on_duty()
    await night.until("03:00", QUIETLY)
    await quiet(night, "core", "04:00")
    await dies(night, "03:09", "core")
    await night.until("03:20")
    await night.restart()
    await night.until("03:59")
    assert night.sent == []
    await night.until("04:01")
    assert when(night.sent) == [("24 04:00", "chat", "jia")]
    await night.stop()


async def test_what_is_in_maintenance_is_suppressed_in_the_round_and_inspected_after_it(night: Night) -> None:
    await night.go_on_duty()
    await night.until("02:50", QUIETLY)
    await quiet(night, "core", "03:30", SilenceKind.MAINTENANCE)
    await dies(night, "02:55", "core")
    await night.until("03:20")
    night.shows.clear()
    await night.until("04:05")
    assert (await night.sheet_states("24 03:00"))["core"] is SheetState.SUPPRESSED
    assert (await night.sheet_states("24 04:00"))["core"] is SheetState.OK
    assert night.sent == []
    await night.stop()


async def test_a_silence_needs_an_end_a_reason_and_a_name(night: Night) -> None:
    await night.go_on_duty()
    now, hour = night.clock.now(), night.at("21:00")
    with pytest.raises(NightdutyError, match="end after it begins"):
        await silence.silence(night.station, "yi", kind=SilenceKind.SILENCE, target="core", begin=now, end=now, why="x")
    late = night.at("2026-12-24 20:00")
    with pytest.raises(NightdutyError, match="7 days at the most"):
        await silence.silence(
            night.station, "yi", kind=SilenceKind.SILENCE, target="core", begin=now, end=late, why="x"
        )
    with pytest.raises(NightdutyError, match="say why"):
        await silence.silence(
            night.station, "yi", kind=SilenceKind.SILENCE, target="core", begin=now, end=hour, why=" "
        )
    with pytest.raises(NightdutyError, match="cover everything"):
        await silence.silence(night.station, "yi", kind=SilenceKind.SILENCE, begin=now, end=hour, why="x")
    await night.stop()


async def test_who_is_asked_to_take_it_is_told_and_has_it_only_when_they_take_it(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    await take.take(night.station, alert.number, "jia")
    await night.until("03:14")
    before = len(night.sent)
    await take.hand(night.station, alert.number, "jia", "ding", "you know this switch")
    await night.until("03:15")
    (asked,) = night.sent[before:]
    assert (asked.channel, asked.address) == ("sms", "4")
    assert "FOR YOU" in asked.title
    assert "Tech A asks you to take it: “you know this switch”" in asked.text
    assert (await night.station.store.read(alerts.get_alert, alert.number)).taken_by == "jia"
    await take.take(night.station, alert.number, "ding")
    assert (await night.station.store.read(alerts.get_alert, alert.number)).taken_by == "ding"
    night.shows.clear()
    await night.until("03:25")
    assert ("sms", "4") in {(s.channel, s.address) for s in night.sent if "RESTORED" in s.title}
    await night.stop()


async def test_nobody_and_who_cannot_be_told_are_not_asked(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:13")
    (alert,) = await night.station.store.read(alerts.open_alerts)
    with pytest.raises(NightdutyError, match="nobody named wu; there are: ding, jia"):
        await take.hand(night.station, alert.number, "jia", "wu")
    await night.stop()
