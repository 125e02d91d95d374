"""The outbox: a letter is written once, with what decided it, and it is known who was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from agent.store import alerts, batches, outbox, told
from agent.store.batches import Batch
from agent.store.engine import Store
from agent.store.outbox import OutboxItem, OutboxState, Outgoing
from duty.escalation import Page, Told
from duty.people import Contact
from tests.agent.store.samples import HOSTILE, HOUR, NOW
from tests.agent.store.test_alerts import fresh

SMS, CHAT = Contact("sms", "13800000000", "gsm"), Contact("chat", "机房群", "internet")
MINUTE = timedelta(minutes=1)


def message(key: str, contact: Contact = SMS) -> Outgoing:
    return Outgoing(key=key, event="channel.test", contact=contact, person="王芳")


def page(step: int = 0, person: str = "王芳", contact: Contact = SMS) -> Page:
    return Page(1, NOW, step, person, contact, "step.technician")


@pytest.fixture
async def raised(store: Store) -> Store:
    """A store with alert 1."""
    await store.write(alerts.put_alert, fresh())
    return store


def keys(batches: list[Batch]) -> list[str]:
    return [batch.key for batch in batches]


async def test_a_message_comes_back_as_it_was(raised: Store) -> None:
    put = outbox.outgoing(page(contact=CHAT), "alert.fired", {"value": 2**64, "name": HOSTILE, "parts": [1, None]})
    assert await raised.write(outbox.enqueue, [put], NOW) == 1
    (found,) = await raised.read(outbox.of_alert, 1)
    assert found == OutboxItem(
        key=page(contact=CHAT).key,
        event="alert.fired",
        contact=CHAT,
        person="王芳",
        reason="step.technician",
        data={"value": 2**64, "name": HOSTILE, "parts": [1, None]},
        alert=1,
        fired=NOW,
        step=0,
        number=found.number,
        batch="",
        created=NOW,
        state=OutboxState.PENDING,
        tries=0,
        next_at=NOW,
        lease_until=None,
        lease_by="",
        sent_at=None,
        receipt="",
        error="",
    )


async def test_a_key_is_written_once(store: Store) -> None:
    assert await store.write(outbox.enqueue, [message("a"), message("b"), message("a")], NOW) == 2
    assert await store.write(outbox.enqueue, [message("b", CHAT), message("c")], NOW) == 1
    assert await store.write(outbox.enqueue, [], NOW) == 0
    assert await store.read(outbox.depth) == {(OutboxState.PENDING, "sms"): 3}


async def test_a_message_is_written_with_what_decided_it_or_not_at_all(raised: Store) -> None:
    def decide_and_die(conn: Connection, agent: str) -> None:
        outbox.enqueue(conn, agent, [message("a")], NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await raised.write(decide_and_die)
    assert await raised.read(outbox.depth) == {}


async def test_what_is_not_needed_any_more_is_taken_back(raised: Store) -> None:
    decided = [page(0), page(1, contact=CHAT), page(2, "李雷")]
    await raised.write(outbox.enqueue, [outbox.outgoing(one, "alert.fired") for one in decided], NOW)
    await raised.write(outbox.enqueue, [message("other")], NOW)
    (under_way,) = await raised.write(batches.lease, "run-1", NOW, 1)
    assert await raised.write(outbox.drop, 1) == 2
    assert await raised.write(batches.mark_sent, under_way.key, "run-1", "ok", NOW)
    assert keys(await raised.write(batches.lease, "run-1", NOW, 9)) == ["other"]
    assert await raised.read(outbox.depth) == {
        (OutboxState.SENT, "sms"): 1,
        (OutboxState.LEASED, "sms"): 1,
        (OutboxState.DROPPED, "sms"): 1,
        (OutboxState.DROPPED, "chat"): 1,
    }


async def test_what_was_decided_is_known_whatever_became_of_it(raised: Store) -> None:
    decided = [page(0), page(1, contact=CHAT), page(3, "李雷")]
    await raised.write(outbox.enqueue, [outbox.outgoing(one, "alert.fired") for one in decided], NOW)
    recovery = replace(message("recovery"), alert=1)
    await raised.write(outbox.enqueue, [recovery], NOW)
    (item, _) = await raised.write(batches.lease, "run-1", NOW, 9)
    await raised.write(batches.mark_refused, item.key, "run-1", "no", NOW)
    assert await raised.read(told.told, 1) == [
        Told(1, NOW, 0, "王芳", SMS),
        Told(1, NOW, 1, "王芳", CHAT),
        Told(1, NOW, 3, "李雷", SMS),
    ]


async def test_a_recovery_is_for_those_to_whom_a_message_went_out(raised: Store) -> None:
    ways = {name: Contact(name, "1", "gsm") for name in ("sent", "refused", "failed", "given_up", "cut_off", "waits")}
    decided = [page(step, "王芳", way) for step, way in enumerate(ways.values())]
    await raised.write(outbox.enqueue, [outbox.outgoing(one, "alert.fired") for one in decided], NOW)
    leased = {item.contact.channel: item.key for item in await raised.write(batches.lease, "run-1", NOW, 5)}
    await raised.write(batches.mark_sent, leased["sent"], "run-1", "ok", NOW)
    await raised.write(batches.mark_refused, leased["refused"], "run-1", "", NOW)
    await raised.write(batches.mark_failed, leased["failed"], "run-1", "", NOW + HOUR, NOW)
    await raised.write(batches.mark_failed, leased["given_up"], "run-1", "timeout", None, NOW)
    expected = {("王芳", ways["sent"]), ("王芳", ways["cut_off"])}
    assert (await raised.read(told.who_knows, [1])).get(1, set()) == expected
    await raised.write(outbox.release, "run-2", NOW)
    await raised.write(outbox.drop, 1)
    assert (await raised.read(told.who_knows, [1])).get(1, set()) == expected


async def test_a_recovery_is_for_those_who_are_being_told_at_the_second_try(raised: Store) -> None:
    await raised.write(outbox.enqueue, [outbox.outgoing(page(), "alert.fired")], NOW)
    (item,) = await raised.write(batches.lease, "run-1", NOW, 9)
    await raised.write(batches.mark_failed, item.key, "run-1", "refused", NOW, NOW)
    assert (await raised.read(told.who_knows, [1])).get(1, set()) == set()
    await raised.write(batches.lease, "run-1", NOW, 9)
    assert (await raised.read(told.who_knows, [1])).get(1, set()) == {("王芳", SMS)}


async def test_somebody_told_twice_is_named_once(raised: Store) -> None:
    elsewhere = replace(SMS, path="internet")
    await raised.write(outbox.enqueue, [replace(message("a"), alert=1), replace(message("b", elsewhere), alert=1)], NOW)
    for _ in range(2):
        (item,) = await raised.write(batches.lease, "run-1", NOW, 9)
        await raised.write(batches.mark_sent, item.key, "run-1", "ok", NOW)
    assert (await raised.read(told.who_knows, [1])).get(1, set()) == {("王芳", elsewhere)}


async def test_the_oldest_that_waits_is_known(store: Store) -> None:
    assert await store.read(outbox.oldest) is None
    await store.write(outbox.enqueue, [message("a")], NOW)
    await store.write(outbox.enqueue, [message("b", CHAT)], NOW + HOUR)
    assert await store.read(outbox.oldest) == NOW
    (item,) = await store.write(batches.lease, "run-1", NOW, 1)
    assert await store.read(outbox.oldest) == NOW
    await store.write(batches.mark_sent, item.key, "run-1", "ok", NOW)
    assert await store.read(outbox.oldest) == NOW + HOUR


async def test_another_agents_outbox_is_its_own(store: Store) -> None:
    await store.write(lambda conn, agent: outbox.enqueue(conn, "sh2", [message("a")], NOW))
    assert await store.write(batches.lease, "run-1", NOW, 9) == []
    assert await store.write(outbox.enqueue, [message("a")], NOW) == 1
    assert await store.read(outbox.depth) == {(OutboxState.PENDING, "sms"): 1}
