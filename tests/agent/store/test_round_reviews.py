"""Who has read a round, and the lines that people wrote into it by hand."""

from __future__ import annotations

from datetime import timedelta

from agent.store import nights, round_reviews, rounds
from agent.store.engine import Store
from duty.round_review import Item, ManualLine, RoundRead, Seen
from duty.rounds import BY_HAND
from tests.agent.store.samples import HOSTILE, HOUR, NOW, whole_round

MINUTE = timedelta(minutes=1)


async def test_readings_come_back_as_they_were_the_first_one_first(store: Store) -> None:
    a, b, c = [await store.write(whole_round, NOW + n * HOUR) for n in range(3)]
    late, early = RoundRead(a, "王芳", NOW + MINUTE, HOSTILE), RoundRead(a, HOSTILE, NOW)
    for read in (late, early, RoundRead(b, "王芳", NOW + HOUR)):
        await store.write(round_reviews.put_read, read)
    assert await store.read(nights.reads_of, [a, b, c]) == {
        a: (early, late),
        b: (RoundRead(b, "王芳", NOW + HOUR),),
    }
    assert await store.read(nights.reads_of, []) == {}


async def test_who_reads_again_keeps_the_first_time(store: Store) -> None:
    number = await store.write(whole_round)
    await store.write(round_reviews.put_read, RoundRead(number, "王芳", NOW))
    await store.write(round_reviews.put_read, RoundRead(number, "王芳", NOW + HOUR, "noted"))
    assert await store.read(nights.reads_of, [number]) == {number: (RoundRead(number, "王芳", NOW, "noted"),)}


async def test_lines_come_back_as_they_were_in_their_order(store: Store) -> None:
    a, b = [await store.write(whole_round, NOW + n * HOUR) for n in range(2)]
    seen = [Seen(Item.COOLING, True, "23 °C"), Seen(Item.SMELL, False, HOSTILE)]
    made = await store.write(round_reviews.add_lines, a, "hz1", HOSTILE, seen, "王芳", NOW)
    assert made == [
        ManualLine(made[0].number, a, "hz1", HOSTILE, Item.COOLING, True, "23 °C", "王芳", NOW),
        ManualLine(made[1].number, a, "hz1", HOSTILE, Item.SMELL, False, HOSTILE, "王芳", NOW),
    ]
    (other,) = await store.write(round_reviews.add_lines, b, "hz2", "", [Seen(Item.LEAK, True)], "李娜", NOW + HOUR)
    assert await store.read(round_reviews.lines_of, [a, b]) == {a: made, b: [other]}


async def test_another_agents_reviews_are_its_own(store: Store) -> None:
    number = await store.write(lambda conn, agent: whole_round(conn, "sh2"))
    await store.write(lambda conn, agent: round_reviews.put_read(conn, "sh2", RoundRead(number, "王芳", NOW)))
    seen = [Seen(Item.LEAK, True)]
    await store.write(lambda conn, agent: round_reviews.add_lines(conn, "sh2", number, "hz1", "A", seen, "王芳", NOW))
    assert await store.read(nights.reads_of, [number]) == {}
    assert await store.read(round_reviews.lines_of, [number]) == {}


async def test_what_nobody_has_read_are_the_rounds_of_the_plan_that_are_over(store: Store) -> None:
    a, b, _ = [await store.write(whole_round, NOW + n * HOUR) for n in range(3)]
    missed = await store.write(rounds.record_missed, "hourly", NOW + 3 * HOUR, "overrun", NOW + 4 * HOUR)
    await store.write(rounds.open_round, "hourly", NOW + 4 * HOUR, ["a"], NOW, False, "")
    await store.write(whole_round, NOW + MINUTE, BY_HAND)
    await store.write(lambda conn, agent: whole_round(conn, "sh2"))
    await store.write(round_reviews.put_read, RoundRead(b, "王芳", NOW))
    unread = await store.read(round_reviews.unread_between, NOW, NOW + 9 * HOUR)
    assert list(unread.items()) == [(a, NOW), (a + 2, NOW + 2 * HOUR), (missed, NOW + 3 * HOUR)]
    assert await store.read(round_reviews.unread_between, NOW + HOUR, NOW + 2 * HOUR) == {}
