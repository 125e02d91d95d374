"""The one sentence on top: is all well, is something wrong, or is it not certain. Pure."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from agent.services.overview import Overview, RoundColumn
from duty.conclusion import NOT_WELL
from duty.fold import Key
from duty.rounds import BY_HAND, RoundState


@dataclass(frozen=True, slots=True)
class Verdict:
    """``code`` is the sentence, of the words under ``tonight``; ``count`` what it counts.

    ``look`` is how it looks: "wrong", "well", or "unknown" for whatever is neither.
    """

    code: str
    look: str
    count: int = 0


def last_round(overview: Overview) -> RoundColumn | None:
    """Return the last round that is not being made; one of the plan where there is one.

    A round by hand may be of one target, and tells nothing of the others.
    """
    closed = [column for column in overview.rounds if column.round.state is not RoundState.OPEN]
    return next((column for column in closed if column.round.cadence != BY_HAND), next(iter(closed), None))


def judge(overview: Overview, alerts: Set[Key] = frozenset()) -> Verdict:
    """Say how the night is. "All is well" only when the last round was made, found nothing, and the agent works.

    A failure is confirmed by several looks; what the last round alone saw is neither a failure yet nor well. ``alerts``
    are the keys of the open ones: some are of no check of ours, but handed to us, or of the agent itself.
    """
    found_bad = {(state.target, state.check, state.instance) for state in overview.abnormal}
    if wrong := sum(not state.suppressed for state in overview.abnormal) + len(alerts - found_bad):
        return Verdict("wrong", "wrong", wrong)
    last = last_round(overview)
    if last is None:
        return Verdict("not_known", "unknown")
    found = sum(last.counts[state] for state in NOT_WELL)
    if any(not line.ok for line in overview.health):
        return Verdict("ill", "unknown")
    if last.round.state is RoundState.MISSED:
        return Verdict("last_missed", "unknown")
    if last.round.state is RoundState.INTERRUPTED:
        return Verdict("last_cut", "unknown")
    return Verdict("last_found", "unknown", found) if found else Verdict("all_well", "well")
