"""An alert's life: it fires, somebody takes it, it is over. Findings become transitions in ``duty/fold.py``.

An alert's key is (target, check, instance); its severity is not in the key, so that a warning that becomes critical is
the same alert.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from duty.findings import Finding, Severity
from duty.fold import Key, Transition


class AlertState(StrEnum):
    """Where an alert is; snoozed, silenced and suppressed stand beside it."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """A failure that somebody must take.

    ``fired`` is when it last began to call for somebody: its escalation counts from there, and it begins anew when an
    acknowledgement expires. ``wakes`` says whether it may ring between 22:00 and 07:00 (FORMS part B).
    """

    number: int
    key: Key
    site: str
    severity: Severity
    state: AlertState
    opened: datetime
    fired: datetime
    finding: Finding
    key_equipment: bool = False
    wakes: bool = False
    taken_by: str = ""
    taken_at: datetime | None = None
    expires: datetime | None = None
    snoozed_until: datetime | None = None
    resolved: datetime | None = None
    word: str = ""
    """What was done, in the words of who closed or took it."""
    source: str = ""
    """Who handed it to us; "" for what we found ourselves."""
    said: str = ""
    """What they said of it, in their words."""
    flapping: bool = False
    """It came back soon after it was over, and stays open until it has been well for long enough."""
    calm_since: datetime | None = None
    """Since when a flapping one has been well."""
    policy: str = ""
    """By which escalation policy it goes on: the digest of the one that was in force when it opened."""
    inhibited_by: int | None = None
    """The number of the open alert that it follows from: as long as that is open, it calls for nobody."""

    @property
    def open(self) -> bool:
        return self.state is not AlertState.RESOLVED


@dataclass(frozen=True, slots=True)
class TakePolicy:
    """How long an acknowledgement holds before the alert fires again."""

    critical: timedelta = timedelta(minutes=60)
    warning: timedelta = timedelta(hours=4)

    def holds(self, alert: Alert) -> timedelta:
        """Return how long for this alert; who has taken a flapping one need not be called each hour."""
        return self.critical if alert.severity is Severity.CRITICAL and not alert.flapping else self.warning


STEADY = timedelta(minutes=30)
"""What comes back within this time after it was over is flapping, and is over when it has been well for as long."""


def begun(
    transition: Transition,
    number: int,
    site: str,
    *,
    key_equipment: bool,
    wakes: bool,
    last: datetime | None = None,
) -> Alert:
    """Open an alert by the transition that made a key bad. ``last`` is when the key's last alert was over."""
    return Alert(
        number=number,
        key=transition.key,
        site=site,
        severity=transition.after,
        state=AlertState.FIRING,
        opened=transition.at,
        fired=transition.at,
        finding=transition.finding,
        key_equipment=key_equipment,
        wakes=wakes,
        flapping=last is not None and transition.at - last < STEADY,
    )


def moved(alert: Alert, transition: Transition, *, wakes: bool | None = None) -> Alert:
    """Carry an alert through another transition of its key; what is resolved stays so, and a note changes nothing.

    A failure that became worse fires again, whoever had taken the lesser one; one that eased stays with whoever has it.
    A flapping one is not over when it is well: it must stay so (``calmed``). ``wakes`` says anew whether it may ring at
    night (None: as before), for a warning can become what may.
    """
    if not alert.open or transition.after is Severity.NOTE:
        return alert
    if transition.after is Severity.OK:
        return replace(alert, calm_since=transition.at) if alert.flapping else _over(alert, transition.at)
    changed = replace(
        alert,
        severity=transition.after,
        calm_since=None,
        finding=transition.finding,
        wakes=alert.wakes if wakes is None else wakes,
    )
    return fired_again(changed, transition.at) if transition.after > alert.severity else changed


def calmed(alert: Alert, now: datetime) -> Alert:
    """End a flapping alert that has been well for long enough; it was over when it became well."""
    if not alert.open or alert.calm_since is None or now - alert.calm_since < STEADY:
        return alert
    return _over(alert, alert.calm_since)


def _over(alert: Alert, at: datetime) -> Alert:
    return replace(alert, state=AlertState.RESOLVED, resolved=at, snoozed_until=None, expires=None)


def taken(alert: Alert, by: str, at: datetime, policy: TakePolicy, word: str = "") -> Alert:
    """Acknowledge: ``by`` has it now, whoever had it before, until it is restored or the acknowledgement expires.

    A link in a message outlives its alert: what is resolved stays so.
    """
    if not alert.open:
        return alert
    return replace(
        alert,
        state=AlertState.ACKNOWLEDGED,
        taken_by=by,
        taken_at=at,
        expires=at + policy.holds(alert),
        snoozed_until=None,
        word=word or alert.word,
    )


def given_back(alert: Alert, at: datetime) -> Alert:
    """Undo an acknowledgement: the alert calls for somebody again, from now."""
    return fired_again(alert, at)


def snoozed(alert: Alert, until: datetime) -> Alert:
    """Say nothing of it until then; it stays in the list.

    Where nobody has taken it, it calls for somebody anew from then on: who snoozed it is told first again.
    """
    if not alert.open:
        return alert
    free = alert.state is AlertState.FIRING
    return replace(alert, snoozed_until=until, fired=max(alert.fired, until) if free else alert.fired)


def closed(alert: Alert, by: str, at: datetime, word: str) -> Alert:
    """End an alert by hand: ``by`` says that nothing more is to be done about it, and in ``word`` why.

    It says nothing of the check, which stays as bad as the last look found it: a failure that becomes worse, or is
    confirmed anew after it was well, is an alert again.
    """
    if not alert.open:
        return alert
    return replace(
        alert,
        state=AlertState.RESOLVED,
        resolved=at,
        taken_by=by,
        taken_at=alert.taken_at if alert.taken_by == by else at,
        expires=None,
        snoozed_until=None,
        word=word,
    )


def worst_first(alerts: Iterable[Alert]) -> list[Alert]:
    """Return alerts as they are named: the worst first, key equipment before the rest, then the oldest."""
    return sorted(alerts, key=lambda a: (-a.severity, not a.key_equipment, a.opened, a.number))


def fired_again(alert: Alert, at: datetime) -> Alert:
    """Call for somebody anew: what was taken is free again, and escalation begins from its first step."""
    if not alert.open:
        return alert
    return replace(
        alert, state=AlertState.FIRING, fired=at, taken_by="", taken_at=None, expires=None, snoozed_until=None
    )


def expired(alert: Alert, now: datetime, handover: datetime | None = None) -> bool:
    """Say whether an acknowledgement has run out: its time is over, or the shift has changed since it was given.

    A snooze puts off the first but not the second: the next shift has not agreed to it.
    """
    if alert.state is not AlertState.ACKNOWLEDGED or alert.expires is None or alert.taken_at is None:
        return False
    over = now >= max(alert.expires, alert.snoozed_until or alert.expires)
    return over or (handover is not None and alert.taken_at < handover <= now)
