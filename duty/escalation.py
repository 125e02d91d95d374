"""Who must have been told of an alert by now, who is next, and why (policy 4.4b).

A rule says whom; a service carries it out. Each page has a reason, so that the record, the log and the message say why
somebody was rung.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from duty.alerts import Alert, AlertState
from duty.findings import Severity
from duty.hours import DAY, hours_of, within
from duty.incidents import Grade
from duty.own_alerts import CHANNEL, HANDOVER, ROSTER
from duty.people import Contact, Person, Post
from duty.roster import Shift
from duty.steps import CRITICAL, WARNING, Step, whom
from duty.which import EVERY, Which

NO_GRADES: Final[Mapping[int, Grade]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EscalationRule:
    """Steps of alerts that are alike: what they are, of which grade their incident is, and at which hours."""

    steps: tuple[Step, ...]
    which: Which = EVERY
    grade: Grade | None = None
    hours: tuple[time, time] | None = None

    def fits(self, alert: Alert, grade: Grade | None, zone: str, now: datetime) -> bool:
        """Say whether it decides the steps of an alert at a moment."""
        if self.grade is not None and self.grade is not grade:
            return False
        return self.which.means(alert) and (self.hours is None or within(self.hours, zone, now))


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """Who is told when, and the hours in which only what may wake somebody rings."""

    critical: tuple[Step, ...] = CRITICAL
    warning: tuple[Step, ...] = WARNING
    quiet: tuple[time, time] = (time(22, 0), time(7, 0))
    zone: str = "UTC"
    unsigned: timedelta = timedelta(minutes=30)
    """How long the manager on duty has with a form that nobody signs, before the leading group is told."""
    rules: tuple[EscalationRule, ...] = ()
    """The operator's own, of which the first that fits goes before the steps by severity."""

    def steps(self, alert: Alert, now: datetime, grade: Grade | None = None) -> tuple[Step, ...]:
        """Return the steps for an alert at a moment: those of the first rule that fits, else by its severity.

        A gap in the roster is for who may fill it, a form for who may sign it.
        """
        if alert.key[1] in ROSTER.values():
            return (Step(timedelta(0), Post.MANAGER),)
        if alert.key[1] == HANDOVER:
            return (Step(timedelta(0), Post.MANAGER), Step(self.unsigned, Post.LEADER))
        for rule in self.rules:
            if rule.fits(alert, grade, self.zone, now):
                return rule.steps
        return self.critical if alert.severity is Severity.CRITICAL else self.warning

    def of(self, alert: Alert) -> EscalationPolicy:
        """Return what of it can ever concern an alert: without the rules that never fit it."""
        rules = tuple(rule for rule in self.rules if rule.which.ever(alert))
        return self if len(rules) == len(self.rules) else replace(self, rules=rules)

    @property
    def every_step(self) -> Iterator[Step]:
        """Every step that it has, whichever alert it is for."""
        for steps in (self.critical, self.warning, *(rule.steps for rule in self.rules)):
            yield from steps

    def quiet_at(self, moment: datetime) -> bool:
        """Say whether people sleep at this moment, by the site's clock."""
        return within(self.quiet, self.zone, moment)

    def awake(self, begin: datetime, end: datetime) -> timedelta:
        """Return how much of the time between two moments is outside the quiet hours."""
        length = end - begin
        day = begin.astimezone(ZoneInfo(self.zone)).date() - DAY
        while (night := hours_of(day, *self.quiet, self.zone))[0] < end:
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
    held: bool = False
    """It is told although somebody has taken the alert, so that nobody's taking it takes it back."""

    @property
    def key(self) -> str:
        """Return what stays the same however often the page is sent: ASCII, for it travels in headers of HTTP.

        Two fallback contacts of one channel differ in their address only.
        """
        whom = "\0".join((self.person, self.contact.channel, self.contact.address))
        return f"{self.alert}-{self.fired.timestamp():.6f}-{self.step}-{hashlib.sha256(whom.encode()).hexdigest()[:16]}"


def rings(alert: Alert, policy: EscalationPolicy, now: datetime) -> bool:
    """Say whether an alert may call for somebody now: free, not snoozed, not well just now, and may wake who sleeps."""
    return alert.state is AlertState.FIRING and _audible(alert, policy, now)


def _audible(alert: Alert, policy: EscalationPolicy, now: datetime) -> bool:
    if not alert.open or alert.calm_since is not None:
        return False
    if alert.snoozed_until is not None and now < alert.snoozed_until:
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
    grades: Mapping[int, Grade] = NO_GRADES,
) -> list[Page]:
    """Return the pages that are due now and have not been decided yet, first step first.

    Steps count from when the alert fired; time in which it may not ring does not count, so that who is told at 07:00
    has his two minutes as well. A step whose post nobody holds goes to the post's substitutes and at last to the
    fallback contacts, so that an alert always has somebody. Who comes on duty while nobody has taken it is told too.
    Once somebody has it, only the steps that are told all the same go on. ``grades`` has the grade of the incident that
    an alert belongs to, by the alert's number.
    """
    if not _audible(alert, policy, now):
        return []
    failing = alert.key[2] if alert.key[1] == CHANNEL else ""
    if failing:
        people, fallback = by_another_way(people, fallback, (failing,))
    last: dict[tuple[str, str, str], int] = {}
    for page in told:
        if page.alert == alert.number and page.fired == alert.fired:
            way = (page.person, page.contact.channel, page.contact.address)
            last[way] = max(page.step, last.get(way, 0))
    steps = policy.steps(alert, now, grades.get(alert.number))
    pages: list[Page] = []
    for number in _due(alert, steps, policy, now):
        step = steps[number]
        if failing and step.group is not None and step.group.channel == failing:
            # Nobody is named by what is left, so that it goes to the fallback.
            step = replace(step, group=None)
        for person, contact, reason in whom(step, alert.site, people, shifts, fallback, now, first=number == 0):
            # A later step than this can have told them: the failure was worse then and had other steps.
            way = (person, contact.channel, contact.address)
            before = last.get(way, -1)
            if before >= number or (step.contact > 0 and not step.again and before >= 0):
                continue
            last[way] = number
            pages.append(Page(alert.number, alert.fired, number, person, contact, reason, step.held))
    return pages


def _due(alert: Alert, steps: Sequence[Step], policy: EscalationPolicy, now: datetime) -> list[int]:
    """Return the places of the steps whose time has come; of one that repeats only the newest, however late it is."""
    calls = max(alert.fired, alert.snoozed_until or alert.fired)
    waited = now - calls if alert.wakes else policy.awake(calls, now)
    free = alert.state is AlertState.FIRING
    due = [n for n, step in enumerate(steps) if step.after <= waited and (free or step.held)]
    newest = {steps[n].whose: n for n in due}
    return [n for n in due if newest[steps[n].whose] == n or not steps[newest[steps[n].whose]].again]


def by_another_way(
    people: Mapping[str, Person], fallback: Sequence[Contact], failing: Collection[str]
) -> tuple[Mapping[str, Person], Sequence[Contact]]:
    """Leave out the contacts on channels that fail, of whoever has another one."""

    def others(contacts: Sequence[Contact]) -> tuple[Contact, ...]:
        return tuple(contact for contact in contacts if contact.channel not in failing) or tuple(contacts)

    return {name: replace(p, contacts=others(p.contacts)) for name, p in people.items()}, others(fallback)
