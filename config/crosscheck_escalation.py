"""What does not go together in who is told when, in what holds back what, and in maintenance that repeats."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from math import prod
from typing import Final

from config.escalation import MaintenanceModel, Patterns, RuleModel, StepModel
from config.marked import Path
from config.mistake import Mistake, known
from config.people import ContactModel
from config.schema import Settings, WhichModel
from config.units import in_words
from duty.maintenance import AHEAD, LONGEST

MOST_WINDOWS: Final = 500
"""Windows of maintenance that are written ahead at the same time; each is looked at whenever an alert is open."""

NAMED: Final = ("post", "person", "channel")


def lists_of_steps(settings: Settings) -> Iterator[tuple[Path, tuple[StepModel, ...]]]:
    """Yield every list of steps with its place."""
    escalation = settings.escalation
    yield ("escalation", "critical"), escalation.critical
    yield ("escalation", "warning"), escalation.warning
    for place, rule in enumerate(escalation.rules):
        yield ("escalation", "rules", place, "steps"), rule.steps


def contacts_of_steps(settings: Settings) -> Iterator[tuple[Path, ContactModel]]:
    """Yield the contact of every step that tells a group, with its place."""
    for at, steps in lists_of_steps(settings):
        for place, step in enumerate(steps):
            if step.channel is not None:
                yield (*at, place), ContactModel(channel=step.channel, address=step.address)


def _steps_follow_each_other(settings: Settings) -> Iterator[Mistake]:
    for at, steps in lists_of_steps(settings):
        for place, (before, step) in enumerate(pairwise(steps), 1):
            if step.after < before.after:
                what, expected = "sooner than the step before", f"{in_words(before.after)} or longer"
                yield Mistake((*at, place, "after"), what, expected)


def _steps_name_somebody(settings: Settings) -> Iterator[Mistake]:
    names = [person.name for person in settings.people]
    for at, steps in lists_of_steps(settings):
        for place, step in enumerate(steps):
            here: Path = (*at, place)
            named = [name for name in NAMED if getattr(step, name) is not None]
            if len(named) != 1:
                what = f"names {' and '.join(named)}" if named else "names nobody"
                yield Mistake(here, what, "one of post, person and channel")
            if step.address and step.channel is None:
                yield Mistake((*here, "address"), "an address without a channel", "channel: and its name")
            if "times" in step.model_fields_set and step.repeat is None:
                yield Mistake((*here, "times"), "times without repeat", "repeat: and after how long")
            # Without any people in the file they are kept in the record alone.
            yield from known(step.person if names else None, "person", names, (*here, "person"))


def _every_rule_can_decide(settings: Settings) -> Iterator[Mistake]:
    rules = settings.escalation.rules
    for place, rule in enumerate(rules):
        before = next((n for n, earlier in enumerate(rules[:place]) if _takes_all(earlier, rule)), None)
        if before is not None:
            what = f"never decides anything, for rule {before + 1} before it takes all that fits it"
            yield Mistake(("escalation", "rules", place), what, "a place before that, or another condition there")


def _takes_all(earlier: RuleModel, rule: RuleModel) -> bool:
    plain = all(getattr(earlier, name) in (None, getattr(rule, name)) for name in ("severity", "key", "grade", "hours"))
    return plain and all(
        _includes(getattr(earlier, name), getattr(rule, name)) for name in ("targets", "sites", "checks")
    )


def _includes(wide: Patterns, narrow: Patterns) -> bool:
    """Say whether whatever fits the narrow patterns fits the wide ones as well, as far as their text tells."""
    if not wide or "*" in wide:
        return True
    return bool(narrow) and all(any(_within(pattern, other) for other in wide) for pattern in narrow)


def _within(pattern: str, other: str) -> bool:
    plain = not any(sign in pattern for sign in "*?[")
    return pattern == other or (plain and fnmatchcase(pattern, other))


def _inhibition_holds_back_something(settings: Settings) -> Iterator[Mistake]:
    targets = [target.name for target in settings.targets]
    for place, rule in enumerate(settings.inhibit):
        for name in ("source", "target"):
            if getattr(rule, name) == WhichModel():
                yield Mistake(("inhibit", place, name), "means every alert", "severity, targets, sites or checks")
        named = [each for each in (rule.source.targets, rule.target.targets) if each]
        both = [name for name in targets if all(any(fnmatchcase(name, p) for p in patterns) for patterns in named)]
        if rule.same_target and len(named) == 2 and not both:
            what = "never holds, for no target fits both source and target"
            yield Mistake(("inhibit", place), what, "same_target: false")


def _maintenance_makes_sense(settings: Settings) -> Iterator[Mistake]:
    names = [each.name for each in settings.maintenance]
    windows = 0
    for place, each in enumerate(settings.maintenance):
        at: Path = ("maintenance", place)
        if each.name in names[:place]:
            yield Mistake((*at, "name"), f"a second one called '{each.name}'", "each name once")
        if each.last < each.first:
            yield Mistake((*at, "until"), "before its first day", f"{each.first} or later")
        elif each.length > LONGEST:
            yield Mistake((*at, "until"), "longer than a year", f"{each.first + LONGEST} or earlier")
        if (each.targets, each.sites, each.checks) == (("*",), ("*",), ("*",)):
            yield Mistake(at, "covers everything", "targets, sites or checks")
        windows += _windows(each)
    if windows > MOST_WINDOWS:
        what = f"{windows} windows in {AHEAD.days} days, of each pattern one"
        yield Mistake(("maintenance",), what, f"{MOST_WINDOWS} at the most, with fewer and wider patterns")


def _windows(each: MaintenanceModel) -> int:
    return prod((len(each.targets), len(each.sites), len(each.checks), AHEAD.days if not each.days else len(each.days)))


CHECKS: Final = (
    _steps_follow_each_other,
    _steps_name_somebody,
    _every_rule_can_decide,
    _inhibition_holds_back_something,
    _maintenance_makes_sense,
)
