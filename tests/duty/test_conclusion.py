"""How a round ended, in one sentence."""

from __future__ import annotations

import pytest

from duty.conclusion import conclude
from duty.rounds import Counts, RoundState, SheetState

OK, ABNORMAL, LEFT, SUPPRESSED = (
    SheetState.OK,
    SheetState.ABNORMAL,
    SheetState.NOT_INSPECTED,
    SheetState.SUPPRESSED,
)


@pytest.mark.parametrize(
    ("counts", "code", "look"),
    [
        pytest.param({OK: 6}, "concluded_well", "well", id="all well"),
        pytest.param({OK: 5, ABNORMAL: 1}, "concluded_bad", "wrong", id="something is abnormal"),
        pytest.param({OK: 5, LEFT: 1}, "concluded_cut", "unknown", id="not all was inspected"),
        pytest.param({OK: 5, SUPPRESSED: 1}, "concluded_suppressed", "unknown", id="not all was judged"),
    ],
)
def test_a_round_has_a_conclusion(counts: dict[SheetState, int], code: str, look: str) -> None:
    found = conclude(RoundState.COMPLETE, Counts(counts))
    assert found is not None
    assert (found.code, found.look) == (code, look)


def test_a_round_that_was_missed_or_is_being_made_has_no_conclusion() -> None:
    assert conclude(RoundState.MISSED, Counts()) is None
    assert conclude(RoundState.OPEN, Counts({OK: 6})) is None
