"""Tell of an incident: whom by post, name or group, as letters in the outbox, decided in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection

from agent.services.escalate import AROUND
from agent.services.orders import Orders
from agent.store import alerts, incident_events, incident_letters, incidents, outbox, people, plan_runs, shifts
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from agent.store.values import plain
from duty.alerts import Alert
from duty.bulletins import Facts
from duty.fold import REACH
from duty.incident_news import News, NewsKind
from duty.incidents import Incident
from duty.people import Contact, Person, Post
from duty.plans import StepState
from duty.roster import Shift, on_duty
from duty.steps import Step, whom
from duty.targets import behind


class To(NamedTuple):
    """One way to somebody, and why they are told."""

    person: str
    contact: Contact
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who can be told at a site at a moment."""

    site: str
    there: dict[str, Person]
    present: Sequence[Shift]
    orders: Orders
    now: datetime

    def post(self, *posts: Post, every_path: bool = False) -> list[To]:
        """Return who holds these posts, or stands in for them; by each path that they have where it is urgent."""
        found = []
        for post in posts:
            step = Step(timedelta(0), post)
            for to in whom(step, self.site, self.there, self.present, self.orders.fallback, self.now):
                person, contact, _ = reached = To(*to)
                found.append(reached)
                if every_path and person:
                    found += [To(person, way, reached.reason) for way in _other_paths(self.there[person], contact)]
        return found

    def people(self, *names: str) -> list[To]:
        """Return these people, each by their first contact; who has none is told by nobody but the page."""
        return [
            To(name, self.there[name].contacts[0], "step.person")
            for name in names
            if name in self.there and self.there[name].contacts
        ]

    def groups(self, *contacts: Contact) -> list[To]:
        """Return groups and departments."""
        return [To("", contact, "step.group") for contact in contacts]

    def holders(self, post: Post) -> tuple[str, ...]:
        """Return who holds a post now, by name."""
        return on_duty(self.present, self.site, post, self.now)


def _other_paths(person: Person, first: Contact) -> list[Contact]:
    paths, found = {first.path}, []
    for contact in person.contacts:
        if contact.path not in paths:
            paths.add(contact.path)
            found.append(contact)
    return found


def audience(conn: Connection, agent: str, orders: Orders, site: str, now: datetime) -> Audience:
    """Return who can be told at a site now."""
    roster = shifts.shifts_between(conn, agent, now - AROUND, now + AROUND)
    present = [shift for shift in roster if shift.begin <= now < shift.end]
    return Audience(site, people.load_people(conn, agent), present, orders, now)


def tell(
    conn: Connection,
    agent: str,
    incident: Incident,
    kind: NewsKind,
    news: News,
    to: Iterable[To],
    now: datetime,
    *,
    mark: str = "",
    step: int | None = None,
) -> None:
    """Queue a piece of news, once for each way; a rehearsal only writes down who would have been told.

    ``mark`` tells two pieces of news of one kind apart: the number of a report, the moment of a clock.
    """
    ways = list(dict.fromkeys((each.person, each.contact) for each in to))
    reasons = {(each.person, each.contact): each.reason for each in to}
    if incident.rehearsal:
        for person, contact in ways:
            data = {"person": person, "channel": contact.channel, "event": kind.value, "rehearsed": True}
            incident_events.add_event(conn, agent, incident.number, now, IncidentEventKind.TOLD, AGENT, "", data)
        return
    said = {"news": plain(news)}
    letters = [
        outbox.Outgoing(
            key=_key(incident.number, kind, mark, person, contact),
            event=kind.value,
            contact=contact,
            person=person,
            reason=reasons[person, contact],
            data=said,
            incident=incident.number,
            step=step,
        )
        for person, contact in ways
    ]
    outbox.enqueue(conn, agent, letters, now)


def tell_those_who_know(
    conn: Connection, agent: str, incident: Incident, kind: NewsKind, news: News, now: datetime, mark: str = ""
) -> None:
    """Queue a piece of news to everybody who was told of the incident, by the way it was told."""
    known = [To(person, contact) for person, contact in incident_letters.who_knows(conn, agent, incident.number)]
    tell(conn, agent, incident, kind, news, known, now, mark=mark)


def _key(incident: int, kind: NewsKind, mark: str, person: str, contact: Contact) -> str:
    # ASCII and bounded, for some channels carry it in a header.
    whom = sha256(f"{mark} {person} {contact.channel} {contact.address}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"i{incident}-{kind.value}-{whom[:24]}"


def news_of(conn: Connection, agent: str, orders: Orders, incident: Incident, **said: object) -> News:
    """Return what can be told of an incident as it stands, with what is ``said`` beside it."""
    of = joined_alerts(conn, agent, incident.number)
    news = News(
        number=incident.number,
        name=incident.name,
        title=incident.title or next((alert.said for alert in of if alert.said), ""),
        site=incident.site,
        kind=incident.kind,
        grade=incident.grade,
        found_by=incident.found_by,
        began=incident.began,
        found=incident.found,
        target=incident.target,
        finding=of[0].finding if of else None,
        rule=incident.rule,
        restored=incident.restored,
        next_at=incident.next_report,
        facts=facts_of(conn, agent, orders, incident, of),
    )
    return replace(news, **said)  # type: ignore[arg-type]


def joined_alerts(conn: Connection, agent: str, incident: int) -> list[Alert]:
    """Return the alerts of an incident, in the order in which they joined it."""
    numbers = incidents.alerts_of(conn, agent, incident)
    found = alerts.get_alerts(conn, agent, numbers)
    return [found[number] for number in numbers if number in found]


def facts_of(conn: Connection, agent: str, orders: Orders, incident: Incident, of: Sequence[Alert]) -> Facts:
    """Return what the record knows of how an incident stands."""
    concerned, down = set[str](), set[str]()
    for alert in of:
        name = alert.key[0]
        if name in orders.targets:
            below = behind(name, orders.targets) if alert.key[1] == REACH else frozenset()
            concerned |= {name, *below}
            down |= {name, *below} if alert.open else set()
    runs = plan_runs.runs_of(conn, agent, incident.number)
    steps = [step for run in runs for step in run.steps]
    businesses = dict.fromkeys(orders.targets[name].business for name in sorted(concerned))
    taken = dict.fromkeys(alert.taken_by for alert in of if alert.taken_by)
    return Facts(
        down=len(down),
        of=len(concerned),
        plan=runs[0].title if runs else None,
        plan_started=runs[0].started if runs else None,
        steps_done=sum(step.state in (StepState.DONE, StepState.SKIPPED) for step in steps),
        steps=len(steps),
        leads=incident.leads,
        on_spot=tuple(taken),
        business=tuple(business for business in businesses if business)[:5],
    )


def superiors(there: Audience) -> list[To]:
    """Return the duty manager and the leading group with its channel: who is told of what is major (policy 4.4b)."""
    group = there.groups(*there.orders.incidents.group)
    return [*there.post(Post.MANAGER, Post.LEADER, every_path=True), *group]


def departments(there: Audience, incident: Incident) -> list[To]:
    """Return the departments concerned."""
    return there.groups(*there.orders.incidents.departments.get(incident.kind, ()))
