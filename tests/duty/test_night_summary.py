"""A night's log summed up: how many rounds were made, where it was not inspected, what changed from round to round."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from duty.night_log import NightLog, NightRound, States
from duty.night_summary import Turned, holes, summarise, to_open, turned
from duty.round_review import RoundRead
from duty.rounds import Round, RoundState, SheetState, count
from duty.tours import Tour, Turn

BEGIN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOUR = Tour("hz1", Turn.NIGHT, date(2026, 11, 23), BEGIN, BEGIN + 12 * HOUR)
COMPLETE, MISSED, CUT, OPEN = RoundState.COMPLETE, RoundState.MISSED, RoundState.INTERRUPTED, RoundState.OPEN
OK, BAD, LOST, NONE = SheetState.OK, SheetState.ABNORMAL, SheetState.NOT_REACHED, SheetState.NOT_INSPECTED


def line(place: int, state: RoundState = COMPLETE, reason: str = "", *, late: bool = False, read: bool = False,
         sheets: tuple[SheetState, ...] = (OK,)) -> NightRound:  # fmt: skip
    slot, over = BEGIN + place * HOUR, state is not OPEN
    made = Round("inspection", slot, state, reason, slot, slot + HOUR / 2 if over else None, late, place + 1)
    reads = (RoundRead(place + 1, "wangfang", slot + HOUR),) if read else ()
    return NightRound(made, count(() if state is MISSED else sheets), reads)


def log(*rounds: NightRound, now: int = 12, states: dict[str, States] | None = None) -> NightLog:
    there = {each.round.slot for each in rounds}
    to_come = tuple(BEGIN + n * HOUR for n in range(12) if BEGIN + n * HOUR not in there)
    return NightLog(TOUR, "", "UTC", BEGIN + now * HOUR, rounds, to_come=to_come, states=states or {})


def test_a_quiet_night_is_whole() -> None:
    summed = summarise(log(*(line(n, read=True) for n in range(12))))
    assert summed.whole
    assert (summed.due, summed.over, summed.made, summed.read, summed.unread) == (12, 12, 12, 12, 0)


def test_what_was_missed_cut_short_late_or_never_written_is_counted() -> None:
    rounds = [line(0), line(1, MISSED, "agent_down", read=True), line(2, CUT, "stopped"), line(3, late=True)]
    summed = summarise(log(*rounds, line(4, OPEN), now=6))
    assert not summed.whole
    assert (summed.due, summed.over, summed.made) == (12, 6, 3), "the slots of 5 and 6 o'clock passed without a word"
    assert (summed.missed, summed.interrupted, summed.late, summed.unwritten) == (1, 1, 1, 2)
    assert (summed.read, summed.unread) == (1, 3), "an open round cannot be read"


def test_an_open_round_alone_is_no_hole() -> None:
    summed = summarise(log(line(0), line(1, OPEN), now=1))
    assert summed.whole
    assert (summed.over, summed.made) == (1, 1)


def test_a_hole_reaches_from_the_whole_round_before_it_to_the_next() -> None:
    rounds = [line(0), *(line(n, MISSED, "agent_down") for n in (1, 2)), line(3, CUT, "stopped"), line(4)]
    first, second = holes(log(*rounds, line(5, MISSED, "overrun")))[:2]
    assert (first.state, first.reason, [r.round.number for r in first.rounds]) == (MISSED, "agent_down", [2, 3])
    assert (first.after, first.until) == (BEGIN, BEGIN + 4 * HOUR)
    assert (second.state, second.after, second.until) == (CUT, BEGIN, BEGIN + 4 * HOUR)
    last = holes(log(*rounds, line(5, MISSED, "overrun")))[2]
    assert (last.after, last.until) == (BEGIN + 4 * HOUR, None)
    assert holes(log(line(0, MISSED, "agent_down")))[0].after is None
    assert holes(log(line(0), line(1, OPEN))) == []


@pytest.mark.parametrize(
    ("row", "place", "found"),
    [
        pytest.param((OK, BAD), 1, [Turned("a", OK, BAD)], id="worse"),
        pytest.param((OK, OK), 1, [], id="the same"),
        pytest.param((BAD,), 0, [], id="of the first round nothing is known before it"),
        pytest.param((OK, None, LOST), 2, [Turned("a", OK, LOST)], id="a missed round parts nothing"),
        pytest.param((OK, NONE, OK), 2, [], id="what was not inspected is no change"),
        pytest.param((OK, NONE), 1, [], id="and is none itself"),
        pytest.param((BAD, None), 1, [], id="nor is a missed round"),
    ],
)
def test_what_changed_since_the_round_before(row: States, place: int, found: list[Turned]) -> None:
    assert turned(log(states={"a": row}), place) == found


def test_what_became_bad_stands_before_what_came_back() -> None:
    states: dict[str, States] = {"a": (BAD, OK), "b": (OK, BAD), "c": (OK, LOST), "d": (OK, BAD)}
    assert [change.target for change in turned(log(states=states), 1)] == ["c", "b", "d", "a"]


def test_what_is_not_well_and_unread_is_to_be_opened() -> None:
    rounds = [line(0), line(1, sheets=(OK, BAD)), line(2, sheets=(BAD,), read=True), line(3, MISSED), line(4, OPEN)]
    assert [each.round.number for each in to_open(log(*rounds))] == [2, 4]
