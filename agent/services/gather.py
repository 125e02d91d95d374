"""Gather: several letters to one contact are said as one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from agent.services.freeze import Frozen
from agent.services.orders import Orders
from agent.store.batches import CLASSES, Batch
from agent.store.outbox import OutboxItem
from duty.alerts import Alert, AlertState
from duty.escalation import EscalationPolicy
from duty.people import Person, Post
from exporters.words.events import Event, EventKind

TOGETHER: Final = MappingProxyType(
    {
        "calls": EventKind.DIGEST,
        "standing": EventKind.DIGEST,
        "taken": EventKind.DIGEST_TAKEN,
        "resolved": EventKind.DIGEST_RESOLVED,
    }
)
"""What several letters of a class are said as."""


def gathered(
    batch: Batch,
    about: Mapping[int, Alert],
    person: Person | None,
    there: Mapping[str, Person],
    orders: Orders,
    frozen: Frozen,
) -> Event | None:
    """Say the letters of a batch as one event; None when they are of one alert, and it is said as ever."""
    letters = [letter for letter in batch.letters if letter.alert in about]
    alerts = {number: about[number] for number in batch.alerts if number in about}
    kind = TOGETHER.get(CLASSES.get(batch.first.event, ""))
    if kind is None or len(alerts) < 2:
        return None
    if all(letter.event == "escalated" for letter in letters):
        kind = EventKind.DIGEST_ESCALATED
    if kind is EventKind.DIGEST and all(alert.state is AlertState.ACKNOWLEDGED for alert in alerts.values()):
        kind = EventKind.DIGEST_TAKEN
    sites = {alert.site for alert in alerts.values()}
    takers = {title_of(alert.taken_by, there) for alert in alerts.values()}
    reasons = {letter.reason for letter in letters}
    return Event(
        kind=kind,
        at=max(letter.created for letter in letters),
        key=batch.key,
        site=orders.sites.get(sites.pop()) if len(sites) == 1 else None,
        person=person,
        # What is not the same for all of them is not said of any.
        reason=reasons.pop() if len(reasons) == 1 else "",
        taken_by=takers.pop() if len(takers) == 1 else "",
        deadline=_first_goes_on(letters, alerts, frozen) if kind not in _TOLD_ONLY else None,
        alerts=tuple(replace(alert, taken_by=title_of(alert.taken_by, there)) for alert in alerts.values()),
    )


_TOLD_ONLY = (EventKind.DIGEST_TAKEN, EventKind.DIGEST_RESOLVED)


def title_of(name: str, there: Mapping[str, Person]) -> str:
    """Return what people call somebody; a name that is nobody's stays as it is."""
    return there[name].title if name in there else name


def _first_goes_on(
    letters: Sequence[OutboxItem], alerts: Mapping[int, Alert], frozen: Frozen
) -> tuple[datetime, Post] | None:
    pairs = [(letter, alerts[letter.alert]) for letter in letters if letter.alert is not None]
    ends = [goes_on(letter, alert, frozen.of(alert)) for letter, alert in pairs]
    return min((end for end in ends if end is not None), default=None)


def goes_on(item: OutboxItem, alert: Alert, policy: EscalationPolicy) -> tuple[datetime, Post] | None:
    """Say when an alert that nobody takes goes on to another post, and to which; None where nobody is next.

    A reserve is asked beside whoever was, and need not be there: it goes on to whoever stands above.
    """
    steps = policy.steps(alert, item.created)
    if item.step is None or item.step >= len(steps):
        return None
    here = steps[item.step]
    further = next((s for s in steps[item.step + 1 :] if s.post not in (None, Post.RESERVE, here.post)), None)
    if further is None or further.post is None:
        return None
    # Counted from this letter: the steps wait for the morning and for the end of a snooze together.
    return item.created + further.after - here.after, further.post
