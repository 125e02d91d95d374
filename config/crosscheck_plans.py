"""What does not go together in incidents and plans: somebody who is not there, a blank that nothing fills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config.incidents import PlanStepModel
from config.marked import Path
from config.mistake import Mistake, known
from config.schema import Settings
from config.wording import one_of
from duty.blanks import FIELDS, unknown_fields


def _rules_are_told_apart(settings: Settings) -> Iterator[Mistake]:
    seen: set[str] = set()
    for index, rule in enumerate(settings.incidents.rules or ()):
        if rule.name in seen:
            yield Mistake(
                ("incidents", "rules", index, "name"), f"a second rule called '{rule.name}'", "each name once"
            )
        seen.add(rule.name)


def _pairs_are_of_two(settings: Settings) -> Iterator[Mistake]:
    names = {target.name for target in settings.targets}
    for index, target in enumerate(settings.targets):
        at: Path = ("targets", index, "redundant_with")
        if target.redundant_with == target.name:
            yield Mistake(at, "a target that is redundant with itself", "the other one of the pair")
        else:
            yield from known(target.redundant_with, "target", names - {target.name}, at)


def _steps_name_who_is_there(settings: Settings) -> Iterator[Mistake]:
    people = {person.name for person in settings.people}
    for name, plan in settings.plans.items():
        for index, step in enumerate(plan.steps):
            at: Path = ("plans", name, "steps", index)
            # Without any people in the file they are kept in the record alone.
            for place, person in enumerate(step.people if people else ()):
                yield from known(person, "person", people, (*at, "people", place))
            yield from _blanks(step, at)


def _blanks(step: PlanStepModel, at: Path) -> Iterator[Mistake]:
    for key in ("tell", "ask", "text"):
        words = getattr(step, key)
        texts = (words.zh, words.en) if words is not None else ()
        for name in dict.fromkeys(name for text in texts for name in unknown_fields(text)):
            yield Mistake((*at, key), f"nothing fills in '{{{name}}}'", one_of(name, FIELDS))
    for place, part in enumerate(step.run or ()):
        for name in unknown_fields(part):
            yield Mistake((*at, "run", place), f"nothing fills in '{{{name}}}'", one_of(name, FIELDS))


def _commands_are_absolute(settings: Settings) -> Iterator[Mistake]:
    for index, path in enumerate(settings.plan_commands):
        if not path.startswith("/") or ".." in path.split("/"):
            yield Mistake(("plan_commands", index), "not an absolute path", "a path like /usr/local/sbin/failover")


def commands_are_allowed(settings: Settings) -> Iterator[Mistake]:
    """Yield the steps whose command nobody has allowed: they run all the same, with a person in its place."""
    for name, plan in settings.plans.items():
        for index, step in enumerate(plan.steps):
            if step.run is not None and step.run[0] not in settings.plan_commands:
                what = "a command that is not allowed: a person is asked to run it"
                yield Mistake(("plans", name, "steps", index, "run"), what, f"{step.run[0]} in plan_commands to run it")


CHECKS: Final = (_rules_are_told_apart, _pairs_are_of_two, _steps_name_who_is_there, _commands_are_absolute)
