"""The sentence on top: "all is well" only when all was inspected and the agent itself works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from agent.console.verdict import Verdict, judge
from agent.services.overview import Health, Overview, Reader, RoundColumn
from duty.rounds import BY_HAND, Counts, RoundState, SheetState

Build = Callable[..., Reader]
OK, ABNORMAL, LEFT, SUPPRESSED = (
    SheetState.OK,
    SheetState.ABNORMAL,
    SheetState.NOT_INSPECTED,
    SheetState.SUPPRESSED,
)


@pytest.fixture
async def quiet(house: Build) -> Overview:
    """An overview of one round in which all was well."""
    board = await house(opened=False).overview()
    column = replace(board.rounds[0], counts=Counts({OK: 6}))
    return replace(board, abnormal=(), rounds=(column,))


def with_round(
    board: Overview,
    counts: dict[SheetState, int],
    state: RoundState = RoundState.COMPLETE,
    cadence: str = "inspection",
) -> Overview:
    made = replace(board.rounds[0].round, state=state, cadence=cadence)
    return replace(board, rounds=(RoundColumn(made, Counts(counts)),))


def test_all_is_well_when_the_last_round_found_nothing(quiet: Overview) -> None:
    assert judge(quiet) == Verdict("all_well", "well")


async def test_what_is_suppressed_is_not_counted_as_wrong(house: Build) -> None:
    board = await house().overview()
    assert judge(board) == Verdict("wrong", "wrong", 3)


def test_nothing_is_known_before_the_first_round_has_ended(quiet: Overview) -> None:
    assert judge(replace(quiet, rounds=())).code == "not_known"
    assert judge(with_round(quiet, {}, state=RoundState.OPEN)).code == "not_known"


@pytest.mark.parametrize(
    ("state", "code"),
    [
        pytest.param(RoundState.MISSED, "last_missed", id="missed"),
        pytest.param(RoundState.INTERRUPTED, "last_cut", id="interrupted"),
    ],
)
def test_a_round_that_was_not_made_is_not_well(quiet: Overview, state: RoundState, code: str) -> None:
    assert judge(with_round(quiet, {OK: 6}, state=state)) == Verdict(code, "unknown")


def test_what_a_round_found_and_no_look_has_confirmed_yet_is_not_well(quiet: Overview) -> None:
    assert judge(with_round(quiet, {OK: 5, ABNORMAL: 1})) == Verdict("last_found", "unknown", 1)


def test_an_agent_that_is_not_well_itself_cannot_say_that_all_is(quiet: Overview) -> None:
    assert judge(replace(quiet, health=(Health("record", False, "12"),))).code == "ill"


def test_a_round_by_hand_of_one_target_does_not_stand_for_all(quiet: Overview) -> None:
    planned = with_round(quiet, {OK: 5, ABNORMAL: 1}).rounds[0]
    by_hand = with_round(quiet, {OK: 1}, cadence=BY_HAND).rounds[0]
    assert judge(replace(quiet, rounds=(by_hand, planned))).code == "last_found"
