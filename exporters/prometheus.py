"""What the agent has seen, as Prometheus text: the last state of everything, and nothing that is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from duty.findings import Severity
from duty.fold import Key, State
from duty.readings import Look
from duty.rounds import Counts, Round, RoundState, SheetState
from duty.targets import Target
from exporters.metric_names import labels
from exporters.reading_rows import Rows

Sample = tuple[str, int | float]
"""The labels as written, braces included, and the value."""


@dataclass(frozen=True, slots=True)
class LastRound:
    """The newest round of a cadence, open or closed, and its sheets by state."""

    round: Round
    sheets: Counts


@dataclass(frozen=True, slots=True)
class Picture:
    """What the agent knows of its targets and rounds ``at`` one moment.

    ``looks`` has the newest look of each target, ``rounds`` how many rounds of (cadence, state) the database holds,
    ``next_slots`` each cadence's earliest slot that was not dealt with yet. The mappings must not change any more: they
    are read in a thread.
    """

    at: datetime
    targets: Mapping[str, Target] = field(default_factory=dict)
    looks: Mapping[str, Look] = field(default_factory=dict)
    states: Mapping[Key, State] = field(default_factory=dict)
    rounds: Mapping[tuple[str, RoundState], int] = field(default_factory=dict)
    last_rounds: Mapping[str, LastRound] = field(default_factory=dict)
    next_slots: Mapping[str, datetime] = field(default_factory=dict)


def render(picture: Picture) -> Iterator[str]:
    """Write the picture in the text format 0.0.4, and yield the lines of one metric at a time.

    A look at a target that is not in the settings any more is left out. So is a reading that would spoil the scrape;
    ``nightduty_readings_left_out`` counts these by reason.
    """
    looks = {name: look for name, look in picture.looks.items() if name in picture.targets}
    yield from _targets(picture, looks)
    yield from _checks(picture.states)
    yield from _rounds(picture)
    yield from _readings(picture, looks)
    yield from _family(
        "nightduty_picture_timestamp_seconds", "When what is shown here was known.", [("", _unix(picture.at))]
    )


def _family(name: str, words: str, samples: Iterable[Sample], kind: str = "gauge") -> Iterator[str]:
    """Yield the lines of one metric as one piece."""
    if written := "".join([f"{name}{at} {value!r}\n" for at, value in samples]):
        yield f"# HELP {name} {words}\n# TYPE {name} {kind}\n{written}"


def _targets(picture: Picture, looks: Mapping[str, Look]) -> Iterator[str]:
    where = {name: labels([("target", name), ("site", picture.targets[name].site)]) for name in looks}
    up = [
        (
            labels([("target", name), ("site", target.site), ("kind", next(iter(target.looks), ""))]),
            int(looks[name].reached),
        )
        for name, target in picture.targets.items()
        if name in looks
    ]
    sites = Counter(target.site for target in picture.targets.values())
    gaps = Counter((name, gap.code) for name, look in looks.items() for gap in look.gaps)
    yield from _family(
        "nightduty_targets", "Targets in the settings.", ((labels([("site", site)]), n) for site, n in sites.items())
    )
    yield from _family("nightduty_target_up", "Whether the target answered its last look (1) or not (0).", up)
    yield from _family(
        "nightduty_target_look_seconds",
        "How long the last look at the target took.",
        ((where[name], look.took.total_seconds()) for name, look in looks.items()),
    )
    yield from _family(
        "nightduty_target_looked_timestamp_seconds",
        "When the last look at the target began.",
        ((where[name], _unix(look.began)) for name, look in looks.items()),
    )
    yield from _family(
        "nightduty_gaps",
        "What could not be seen in the last look, by reason.",
        (
            (labels([("target", name), ("site", picture.targets[name].site), ("code", code)]), n)
            for (name, code), n in gaps.items()
        ),
    )


def _checks(states: Mapping[Key, State]) -> Iterator[str]:
    counts = Counter(state.severity for state in states.values())
    abnormal: dict[str, int] = {}
    for (target, check, instance), state in states.items():
        if state.severity is not Severity.OK:
            at = labels([("target", target), ("check", check), ("part", instance)])
            # Two parts whose names differ only in what a label must not hold share a line: the worse one.
            abnormal[at] = max(abnormal.get(at, 0), state.severity.value)
    yield from _family(
        "nightduty_checks",
        "Checks by confirmed severity, each instance counted.",
        ((labels([("severity", severity.name.lower())]), counts[severity]) for severity in Severity),
    )
    yield from _family(
        "nightduty_checks_suppressed",
        "Checks that fail and are explained by a target above.",
        [("", sum(state.suppressed for state in states.values()))],
    )
    yield from _family(
        "nightduty_check_severity",
        "Confirmed severity of each check that is not well: 1 note, 2 warning, 3 critical.",
        abnormal.items(),
    )


def _rounds(picture: Picture) -> Iterator[str]:
    cadences = sorted({cadence for cadence, _ in picture.rounds} | {*picture.last_rounds} | {*picture.next_slots})
    at = {name: labels([("cadence", name)]) for name in cadences}
    last = {at[name]: last for name, last in sorted(picture.last_rounds.items())}
    # A state that has not happened yet is shown as 0, for increase() cannot see a series that begins at 1.
    yield from _family(
        "nightduty_rounds_total",
        "Rounds on record by the state in which they ended.",
        (
            (labels([("cadence", name), ("state", state)]), picture.rounds.get((name, state), 0))
            for name in cadences
            for state in RoundState
            if state is not RoundState.OPEN
        ),
        "counter",
    )
    yield from _family(
        "nightduty_round_sheets",
        "Sheets of the last round by state.",
        (
            (labels([("cadence", name), ("state", state)]), last.sheets[state])
            for name, last in sorted(picture.last_rounds.items())
            for state in SheetState
        ),
    )
    yield from _family(
        "nightduty_round_open",
        "Whether the last round is still being made.",
        ((where, int(one.round.state is RoundState.OPEN)) for where, one in last.items()),
    )
    yield from _family(
        "nightduty_round_late",
        "Whether the last round was made late.",
        ((where, int(one.round.late)) for where, one in last.items()),
    )
    yield from _family(
        "nightduty_round_last_slot_timestamp_seconds",
        "The slot of the last round.",
        ((where, _unix(one.round.slot)) for where, one in last.items()),
    )
    yield from _family(
        "nightduty_round_last_begun_timestamp_seconds",
        "When the last round was begun.",
        ((where, _unix(one.round.begun)) for where, one in last.items() if one.round.begun),
    )
    yield from _family(
        "nightduty_round_last_ended_timestamp_seconds",
        "When the last round ended.",
        ((where, _unix(one.round.ended)) for where, one in last.items() if one.round.ended),
    )
    yield from _family(
        "nightduty_round_next_slot_timestamp_seconds",
        "The earliest slot that was not dealt with yet.",
        ((at[name], _unix(slot)) for name, slot in sorted(picture.next_slots.items())),
    )


def _readings(picture: Picture, looks: Mapping[str, Look]) -> Iterator[str]:
    columns = Rows()
    for name, look in looks.items():
        columns.add(name, picture.targets[name].site, look.readings)
    yield from columns.text()
    yield from _family(
        "nightduty_readings_left_out",
        "Readings of the last looks that are not shown here, by reason.",
        ((labels([("reason", reason)]), n) for reason, n in columns.left_out.items()),
    )


def _unix(at: datetime) -> float:
    return at.timestamp()
