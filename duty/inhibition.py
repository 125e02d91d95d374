"""Inhibition: while one alert is open, others that follow from it call for nobody.

What is itself held back holds back nothing, so that neither a chain nor a circle leaves everybody untold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from duty.alerts import Alert
from duty.which import Which


@dataclass(frozen=True, slots=True)
class Inhibition:
    """A rule: ``source`` holds back ``target``; of one site and of one target only, unless it says otherwise."""

    source: Which
    target: Which
    same_site: bool = True
    same_target: bool = True

    def shared(self, alert: Alert) -> tuple[str, str]:
        """Return what a source and what it holds back must have in common."""
        return alert.site if self.same_site else "", alert.key[0] if self.same_target else ""


def inhibited(alerts: Iterable[Alert], rules: Sequence[Inhibition]) -> dict[int, int]:
    """Return the alerts that are held back by open ones, by number, each with the one that holds it back.

    What nothing can hold back is free, what a free one holds back is not, and what only such ones would hold back is
    free again. Where alerts hold back each other in a circle, and no other one does, the oldest of them is free.
    """
    opened = sorted((alert for alert in alerts if alert.open), key=lambda alert: (alert.opened, alert.number))
    court = _Court(_groups(opened, rules))
    waiting = [alert.number for alert in opened]
    for number in waiting:
        if court.clear(number):
            court.release(number)
    while waiting := [number for number in waiting if not court.decided(number)]:
        court.release(court.eldest(waiting))
    return court.by


@dataclass(slots=True)
class _Group:
    """The sources of one rule that have the same in common, and what they may hold back."""

    sources: dict[int, None] = field(default_factory=dict)
    targets: dict[int, None] = field(default_factory=dict)
    held: int = 0
    acted: bool = False


class _Court:
    """Decides for one alert after the other whether it is free; each group is gone through a few times at most."""

    def __init__(self, groups: Iterable[_Group]) -> None:
        self.by: dict[int, int] = {}
        self._free: set[int] = set()
        self._over: dict[int, list[_Group]] = defaultdict(list)
        self._under: dict[int, list[_Group]] = defaultdict(list)
        for group in groups:
            for number in group.targets:
                self._over[number].append(group)
            for number in group.sources:
                self._under[number].append(group)

    def decided(self, number: int) -> bool:
        """Say whether an alert is free or held back."""
        return number in self.by or number in self._free

    def eldest(self, waiting: Sequence[int]) -> int:
        """Return the oldest of a circle that none of the undecided alerts outside of it can hold back."""
        seen: set[int] = set()
        for number in waiting:
            if number not in seen:
                # Whatever the last start does not reach was reached before it, and cannot have led to it.
                last = number
                self._spread(number, seen, self._under, "targets")
        circle: set[int] = set()
        self._spread(last, circle, self._over, "sources")
        return next(number for number in waiting if number in circle)

    def _spread(self, start: int, seen: set[int], groups: Mapping[int, Sequence[_Group]], way: str) -> None:
        """Add to those that were seen whatever is undecided and can be reached from an alert."""
        ready, passed = [start], set[int]()
        while ready:
            number = ready.pop()
            if number in seen or self.decided(number):
                continue
            seen.add(number)
            for group in groups.get(number, ()):
                if id(group) not in passed:
                    passed.add(id(group))
                    ready += getattr(group, way)

    def clear(self, number: int) -> bool:
        """Say whether nothing can hold back an alert any more: all that would is held back itself."""
        return all(group.held >= len(group.sources) - (number in group.sources) for group in self._over[number])

    def release(self, number: int) -> None:
        """Set an alert free unless it is decided, and decide whatever follows from that."""
        ready = [number]
        while ready:
            number = ready.pop()
            if self.decided(number):
                continue
            self._free.add(number)
            for group in self._under[number]:
                if not group.acted:
                    group.acted = True
                    for target in group.targets:
                        ready += self._hold(target, number)

    def _hold(self, target: int, source: int) -> list[int]:
        """Hold an alert back, and return what is free by that."""
        if self.decided(target):
            return []
        self.by[target] = source
        cleared: list[int] = []
        for group in self._under[target]:
            group.held += 1
            if group.held >= len(group.sources) - 1:
                cleared += [each for each in group.targets if not self.decided(each) and self.clear(each)]
        return cleared


def _groups(opened: Sequence[Alert], rules: Sequence[Inhibition]) -> list[_Group]:
    found: list[_Group] = []
    for rule in rules:
        groups: dict[tuple[str, str], _Group] = defaultdict(_Group)
        for alert in opened:
            if rule.source.means(alert):
                groups[rule.shared(alert)].sources[alert.number] = None
        for alert in opened:
            if rule.target.means(alert) and (group := groups.get(rule.shared(alert))) is not None:
                group.targets[alert.number] = None
        found += groups.values()
    return found
