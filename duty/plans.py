"""Emergency plans (应急预案, policy 4.4b): timed steps that tell somebody, ask for something, or run a command.

What an operator wrote is a ``Plan``; what runs for an incident is a ``PlanRun``: its steps are frozen when it starts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from duty.blanks import UNKNOWN, filled
from duty.incidents import Grade, Incident, IncidentClass
from duty.people import Contact, Post


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an operator wrote, in both languages or in one; what is missing in one is said in the other."""

    zh: str = ""
    en: str = ""

    def in_(self, language: str) -> str:
        """Return it in a language, else in the other."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


class StepKind(StrEnum):
    """What a step does."""

    TELL = "tell"
    ASK = "ask"
    RUN = "run"


class Evidence(StrEnum):
    """What whoever ticks off a step must leave with it."""

    NONE = "none"
    NOTE = "note"
    PHOTO = "photo"


LEAST_PATIENCE: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of a plan, due ``after`` the start. ``posts``, ``people`` and ``contacts`` are told of it, or asked.

    A step that asks is overdue ``within`` this time after it was due: then ``overdue`` are told, and after as long
    again the leading group. A command has its absolute path first, no shell, and ``within`` to end in.
    """

    kind: StepKind
    text: Spoken
    after: timedelta = timedelta(0)
    posts: tuple[Post, ...] = ()
    people: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    within: timedelta = timedelta(minutes=10)
    evidence: Evidence = Evidence.NONE
    overdue: tuple[Post, ...] = (Post.MANAGER,)
    command: tuple[str, ...] = ()

    @property
    def patience(self) -> timedelta:
        """How long a person has; what a command has to end in is too short for one who runs it in its place."""
        return max(self.within, LEAST_PATIENCE) if self.kind is StepKind.RUN else self.within


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it is written, and the incidents that it is for: all that is said must fit.

    ``at_once``: it starts by itself as soon as such an incident is there; else the duty manager starts it.
    """

    name: str
    title: Spoken
    steps: tuple[PlanStep, ...]
    kinds: tuple[IncidentClass, ...] = ()
    grades: tuple[Grade, ...] = (Grade.MAJOR,)
    rules: tuple[str, ...] = ("*",)
    targets: tuple[str, ...] = ("*",)
    sites: tuple[str, ...] = ("*",)
    at_once: bool = True

    def fits(self, incident: Incident) -> bool:
        """Say whether it is for an incident."""
        return (
            (not self.kinds or incident.kind in self.kinds)
            and (not self.grades or incident.grade in self.grades)
            and any(fnmatchcase(incident.rule, pattern) for pattern in self.rules)
            and any(fnmatchcase(incident.target, pattern) for pattern in self.targets)
            and any(fnmatchcase(incident.site, pattern) for pattern in self.sites)
        )


def plan_for(incident: Incident, plans: Iterable[Plan]) -> Plan | None:
    """Return the first plan that is for an incident, None where none is."""
    return next((plan for plan in plans if plan.fits(incident)), None)


class StepState(StrEnum):
    """Where a step is."""

    WAITING = "waiting"
    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OVER: Final = frozenset({StepState.DONE, StepState.SKIPPED, StepState.CANCELLED})


@dataclass(frozen=True, slots=True)
class RunStep:
    """A step of a plan that runs. ``overdue`` is how often it was told that nobody has done it, ``note`` what was said.

    ``photo`` is the number of the picture left with it.
    """

    nth: int
    step: PlanStep
    state: StepState = StepState.WAITING
    due: datetime | None = None
    by: str = ""
    at: datetime | None = None
    note: str = ""
    photo: int | None = None
    overdue: int = 0

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def deadline(self) -> datetime | None:
        """By when it must be done; None while it is not due."""
        return None if self.due is None or self.step.kind is StepKind.TELL else self.due + self.step.patience


@dataclass(frozen=True, slots=True)
class PlanRun:
    """A plan that was started for an incident."""

    number: int
    incident: int
    plan: str
    title: Spoken
    started: datetime
    started_by: str
    steps: tuple[RunStep, ...]
    ended: datetime | None = None

    @property
    def open(self) -> bool:
        return self.ended is None


LOST_AFTER: Final = timedelta(minutes=2)
"""A command is ended after a minute at the latest; of one that still runs by then the agent ended before it did."""


def frozen(steps: Sequence[PlanStep], of: Mapping[str, str], first: int = 1) -> tuple[RunStep, ...]:
    """Return the steps as they stand for one incident, whatever becomes of the settings.

    They are numbered from ``first`` on: a second plan of the incident goes on where the one before ended.
    """
    return tuple(
        RunStep(
            nth,
            replace(
                step,
                text=Spoken(filled(step.text.zh, of), filled(step.text.en, of)),
                command=tuple(filled(part, of) for part in step.command),
            ),
        )
        for nth, step in enumerate(steps, first)
    )


@dataclass(frozen=True, slots=True)
class Advance:
    """What time has done to a step: ``tells`` says what is told now, ``posts`` whom if not its own."""

    before: RunStep
    after: RunStep
    tells: str = ""
    posts: tuple[Post, ...] = field(default=())


def advance(run: PlanRun, now: datetime, commands: Collection[str] = ()) -> list[Advance]:
    """Return what is due by now, each once: steps that begin, and those that nobody did in time.

    ``tells`` is "told", "asked", "run" or "overdue". Of commands only those are run whose path is among ``commands``; a
    person is asked to run any other, one of which something is not known, one that failed or whose end nobody saw.
    """
    if not run.open:
        return []
    moved = (_moved(step, run.started, now, commands) for step in run.steps)
    return [each for each in moved if each is not None]


def _moved(step: RunStep, started: datetime, now: datetime, commands: Collection[str]) -> Advance | None:
    due = started + step.step.after
    if step.state is StepState.WAITING and now >= due:
        match step.step.kind:
            case StepKind.TELL:
                # It is told when it is decided, which can be late; the record has the moment that is true.
                return Advance(step, replace(step, state=StepState.DONE, due=due, at=now), "told")
            case StepKind.RUN if step.due is None and _may_run(step.step.command, commands):
                return Advance(step, replace(step, state=StepState.RUNNING, due=max(due, now)), "run")
            case _:
                return Advance(step, replace(step, state=StepState.DUE, due=max(due, now)), "asked")
    if step.state is StepState.RUNNING and step.due is not None and now - step.due >= LOST_AFTER:
        return Advance(step, replace(step, state=StepState.DUE, due=now), "asked")
    if step.state is StepState.DUE and step.deadline is not None:
        late = now - step.deadline
        if step.overdue == 0 and late >= timedelta(0):
            return Advance(step, replace(step, overdue=1), "overdue", step.step.overdue)
        if step.overdue == 1 and late >= step.step.patience:
            return Advance(step, replace(step, overdue=2), "overdue", (Post.LEADER,))
    return None


def _may_run(command: Sequence[str], commands: Collection[str]) -> bool:
    """Say whether a command is allowed and all of it is known: with a blank it would do what nobody meant."""
    return command[0] in commands and not any(UNKNOWN in part for part in command)


def fault(step: RunStep, note: str, photo: int | None) -> str:
    """Return why a step cannot be ticked off, as a code; "" where it can."""
    if step.over or step.state is StepState.RUNNING:
        return "over"
    if step.step.evidence is Evidence.PHOTO and photo is None:
        return "no_photo"
    if step.step.evidence is Evidence.NOTE and not note.strip() and photo is None:
        return "no_note"
    return ""


def done(step: RunStep, by: str, at: datetime, note: str = "", photo: int | None = None) -> RunStep:
    """Tick off a step, due or ahead of its time."""
    return replace(
        step, state=StepState.DONE, due=step.due or at, by=by, at=at, note=note or step.note, photo=photo or step.photo
    )


def skipped(step: RunStep, by: str, at: datetime, why: str) -> RunStep:
    """Leave out a step, with a reason."""
    return replace(step, state=StepState.SKIPPED, due=step.due or at, by=by, at=at, note=why)


def ran(step: RunStep, at: datetime, output: str, *, well: bool) -> RunStep:
    """Note what a command said. One that failed is not run again: ``advance`` asks a person next."""
    if well:
        return replace(step, state=StepState.DONE, at=at, note=output)
    return replace(step, state=StepState.WAITING, note=output)


def ended(run: PlanRun, at: datetime) -> PlanRun:
    """End a plan: what was not done by then is cancelled, and nobody is told of it any more."""
    steps = tuple(step if step.over else replace(step, state=StepState.CANCELLED, at=at) for step in run.steps)
    return replace(run, ended=at, steps=steps)
