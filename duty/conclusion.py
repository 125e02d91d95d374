"""How a round ended, in one sentence: all well, something wrong, or not all inspected."""

from __future__ import annotations

from dataclasses import dataclass

from duty.rounds import Counts, RoundState, SheetState

NOT_WELL = (SheetState.NOT_REACHED, SheetState.ABNORMAL, SheetState.PARTIAL, SheetState.NOT_INSPECTED)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a round ended, in a sentence of the words under ``round_page``."""

    code: str
    look: str
    bad: int
    left: int
    suppressed: int


def conclude(state: RoundState, counts: Counts) -> Conclusion | None:
    """Say how a round ended; None while it is made, and where it was missed."""
    if state in (RoundState.OPEN, RoundState.MISSED) or not counts.expected:
        return None
    left, suppressed = counts[SheetState.NOT_INSPECTED], counts[SheetState.SUPPRESSED]
    bad = sum(counts[each] for each in NOT_WELL) - left
    if left:
        code, look = "concluded_cut", "wrong" if bad else "unknown"
    elif bad:
        code, look = "concluded_bad", "wrong"
    elif suppressed:
        code, look = "concluded_suppressed", "unknown"
    else:
        code, look = "concluded_well", "well"
    return Conclusion(code, look, bad, left, suppressed)
