"""The log of one tour as values: its rounds, every target in each of them, what was wrong and who saw to it.

The page of the night, the workbook and the form are made of it. Names of people are the record's; ``title`` says them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from duty.alerts import Alert
from duty.figures import Figures
from duty.findings import Finding
from duty.night_incidents import NightIncident
from duty.readings import Reading
from duty.round_review import ManualLine, RoundRead
from duty.rounds import Counts, Round, SheetState
from duty.targets import Target
from duty.tours import Tour

States = tuple[SheetState | None, ...]
"""A target's state in each round of the log, in their order; None where it was not part of the round."""

WORST_FIRST: Final = (
    SheetState.NOT_REACHED,
    SheetState.ABNORMAL,
    SheetState.PARTIAL,
    SheetState.NOT_INSPECTED,
)
"""The states that are trouble; a suppressed target is told of by what it hangs on."""


@dataclass(frozen=True, slots=True)
class NightRound:
    """One round, with the counts of this site's targets, who has read it, and who held the technician's post."""

    round: Round
    counts: Counts = field(default_factory=Counts)
    reads: tuple[RoundRead, ...] = ()
    technicians: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done about an alert: ``kind`` is a code under ``desk.event``, ``text`` what somebody wrote."""

    at: datetime
    kind: str
    by: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Handled:
    """An alert that was open in the tour, with what was done about it, and who was told of it first and when."""

    alert: Alert
    deeds: tuple[Deed, ...] = ()
    told: str = ""
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rounds one after the other in which a target was not well: the places of the first, the last and the worst."""

    target: str
    first: int
    last: int
    worst: int
    state: SheetState
    rounds: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stretch with what was found in its worst round, and the numbers of the target's alerts in the tour."""

    stretch: Stretch
    findings: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()
    alerts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The figures of one piece of key equipment in each round; None where it told none."""

    target: str
    of: tuple[Figures | None, ...]


@dataclass(frozen=True, slots=True)
class PowerLine:
    """One reading of power in each round; None where it was not seen."""

    target: str
    parameter: str
    of: tuple[Reading | None, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """How much was left off, for a night of a thousand failures must still be read."""

    rounds: int = 0
    targets: int = 0
    troubles: int = 0
    alerts: int = 0
    key: int = 0
    power: int = 0
    manual: int = 0


@dataclass(frozen=True, slots=True)
class NightLog:
    """The log of a tour as of ``now``. ``rounds`` are those of the plan, by slot; ``by_hand`` what somebody asked for.

    ``to_come`` are slots of the plan that have no round: they are still to come, or nothing is written of them yet.
    ``states`` has every target of the site in every round of ``rounds``.
    """

    tour: Tour
    site_title: str
    zone: str
    now: datetime
    rounds: tuple[NightRound, ...] = ()
    by_hand: tuple[NightRound, ...] = ()
    to_come: tuple[datetime, ...] = ()
    targets: tuple[Target, ...] = ()
    states: Mapping[str, States] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()
    alerts: tuple[Handled, ...] = ()
    key: tuple[KeyFigures, ...] = ()
    power: tuple[PowerLine, ...] = ()
    manual: tuple[ManualLine, ...] = ()
    technicians: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    left: Left = field(default_factory=Left)
    incidents: tuple[NightIncident, ...] = ()

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name

    @property
    def unread(self) -> tuple[NightRound, ...]:
        """The rounds of the plan that are over and that nobody has read yet."""
        return tuple(line for line in self.rounds if line.round.ended is not None and not line.reads)


def stretches(states: Mapping[str, States]) -> Iterator[Stretch]:
    """Yield when each target was not well. A round that was missed, or of which it was no part, parts nothing."""
    rank: Mapping[SheetState | None, int] = {state: place for place, state in enumerate(WORST_FIRST)}
    for target, row in states.items():
        open_: list[int] = []
        for place, state in enumerate(row):
            if state in rank:
                open_.append(place)
            elif state is SheetState.OK or state is SheetState.SUPPRESSED:
                yield from _stretch(target, row, open_, rank)
                open_ = []
        yield from _stretch(target, row, open_, rank)


def _stretch(
    target: str, row: States, places: Sequence[int], rank: Mapping[SheetState | None, int]
) -> Iterator[Stretch]:
    if not places:
        return
    worst = min(places, key=lambda place: (rank[row[place]], -place))
    state = row[worst] or SheetState.PENDING
    yield Stretch(target, places[0], places[-1], worst, state, len(places))


def in_order(found: Iterable[Stretch], targets: Mapping[str, Target]) -> list[Stretch]:
    """Return stretches as they are told: key equipment first, then the worst, the longest, the earliest."""
    order = {state: place for place, state in enumerate(WORST_FIRST)}

    def urgency(s: Stretch) -> tuple[bool, int, int, int, str]:
        key = s.target in targets and targets[s.target].key
        return not key, order[s.state], -s.rounds, s.first, s.target

    return sorted(found, key=urgency)
