"""A look as the checks read it: by parameter, with what was known before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from duty.findings import Limits, Rule, Severity
from duty.fold import Key, State
from duty.readings import Look, Reading
from duty.targets import Target

Samples = Sequence[tuple[datetime, float]]
"""Values of one reading over time, oldest first."""


class Seen:
    """One derived look, its target, the states known before it, and the history of readings that have a trend."""

    __slots__ = ("_by_parameter", "_numbers", "_stated", "history", "look", "states", "target")

    def __init__(
        self,
        look: Look,
        target: Target,
        states: Mapping[Key, State],
        history: Mapping[tuple[str, str], Samples] | None = None,
    ) -> None:
        self.look = look
        self.target = target
        self.states = states
        self.history = history or {}
        self._by_parameter: dict[str, list[Reading]] = defaultdict(list)
        self._numbers: dict[tuple[str, str], int | float] = {}
        for reading in look.readings:
            self._by_parameter[reading.parameter].append(reading)
            self._numbers[reading.parameter, reading.instance] = reading.value
        # A device that offers a place for its limits and leaves it empty has stated none.
        self._stated = {(s.parameter, s.instance): s for s in look.stated if (s.warning, s.critical) != (None, None)}

    def readings(self, rule: Rule) -> list[Reading]:
        """Return the readings that a rule is about."""
        return [reading for reading in self._by_parameter.get(rule.parameter, ()) if rule.is_about(reading.instance)]

    def number(self, parameter: str, instance: str = "") -> int | float | None:
        """Return one value, or None where it was not seen."""
        return self._numbers.get((parameter, instance))

    def before(self, rule: Rule, instance: str) -> State | None:
        """Return what was known of this check at this instance before."""
        return self.states.get((self.look.target, rule.name, instance))

    def severity(self, rule: Rule, instance: str) -> Severity:
        """Return the severity that was confirmed before."""
        state = self.before(rule, instance)
        return state.severity if state else Severity.OK

    def limits(self, rule: Rule, instance: str) -> Limits:
        """Return the limits in force: what a person set for a while, else what the device itself states, else ours."""
        raised = rule.raised_at(instance)
        if raised is not None:
            return raised
        stated = self._stated.get((rule.parameter, instance))
        if stated is None or stated.below != rule.limits.below:
            return rule.limits
        return Limits(stated.warning, stated.critical, rule.limits.gap, rule.limits.below)
