"""A look as the checks read it: by parameter, with what was known before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from duty.findings import Limits, Rule, Severity
from duty.fold import Key, State
from duty.readings import Column, Look, Reading, by_column
from duty.targets import Target

Samples = Sequence[tuple[datetime, float]]
"""Values of one reading over time, oldest first."""

Place = tuple[str, str]
"""(parameter, instance)"""


class Seen:
    """One derived look, its target, the states known before it, and the past of some readings.

    ``history`` has the samples of those that have a trend, ``medians`` the median over seven days of those that are
    compared with it.
    """

    __slots__ = ("_columns", "_numbers", "_stated", "history", "look", "medians", "states", "target")

    def __init__(
        self,
        look: Look,
        target: Target,
        states: Mapping[Key, State],
        history: Mapping[Place, Samples] | None = None,
        medians: Mapping[Place, float] | None = None,
    ) -> None:
        self.look = look
        self.target = target
        self.states = states
        self.history = history or {}
        self.medians = medians or {}
        self._columns: dict[str, list[Column]] = defaultdict(list)
        self._numbers: dict[str, dict[str, int | float]] = {}
        for column in by_column(look.readings):
            self._columns[column.parameter].append(column)
        # A device that offers a place for its limits and leaves it empty has stated none.
        self._stated = {
            (s.parameter, s.instance, s.below): s for s in look.stated if (s.warning, s.critical) != (None, None)
        }

    def readings(self, rule: Rule) -> Iterator[Reading]:
        """Yield the readings that a rule is about."""
        for column in self.columns(rule):
            for reading in column.each():
                if rule.is_about(reading.instance):
                    yield reading

    def columns(self, rule: Rule) -> Sequence[Column]:
        """Return the columns that a rule is about, whatever instances it is for."""
        return self._columns.get(rule.parameter, ())

    def number(self, parameter: str, instance: str = "") -> int | float | None:
        """Return one value, or None where it was not seen."""
        numbers = self._numbers.get(parameter)
        if numbers is None:
            # Few parameters are asked for in this way.
            columns = self._columns.get(parameter, ())
            numbers = {at: value for c in columns for at, value in zip(c.instances, c.values, strict=True)}
            self._numbers[parameter] = numbers
        return numbers.get(instance)

    def before(self, rule: Rule, instance: str) -> State | None:
        """Return what was known of this check at this instance before."""
        return self.states.get((self.look.target, rule.name, instance))

    def severity(self, rule: Rule, instance: str) -> Severity:
        """Return the severity that was confirmed before."""
        state = self.before(rule, instance)
        return state.severity if state else Severity.OK

    def common_limits(self, rule: Rule) -> Limits | None:
        """Return the limits in force for every reading of a rule; None where it is for some, or some have their own."""
        stated = any(parameter == rule.parameter for parameter, _, _ in self._stated)
        own = rule.match != "*" or rule.raised or rule.drop is not None or stated
        return None if own else rule.limits

    def limits(self, rule: Rule, instance: str) -> Limits:
        """Return the limits in force: what a person set for a while, else what the device itself states, else ours.

        Where the rule says how far a value may drop below its own median, the narrower of both counts.
        """
        if rule.raised and (raised := rule.raised_at(instance)) is not None:
            return raised
        limits = rule.limits
        stated = self._stated.get((rule.parameter, instance, limits.below)) if self._stated else None
        if stated is not None:
            limits = replace(limits, warning=stated.warning, critical=stated.critical)
        if rule.drop is None:
            return limits
        median = self.medians.get((rule.parameter, instance))
        return limits if median is None else _dropped(limits, median, rule.drop)


def _dropped(limits: Limits, median: float, drop: tuple[float, float]) -> Limits:
    """Return limits on a low value that has the median of its past as well; the higher of two is reached first."""
    warning, critical = (
        max(level for level in (limit, round(median - depth, 2)) if level is not None)
        for limit, depth in zip((limits.warning, limits.critical), drop, strict=True)
    )
    return replace(limits, warning=warning, critical=critical)
