"""What a manager asks of a night's log first: was everything inspected, what was missed and why, what changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from duty.night_log import NightLog, NightRound
from duty.round_review import well_throughout
from duty.rounds import RoundState, SheetState

NOT_MADE = (RoundState.MISSED, RoundState.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Summary:
    """The rounds of a tour, counted. ``due`` are all of them, ``over`` those that should be there by now.

    ``interrupted`` and ``late`` ones were made, if not well; ``unwritten`` are slots that passed without any word.
    """

    due: int
    over: int
    made: int
    missed: int
    interrupted: int
    late: int
    read: int
    unread: int
    unwritten: int

    @property
    def whole(self) -> bool:
        """Whether every round that should be there by now was made to its end."""
        return not (self.missed or self.interrupted or self.unwritten)


@dataclass(frozen=True, slots=True)
class Hole:
    """Rounds one after the other that were missed or cut short for one reason.

    ``after`` and ``until`` are the slots of the whole rounds around it, None where the tour begins or ends with it:
    between them nobody has seen everything.
    """

    state: RoundState
    reason: str
    rounds: tuple[NightRound, ...]
    after: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Turned:
    """A target whose state is another one than in the round before that saw it."""

    target: str
    before: SheetState
    after: SheetState


def summarise(log: NightLog) -> Summary:
    """Count the rounds of a tour."""
    states = [line.round.state for line in log.rounds]
    over = [line for line in log.rounds if line.round.state is not RoundState.OPEN]
    unwritten = sum(slot <= log.now for slot in log.to_come)
    return Summary(
        due=len(log.rounds) + log.left.rounds + len(log.to_come),
        over=len(over) + unwritten,
        made=sum(state not in (RoundState.MISSED, RoundState.OPEN) for state in states),
        missed=states.count(RoundState.MISSED),
        interrupted=states.count(RoundState.INTERRUPTED),
        late=sum(line.round.late for line in log.rounds),
        read=sum(bool(line.reads) for line in over),
        unread=sum(not line.reads for line in over),
        unwritten=unwritten,
    )


def holes(log: NightLog) -> list[Hole]:
    """Return where the tour was not inspected to the end, oldest first."""
    found: list[Hole] = []
    rounds = log.rounds
    at = 0
    while at < len(rounds):
        first = rounds[at].round
        end = at + 1
        if first.state in NOT_MADE:
            while end < len(rounds) and (rounds[end].round.state, rounds[end].round.reason) == (
                first.state,
                first.reason,
            ):
                end += 1
            after = next((r.round.slot for r in reversed(rounds[:at]) if _whole(r)), None)
            until = next((r.round.slot for r in rounds[end:] if _whole(r)), None)
            found.append(Hole(first.state, first.reason, rounds[at:end], after, until))
        at = end
    return found


def turned(log: NightLog, place: int) -> list[Turned]:
    """Return the targets whose state changed in the round at a place of the log, worst first.

    The round before it is the last one that saw the target: a missed round between changes nothing. Of the first one
    nothing is said, for what was before the tour does not stand in its log.
    """
    found = []
    for target, row in log.states.items():
        after = row[place]
        before = next((state for state in reversed(row[:place]) if _seen(state)), None)
        if after is not None and before is not None and _seen(after) and before is not after:
            found.append(Turned(target, before, after))
    return sorted(found, key=lambda change: (RANK[change.after], change.target))


RANK: Mapping[SheetState, int] = {
    state: rank
    for rank, state in enumerate(
        (
            SheetState.NOT_REACHED,
            SheetState.ABNORMAL,
            SheetState.PARTIAL,
            SheetState.OK,
            SheetState.SUPPRESSED,
            SheetState.NOT_INSPECTED,
            SheetState.PENDING,
        )
    )
}
"""Bad first, then what came back, then what nobody could say."""


def to_open(log: NightLog) -> Iterator[NightRound]:
    """Yield the rounds that are over, that nobody has read, and in which something wants to be looked at."""
    yield from (line for line in log.unread if not well_throughout(line.round, line.counts))


def _whole(line: NightRound) -> bool:
    return line.round.state in (RoundState.COMPLETE, RoundState.PARTIAL)


def _seen(state: SheetState | None) -> bool:
    return state is not None and state not in (SheetState.PENDING, SheetState.NOT_INSPECTED)
