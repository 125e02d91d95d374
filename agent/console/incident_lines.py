"""Incidents as they are read: how each step stands, what was told in one line, what a list shows of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from agent.services.call_clocks import Running
from agent.services.incident_board import Entry, IncidentCase
from agent.store.incident_events import IncidentEvent, IncidentEventKind
from duty.deadlines import Clock
from duty.incidents import Incident
from duty.people import Person, Post
from duty.plans import PlanRun, RunStep, StepState

MOST: Final = 300
"""Lines of a timeline on the page; of an incident that lasted for days the newest say enough."""
SOON: Final = {
    Clock.NEXT_REPORT: timedelta(minutes=15),
    Clock.REPORT: timedelta(hours=4),
    Clock.LEGAL: timedelta(hours=24),
}
"""From so long before its end a clock is pressing."""

Pressing = Literal["runs", "soon", "late"]
Look = Literal["waiting", "due", "overdue", "running", "done", "skipped", "cancelled"]
"""How a step stands; ``overdue`` is due and nobody has done it in time."""


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock that runs: which, until when, and how pressing it is."""

    clock: Clock
    until: datetime
    pressing: Pressing


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step of a plan that runs: ``at`` is the moment that says how it stands, ``asked`` who is to do it."""

    run: int
    step: RunStep
    look: Look
    at: datetime | None
    asked: tuple[tuple[Post | None, tuple[Person, ...]], ...]

    @property
    def key(self) -> str:
        return f"{self.run}.{self.step.nth}"


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a timeline; ``told`` are those who heard one piece of news at one moment, by person and channel."""

    event: IncidentEvent
    told: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An incident in a list: its clocks by what is pressing, and the step that is due next."""

    entry: Entry
    zone: str
    clocks: tuple[ClockLine, ...]
    next: RunStep | None
    late: bool

    @property
    def incident(self) -> Incident:
        return self.entry.incident


def clock_lines(running: Iterable[Running], now: datetime) -> tuple[ClockLine, ...]:
    """Return the clocks, the most pressing first."""
    return tuple(
        ClockLine(each.clock, each.until, _pressing(each, now)) for each in sorted(running, key=lambda one: one.until)
    )


def _pressing(running: Running, now: datetime) -> Pressing:
    if running.until <= now:
        return "late"
    return "soon" if running.until - now <= SOON[running.clock] else "runs"


def step_lines(case: IncidentCase, run: PlanRun) -> tuple[StepLine, ...]:
    """Say how each step of a plan stands."""
    return tuple(_step(case, run, step) for step in run.steps)


def _step(case: IncidentCase, run: PlanRun, step: RunStep) -> StepLine:
    look: Look = step.state.value
    at = step.at
    if step.state is StepState.WAITING:
        at = run.started + step.step.after
    elif step.state in (StepState.DUE, StepState.RUNNING):
        at = step.deadline
        look = "overdue" if step.state is StepState.DUE and at is not None and at <= case.now else look

    def there(names: Iterable[str]) -> tuple[Person, ...]:
        return tuple(case.there[name] for name in names if name in case.there)

    held = [(post, there(case.holders.get(post, ()))) for post in step.step.posts]
    named = there(step.step.people)
    return StepLine(run.number, step, look, at, (*held, *(((None, named),) if named else ())))


def timeline(events: Sequence[IncidentEvent]) -> tuple[tuple[Happened, ...], int]:
    """Return the newest lines, oldest of them first, and how many earlier ones were left out.

    Who was told of one thing in one minute stands in one line: a first report goes to everybody at once.
    """
    lines: list[Happened] = []
    for event in events:
        told = _told(event)
        place = _place(lines, event) if told else None
        if place is None:
            lines.append(Happened(event, told))
        else:
            lines[place] = replace(lines[place], told=tuple(dict.fromkeys((*lines[place].told, *told))))
    return tuple(lines[-MOST:]), max(0, len(lines) - MOST)


def _place(lines: Sequence[Happened], event: IncidentEvent) -> int | None:
    """Return the line in which it was told to others, as far as nothing else happened in between."""
    for place in range(len(lines) - 1, -1, -1):
        if not lines[place].told:
            return None
        if _of_one_piece(lines[place].event, event):
            return place
    return None


def _told(event: IncidentEvent) -> tuple[tuple[str, str], ...]:
    if event.kind is not IncidentEventKind.TOLD:
        return ()
    return ((str(event.data.get("person") or ""), str(event.data.get("channel") or "")),)


def _of_one_piece(one: IncidentEvent, other: IncidentEvent) -> bool:
    same = ("event", "rehearsed")
    return other.at - one.at < timedelta(minutes=1) and all(one.data.get(n) == other.data.get(n) for n in same)


def entry_line(entry: Entry, zone: str, now: datetime) -> EntryLine:
    """Say how an incident stands in a list."""
    following = min(entry.due, key=lambda step: step.deadline or now, default=None)
    clocks = clock_lines(entry.clocks, now)
    late = any(one.pressing == "late" for one in clocks)
    late = late or (following is not None and following.deadline is not None and following.deadline <= now)
    return EntryLine(entry, zone, clocks, following, late)


def by_urgency(lines: Iterable[EntryLine]) -> list[EntryLine]:
    """Return what is being handled before what is over, the major ones first, then the oldest."""

    def urgency(line: EntryLine) -> tuple[bool, bool, bool, int]:
        one = line.incident
        # What is over is read from its newest on.
        return not one.open, one.rehearsal, not (one.open and one.major), one.number if one.open else -one.number

    return sorted(lines, key=urgency)
