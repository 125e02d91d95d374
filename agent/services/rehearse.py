"""Rehearse a plan (演练): it runs as if, tells nobody outside, runs no command, and is on record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from agent.services.handle_incident import refused
from agent.services.open_incident import open_incident
from agent.services.orders import Orders
from agent.services.run_plans import whom
from agent.services.start_plan import fields_of
from agent.services.station import Station
from agent.services.tell_incident import Audience, To, audience
from agent.store import journal, plan_runs
from duty.blanks import blanks
from duty.incidents import Found, Grade, Incident, IncidentClass
from duty.people import Contact
from duty.plans import Evidence, Plan, PlanStep, RunStep, Spoken, StepKind


class LackKind(StrEnum):
    """What a rehearsal can find missing."""

    POST = "post"
    """Nobody whom a channel reaches holds the post now: ``instead`` stand in."""
    CONTACT = "contact"
    """Somebody on the post, or named, has no contact."""
    PERSON = "person"
    """Somebody named is not among the people."""
    NOBODY = "nobody"
    """The step reaches nobody at all."""
    BLANK = "blank"
    """The text names something that the settings do not say."""
    COMMAND = "command"
    """The command is not allowed by ``plan_commands``: a person is asked to run it."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing at a step: ``what`` is the post, person, field or command."""

    nth: int
    kind: LackKind
    what: str = ""
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A step as it would be: when, what, who would be told by which contact now, and by when it must be done."""

    nth: int
    after: timedelta
    kind: StepKind
    text: Spoken
    whom: tuple[tuple[str, Contact], ...]
    within: timedelta
    evidence: Evidence
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was rehearsed: the incident that stands for it, its steps, and first of all what is missing."""

    incident: Incident
    plan: Plan
    lacks: tuple[Lack, ...]
    steps: tuple[Rehearsed, ...]
    started: datetime
    zone: str
    titles: Mapping[str, str]


async def rehearse(
    station: Station, by: str, plan: str, target: str = "", site: str = "", *, asker: str = ""
) -> Rehearsal:
    """Open a rehearsal of a plan and return what it will do. Raises RecordRefused."""
    orders, now = station.orders, station.clock.now()
    found = orders.incidents.plan(plan)
    if found is None:
        raise refused("no_plan", plan=plan)
    if target and target not in orders.targets:
        raise refused("no_target", target=target)
    place = orders.targets[target].site if target else site or next(iter(orders.sites))
    if place not in orders.sites or (site and site != place):
        raise refused("no_site")
    kind = found.kinds[0] if found.kinds else IncidentClass.NETWORK
    grade = found.grades[0] if found.grades else Grade.MAJOR
    draft = Incident(0, "", place, kind, grade, "", Found.HAND, now, now, by, target=target, rehearsal=True)
    return await station.store.write(_rehearse, orders, found, draft, asker, now)


def _rehearse(
    conn: Connection, agent: str, orders: Orders, plan: Plan, draft: Incident, asker: str, now: datetime
) -> Rehearsal:
    titled = replace(draft, title=plan.title.in_(orders.language))
    made = open_incident(conn, agent, orders, titled, [], now, plan=plan, asker=asker)
    (run,) = plan_runs.runs_of(conn, agent, made.number)
    there = audience(conn, agent, orders, made.site, now)
    reached = [whom(there, step.step) for step in run.steps]
    known = fields_of(made, orders)
    lacks = tuple(
        lack
        for written, running, to in zip(plan.steps, run.steps, reached, strict=True)
        for lack in _lacks(running.nth, written, to, there, known)
    )
    told = [
        {"nth": step.nth, "whom": [each.person or each.contact.address for each in to]}
        for step, to in zip(run.steps, reached, strict=True)
    ]
    missing = [{"nth": lack.nth, "kind": lack.kind.value, "what": lack.what} for lack in lacks]
    said = {"incident": made.number, "name": made.name, "plan": plan.name, "steps": told, "lacks": missing}
    journal.append(conn, agent, "plan_rehearsed", now, draft.opened_by, "ok", said | journal.typed_by(asker))
    return Rehearsal(
        incident=made,
        plan=plan,
        lacks=lacks,
        steps=tuple(_step(step, to) for step, to in zip(run.steps, reached, strict=True)),
        started=run.started,
        zone=orders.zone_of(made.site).key,
        titles={name: person.title for name, person in there.there.items()},
    )


def _lacks(nth: int, step: PlanStep, to: Sequence[To], there: Audience, known: Mapping[str, str]) -> Iterator[Lack]:
    for post in step.posts:
        holders = there.holders(post)
        if not any(name in there.there and there.there[name].contacts for name in holders):
            instead = tuple(each.person or each.contact.address for each in there.post(post))
            yield Lack(nth, LackKind.POST, post.value, instead)
        for name in holders:
            yield from _unreachable(nth, name, there)
    for name in step.people:
        yield from _unreachable(nth, name, there)
    if not to:
        yield Lack(nth, LackKind.NOBODY)
    texts = (step.text.zh, step.text.en, *step.command)
    yield from (Lack(nth, LackKind.BLANK, name) for name in blanks(texts, known))
    if step.kind is StepKind.RUN and step.command[0] not in there.orders.incidents.commands:
        yield Lack(nth, LackKind.COMMAND, step.command[0])


def _unreachable(nth: int, name: str, there: Audience) -> Iterator[Lack]:
    if name not in there.there:
        yield Lack(nth, LackKind.PERSON, name)
    elif not there.there[name].contacts:
        yield Lack(nth, LackKind.CONTACT, name)


def _step(running: RunStep, to: Sequence[To]) -> Rehearsed:
    step = running.step
    return Rehearsed(
        nth=running.nth,
        after=step.after,
        kind=step.kind,
        text=step.text,
        whom=tuple((each.person, each.contact) for each in to),
        within=step.within,
        evidence=step.evidence,
        command=step.command,
    )
