"""Batches: what is for one contact goes out as one message, one at a time on each channel, until it is accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from agent.store import batches, outbox
from agent.store.batches import LEASE, LET_PAST, MOST_LETTERS, Addressee, Batch
from agent.store.engine import Store
from agent.store.outbox import OutboxState, Outgoing
from agent.store.schema import metadata
from duty.people import Contact
from tests.agent.store.samples import HOSTILE, HOUR, NOW
from tests.agent.store.test_outbox import CHAT, MINUTE, SMS, keys, message, page, raised

__all__ = ["raised"]

SECOND = timedelta(seconds=1)
JIA = Addressee("sms", SMS.address, "王芳", "calls")


def call(key: str, event: str = "fired", contact: Contact = SMS, person: str = "王芳") -> Outgoing:
    return Outgoing(key=key, event=event, contact=contact, person=person)


async def all_of_it(store: Store, now: datetime) -> list[Batch]:
    """Send all that is due, one message after the other."""
    found: list[Batch] = []
    while given_out := await store.write(batches.lease, "run-1", now, 9):
        for batch in given_out:
            await store.write(batches.mark_sent, batch.key, "run-1", "ok", now)
        found += given_out
    return found


def held(given_out: list[Batch]) -> list[list[str]]:
    """Return the keys of the letters in each message."""
    return [[letter.key for letter in batch.letters] for batch in given_out]


async def test_a_message_that_was_sent_is_not_written_again(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(batches.lease, "run-1", NOW, 9)
    assert await store.write(batches.mark_sent, item.key, "run-1", "ok", NOW)
    assert await store.write(outbox.enqueue, [message("a")], NOW) == 0
    assert await store.write(batches.lease, "run-1", NOW, 9) == []


async def test_the_oldest_goes_first_and_one_at_a_time_on_each_channel(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a"), message("b"), message("c", CHAT), message("d", CHAT)], NOW)
    first = await store.write(batches.lease, "run-1", NOW, 9)
    assert keys(first) == ["a", "c"]
    assert await store.write(batches.lease, "run-1", NOW, 9) == []
    assert await store.write(batches.mark_sent, first[0].key, "run-1", "ok", NOW)
    assert keys(await store.write(batches.lease, "run-1", NOW, 9)) == ["b"]


async def test_a_call_does_not_stand_behind_the_reports_of_an_incident_nor_before_an_older_recovery(
    store: Store,
) -> None:
    reports = [replace(message(key), event="incident_progress") for key in ("a", "b", "c")]
    await store.write(outbox.enqueue, [*reports, call("d", "resolved"), call("e")], NOW)
    assert held(await all_of_it(store, NOW)) == [["d"], ["e"], ["a"], ["b"], ["c"]]


async def test_a_lease_says_whose_it_is_and_counts_the_try(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(batches.lease, "run-1", NOW, 9, lasting=MINUTE)
    first = item.first
    assert (first.state, first.lease_by, first.lease_until) == (OutboxState.LEASED, "run-1", NOW + MINUTE)
    assert (first.tries, first.batch) == (1, "a")


async def test_a_lease_that_ran_out_is_given_out_again(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    await store.write(batches.lease, "run-1", NOW, 9)
    assert await store.write(batches.lease, "run-1", NOW + LEASE - timedelta(microseconds=1), 9) == []
    (again,) = await store.write(batches.lease, "run-1", NOW + LEASE, 9)
    assert again.first.tries == 2


async def test_an_accepted_message_keeps_its_receipt(raised: Store) -> None:
    await raised.write(outbox.enqueue, [outbox.outgoing(page(), "alert.fired")], NOW)
    (item,) = await raised.write(batches.lease, "run-1", NOW, 9)
    assert await raised.write(batches.mark_sent, item.key, "run-1", HOSTILE, NOW + MINUTE)
    (sent,) = await raised.read(outbox.of_alert, 1)
    assert (sent.state, sent.sent_at, sent.receipt) == (OutboxState.SENT, NOW + MINUTE, HOSTILE)
    assert (sent.lease_by, sent.lease_until, sent.error) == ("", None, "")


async def test_a_failed_try_waits_for_its_time_and_lets_others_pass(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a"), message("b")], NOW)
    (item,) = await store.write(batches.lease, "run-1", NOW, 9)
    assert await store.write(batches.mark_failed, item.key, "run-1", "timeout", NOW + MINUTE, NOW)
    (other,) = await store.write(batches.lease, "run-1", NOW, 9)
    assert other.key == "b"
    await store.write(batches.mark_sent, other.key, "run-1", "ok", NOW)
    assert await store.write(batches.lease, "run-1", NOW, 9) == []
    assert keys(await store.write(batches.lease, "run-1", NOW + MINUTE, 9)) == ["a"]


async def test_a_message_can_be_given_up(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(batches.lease, "run-1", NOW, 9)
    assert await store.write(batches.mark_failed, item.key, "run-1", "timeout", None, NOW)
    assert await store.write(batches.lease, "run-1", NOW + HOUR, 9) == []
    assert await store.read(outbox.depth) == {(OutboxState.FAILED, "sms"): 1}


async def test_what_was_refused_is_not_tried_again(raised: Store) -> None:
    await raised.write(outbox.enqueue, [outbox.outgoing(page(), "alert.fired")], NOW)
    (item,) = await raised.write(batches.lease, "run-1", NOW, 9)
    assert await raised.write(batches.mark_refused, item.key, "run-1", "310000 sign not match", NOW)
    (refused,) = await raised.read(outbox.of_alert, 1)
    assert (refused.state, refused.error) == (OutboxState.REFUSED, "310000 sign not match")
    assert await raised.write(batches.lease, "run-1", NOW + HOUR, 9) == []


async def test_only_the_run_that_has_it_can_say_what_became_of_it(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a")], NOW)
    (item,) = await store.write(batches.lease, "run-1", NOW, 9)
    assert not await store.write(batches.mark_sent, item.key, "run-2", "ok", NOW)
    assert not await store.write(batches.mark_failed, item.key, "run-2", "timeout", NOW, NOW)
    assert not await store.write(batches.mark_refused, item.key, "run-2", "no", NOW)
    assert await store.write(batches.mark_sent, item.key, "run-1", "ok", NOW)
    assert not await store.write(batches.mark_failed, item.key, "run-1", "timeout", NOW, NOW)


async def test_what_a_dead_run_had_under_way_is_sent_by_the_next(store: Store) -> None:
    await store.write(outbox.enqueue, [message("a"), message("b", CHAT)], NOW)
    await store.write(batches.lease, "run-1", NOW, 1)
    await store.write(batches.lease, "run-2", NOW, 1)
    assert await store.write(outbox.release, "run-2", NOW) == 1
    (again,) = await store.write(batches.lease, "run-2", NOW, 9)
    assert (again.key, again.first.tries) == ("a", 2)


async def test_what_is_due_for_one_contact_is_one_message(store: Store) -> None:
    letters = [
        call("a"),
        call("b", "escalated"),
        call("c", "taken"),
        call("d", person="李雷"),
        call("e", contact=replace(SMS, address="2")),
        call("f", "fired_again"),
        message("g"),
        message("h"),
    ]
    await store.write(outbox.enqueue, letters, NOW)
    given_out = await all_of_it(store, NOW)
    assert held(given_out) == [["a", "b", "f"], ["c"], ["d"], ["e"], ["g"], ["h"]]
    assert keys(given_out) == ["a", "c", "d", "e", "g", "h"]


async def test_a_message_that_was_tried_is_sent_again_as_it_was(store: Store) -> None:
    await store.write(outbox.enqueue, [call("a"), call("b")], NOW)
    await store.write(batches.lease, "run-1", NOW, 9)
    await store.write(outbox.enqueue, [call("c")], NOW)
    await store.write(outbox.release, "run-2", NOW)
    (again,) = await store.write(batches.lease, "run-2", NOW, 9)
    assert (again.key, held([again])) == ("a", [["a", "b"]])
    assert await store.write(batches.mark_sent, "a", "run-2", "ok", NOW) == {letter.number for letter in again.letters}
    assert held(await store.write(batches.lease, "run-2", NOW, 9)) == [["c"]]


async def test_what_is_over_meanwhile_is_not_in_it_when_it_is_sent_again(raised: Store) -> None:
    letters = [replace(call("a"), alert=1), call("b"), call("c")]
    await raised.write(outbox.enqueue, letters, NOW)
    (batch,) = await raised.write(batches.lease, "run-1", NOW, 9)
    await raised.write(batches.mark_failed, batch.key, "run-1", "busy", NOW, NOW)
    assert await raised.write(outbox.drop, 1) == 1
    (again,) = await raised.write(batches.lease, "run-1", NOW, 9)
    assert (again.key, held([again])) == ("a", [["b", "c"]])


async def test_all_letters_of_a_message_end_alike(store: Store) -> None:
    await store.write(outbox.enqueue, [call("a"), call("b"), call("c", contact=CHAT), call("d", contact=CHAT)], NOW)
    await store.write(batches.lease, "run-1", NOW, 9)
    assert len(await store.write(batches.mark_sent, "a", "run-1", "ok", NOW)) == 2
    assert len(await store.write(batches.mark_refused, "c", "run-1", "no", NOW)) == 2
    assert await store.read(outbox.depth) == {(OutboxState.SENT, "sms"): 2, (OutboxState.REFUSED, "chat"): 2}


async def test_a_message_is_bounded(store: Store) -> None:
    await store.write(outbox.enqueue, [call(str(n)) for n in range(MOST_LETTERS + 1)], NOW)
    (batch,) = await store.write(batches.lease, "run-1", NOW, 9)
    assert len(batch.letters) == MOST_LETTERS
    await store.write(batches.mark_sent, batch.key, "run-1", "ok", NOW)
    assert held(await store.write(batches.lease, "run-1", NOW, 9)) == [[str(MOST_LETTERS)]]


async def test_nothing_is_given_out_of_a_closed_channel_and_none_of_it_is_a_try(store: Store) -> None:
    await store.write(outbox.enqueue, [call("a"), call("b", contact=CHAT)], NOW)
    assert keys(await store.write(batches.lease, "run-1", NOW, 9, closed={"sms"})) == ["b"]
    await store.write(outbox.enqueue, [call("c")], NOW)
    (batch,) = await store.write(batches.lease, "run-1", NOW, 9)
    assert (held([batch]), batch.first.tries) == ([["a", "c"]], 1)


async def test_a_call_for_somebody_who_was_just_told_waits_and_an_escalation_takes_it_along(store: Store) -> None:
    await store.write(outbox.enqueue, [call("a"), call("b", "taken")], NOW)
    (other,) = await store.write(batches.lease, "run-1", NOW, 9, waiting={JIA})
    assert other.key == "b", "another class, and another person, need not wait"
    await store.write(batches.mark_sent, "b", "run-1", "ok", NOW)
    assert await store.write(batches.lease, "run-1", NOW, 9, waiting={JIA}) == []
    await store.write(outbox.enqueue, [call("c", "escalated")], NOW)
    assert held(await store.write(batches.lease, "run-1", NOW, 9, waiting={JIA})) == [["a", "c"]]


async def test_what_is_tried_again_does_not_wait_to_be_gathered(store: Store) -> None:
    await store.write(outbox.enqueue, [call("a")], NOW)
    await store.write(batches.lease, "run-1", NOW, 9)
    await store.write(batches.mark_failed, "a", "run-1", "timeout", NOW, NOW)
    assert keys(await store.write(batches.lease, "run-1", NOW, 9, waiting={JIA})) == ["a"]


async def test_what_is_new_hurries_the_message_that_fails_before_it(store: Store) -> None:
    await store.write(outbox.enqueue, [call("a"), call("other", contact=CHAT)], NOW)
    for batch in await store.write(batches.lease, "run-1", NOW, 9):
        await store.write(batches.mark_failed, batch.key, "run-1", "no_answer", NOW + 5 * MINUTE, NOW)
    assert await store.write(batches.lease, "run-1", NOW + MINUTE, 9) == []
    await store.write(outbox.enqueue, [call("b")], NOW + MINUTE)
    assert held(await store.write(batches.lease, "run-1", NOW + MINUTE, 9)) == [["a"]]
    await store.write(batches.mark_sent, "a", "run-1", "ok", NOW + MINUTE)
    assert held(await store.write(batches.lease, "run-1", NOW + MINUTE, 9)) == [["b"]]


async def test_hours_without_a_channel_are_few_messages(store: Store) -> None:
    """A letter each minute for six hours, and each try fails."""
    now = NOW
    for minute in range(360):
        await store.write(outbox.enqueue, [call(str(minute))], now)
        for batch in await store.write(batches.lease, "run-1", now, 9):
            await store.write(batches.mark_failed, batch.key, "run-1", "no_answer", now, now)
        now += MINUTE
    given_out = await all_of_it(store, now)
    assert len(given_out) < 10
    assert [key for letters in held(given_out) for key in letters] == [str(n) for n in range(360)], "the oldest first"


async def test_a_message_that_nobody_can_take_does_not_hold_up_the_rest_for_ever(store: Store) -> None:
    await store.write(outbox.enqueue, [call("poison")], NOW)
    await store.write(batches.lease, "run-1", NOW, 9)
    later = NOW + LET_PAST
    await store.write(batches.mark_failed, "poison", "run-1", "busy", later + MINUTE, NOW)
    await store.write(outbox.enqueue, [call("b"), call("c")], later - SECOND)
    assert keys(await store.write(batches.lease, "run-1", later - SECOND, 9)) == ["poison"]
    await store.write(batches.mark_failed, "poison", "run-1", "busy", later + MINUTE, later)
    assert held(await store.write(batches.lease, "run-1", later, 9)) == [["b", "c"]]


async def test_what_an_earlier_version_tried_goes_alone(store: Store) -> None:
    def tried_once(conn: Connection, agent: str) -> None:
        conn.exec_driver_sql("UPDATE outbox SET tries = 1 WHERE key = 'a'")

    await store.write(outbox.enqueue, [call("a"), call("b"), call("c")], NOW)
    await store.write(tried_once)
    assert held(await store.write(batches.lease, "run-1", NOW, 9)) == [["a"]]
    assert len(await store.write(batches.mark_sent, "a", "run-1", "ok", NOW)) == 1
    assert held(await store.write(batches.lease, "run-1", NOW, 9)) == [["b", "c"]]


async def test_a_new_run_knows_what_was_sent_lately_each_message_once(store: Store) -> None:
    await store.write(outbox.enqueue, [call("a"), call("b"), message("c")], NOW)
    for at in (NOW, NOW + SECOND):
        (batch,) = await store.write(batches.lease, "run-1", at, 9)
        await store.write(batches.mark_sent, batch.key, "run-1", "ok", at)
    assert await store.read(batches.sent_since, NOW - SECOND) == [
        (JIA, NOW),
        (JIA._replace(about="c"), NOW + SECOND),
    ]
    assert len(await store.read(batches.sent_since, NOW)) == 1


Step = tuple[str, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["enqueue", "lease", "sent", "failed", "killed", "later"]), st.integers(0, 5)),
    max_size=40,
)


def walk(conn: Connection, steps: list[Step]) -> Iterator[tuple[list[Batch], set[str], set[str]]]:
    """Carry out what may happen to an outbox; yield what is under way, what was written and what was accepted."""
    now, run, under_way = NOW, 0, dict[str, Batch]()
    written, accepted, members = set[str](), set[str](), dict[str, list[str]]()
    for what, n in steps:
        if what == "enqueue":
            key, contact = f"{n}-{len(written)}", (SMS, CHAT)[n % 2]
            outbox.enqueue(conn, "hz1", [message(key, contact) if n == 5 else call(key, contact=contact)], now)
            written.add(key)
        elif what == "lease":
            given_out = batches.lease(conn, "hz1", str(run), now, n)
            for batch, letters in zip(given_out, held(given_out), strict=True):
                assert accepted.isdisjoint(letters), "what was accepted is given out again"
                assert members.setdefault(batch.key, letters) == letters, "the same key is the same letters"
            under_way |= {batch.contact.channel: batch for batch in given_out}
        elif what == "killed":
            run, under_way = run + 1, {}
            outbox.release(conn, "hz1", str(run), now)
        elif what == "later":
            now += n * LEASE / 3
            under_way = {name: batch for name, batch in under_way.items() if _lent(batch, now)}
        elif under_way:
            batch = under_way.pop(sorted(under_way)[n % len(under_way)])
            if what == "sent":
                assert batches.mark_sent(conn, "hz1", batch.key, str(run), "ok", now)
                accepted.update(letter.key for letter in batch.letters)
            else:
                assert batches.mark_failed(conn, "hz1", batch.key, str(run), "timeout", now + n * LEASE, now)
        yield list(under_way.values()), written, accepted


def _lent(batch: Batch, now: datetime) -> bool:
    return batch.first.lease_until is not None and now < batch.first.lease_until


# No deadline for an example: each makes a database.
@settings(deadline=None)
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
            assert len({batch.contact.channel for batch in under_way}) == len(under_way)
        # A new run, much later, is given all the rest.
        outbox.release(conn, "hz1", "last", NOW)
        later, rest = NOW + 1000 * HOUR, set[str]()
        while given_out := batches.lease(conn, "hz1", "last", later, 100):
            for batch in given_out:
                rest |= {letter.key for letter in batch.letters}
                batches.mark_sent(conn, "hz1", batch.key, "last", "ok", later)
        assert rest == (written - accepted if steps else set())
    engine.dispose()
