"""How a sheet comes to its state, and a round to its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from duty.findings import Finding, Severity
from duty.readings import GAPS, Gap, Look
from duty.rounds import HARMLESS_GAPS, Counts, RoundState, SheetState, count, outcome, sheet

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def look(*gaps: str, reached: bool = True) -> Look:
    return Look("core", NOW, timedelta(seconds=1), reached, gaps=tuple(Gap("x", "", code) for code in gaps))


@pytest.mark.parametrize(
    ("seen", "found", "suppressed", "state"),
    [
        pytest.param(look(), Severity.OK, False, SheetState.OK, id="all seen and all well"),
        pytest.param(look(), Severity.NOTE, False, SheetState.OK, id="a note is nothing abnormal"),
        pytest.param(look(), Severity.WARNING, False, SheetState.ABNORMAL, id="a warning is abnormal"),
        pytest.param(look("timeout"), Severity.CRITICAL, False, SheetState.ABNORMAL, id="abnormal goes before partial"),
        pytest.param(look("timeout"), Severity.OK, False, SheetState.PARTIAL, id="what was not answered is missing"),
        pytest.param(look("not_offered"), Severity.OK, False, SheetState.OK, id="what a device has not is not missing"),
        pytest.param(look(reached=False), Severity.CRITICAL, False, SheetState.NOT_REACHED, id="no answer at all"),
        pytest.param(look(reached=False), Severity.CRITICAL, True, SheetState.SUPPRESSED, id="a parent explains it"),
        pytest.param(
            look("not_asked", reached=False),
            Severity.OK,
            False,
            SheetState.NOT_INSPECTED,
            id="not even asked is not a silence",
        ),
    ],
)
def test_the_state_of_a_sheet(seen: Look, found: Severity, suppressed: bool, state: SheetState) -> None:
    made = sheet(seen, [Finding("cpu", "", found)], suppressed=suppressed)
    assert (made.target, made.state, made.look) == ("core", state, seen)


@pytest.mark.parametrize("code", sorted(GAPS))
def test_every_gap_but_the_harmless_ones_makes_a_sheet_partial(code: str) -> None:
    assert (sheet(look(code), []).state is SheetState.OK) == (code in HARMLESS_GAPS)


@pytest.mark.parametrize(
    ("states", "state"),
    [
        pytest.param([SheetState.OK, SheetState.NOT_REACHED], RoundState.COMPLETE, id="not reached was looked at"),
        pytest.param([SheetState.OK, SheetState.NOT_INSPECTED], RoundState.PARTIAL, id="one was not looked at"),
        pytest.param([SheetState.OK, SheetState.PENDING], RoundState.PARTIAL, id="one was never come to"),
        pytest.param([], RoundState.COMPLETE, id="nothing was expected"),
    ],
)
def test_how_a_round_ends(states: list[SheetState], state: RoundState) -> None:
    assert outcome(count(states)) is state


def test_an_interrupted_round_is_interrupted_however_much_was_seen() -> None:
    assert outcome(count([SheetState.OK]), interrupted=True) is RoundState.INTERRUPTED


def test_counts_are_those_of_the_sheets() -> None:
    counts = count([SheetState.OK, SheetState.OK, SheetState.PARTIAL])
    assert counts.expected == 3
    assert (counts[SheetState.OK], counts[SheetState.PARTIAL], counts[SheetState.ABNORMAL]) == (2, 1, 0)
    assert Counts().expected == 0
