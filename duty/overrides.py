"""Limits raised for a while: a person decides that a value may be worse than the settings say, until a moment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from duty.errors import LimitRefused
from duty.findings import Limits, Rule
from duty.parameters import PARAMETERS

LONGEST: Final = timedelta(days=30)
"""Who needs it longer changes the settings, where everybody sees it."""

KINDS: Final = frozenset({"disk", "errors", "levels", "memory", "optics", "trend"})
"""Kinds of checks that compare a number with a limit; the others know only well and bad."""

MOST: Final = 1e18
"""No limit is beyond this; whatever is counted, it is never reached."""

BOUNDS: Final[Mapping[str, tuple[float, float]]] = {"%": (0.0, 100.0), "Cel": (-40.0, 120.0), "dBm": (-60.0, 60.0)}
"""Between what a limit makes sense, by its unit; any other unit: not below zero."""

REFUSALS: Final = (
    "no_check",  # the target has no such check in force
    "no_number",  # the check has no limit that is a number
    "no_limit",  # there is no limit of this grade: nothing to raise
    "bounds",  # it makes no sense for its unit
    "stricter",  # it would be stricter than what is in force
    "nothing",  # no limit was given that differs
    "order",  # a warning would come after what is critical
    "over",  # it would end before it begins
    "too_long",
    "not_a_number",
    "no_reason",
    "too_many",
)
"""Why a limit cannot be raised so; words for each stand in ``exporters/words``."""


@dataclass(frozen=True, slots=True)
class Override:
    """Other limits for one check of one target, from ``begin`` until ``end``.

    ``instance`` is one disk, port or sensor; "" stands for all of the check. The limits are as they are in force, the
    one that was not changed as well; None is never. ``ended_at`` is when somebody ended it before its time.
    """

    number: int
    target: str
    check: str
    instance: str
    warning: float | None
    critical: float | None
    begin: datetime
    end: datetime
    by: str
    why: str
    ended_at: datetime | None = None
    ended_by: str = ""

    def in_force(self, now: datetime) -> bool:
        """Say whether it holds at a moment; the moment of its end is not part of it."""
        return self.begin <= now < min(self.end, self.ended_at or self.end)


def overridden(rules: tuple[Rule, ...], overrides: Iterable[Override], target: str, now: datetime) -> tuple[Rule, ...]:
    """Return a target's rules with the overrides in force at ``now``; without any, the rules as they are.

    Of two for the same place the newer counts. An override never makes a rule stricter than the settings are, which may
    have changed since; and what it set has no ``gap``: who raises a limit to 92 expects that 91 is well.
    """
    holding = [each for each in overrides if each.target == target and each.in_force(now)]
    if not holding:
        return rules
    return tuple(_raised(rule, [each for each in holding if each.check == rule.name]) for rule in rules)


def all_overridden(
    rules: Mapping[str, tuple[Rule, ...]], overrides: Iterable[Override], now: datetime
) -> dict[str, tuple[Rule, ...]]:
    """Return the rules of all targets with the overrides in force at ``now``."""
    by_target: dict[str, list[Override]] = {}
    for each in overrides:
        by_target.setdefault(each.target, []).append(each)
    return {name: overridden(own, by_target.get(name, ()), name, now) for name, own in rules.items()}


def _raised(rule: Rule, overrides: Iterable[Override]) -> Rule:
    newest = {each.instance: each for each in sorted(overrides, key=lambda each: each.number)}
    # "" stands for every instance and sorts before all names: last, so that the narrower is found first.
    places = tuple((instance, _limits(rule.limits, newest[instance])) for instance in sorted(newest, reverse=True))
    return replace(rule, raised=places) if places and rule.kind in KINDS else rule


def _limits(ours: Limits, override: Override) -> Limits:
    return Limits(
        _milder(ours.warning, override.warning, below=ours.below),
        _milder(ours.critical, override.critical, below=ours.below),
        0.0,
        ours.below,
    )


def _milder(ours: float | None, theirs: float | None, *, below: bool) -> float | None:
    if ours is None or theirs is None:
        return theirs
    return min(ours, theirs) if below else max(ours, theirs)


def mildest(limits: Iterable[Limits]) -> Limits:
    """Return what is in force for many at once: of each limit the mildest, for none of them may become stricter."""
    several = tuple(limits)
    warnings, criticals = [each.warning for each in several], [each.critical for each in several]
    return replace(
        several[0],
        warning=_mildest(warnings, below=several[0].below),
        critical=_mildest(criticals, below=several[0].below),
    )


def _mildest(values: Iterable[float | None], *, below: bool) -> float | None:
    several = list(values)
    known = [value for value in several if value is not None]
    return None if len(known) < len(several) else min(known) if below else max(known)


def unit_of(rule: Rule) -> str:
    """Return the unit of a rule's limits; a trend's are seconds, whatever it is a trend of."""
    return "s" if rule.kind == "trend" else PARAMETERS.get(rule.parameter, "")


def raised(rule: Rule, now: Limits, warning: float | None, critical: float | None) -> Limits:
    """Return the limits that come of those in force ``now`` and the new ones; None leaves one as it is.

    Raises LimitRefused: the check has no limits that are numbers; a limit is stricter than before, is no number or
    makes no sense for its unit; nothing changes; a warning would come after what is critical.
    """
    if rule.kind not in KINDS:
        raise LimitRefused("no_number", {"check": rule.name})
    for grade, new, old in (("warning", warning, now.warning), ("critical", critical, now.critical)):
        if new is not None:
            _check(rule, grade, new, old, below=now.below)
    after = replace(
        now,
        warning=now.warning if warning is None else warning,
        critical=now.critical if critical is None else critical,
        gap=0.0,
    )
    if (after.warning, after.critical) == (now.warning, now.critical):
        raise LimitRefused("nothing")
    first, last = after.warning, after.critical
    if first is not None and last is not None and _milder(first, last, below=now.below) != last:
        raise LimitRefused("order")
    return after


def _check(rule: Rule, grade: str, new: float, old: float | None, *, below: bool) -> None:
    low, high = BOUNDS.get(unit_of(rule), (0.0, MOST))
    if old is None:
        raise LimitRefused("no_limit", {"grade": grade})
    if not math.isfinite(new) or not low <= new <= high:
        raise LimitRefused("bounds", {"grade": grade, "low": low, "high": high})
    if _milder(old, new, below=below) != new:
        raise LimitRefused("stricter", {"grade": grade, "limit": old, "below": below})
