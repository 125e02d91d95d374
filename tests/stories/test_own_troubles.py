"""Nights on which the watch itself is in trouble: what it tells of itself, to whom, and when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from agent.services import take
from agent.services.heartbeat import Wellness
from agent.services.pulse import Pulse
from agent.services.watch import Watch
from agent.store import alerts, journal
from agent.store import channels as channel_table
from agent.store.engine import Store
from duty.alerts import Alert, AlertState
from duty.errors import NotifyError, StoreError
from duty.findings import Severity
from duty.standstill import MIB, Room
from duty.traps import TrapHealth
from exporters.words import say_finding, words
from tests.stories.night import MINUTE, Night
from tests.stories.test_alerts import QUIETLY, SETTINGS, dies, when

pytestmark = pytest.mark.soak

OWN = SETTINGS.replace("briefs:", "escalation: {self_test: null}\nbriefs:")
PLENTY = Room(50_000 * MIB, 60)


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, OWN, "2026-11-23 19:30")


async def troubles(night: Night) -> list[Alert]:
    return [alert for alert in await night.station.store.read(alerts.open_alerts) if alert.key[0] == "hz1"]


async def says(night: Night) -> list[str]:
    return [say_finding(alert.finding, words("en")) for alert in await troubles(night)]


class FullStore:
    """A record that can be read as ever, and takes nothing more."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def write(self, *_: Any, **__: Any) -> None:
        """Refuse."""
        raise StoreError("nightduty.db: the disk is full; free some space, the agent goes on by itself")


@contextmanager
def full(night: Night) -> Iterator[None]:
    """Let nothing be written for a while."""
    station = night.station
    there = station.store
    station.store = cast(Store, FullStore(there))
    yield
    station.store = there


class IdleWatch(Watch):
    """A watch that has gone to sleep."""

    async def make(self, now: datetime, without: Set[str] = frozenset(), only: Set[str] | None = None) -> None:
        """Look at nothing."""


async def test_little_room_waits_for_the_day_and_hardly_any_wakes_the_technician(night: Night) -> None:
    await night.go_on_duty()
    night.station.room = PLENTY
    await night.until("01:00", QUIETLY)
    night.station.room = Room(800 * MIB, 8)
    await night.until("01:30", QUIETLY)
    assert await says(night) == ["800 MiB of room are left for the record"]
    assert night.sent == [], "a warning wakes nobody"
    night.station.room = Room(100 * MIB, 1)
    await night.until("01:31")
    assert when(night.sent) == [("24 01:31", "chat", "jia")]
    assert "CRITICAL" in night.sent[0].title
    night.station.room = None
    await night.until("01:32")
    assert len(await troubles(night)) == 1, "not known is no recovery"
    night.station.room = PLENTY
    await night.until("01:33")
    assert await troubles(night) == []
    await night.stop()


async def test_a_round_that_was_missed_is_told_until_the_next_one_is_made(night: Night) -> None:
    await night.go_on_duty()
    await night.until("20:30", QUIETLY)
    assert await troubles(night) == []
    await night.stop()
    night.asleep_until("21:30")
    await night.go_on_duty()
    await night.until("21:31")
    (alert,) = await troubles(night)
    assert (alert.key, alert.severity, alert.wakes) == (("hz1", "round", "inspection"), Severity.WARNING, False)
    assert await says(night) == ["the last round of inspection was not made"]
    await night.until("22:05")
    assert await troubles(night) == []
    await night.stop()


async def test_one_channel_that_fails_is_its_own_trouble_and_all_of_them_are_an_outbox_that_stands_still(
    night: Night,
) -> None:
    night.broken["chat"] = NotifyError("no_answer")
    await night.go_on_duty()
    await dies(night, "03:09", "core")
    await night.until("03:40")
    assert {alert.key[1] for alert in await troubles(night)} == {"channel"}
    night.shows.clear()
    night.broken.clear()
    await night.until("05:00", QUIETLY)
    night.broken |= {"chat": NotifyError("no_answer"), "sms": NotifyError("no_answer")}
    await dies(night, "05:10", "core")
    await night.until("05:21")
    assert "outbox" not in {alert.key[1] for alert in await troubles(night)}
    await night.until("05:30")
    stuck = [alert for alert in await troubles(night) if alert.key[1] == "outbox"]
    assert [(alert.severity, alert.wakes) for alert in stuck] == [(Severity.CRITICAL, True)]
    night.broken.clear()
    await night.until("05:40")
    assert "outbox" not in {alert.key[1] for alert in await troubles(night)}
    known = await night.station.store.read(channel_table.load_channels)
    assert not any(state.failing_since for state in known.values())
    await night.stop()


async def test_a_clock_that_was_set_wakes_somebody_and_is_over_when_they_take_note_of_it(night: Night) -> None:
    await night.go_on_duty()
    await night.until("01:05", QUIETLY)
    night.clock.set_wall(timedelta(seconds=40))
    await night.tick()
    assert await troubles(night) == [], "less than a minute is nobody's trouble"
    night.clock.set_wall(timedelta(minutes=5))
    await night.until("01:15")
    assert await says(night) == ["the clock was set forward by 5 min"]
    assert night.sent[0].address == "jia"
    (alert,) = await troubles(night)
    await take.take(night.station, alert.number, "jia")
    await night.until("01:30")
    assert await troubles(night) == []
    assert (await night.station.store.read(alerts.get_alert, alert.number)).state is AlertState.RESOLVED
    await night.stop()


@pytest.mark.parametrize("step", [pytest.param(timedelta(hours=h), id=f"{h:+} h") for h in (3, -3)])
async def test_a_clock_that_was_set_and_stays_is_over_after_an_hour(night: Night, step: timedelta) -> None:
    await night.go_on_duty()
    await night.until("00:15", QUIETLY)
    night.clock.set_wall(step)
    await night.tick()
    begin = night.clock.now()
    while night.clock.now() - begin < timedelta(minutes=50):
        await night.until(f"{(night.clock.now() + 10 * MINUTE).astimezone(night.zone):%H:%M}", QUIETLY)
        assert "clock_step" in {alert.key[1] for alert in await troubles(night)}
    await night.until(f"{(night.clock.now() + 20 * MINUTE).astimezone(night.zone):%H:%M}", QUIETLY)
    assert "clock_step" not in {alert.key[1] for alert in await troubles(night)}
    await night.stop()


async def test_a_port_for_traps_that_cannot_be_opened_is_told_after_a_minute(night: Night) -> None:
    await night.go_on_duty()
    night.station.trap_health = lambda: TrapHealth({}, 0, 0, "cannot listen on 0.0.0.0:162")
    await night.until("19:31")
    assert await troubles(night) == []
    await night.until("19:33")
    assert await says(night) == ["the port for traps cannot be opened, traps are not heard"]
    night.station.trap_health = lambda: TrapHealth({}, 0, 0)
    await night.until("19:35")
    assert await troubles(night) == []
    await night.stop()


async def test_a_watch_that_looks_at_nothing_wakes_somebody(night: Night) -> None:
    await night.go_on_duty()
    await night.until("01:05", QUIETLY)
    awake, night.ticks.watch = night.ticks.watch, IdleWatch(night.station)
    await night.until("01:10")
    assert await says(night) == ["no target is looked at any more"]
    assert night.sent[0].address == "jia"
    night.ticks.watch = awake
    await night.until("01:12")
    assert await troubles(night) == []
    await night.stop()


async def test_while_nothing_can_be_written_the_fallback_contact_is_told_once_and_then_that_it_is_over(
    night: Night,
) -> None:
    await night.go_on_duty()
    await night.until("01:05", QUIETLY)
    wellness = Wellness(night.station, Pulse(night.station))
    with full(night):
        await night.until("01:06")
        assert (night.sent, wellness.ill()) == ([], ""), "a moment is nobody's trouble"
        await night.until("01:30")
        assert wellness.ill() == "record", "the heartbeat is withheld"
        assert [line.code for line in (await night.board()).health if not line.ok] == ["record"]
    (told,) = night.sent
    assert (told.channel, told.address) == ("sms", "9")
    assert "cannot be written since" in told.title
    await night.until("01:33")
    assert [sent.title.partition(": ")[2] for sent in night.sent[1:]] == [
        "could not be written from 01:06 to 01:31, works again"
    ]
    kinds = [entry.kind for entry in await night.station.store.read(journal.entries, 50)]
    assert "record_resumed" in kinds
    with full(night):
        await night.until("01:50")
    await night.until("01:52")
    assert len(night.sent) == 2, "at most one an hour"
    await night.stop()
