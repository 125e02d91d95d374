"""Raise alerts: confirmed changes of the checks become alerts, in the transaction that writes the changes down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from agent.services.freeze import Freezer
from agent.services.orders import Orders
from agent.store import alerts, outbox, timeline
from agent.store.journal import AGENT
from agent.store.timeline import AlertEvent, EventKind
from agent.store.told import who_knows
from duty import own_alerts
from duty.alerts import Alert, AlertState, begun, moved
from duty.findings import Severity
from duty.fold import Key, Transition
from duty.people import Contact
from duty.waking import may_wake


def raise_alerts(conn: Connection, agent: str, transitions: Iterable[Transition], orders: Orders) -> None:
    """Carry the alerts of these keys through their transitions.

    A note raises none. A target that left the settings keeps its alert: nobody has seen it well.
    """
    for of_each in _turns(t for t in transitions if t.after is not Severity.NOTE):
        there = alerts.open_by_key(conn, agent, of_each)
        carry(
            conn,
            agent,
            [
                Carried(before, moved(before, of_each[key], wakes=_wakes(of_each[key], orders)), of_each[key].at)
                for key, before in there.items()
            ],
        )
        bad = [t for key, t in of_each.items() if key not in there and t.after >= Severity.WARNING]
        _open(conn, agent, bad, orders)


def _turns(transitions: Iterable[Transition]) -> Iterator[dict[Key, Transition]]:
    """Yield the first transition of each key, then the second of each, and so on: a query each would be too slow.

    A storm of 1,000 is written at once, and nothing else can be written meanwhile.
    """
    turns: list[dict[Key, Transition]] = []
    counts: Counter[Key] = Counter()
    for transition in transitions:
        if counts[transition.key] == len(turns):
            turns.append({})
        turns[counts[transition.key]][transition.key] = transition
        counts[transition.key] += 1
    yield from turns


def _open(conn: Connection, agent: str, bad: Iterable[Transition], orders: Orders) -> None:
    known = [t for t in bad if t.key[0] in orders.targets or t.key[1] in own_alerts.CHECKS]
    last = alerts.last_resolved(conn, agent, {t.key for t in known})
    freezer = Freezer(conn, agent, orders)
    fresh = [freezer.frozen(_begun(t, last.get(t.key), orders)) for t in known]
    opened = alerts.put_alerts(conn, agent, fresh)
    timeline.put_events(
        conn, agent, (AlertEvent(0, alert.number, alert.opened, EventKind.FIRED, AGENT) for alert in opened)
    )


def _begun(transition: Transition, last: datetime | None, orders: Orders) -> Alert:
    name, check, _ = transition.key
    target = orders.targets.get(name) if check not in own_alerts.CHECKS else None
    return begun(
        transition,
        0,
        target.site if target is not None else orders.site_or_first(name),
        key_equipment=target is not None and target.key,
        wakes=_wakes(transition, orders) or False,
        last=last,
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """What an alert was, what it became, and when."""

    before: Alert
    after: Alert
    at: datetime


def carry(conn: Connection, agent: str, these: Sequence[Carried]) -> None:
    """Write down what alerts have become, and tell those who know of them where they are over."""
    alerts.change_alerts(conn, agent, ((each.before, each.after) for each in these))
    kinds = [(each, kind) for each in these if (kind := _what_happened(each.before, each.after)) is not None]
    timeline.put_events(conn, agent, (AlertEvent(0, each.after.number, each.at, kind, AGENT) for each, kind in kinds))
    over = [each for each in these if each.after.state is AlertState.RESOLVED]
    outbox.drop(conn, agent, *(each.after.number for each in over))
    tell_those_who_know(conn, agent, {each.after.number: each.at for each in over}, "resolved")


def _what_happened(before: Alert, after: Alert) -> EventKind | None:
    if after.state is AlertState.RESOLVED:
        return EventKind.RESOLVED
    if after.calm_since != before.calm_since:
        return EventKind.CALM if after.calm_since else EventKind.FLAPPING
    if after.severity != before.severity:
        return EventKind.WORSENED if after.severity > before.severity else EventKind.EASED
    return None


def _wakes(transition: Transition, orders: Orders) -> bool | None:
    """Say whether the failure may wake somebody; None where the settings know nothing of it any more."""
    name, check, _ = transition.key
    if check in own_alerts.CHECKS:
        return own_alerts.may_wake(check, transition.after)
    target = orders.targets.get(name)
    rule = next((rule for rule in orders.rules.get(name, ()) if rule.name == check), None)
    if target is None or rule is None:
        return None
    return may_wake(transition.finding, rule, target, transition.at, orders.sites[target.site].zone)


def tell_those_who_know(conn: Connection, agent: str, news: Mapping[int, datetime], event: str) -> None:
    """Queue what happened to alerts, each at its moment, to everybody who was told of them, by the way it was told."""
    if not news:
        return
    told = who_knows(conn, agent, list(news))
    letters = [
        outbox.Outgoing(
            key=_key(alert, event, at, person, contact),
            event=event,
            contact=contact,
            person=person,
            alert=alert,
        )
        for alert, at in news.items()
        for person, contact in sorted(told.get(alert, ()), key=lambda each: (each[0], each[1].channel))
    ]
    outbox.enqueue(conn, agent, letters, max(news.values()))


def _key(alert: int, event: str, now: datetime, person: str, contact: Contact) -> str:
    # ASCII, for some channels carry it in a header; names of people and addresses are not.
    whom = sha256(f"{person} {contact.channel} {contact.address}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{alert}-{event}-{now.timestamp():.6f}-{whom}"
