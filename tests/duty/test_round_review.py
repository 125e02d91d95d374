"""What people may add to a round, and which rounds may be read in a list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duty.round_review import Item, ManualLine, Seen, added, line_fault, newest_lines, read_fault, well_throughout
from duty.rounds import Counts, Round, RoundState, SheetState

AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OK, ABNORMAL = SheetState.OK, SheetState.ABNORMAL


def made(state: RoundState) -> Round:
    return Round("inspection", AT, state, number=1)


@pytest.mark.parametrize(
    ("state", "note", "fault"),
    [
        pytest.param(RoundState.OPEN, "seen", "open", id="an open round is not there yet"),
        pytest.param(RoundState.MISSED, "", "no_reason", id="a missed one wants a word"),
        pytest.param(RoundState.MISSED, "power cut", "", id="a missed one with its word"),
        pytest.param(RoundState.INTERRUPTED, "", "", id="an interrupted one"),
        pytest.param(RoundState.COMPLETE, "", "", id="a complete one"),
    ],
)
def test_when_a_round_can_be_read(state: RoundState, note: str, fault: str) -> None:
    assert read_fault(made(state), note) == fault


@pytest.mark.parametrize(
    ("state", "counts", "well"),
    [
        pytest.param(RoundState.COMPLETE, {OK: 3}, True, id="all well"),
        pytest.param(RoundState.COMPLETE, {OK: 2, ABNORMAL: 1}, False, id="one is not"),
        pytest.param(RoundState.COMPLETE, {}, False, id="nothing was inspected"),
        pytest.param(RoundState.PARTIAL, {OK: 3}, False, id="not the whole of it"),
        pytest.param(RoundState.OPEN, {OK: 3}, False, id="not done yet"),
    ],
)
def test_which_rounds_may_be_read_in_a_list(state: RoundState, counts: dict[SheetState, int], well: bool) -> None:
    assert well_throughout(made(state), Counts(counts)) is well


@pytest.mark.parametrize(
    ("before", "note", "after"),
    [
        pytest.param("", "", "", id="nothing"),
        pytest.param("", "a", "a", id="the first"),
        pytest.param("a", "b", "a / b", id="added"),
        pytest.param("a / b", "b", "a / b", id="the same twice"),
        pytest.param("loud", "lou", "loud / lou", id="a part of what is there is another word"),
        pytest.param("a", "", "a", id="nothing to add"),
    ],
)
def test_a_note_grows(before: str, note: str, after: str) -> None:
    assert added(before, note) == after


@pytest.mark.parametrize(
    ("seen", "hours", "fault"),
    [
        pytest.param([Seen(Item.SMELL, True)], 0, "", id="well needs no words"),
        pytest.param([Seen(Item.SMELL, False, "burnt")], 24, "", id="up to a day later"),
        pytest.param([Seen(Item.SMELL, True)], 25, "too_late", id="and not later"),
        pytest.param([Seen(Item.SMELL, True), Seen(Item.LEAK, False)], 0, "no_value", id="what is not well says how"),
        pytest.param([], 0, "no_lines", id="none at all"),
    ],
)
def test_which_lines_can_be_added(seen: list[Seen], hours: int, fault: str) -> None:
    assert line_fault(made(RoundState.MISSED), seen, AT + timedelta(hours=hours)) == fault


def test_what_is_known_of_the_rooms_is_the_newest_of_each_item() -> None:
    def line(number: int, room: str, item: Item, value: str) -> ManualLine:
        return ManualLine(number, 1, "hz1", room, item, True, value, "wangfang", AT)

    smell, cold, warm = line(1, "B", Item.SMELL, ""), line(2, "A", Item.COOLING, "22"), line(3, "A", Item.COOLING, "25")
    mains = line(4, "A", Item.MAINS, "")
    assert newest_lines([warm, smell, mains, cold]) == [mains, warm, smell]
