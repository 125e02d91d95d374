"""Letters: what is out of date is not sent, and what is refused by everybody ends and is said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from agent import bootstrap
from agent.services import take
from agent.services.deliver import Deliverer
from agent.services.escalate import escalate
from agent.services.look import Looker
from agent.services.muster import muster
from agent.services.station import Station
from agent.store import alerts, batches, journal, outbox
from agent.store.engine import Store
from agent.store.outbox import OutboxState
from agent.store.told import who_knows
from config.load import parse
from duty.alerts import Alert, AlertState, fired_again
from duty.errors import NotifyError
from duty.findings import Finding, Severity
from duty.people import Contact
from exporters.notify.port import Message, Receipt
from tests.stories.night import DrivenClock
from tests.stories.test_alerts import SETTINGS

FINDING = Finding("reach", "", Severity.CRITICAL, "timeout")
MINUTE = timedelta(minutes=1)


class Box:
    """A channel that takes what it is given, or does not, as ``error`` says."""

    def __init__(self) -> None:
        self.error: NotifyError | None = None
        self.got: list[Message] = []

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Take a message."""
        if self.error is not None:
            raise self.error
        self.got.append(message)
        return Receipt("noted")

    async def close(self) -> None:
        """Nothing is kept open."""


class Desk:
    """A station whose core switch has an alert, with two channels."""

    def __init__(self, station: Station, clock: DrivenClock) -> None:
        self.station = station
        self.clock = clock
        self.chat, self.sms = Box(), Box()
        self.deliverer = Deliverer(station, {"chat": self.chat, "sms": self.sms}, {})

    async def go_on(self, by: timedelta = MINUTE) -> None:
        """Let time pass, and what is due be decided and sent."""
        self.clock.advance(by)
        await self.station.store.write(escalate, self.station.orders, self.clock.now())
        await self.deliverer.deliver()
        await self.deliverer.settled()

    async def letters(self) -> list[outbox.OutboxItem]:
        return await self.station.store.read(outbox.of_alert, 1)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = Store.open(f"sqlite:///{tmp_path / 'nightduty.db'}", "hz1")
    clock = DrivenClock(datetime.fromisoformat("2026-11-24T03:00:00+08:00"))
    station = await bootstrap.make_station(parse(SETTINGS, "desk.yaml"), clock, store, Looker({}, clock))
    await store.write(muster, station.orders, clock.now())
    now = clock.now()
    alert = Alert(0, ("core", "reach", ""), "hz1", Severity.CRITICAL, AlertState.FIRING, now, now, FINDING, wakes=True)
    await store.write(alerts.put_alert, alert)
    desk = Desk(station, clock)
    yield desk
    await desk.deliverer.close()
    store.close()


async def test_a_letter_that_failed_is_not_sent_after_its_alert_was_taken(desk: Desk) -> None:
    now = desk.clock.now()
    await desk.station.store.write(escalate, desk.station.orders, now)
    (batch,) = await desk.station.store.write(batches.lease, desk.station.run, now, 20)
    await take.take(desk.station, 1, "jia")
    await desk.station.store.write(batches.mark_failed, batch.key, desk.station.run, "busy", now, now)
    await desk.go_on()
    assert [item.state for item in await desk.letters() if item.event == "fired"] == [OutboxState.DROPPED]
    assert [item.state for item in await desk.letters() if item.event == "taken"] == [OutboxState.SENT]


async def test_a_letter_of_an_earlier_firing_is_not_sent_beside_the_one_of_this(desk: Desk) -> None:
    desk.chat.error = NotifyError("busy")
    await desk.go_on(timedelta(0))
    before = await desk.station.store.read(alerts.get_alert, 1)
    await desk.station.store.write(alerts.change_alert, before, fired_again(before, desk.clock.now() + MINUTE))
    desk.chat.error = None
    await desk.go_on()
    assert len(desk.chat.got) == 1
    assert [item.event for item in await desk.letters() if item.state is OutboxState.SENT] == ["fired_again"]


async def test_what_everybody_refuses_ends_with_the_fallback_and_is_said(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.chat.error = desk.sms.error = NotifyError("refused", "no such user", permanent=True)
    await desk.go_on(timedelta(0))
    for _ in range(10):
        await desk.go_on(timedelta(seconds=5))
    letters = await desk.letters()
    assert [(item.contact.address, item.person, item.state) for item in letters] == [
        ("jia", "jia", OutboxState.REFUSED),
        ("1", "jia", OutboxState.REFUSED),
        ("9", "", OutboxState.REFUSED),
    ]
    assert max(len(item.key) for item in letters) < 80, "a key does not grow with each refusal"
    assert "nobody is left to tell" in caplog.text
    kinds = [entry.kind for entry in await desk.station.store.read(journal.entries, 5)]
    assert kinds.count("letter_undeliverable") == 1


async def test_a_letter_to_somebody_who_has_left_goes_to_the_fallback(desk: Desk) -> None:
    await desk.station.store.write(escalate, desk.station.orders, desk.clock.now())
    desk.station.orders = replace(desk.station.orders, people=())
    desk.chat.error = NotifyError("refused", permanent=True)
    await desk.station.store.write(forget_jia)
    await desk.deliverer.deliver()
    await desk.deliverer.settled()
    await desk.deliverer.deliver()
    await desk.deliverer.settled()
    assert [item.contact.address for item in await desk.letters() if item.state is OutboxState.SENT] == ["9"]


def forget_jia(conn: Connection, agent: str) -> None:
    conn.exec_driver_sql("DELETE FROM contact WHERE person = 'jia'")
    conn.exec_driver_sql("UPDATE person SET active = 0 WHERE name = 'jia'")


@pytest.mark.parametrize(("code", "told"), [("timeout", {"jia"}), ("unreachable", set())])
async def test_whose_answer_was_lost_is_told_of_the_end_and_who_was_out_of_reach_is_not(
    desk: Desk, code: str, told: set[str]
) -> None:
    desk.chat.error = NotifyError(code)
    await desk.go_on(timedelta(0))
    desk.chat.error = NotifyError("unreachable")
    await desk.go_on()
    found = (await desk.station.store.read(who_knows, [1])).get(1, set())
    assert {contact.address for _, contact in found} == told


async def test_a_channel_that_left_the_settings_sends_the_letter_by_the_next(desk: Desk) -> None:
    deliverer = Deliverer(desk.station, {"sms": desk.sms}, {})
    await desk.station.store.write(escalate, desk.station.orders, desk.clock.now())
    for _ in range(2):
        await deliverer.deliver()
        await deliverer.settled()
    await deliverer.close()
    assert len(desk.sms.got) == 1
