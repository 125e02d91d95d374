"""The outbox: written once, sent until it is accepted, one at a time on each channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from agent.store import alerts, outbox
from agent.store.engine import Store
from agent.store.outbox import LEASE, OutboxItem, OutboxState, Outgoing
from agent.store.schema import metadata
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


def keys(items: list[OutboxItem]) -> list[str]:
    return [item.key for item in items]


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


async def test_a_message_that_was_sent_is_not_written_again(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(outbox.lease, "run-1", NOW, 9)
    assert await store.write(outbox.mark_sent, item.number, "run-1", "ok", NOW)
    assert await store.write(outbox.enqueue, [message("a")], NOW) == 0
    assert await store.write(outbox.lease, "run-1", NOW, 9) == []


async def test_a_message_is_written_with_what_decided_it_or_not_at_all(raised: Store) -> None:
    def decide_and_die(conn: Connection, agent: str) -> None:
        outbox.enqueue(conn, agent, [message("a")], NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await raised.write(decide_and_die)
    assert await raised.read(outbox.depth) == {}


async def test_the_oldest_goes_first_and_one_at_a_time_on_each_channel(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a"), message("b"), message("c", CHAT), message("d", CHAT)], NOW)
    first = await store.write(outbox.lease, "run-1", NOW, 9)
    assert keys(first) == ["a", "c"]
    assert await store.write(outbox.lease, "run-1", NOW, 9) == []
    assert await store.write(outbox.mark_sent, first[0].number, "run-1", "ok", NOW)
    assert keys(await store.write(outbox.lease, "run-1", NOW, 9)) == ["b"]


async def test_a_channel_that_merges_is_given_several(store: Store) -> None:
    await store.write(outbox.enqueue, [message(key) for key in "abcd"], NOW)
    assert keys(await store.write(outbox.lease, "run-1", NOW, 1, per_channel=3)) == ["a"]
    assert keys(await store.write(outbox.lease, "run-1", NOW, 9, per_channel=3)) == ["b", "c"]


async def test_a_lease_says_whose_it_is_and_counts_the_try(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(outbox.lease, "run-1", NOW, 9, lasting=MINUTE)
    assert (item.state, item.lease_by, item.lease_until, item.tries) == (OutboxState.LEASED, "run-1", NOW + MINUTE, 1)


async def test_a_lease_that_ran_out_is_given_out_again(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    await store.write(outbox.lease, "run-1", NOW, 9)
    assert await store.write(outbox.lease, "run-1", NOW + LEASE - timedelta(microseconds=1), 9) == []
    (again,) = await store.write(outbox.lease, "run-1", NOW + LEASE, 9)
    assert again.tries == 2


async def test_an_accepted_message_keeps_its_receipt(raised: Store) -> None:
    await raised.write(outbox.enqueue, [outbox.outgoing(page(), "alert.fired")], NOW)
    (item,) = await raised.write(outbox.lease, "run-1", NOW, 9)
    assert await raised.write(outbox.mark_sent, item.number, "run-1", HOSTILE, NOW + MINUTE)
    (sent,) = await raised.read(outbox.of_alert, 1)
    assert (sent.state, sent.sent_at, sent.receipt) == (OutboxState.SENT, NOW + MINUTE, HOSTILE)
    assert (sent.lease_by, sent.lease_until, sent.error) == ("", None, "")


async def test_a_failed_try_waits_for_its_time_and_lets_others_pass(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a"), message("b")], NOW)
    (item,) = await store.write(outbox.lease, "run-1", NOW, 9)
    assert await store.write(outbox.mark_failed, item.number, "run-1", "timeout", NOW + MINUTE, NOW)
    (other,) = await store.write(outbox.lease, "run-1", NOW, 9)
    assert other.key == "b"
    await store.write(outbox.mark_sent, other.number, "run-1", "ok", NOW)
    assert await store.write(outbox.lease, "run-1", NOW, 9) == []
    assert keys(await store.write(outbox.lease, "run-1", NOW + MINUTE, 9)) == ["a"]


async def test_a_message_can_be_given_up(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(outbox.lease, "run-1", NOW, 9)
    assert await store.write(outbox.mark_failed, item.number, "run-1", "timeout", None, NOW)
    assert await store.write(outbox.lease, "run-1", NOW + HOUR, 9) == []
    assert await store.read(outbox.depth) == {(OutboxState.FAILED, "sms"): 1}


async def test_what_was_refused_is_not_tried_again(raised: Store) -> None:
    await raised.write(outbox.enqueue, [outbox.outgoing(page(), "alert.fired")], NOW)
    (item,) = await raised.write(outbox.lease, "run-1", NOW, 9)
    assert await raised.write(outbox.mark_refused, item.number, "run-1", "310000 sign not match", NOW)
    (refused,) = await raised.read(outbox.of_alert, 1)
    assert (refused.state, refused.error) == (OutboxState.REFUSED, "310000 sign not match")
    assert await raised.write(outbox.lease, "run-1", NOW + HOUR, 9) == []


async def test_only_the_run_that_has_it_can_say_what_became_of_it(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(outbox.lease, "run-1", NOW, 9)
    assert not await store.write(outbox.mark_sent, item.number, "run-2", "ok", NOW)
    assert not await store.write(outbox.mark_failed, item.number, "run-2", "timeout", NOW, NOW)
    assert not await store.write(outbox.mark_refused, item.number, "run-2", "no", NOW)
    assert await store.write(outbox.mark_sent, item.number, "run-1", "ok", NOW)
    assert not await store.write(outbox.mark_failed, item.number, "run-1", "timeout", NOW, NOW)


async def test_what_a_dead_run_had_under_way_is_sent_by_the_next(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a"), message("b", CHAT)], NOW)
    await store.write(outbox.lease, "run-1", NOW, 1)
    await store.write(outbox.lease, "run-2", NOW, 1)
    assert await store.write(outbox.release, "run-2", NOW) == 1
    (again,) = await store.write(outbox.lease, "run-2", NOW, 9)
    assert (again.key, again.tries) == ("a", 2)


async def test_what_is_not_needed_any_more_is_taken_back(raised: Store) -> None:
    decided = [page(0), page(1, contact=CHAT), page(2, "李雷")]
    await raised.write(outbox.enqueue, [outbox.outgoing(one, "alert.fired") for one in decided], NOW)
    await raised.write(outbox.enqueue, [message("other")], NOW)
    (under_way,) = await raised.write(outbox.lease, "run-1", NOW, 1)
    assert await raised.write(outbox.drop, 1) == 2
    assert await raised.write(outbox.mark_sent, under_way.number, "run-1", "ok", NOW)
    assert keys(await raised.write(outbox.lease, "run-1", NOW, 9)) == ["other"]
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
    (item, _) = await raised.write(outbox.lease, "run-1", NOW, 9)
    await raised.write(outbox.mark_refused, item.number, "run-1", "no", NOW)
    assert await raised.read(outbox.told, 1) == [
        Told(1, NOW, 0, "王芳", SMS),
        Told(1, NOW, 1, "王芳", CHAT),
        Told(1, NOW, 3, "李雷", SMS),
    ]


async def test_a_recovery_is_for_those_to_whom_a_message_went_out(raised: Store) -> None:
    ways = {name: Contact(name, "1", "gsm") for name in ("sent", "refused", "failed", "given_up", "cut_off", "waits")}
    decided = [page(step, "王芳", way) for step, way in enumerate(ways.values())]
    await raised.write(outbox.enqueue, [outbox.outgoing(one, "alert.fired") for one in decided], NOW)
    leased = {item.contact.channel: item.number for item in await raised.write(outbox.lease, "run-1", NOW, 5)}
    await raised.write(outbox.mark_sent, leased["sent"], "run-1", "ok", NOW)
    await raised.write(outbox.mark_refused, leased["refused"], "run-1", "", NOW)
    await raised.write(outbox.mark_failed, leased["failed"], "run-1", "", NOW + HOUR, NOW)
    await raised.write(outbox.mark_failed, leased["given_up"], "run-1", "timeout", None, NOW)
    expected = {("王芳", ways["sent"]), ("王芳", ways["cut_off"])}
    assert await raised.read(outbox.who_was_told, 1) == expected
    await raised.write(outbox.release, "run-2", NOW)
    await raised.write(outbox.drop, 1)
    assert await raised.read(outbox.who_was_told, 1) == expected


async def test_a_recovery_is_for_those_who_are_being_told_at_the_second_try(raised: Store) -> None:
    await raised.write(outbox.enqueue, [outbox.outgoing(page(), "alert.fired")], NOW)
    (item,) = await raised.write(outbox.lease, "run-1", NOW, 9)
    await raised.write(outbox.mark_failed, item.number, "run-1", "refused", NOW, NOW)
    assert await raised.read(outbox.who_was_told, 1) == set()
    await raised.write(outbox.lease, "run-1", NOW, 9)
    assert await raised.read(outbox.who_was_told, 1) == {("王芳", SMS)}


async def test_somebody_told_twice_is_named_once(raised: Store) -> None:
    elsewhere = replace(SMS, path="internet")
    await raised.write(outbox.enqueue, [replace(message("a"), alert=1), replace(message("b", elsewhere), alert=1)], NOW)
    for item in await raised.write(outbox.lease, "run-1", NOW, 9, per_channel=2):
        await raised.write(outbox.mark_sent, item.number, "run-1", "ok", NOW)
    assert await raised.read(outbox.who_was_told, 1) == {("王芳", elsewhere)}


async def test_the_oldest_that_waits_is_known(store: Store) -> None:
    assert await store.read(outbox.oldest) is None
    await store.write(outbox.enqueue, [message("a")], NOW)
    await store.write(outbox.enqueue, [message("b", CHAT)], NOW + HOUR)
    assert await store.read(outbox.oldest) == NOW
    (item,) = await store.write(outbox.lease, "run-1", NOW, 1)
    assert await store.read(outbox.oldest) == NOW
    await store.write(outbox.mark_sent, item.number, "run-1", "ok", NOW)
    assert await store.read(outbox.oldest) == NOW + HOUR


async def test_another_agents_outbox_is_its_own(store: Store) -> None:
    await store.write(lambda conn, agent: outbox.enqueue(conn, "sh2", [message("a")], NOW))
    assert await store.write(outbox.lease, "run-1", NOW, 9) == []
    assert await store.write(outbox.enqueue, [message("a")], NOW) == 1
    assert await store.read(outbox.depth) == {(OutboxState.PENDING, "sms"): 1}


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["enqueue", "lease", "sent", "failed", "killed", "later"]), st.integers(0, 5)),
    max_size=40,
)


def walk(conn: Connection, steps: list[Step]) -> Iterator[tuple[list[OutboxItem], set[str], set[str]]]:
    """Carry out what may happen to an outbox; yield what is under way, what was written and what was accepted."""
    now, run, under_way = NOW, 0, dict[str, OutboxItem]()
    written, accepted = set[str](), set[str]()
    for what, n in steps:
        if what == "enqueue":
            key = f"{n}-{len(written)}"
            outbox.enqueue(conn, "hz1", [message(key, (SMS, CHAT)[n % 2])], now)
            written.add(key)
        elif what == "lease":
            given = outbox.lease(conn, "hz1", str(run), now, n)
            assert accepted.isdisjoint(keys(given)), "what was accepted is given out again"
            under_way |= {item.contact.channel: item for item in given}
        elif what == "killed":
            run, under_way = run + 1, {}
            outbox.release(conn, "hz1", str(run), now)
        elif what == "later":
            now += n * LEASE / 3
            under_way = {name: item for name, item in under_way.items() if _held(item, now)}
        elif under_way:
            item = under_way.pop(sorted(under_way)[n % len(under_way)])
            if what == "sent":
                assert outbox.mark_sent(conn, "hz1", item.number, str(run), "ok", now)
                accepted.add(item.key)
            else:
                assert outbox.mark_failed(conn, "hz1", item.number, str(run), "timeout", now + n * LEASE, now)
        yield list(under_way.values()), written, accepted


def _held(item: OutboxItem, now: datetime) -> bool:
    return item.lease_until is not None and now < item.lease_until


@given(STEPS)
def test_whatever_happens_nothing_is_lost_and_nothing_accepted_is_sent_again(steps: list[Step]) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        for under_way, written, accepted in walk(conn, steps):
            count = dict.fromkeys(OutboxState, 0)
            for (state, _), many in outbox.depth(conn, "hz1").items():
                count[state] += many
            assert count[OutboxState.SENT] == len(accepted)
            assert sum(count.values()) == len(written)
            assert len({item.contact.channel for item in under_way}) == len(under_way)
        # A new run, much later, is given all the rest.
        outbox.release(conn, "hz1", "last", NOW)
        rest = outbox.lease(conn, "hz1", "last", NOW + 1000 * HOUR, 100, per_channel=100)
        assert {*keys(rest)} == (written - accepted if steps else set())
    engine.dispose()
