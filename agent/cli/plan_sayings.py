"""Emergency plans and their rehearsals as they are printed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from agent.cli.alert_sayings import joined
from agent.services.rehearse import Lack, LackKind, Rehearsal, Rehearsed
from duty.people import Contact
from duty.plans import Evidence, Plan, PlanStep, StepKind
from exporters.words import Say, format_time, shown, words
from exporters.words.numbers import format_duration

LONGEST = 1000
"""Characters of one step's text; the settings take no more."""


def print_plans(out: Console, plans: Iterable[Plan], language: str) -> None:
    """Print two lines a plan: what it is called, then when it starts and for what."""
    say = words(language)
    for plan in plans:
        title = shown(plan.title.in_(language))
        out.print(Text(say("cli.plan.line", name=plan.name, title=title, n=len(plan.steps))))
        out.print("    " + say("cli.and", first=_starts(plan, say), second=_for(plan, say)), markup=False)


def print_plan(out: Console, plan: Plan, commands: Collection[str], language: str) -> None:
    """Print a plan and each of its steps as it is written."""
    say = words(language)
    print_plans(out, [plan], language)
    for nth, step in enumerate(plan.steps, 1):
        out.print(f"{nth:>3}  {_after(step, say)}  {_does(step.kind, say)}", markup=False)
        out.print("     " + shown(step.text.in_(language), LONGEST), markup=False)
        parts = [
            *([say("cli.plan.whom", whom=_named(step, say))]),
            *_by_when(step.kind, step, say),
            *_command(step.command, say),
        ]
        if step.kind is StepKind.RUN and step.command[0] not in commands:
            parts.append(say("cli.plan.not_allowed"))
        out.print("     " + joined(parts, say), markup=False)


def print_rehearsal(out: Console, made: Rehearsal, address: str, language: str) -> None:
    """Print what is missing, then each step, then where it can be watched."""
    say, zone = words(language), ZoneInfo(made.zone)
    head = say("cli.plan.rehearsal", name=made.incident.name, plan=made.plan.name, title=made.plan.title.in_(language))
    out.print(Text(head, style="bold"))
    out.print(say("cli.plan.tells_nobody"), markup=False)
    lines = list(_lacks(made.lacks, made, say))
    for line in lines:
        out.print(Text(f"✗ {line}", style="yellow"))
    if not lines:
        out.print(Text(f"✓ {say('cli.plan.nothing_missing')}", style="green"))
    for step in made.steps:
        at = format_time(made.started + step.after, made.started, zone, say)
        out.print(f"{step.nth:>3}  {at}  {_does(step.kind, say)}", markup=False)
        out.print("     " + shown(step.text.in_(language), LONGEST), markup=False)
        ways = [_way(person, contact, made.titles, say) for person, contact in step.whom]
        whom = say("cli.plan.would_tell", whom=joined(ways, say) or say("alerting.nobody"))
        out.print("     " + joined([whom, *_until(step, made, say), *_command(step.command, say)], say), markup=False)
    out.print(say("cli.plan.watch", address=f"{address}/incidents/{made.incident.number}"), markup=False)
    for what in ("show", "step", "done"):
        out.print("    " + say(f"cli.plan.go_on.{what}", name=made.incident.name), markup=False)


def _lacks(lacks: Iterable[Lack], made: Rehearsal, say: Say) -> Iterator[str]:
    """Yield a line for each thing that is missing, with the steps that miss it."""
    steps: dict[tuple[LackKind, str, tuple[str, ...]], list[str]] = {}
    for lack in lacks:
        steps.setdefault((lack.kind, lack.what, lack.instead), []).append(f"{lack.nth}")
    for (kind, what, instead), nths in steps.items():
        named = say(f"post.{what}") if kind is LackKind.POST else made.titles.get(what) or what
        code = f"cli.plan.lack.{kind.value}"
        if kind is LackKind.POST:
            code += "_instead" if instead else "_none"
        elif kind is LackKind.BLANK and not made.incident.target:
            code += "_target"
        who = joined([made.titles.get(each) or each for each in instead], say)
        yield say(code, what=named, instead=who, steps=", ".join(nths))


def _way(person: str, contact: Contact, titles: Mapping[str, str], say: Say) -> str:
    return say("cli.aside", text=titles.get(person) or person or contact.address, aside=contact.channel)


def _until(step: Rehearsed, made: Rehearsal, say: Say) -> list[str]:
    if step.kind is StepKind.TELL:
        return []
    clock = format_time(made.started + step.after + step.within, made.started, ZoneInfo(made.zone), say)
    return [say("cli.plan.until", clock=clock), *_evidence(step.evidence, say)]


def _by_when(kind: StepKind, step: PlanStep, say: Say) -> list[str]:
    if kind is StepKind.TELL:
        return []
    within = say("cli.plan.within", length=format_duration(step.within.total_seconds(), say))
    return [within, *_evidence(step.evidence, say)]


def _evidence(evidence: Evidence, say: Say) -> list[str]:
    return [] if evidence is Evidence.NONE else [say(f"cli.plan.evidence.{evidence.value}")]


def _command(command: tuple[str, ...], say: Say) -> list[str]:
    return [say("cli.plan.command", command=" ".join(command))] if command else []


def _does(kind: StepKind, say: Say) -> str:
    return say(f"cli.plan.kind.{kind.value}")


def _after(step: PlanStep, say: Say) -> str:
    return f"+{format_duration(step.after.total_seconds(), say)}" if step.after else say("cli.plan.at_once")


def _named(step: PlanStep, say: Say) -> str:
    ways = [say("cli.aside", text=each.address or each.channel, aside=each.channel) for each in step.contacts]
    return joined([*(say(f"post.{post.value}") for post in step.posts), *step.people, *ways], say)


def _starts(plan: Plan, say: Say) -> str:
    return say("cli.plan.starts.at_once" if plan.at_once else "cli.plan.starts.by_hand")


def _for(plan: Plan, say: Say) -> str:
    grades = [say(f"cli.incidents.grade.{grade.value}") for grade in plan.grades]
    kinds = [say(f"cli.incidents.kind.{kind.value}") for kind in plan.kinds]
    parts = [joined([*grades, *kinds], say) or say("cli.plan.any")]
    for name in ("rules", "targets", "sites"):
        patterns: tuple[str, ...] = getattr(plan, name)
        if patterns != ("*",):
            parts.append(say(f"cli.plan.only.{name}", names=" ".join(patterns)))
    return say("cli.plan.for", what=joined(parts, say))
