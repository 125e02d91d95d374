"""Who must have been told of an alert by now, who is next, and why (policy 4.4b).

A rule says whom; a service carries it out. Each page has a reason, so that the record, the log and the message say why
somebody was rung.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from duty.alerts import Alert, AlertState
from duty.findings import Severity
from duty.own_alerts import CHANNEL, HANDOVER, ROSTER
from duty.people import Contact, Person, Post
from duty.roster import Shift, on_duty


@dataclass(frozen=True, slots=True)
class Step:
    """After ``after`` without anybody taking it, tell who holds ``post`` by their contact of this place.

    A step by another contact than the first (``contact`` above 0) repeats nothing: who has only one way is told by it
    once.
    """

    after: timedelta
    post: Post
    contact: int = 0


CRITICAL: tuple[Step, ...] = (
    Step(timedelta(0), Post.TECHNICIAN),
    Step(timedelta(minutes=2), Post.TECHNICIAN, contact=1),
    Step(timedelta(minutes=3), Post.TECHNICIAN, contact=2),
    Step(timedelta(minutes=5), Post.MANAGER),
    Step(timedelta(minutes=15), Post.LEADER),
)
"""FORMS part B, "Not acknowledged"."""

WARNING: tuple[Step, ...] = (Step(timedelta(0), Post.TECHNICIAN), Step(timedelta(minutes=15), Post.MANAGER))
"""By day; by night a warning waits in the list, for it wakes nobody."""

SUBSTITUTES: Mapping[Post, tuple[Post, ...]] = {
    Post.TECHNICIAN: (Post.RESERVE, Post.MANAGER),
    Post.RESERVE: (Post.MANAGER,),
    Post.MANAGER: (Post.LEADER,),
}
"""Who is told where nobody holds the post; after them the fallback contacts."""

DAY = timedelta(days=1)


@lru_cache(maxsize=1024)
def _night(day: date, begin: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """Return the quiet hours that begin on a day, as instants; those that end when they begin last for a day."""
    last = day + DAY if end <= begin else day
    return _instant(day, begin, zone), _instant(last, end, zone)


def _instant(day: date, at: time, zone: str) -> datetime:
    # Through UTC, for arithmetic on local times ignores the change of the clocks.
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """The steps by severity, and the hours in which only what may wake somebody rings."""

    critical: tuple[Step, ...] = CRITICAL
    warning: tuple[Step, ...] = WARNING
    quiet: tuple[time, time] = (time(22, 0), time(7, 0))
    zone: str = "UTC"
    unsigned: timedelta = timedelta(minutes=30)
    """How long the manager on duty has with a form that nobody signs, before the leading group is told."""

    def steps(self, alert: Alert) -> tuple[Step, ...]:
        """Return the steps for an alert; a gap in the roster is for who may fill it, a form for who may sign it."""
        if alert.key[1] in ROSTER.values():
            return (Step(timedelta(0), Post.MANAGER),)
        if alert.key[1] == HANDOVER:
            return (Step(timedelta(0), Post.MANAGER), Step(self.unsigned, Post.LEADER))
        return self.critical if alert.severity is Severity.CRITICAL else self.warning

    def quiet_at(self, moment: datetime) -> bool:
        """Say whether people sleep at this moment, by the site's clock."""
        today = moment.astimezone(ZoneInfo(self.zone)).date()
        nights = (_night(day, *self.quiet, self.zone) for day in (today - DAY, today))
        return any(begin <= moment < end for begin, end in nights)

    def awake(self, begin: datetime, end: datetime) -> timedelta:
        """Return how much of the time between two moments is outside the quiet hours."""
        length = end - begin
        day = begin.astimezone(ZoneInfo(self.zone)).date() - DAY
        while (night := _night(day, *self.quiet, self.zone))[0] < end:
            length -= max(min(night[1], end) - max(night[0], begin), timedelta(0))
            day += DAY
        return length


@dataclass(frozen=True, slots=True)
class Told:
    """A page that was decided before: for which firing of which alert, which step, whom, by which contact."""

    alert: int
    fired: datetime
    step: int
    person: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody who must be told now, by one contact, and why. ``person`` is "" for a fallback contact."""

    alert: int
    fired: datetime
    step: int
    person: str
    contact: Contact
    reason: str

    @property
    def key(self) -> str:
        """Return what stays the same however often the page is sent: ASCII, for it travels in headers of HTTP.

        Two fallback contacts of one channel differ in their address only.
        """
        whom = "\0".join((self.person, self.contact.channel, self.contact.address))
        return f"{self.alert}-{self.fired.timestamp():.6f}-{self.step}-{hashlib.sha256(whom.encode()).hexdigest()[:16]}"


def rings(alert: Alert, policy: EscalationPolicy, now: datetime) -> bool:
    """Say whether an alert may call for somebody now: free, not snoozed, not well just now, and may wake who sleeps."""
    if alert.state is not AlertState.FIRING or (alert.snoozed_until is not None and now < alert.snoozed_until):
        return False
    if alert.calm_since is not None:
        return False
    return alert.wakes or not policy.quiet_at(now)


def due_pages(
    alert: Alert,
    people: Mapping[str, Person],
    shifts: Sequence[Shift],
    fallback: Sequence[Contact],
    told: Iterable[Told],
    policy: EscalationPolicy,
    now: datetime,
) -> list[Page]:
    """Return the pages that are due now and have not been decided yet, first step first.

    Steps count from when the alert fired; time in which it may not ring does not count, so that who is told at 07:00
    has his two minutes as well. A step whose post nobody holds goes to the post's substitutes and at last to the
    fallback contacts, so that an alert always has somebody. Who comes on duty while nobody has taken it is told too.
    """
    if not rings(alert, policy, now):
        return []
    if alert.key[1] == CHANNEL:
        people, fallback = by_another_way(people, fallback, (alert.key[2],))
    calls = max(alert.fired, alert.snoozed_until or alert.fired)
    waited = now - calls if alert.wakes else policy.awake(calls, now)
    last: dict[tuple[str, str, str], int] = {}
    for page in told:
        if page.alert == alert.number and page.fired == alert.fired:
            way = (page.person, page.contact.channel, page.contact.address)
            last[way] = max(page.step, last.get(way, 0))
    pages: list[Page] = []
    for number, step in enumerate(policy.steps(alert)):
        if waited < step.after:
            continue
        for person, contact, reason in whom(step, alert.site, people, shifts, fallback, now):
            # A later step than this can have told them: the failure was worse then and had other steps.
            way = (person, contact.channel, contact.address)
            before = last.get(way, -1)
            if before >= number or (step.contact > 0 and before >= 0):
                continue
            last[way] = number
            pages.append(Page(alert.number, alert.fired, number, person, contact, reason))
    return pages


def by_another_way(
    people: Mapping[str, Person], fallback: Sequence[Contact], failing: Collection[str]
) -> tuple[Mapping[str, Person], Sequence[Contact]]:
    """Leave out the contacts on channels that fail, of whoever has another one."""

    def others(contacts: Sequence[Contact]) -> tuple[Contact, ...]:
        return tuple(contact for contact in contacts if contact.channel not in failing) or tuple(contacts)

    return {name: replace(p, contacts=others(p.contacts)) for name, p in people.items()}, others(fallback)


def whom(
    step: Step,
    site: str,
    people: Mapping[str, Person],
    shifts: Sequence[Shift],
    fallback: Sequence[Contact],
    now: datetime,
) -> list[tuple[str, Contact, str]]:
    """Name whom a step tells, and why: who holds the post, else its substitutes, else the fallback contacts."""
    for post in (step.post, *SUBSTITUTES.get(step.post, ())):
        why = f"step.{post.value}" if post is step.post else f"step.instead_of_{step.post.value}"
        ways = {n: people[n].contacts for n in on_duty(shifts, site, post, now) if n in people and people[n].contacts}
        if ways:
            return [(name, contacts[min(step.contact, len(contacts) - 1)], why) for name, contacts in ways.items()]
    return [("", contact, "step.fallback") for contact in fallback]
