"""How long something answered in a month, how long it did not, and how long nobody can say.

Each moment is one of four: not known, maintenance, down, up, and the first that holds counts. What is not known never
counts as up: it is left out of the reckoning and stated beside it. Maintenance is left out as well, for nobody promised
that time. Down counts from the look that confirmed it to the look that found it well, as the alert does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from duty.findings import Severity
from duty.spans import Span, Spans, gaps, length, merged, shared, without
from duty.targets import Target

Change = tuple[datetime, Severity]
"""When a check was confirmed to be this bad from then on."""

APART: Final = timedelta(hours=26)
"""Two looks of the rounds that lie further apart show that it was not looked at in between: a daily round is nearer."""


@dataclass(frozen=True, slots=True)
class Course:
    """How one thing was from ``begin`` to ``end``. The three kinds of spans share no moment; the rest of it was up.

    ``failures`` are the times it was down as they were confirmed, whatever covers them, those that count at all.
    """

    begin: datetime
    end: datetime
    unknown: Spans = ()
    maintenance: Spans = ()
    down: Spans = ()
    failures: Spans = ()

    @property
    def length(self) -> timedelta:
        return self.end - self.begin

    @property
    def unseen(self) -> timedelta:
        """How long nobody can say how it was."""
        return length(self.unknown)

    @property
    def observed(self) -> timedelta:
        """How long it is known how it was; with ``unseen`` this is the whole length."""
        return self.length - self.unseen

    @property
    def maintained(self) -> timedelta:
        return length(self.maintenance)

    @property
    def lost(self) -> timedelta:
        """How long it was down, and nobody worked on it."""
        return length(self.down)

    @property
    def share(self) -> float | None:
        """Its availability from 0 to 1; None where there was no time by which it can be told."""
        counted = self.observed - self.maintained
        return 1 - self.lost / counted if counted > timedelta(0) else None


def course(
    begin: datetime,
    end: datetime,
    before: Severity,
    changes: Iterable[Change],
    *,
    unknown: Iterable[Span] = (),
    maintenance: Iterable[Span] = (),
) -> Course:
    """Lay out how something was between two moments. ``before`` is how it was at the first of them."""
    unseen = _within(unknown, begin, end)
    worked = without(_within(maintenance, begin, end), unseen)
    failures = bad_spans(begin, end, before, changes)
    down = without(without(failures, unseen), worked)
    counted = tuple(failure for failure in failures if shared((failure,), down))
    return Course(begin, end, unseen, worked, down, counted)


def bad_spans(begin: datetime, end: datetime, before: Severity, changes: Iterable[Change]) -> Spans:
    """Return when a check was bad between two moments; a note changes nothing."""
    found: list[Span] = []
    since = begin if before >= Severity.WARNING else None
    for at, severity in sorted(changes, key=lambda change: change[0]):
        at = min(max(at, begin), end)
        if severity >= Severity.WARNING:
            since = at if since is None else since
        elif severity is Severity.OK and since is not None:
            found.append((since, at))
            since = None
    if since is not None:
        found.append((since, end))
    return merged(found)


def hidden(targets: Mapping[str, Target], down: Mapping[str, Spans]) -> dict[str, Spans]:
    """Return when each target could not be seen, for all of its parents were down or could not be seen themselves.

    It may have run all the while: this is not known, so that one dead switch costs its own minutes and not those of
    the forty behind it. What was confirmed down before its parents stays down.
    """
    found: dict[str, Spans] = {}

    def of(name: str, below: frozenset[str]) -> Spans:
        if name not in found:
            parents = targets[name].depends_on if name in targets and name not in below else ()
            ways = [merged((*down.get(p, ()), *of(p, below | {name}))) for p in parents]
            both = ways[0] if ways else ()
            for way in ways[1:]:
                both = shared(both, way)
            found[name] = without(both, down.get(name, ()))
        return found[name]

    for name in targets:
        of(name, frozenset())
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """The first and the last look at a target in each part of a month, oldest first; ``still`` if it is looked at now.

    What left the settings, or was not in them yet, was not looked at.
    """

    looks: Sequence[Span] = field(default_factory=tuple)
    still: bool = True

    def unseen(self, begin: datetime, end: datetime) -> Spans:
        """Return when it was not looked at between two moments."""
        known: list[Span] = []
        for first, last in sorted(self.looks):
            if known and first - known[-1][1] <= APART:
                known[-1] = (known[-1][0], max(known[-1][1], last))
            else:
                known.append((first, last))
        if known and self.still and end - known[-1][1] <= APART:
            known[-1] = (known[-1][0], max(end, known[-1][1]))
        return gaps(merged(known), begin, end)


def _within(spans: Iterable[Span], begin: datetime, end: datetime) -> Spans:
    return shared(merged(spans), ((begin, end),)) if begin < end else ()
