"""Many alerts, one message: what is gathered, what is not delayed by it, and what each alert's timeline says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.services import take
from agent.services.deliver import GATHER, Deliverer
from agent.store import alerts, batches, journal, outbox, timeline
from agent.store.outbox import OutboxState, Outgoing
from agent.store.timeline import EventKind
from duty.alerts import Alert, AlertState
from duty.errors import NotifyError
from duty.findings import Severity
from duty.people import Contact
from exporters.notify.budget import Budget
from tests.agent.services.test_deliver import FINDING, MINUTE, Desk, desk

__all__ = ["desk"]

SECOND = timedelta(seconds=1)


async def fail(desk: Desk, *names: str) -> None:
    """Raise a critical alert for each of these."""
    now = desk.clock.now()
    for name in names:
        key = (name, "reach", "")
        alert = Alert(0, key, "hz1", Severity.CRITICAL, AlertState.FIRING, now, now, FINDING, wakes=True)
        await desk.station.store.write(alerts.put_alert, alert)


def many(n: int) -> tuple[str, ...]:
    return tuple(f"acc-{i:03}" for i in range(n))


async def test_a_storm_is_one_message_that_names_the_first_and_counts_the_rest(desk: Desk) -> None:
    await fail(desk, *many(99))
    await desk.go_on(timedelta(0))
    (message,) = desk.chat.got
    assert message.title == "[Night duty] CRITICAL: 100 alerts"
    assert message.lines[-2:] == (
        "97 more: A04, A05, A06, A07, A08, A09, A10, A11, ...",
        "Tech A (technician on duty): take them all by 03:05, else they go to the duty manager",
    )
    assert message.severity is Severity.CRITICAL
    for number in (1, 50, 100):
        happened = await desk.station.store.read(timeline.events, number)
        assert [(event.kind, event.data["event"]) for event in happened] == [(EventKind.TOLD, "fired")]
    assert {item.batch for item in await desk.letters()} == {message.key}


async def test_stragglers_of_a_storm_are_one_more_message_and_none_is_lost(desk: Desk) -> None:
    await desk.go_on(timedelta(0))
    assert "core" in desk.chat.got[0].title, "a single alert is not delayed"
    for second in range(20):
        await fail(desk, f"acc-{second}")
        await desk.go_on(SECOND)
    assert len(desk.chat.got) == 1
    await desk.go_on(GATHER - 20 * SECOND)
    assert [message.title for message in desk.chat.got[1:]] == ["[Night duty] CRITICAL: 20 alerts"]


async def test_a_restart_goes_on_gathering(desk: Desk) -> None:
    await desk.go_on(timedelta(0))
    await fail(desk, "acc-1")
    desk.deliverer = Deliverer(desk.station, {"chat": desk.chat, "sms": desk.sms}, {})
    await desk.go_on(SECOND)
    assert len(desk.chat.got) == 1
    await desk.go_on(GATHER)
    assert len(desk.chat.got) == 2


async def test_an_escalation_waits_for_nobody_and_is_one_message_as_well(desk: Desk) -> None:
    await fail(desk, *many(4))
    await desk.go_on(timedelta(0))
    await desk.go_on(2 * MINUTE)
    (by_sms,) = desk.sms.got
    assert by_sms.title == "[Night duty] ESCALATED: 5 alerts, nobody took them in 2 min"
    await fail(desk, "late")
    await desk.go_on(SECOND)
    assert len(desk.chat.got) == 2
    await desk.go_on(2 * MINUTE)
    assert len(desk.sms.got) == 2, "at 03:04, and not half a minute later"
    await desk.go_on(59 * SECOND)
    (to_manager,) = desk.sms.got[2:]
    assert to_manager.title == "[Night duty] ESCALATED: 5 alerts, nobody took them in 5 min"
    assert to_manager.lines[-1] == "Manager B (duty manager): take them all by 03:15, else they go to the leading group"


async def test_what_is_taken_together_is_told_together(desk: Desk) -> None:
    await fail(desk, "acc-1", "acc-2")
    await desk.go_on(timedelta(0))
    for number in (1, 2, 3):
        await take.take(desk.station, number, "jia")
    await desk.go_on(SECOND)
    assert desk.chat.got[-1].title == "[Night duty] TAKEN: 3 alerts"
    assert desk.chat.got[-1].lines[0].endswith(": Tech A at 03:00")
    assert desk.chat.got[-1].lines[-1] == "The first rings again at 04:00 if not restored"


async def test_what_one_of_them_needs_no_more_is_left_out_of_the_next_try(desk: Desk) -> None:
    await fail(desk, "acc-1", "acc-2")
    desk.chat.error = NotifyError("busy")
    await desk.go_on(timedelta(0))
    await take.take(desk.station, 2, "jia")
    desk.chat.error = None
    await desk.go_on()
    key = (await desk.letters())[0].key
    (message,) = [message for message in desk.chat.got if message.key == key]
    assert message.title == "[Night duty] CRITICAL: 2 alerts"
    await take.take(desk.station, 1, "jia")
    await take.take(desk.station, 3, "jia")
    told = {number: await desk.station.store.read(timeline.events, number) for number in (1, 2)}
    assert [EventKind.TOLD in {event.kind for event in told[number]} for number in (1, 2)] == [True, False]


async def test_a_refused_message_goes_letter_by_letter_to_the_next_contact_and_is_one_there(desk: Desk) -> None:
    await fail(desk, *many(9))
    desk.chat.error = NotifyError("refused", "no such user", permanent=True)
    await desk.go_on(timedelta(0))
    await desk.go_on(SECOND)
    (message,) = desk.sms.got
    assert message.title == "[Night duty] CRITICAL: 10 alerts"
    kinds = [event.kind for event in await desk.station.store.read(timeline.events, 7)]
    assert kinds == [EventKind.FAILED, EventKind.TOLD]
    states = [item.state for item in await desk.letters()]
    assert states == [OutboxState.REFUSED, OutboxState.SENT]


async def test_what_nobody_takes_of_many_is_said_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await fail(desk, *many(9))
    desk.chat.error = desk.sms.error = NotifyError("refused", permanent=True)
    await desk.go_on(timedelta(0))
    for _ in range(5):
        await desk.go_on(SECOND)
    assert caplog.text.count("nobody is left to tell") == 1
    entries = await desk.station.store.read(journal.entries, 9)
    (entry,) = [entry for entry in entries if entry.kind == "letter_undeliverable"]
    said = await desk.station.store.read(journal.payload_of, entry.seq)
    assert said is not None
    assert said["alerts"] == list(range(1, 11))


async def test_alerts_of_several_sites_have_the_clock_of_the_agent(desk: Desk) -> None:
    await fail(desk, "acc-1")
    before = await desk.station.store.read(alerts.get_alert, 2)
    elsewhere = replace(before, number=0, key=("far", "reach", ""), site="gone")
    await desk.station.store.write(alerts.put_alert, elsewhere)
    await desk.go_on(timedelta(0))
    titles = [message.title for message in desk.chat.got + desk.sms.got]
    assert sorted(titles)[0] == "[Night duty] CRITICAL: 2 alerts"


async def test_a_channel_whose_budget_is_used_up_gathers_until_there_is_room(desk: Desk) -> None:
    desk.deliverer = Deliverer(desk.station, {"chat": desk.chat, "sms": desk.sms}, {"chat": Budget(1)})
    await desk.go_on(timedelta(0))
    for second in range(4):
        await fail(desk, f"acc-{second}")
        await desk.go_on(10 * SECOND)
    assert len(desk.chat.got) == 1
    assert {item.tries for item in await desk.station.store.read(outbox.of_alert, 3)} == {0}, "to wait is no try"
    await desk.go_on(20 * SECOND)
    assert desk.chat.got[1].title == "[Night duty] CRITICAL: 4 alerts"


async def test_a_restart_does_not_go_over_the_budget(desk: Desk) -> None:
    await desk.go_on(timedelta(0))
    await fail(desk, "acc-1")
    desk.deliverer = Deliverer(desk.station, {"chat": desk.chat, "sms": desk.sms}, {"chat": Budget(1)})
    await desk.go_on(MINUTE - SECOND)
    assert len(desk.chat.got) == 1
    await desk.go_on(SECOND)
    assert len(desk.chat.got) == 2


async def test_a_channel_that_wants_to_be_left_alone_is_left_alone(desk: Desk) -> None:
    desk.chat.error = NotifyError("rate_limited", retry_after=10 * MINUTE)
    await desk.go_on(timedelta(0))
    desk.chat.error = None
    await fail(desk, "acc-1")
    await desk.go_on(9 * MINUTE)
    assert desk.chat.got == []
    await desk.go_on(MINUTE)
    await desk.go_on(GATHER)
    assert len(desk.chat.got) == 2, "the message that failed, and the new"


async def test_a_message_that_cannot_be_worded_holds_up_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    odd = Outgoing(key="odd", event="no such event", contact=Contact("chat", "jia"), person="jia", alert=1)
    await desk.station.store.write(outbox.enqueue, [odd], desk.clock.now())
    for _ in range(3):
        await desk.go_on(SECOND)
    assert len(desk.chat.got) == 1
    assert "cannot be worded" in caplog.text


async def test_a_message_of_one_alert_left_reads_as_of_one(desk: Desk) -> None:
    await fail(desk, "acc-1")
    desk.chat.error = NotifyError("busy")
    await desk.go_on(timedelta(0))
    await take.take(desk.station, 1, "jia")
    desk.chat.error = None
    await desk.go_on()
    assert any(message.title.startswith("[Night duty] CRITICAL: acc-1") for message in desk.chat.got)


async def test_a_message_under_way_keeps_its_channel_busy(desk: Desk) -> None:
    await fail(desk, "acc-1")
    store, now = desk.station.store, desk.clock.now()
    await desk.go_on(timedelta(0))
    extra = Outgoing(key="a", event="fired", contact=Contact("chat", "zu"), person="zu", alert=1)
    other = replace(extra, key="b", contact=Contact("chat", "yi"), person="yi")
    await store.write(outbox.enqueue, [extra, other], now)
    assert len(await store.write(batches.lease, "run", now, 9)) == 1
    assert await store.write(batches.lease, "run", now, 9) == []
