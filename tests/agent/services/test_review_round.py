"""Rounds marked as read, lines written by hand: what stands in the record, in the journal, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from agent.services import review_round as review
from agent.services.station import Station
from agent.store import journal, nights, rounds, sheets, verify
from duty.errors import NotFound, RecordRefused
from duty.round_review import LONGEST_NOTE, LONGEST_VALUE, MOST_LINES, Item, RoundRead, Seen
from duty.rounds import Sheet, SheetState
from tests.agent.console import trouble
from tests.agent.console.desk import Desk
from tests.agent.services.conftest import NOW

HOUR = timedelta(hours=1)
WELL = [Seen(Item.COOLING, True, "23 °C")]


@pytest.fixture
def station(desk: Desk) -> Station:
    trouble.move_in(desk)
    return desk.station


async def make(station: Station, place: int, *states: SheetState, closed: bool = True) -> int:
    """Make the round of an hour, with a sheet of each state; all well without any."""
    store, slot, found = station.store, NOW + place * HOUR, states or (SheetState.OK,)
    names = [f"t{n}" for n in range(len(found))]
    number: int = await store.write(rounds.open_round, "inspection", slot, names, slot, False, "")
    written = [Sheet(name, state) for name, state in zip(names, found, strict=True)]
    await store.write(sheets.put_sheets, number, written)
    if closed:
        await store.write(rounds.close_round, number, slot)
    return number


async def missed(station: Station, place: int = 0) -> int:
    slot = NOW + place * HOUR
    number: int = await station.store.write(rounds.record_missed, "inspection", slot, "agent_down", slot)
    return number


async def reads(station: Station, number: int) -> Sequence[RoundRead]:
    return (await review.read_review(station, number)).reads


async def said(station: Station, kind: str) -> list[dict[str, Any]]:
    """Return what the journal says of a kind, oldest first."""
    found = [e for e in await station.store.read(journal.entries, 200) if e.kind == kind]
    return [{"by": e.actor} | (await station.store.read(journal.payload_of, e.seq) or {}) for e in reversed(found)]


async def test_who_has_read_a_round_stands_in_it_and_in_the_journal(station: Station, desk: Desk) -> None:
    number = await make(station, 0)
    await review.mark_read(station, number, "wangfang", " 已处理 ", asker="fang")
    desk.clock.advance(HOUR)
    await review.mark_read(station, number, "zhaolei")
    assert await reads(station, number) == (
        RoundRead(number, "wangfang", NOW, "已处理"),
        RoundRead(number, "zhaolei", NOW + HOUR),
    )
    assert (await review.read_review(station, number)).title("wangfang") == "王芳"
    assert await said(station, "round_read") == [
        {"by": "wangfang", "round": number, "note": "已处理", "asker": "fang"},
        {"by": "zhaolei", "round": number, "note": ""},
    ]
    assert (await station.store.read(verify.verify)).first_bad is None


async def test_the_first_time_stands_and_a_later_note_is_added(station: Station, desk: Desk) -> None:
    number = await make(station, 0)
    await review.mark_read(station, number, "wangfang", "fan is loud")
    desk.clock.advance(HOUR)
    for note in ("", "fan is loud", "ordered a fan", "ordered a fan"):
        await review.mark_read(station, number, "wangfang", note)
    assert await reads(station, number) == (RoundRead(number, "wangfang", NOW, "fan is loud / ordered a fan"),)
    assert [entry["note"] for entry in await said(station, "round_read")] == ["fan is loud"]
    assert [entry["note"] for entry in await said(station, "round_noted")] == ["ordered a fan"], "nothing is told twice"


async def test_an_open_round_is_not_there_to_be_read(station: Station) -> None:
    number = await make(station, 0, closed=False)
    with pytest.raises(RecordRefused, match="open"):
        await review.mark_read(station, number, "wangfang")
    assert await reads(station, number) == ()
    with pytest.raises(NotFound, match="no round 99"):
        await review.mark_read(station, 99, "wangfang")


async def test_who_reads_a_missed_round_says_what_they_know_of_it(station: Station) -> None:
    number = await missed(station)
    with pytest.raises(RecordRefused, match="no_reason"):
        await review.mark_read(station, number, "wangfang", "  ")
    await review.mark_read(station, number, "wangfang", "主机重启")
    await review.mark_read(station, number, "wangfang")
    assert [read.note for read in await reads(station, number)] == ["主机重启"]


async def test_a_note_has_an_end(station: Station) -> None:
    number = await make(station, 0)
    await review.mark_read(station, number, "wangfang", "x" * LONGEST_NOTE)
    with pytest.raises(RecordRefused, match="note_full"):
        await review.mark_read(station, number, "wangfang", "y")
    assert [read.note for read in await reads(station, number)] == ["x" * LONGEST_NOTE]


async def test_rounds_that_are_well_are_read_together(station: Station, desk: Desk) -> None:
    numbers = [await make(station, place) for place in range(3)]
    await review.mark_read(station, numbers[0], "wangfang", "looked")
    desk.clock.advance(HOUR)
    assert await review.mark_well(station, numbers, "wangfang", asker="fang") == 2
    assert await review.mark_well(station, numbers, "wangfang") == 0
    found = await station.store.read(nights.reads_of, numbers)
    assert [found[n][0].at - NOW for n in numbers] == [timedelta(0), HOUR, HOUR]
    assert [entry.get("together") for entry in await said(station, "round_read")] == [None, 2, 2]


@pytest.mark.parametrize(
    "state", [s for s in SheetState if s not in (SheetState.OK, SheetState.PENDING)], ids=lambda s: s.value
)
async def test_what_wants_to_be_looked_at_is_not_read_in_a_list(station: Station, state: SheetState) -> None:
    fine, bad = await make(station, 0), await make(station, 1, SheetState.OK, state)
    with pytest.raises(RecordRefused, match="not_well"):
        await review.mark_well(station, [fine, bad], "wangfang")
    assert await reads(station, fine) == (), "all or none"
    await review.mark_read(station, bad, "wangfang")
    assert await review.mark_well(station, [fine, bad], "wangfang") == 1, "what was read by itself is no hindrance"


async def test_a_missed_or_open_round_is_not_read_in_a_list(station: Station) -> None:
    for number in (await missed(station), await make(station, 1, closed=False)):
        with pytest.raises(RecordRefused, match="not_well"):
            await review.mark_well(station, [number], "wangfang")
    for numbers in (range(0), range(1000)):
        with pytest.raises(RecordRefused, match="not_well"):
            await review.mark_well(station, numbers, "wangfang")


async def test_lines_by_hand_stand_in_the_round_and_in_the_journal(station: Station) -> None:
    number = await missed(station)
    seen = [*WELL, Seen(Item.FIRE_PANEL, False, " alarm lamp 3 on ")]
    made = await review.add_lines(station, number, "wangfang", site="hz1", room="机房A", seen=seen, asker="fang")
    assert [(m.item, m.well, m.value) for m in made] == [
        (Item.COOLING, True, "23 °C"),
        (Item.FIRE_PANEL, False, "alarm lamp 3 on"),
    ]
    assert (await review.read_review(station, number)).lines == tuple(made)
    first, second = await said(station, "line_added")
    assert (second["by"], second["asker"], second["value"]) == ("wangfang", "fang", "alarm lamp 3 on")
    assert (first["site"], first["room"], first["item"], first["well"]) == ("hz1", "机房A", "cooling", True)
    assert (await station.store.read(verify.verify)).first_bad is None


async def test_a_room_is_one_in_which_something_is_inspected(station: Station) -> None:
    number = await make(station, 0)
    assert review.rooms(station.orders.targets.values()) == [("hz1", "机房A"), ("hz2", "")]
    for site, room in (("hz1", "kitchen"), ("nowhere", ""), ("hz1", "")):
        with pytest.raises(RecordRefused, match="no_room"):
            await review.add_lines(station, number, "wangfang", site=site, room=room, seen=WELL)
    await review.add_lines(station, number, "wangfang", site="hz2", room="", seen=WELL)


async def test_lines_say_something_in_time_and_have_an_end(station: Station, desk: Desk) -> None:
    number = await make(station, 0)

    async def add(*seen: Seen) -> None:
        await review.add_lines(station, number, "wangfang", site="hz1", room="机房A", seen=seen)

    with pytest.raises(RecordRefused, match="no_lines"):
        await add()
    with pytest.raises(RecordRefused, match="no_value"):
        await add(*WELL, Seen(Item.SMELL, False, "  "))
    await add(*WELL * (MOST_LINES - 2), Seen(Item.NOISE, False, "z" * 1000))
    with pytest.raises(RecordRefused, match="lines_full"):
        await add(*WELL * 2)
    await add(*WELL)
    found = (await review.read_review(station, number)).lines
    assert len(found) == MOST_LINES
    assert max(len(line.value) for line in found) == LONGEST_VALUE
    other = await make(station, 1)
    desk.clock.advance(26 * HOUR)
    with pytest.raises(RecordRefused, match="too_late"):
        await review.add_lines(station, other, "wangfang", site="hz1", room="机房A", seen=WELL)
