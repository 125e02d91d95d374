"""Raise alerts: confirmed changes of the checks become alerts, in the transaction that writes the changes down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import alerts, outbox
from agent.store.alerts import EventKind
from agent.store.journal import AGENT
from duty import own_alerts
from duty.alerts import Alert, AlertState, begun, moved
from duty.findings import Severity
from duty.fold import Transition
from duty.people import Contact
from duty.waking import may_wake


def raise_alerts(conn: Connection, agent: str, transitions: Iterable[Transition], orders: Orders) -> None:
    """Carry the alerts of these keys through their transitions.

    A note raises none. A target that left the settings keeps its alert: nobody has seen it well.
    """
    for transition in transitions:
        if transition.after is Severity.NOTE:
            continue
        before = alerts.open_alert(conn, agent, transition.key)
        if before is not None:
            _move(conn, agent, before, transition, orders)
        elif transition.after >= Severity.WARNING:
            _open(conn, agent, transition, orders)


def _open(conn: Connection, agent: str, transition: Transition, orders: Orders) -> None:
    name, check, _ = transition.key
    target, own = orders.targets.get(name), check in own_alerts.CHECKS
    if target is None and not own:
        return
    site = target.site if target is not None and not own else orders.site_or_first(name)
    alert = begun(
        transition,
        0,
        site,
        key_equipment=target is not None and not own and target.key,
        wakes=_wakes(transition, orders) or False,
        last=alerts.last_resolved(conn, agent, transition.key),
    )
    alert = alerts.put_alert(conn, agent, alert)
    alerts.add_event(conn, agent, alert.number, transition.at, EventKind.FIRED, AGENT)


def _move(conn: Connection, agent: str, before: Alert, transition: Transition, orders: Orders) -> None:
    carry(conn, agent, before, moved(before, transition, wakes=_wakes(transition, orders)), transition.at)


def carry(conn: Connection, agent: str, before: Alert, after: Alert, at: datetime) -> None:
    """Write down what an alert has become, and tell those who know of it when it is over."""
    alerts.change_alert(conn, agent, before, after)
    if after.state is AlertState.RESOLVED:
        is_over(conn, agent, after, at)
    elif after.calm_since != before.calm_since:
        kind = EventKind.CALM if after.calm_since else EventKind.FLAPPING
        alerts.add_event(conn, agent, after.number, at, kind, AGENT)
    elif after.severity != before.severity:
        kind = EventKind.WORSENED if after.severity > before.severity else EventKind.EASED
        alerts.add_event(conn, agent, after.number, at, kind, AGENT)


def is_over(conn: Connection, agent: str, alert: Alert, now: datetime) -> None:
    """Take back what waits to be sent of an alert that was just resolved, and tell whoever was told of it."""
    alerts.add_event(conn, agent, alert.number, now, EventKind.RESOLVED, AGENT)
    outbox.drop(conn, agent, alert.number)
    tell_those_who_know(conn, agent, alert, "resolved", now)


def _wakes(transition: Transition, orders: Orders) -> bool | None:
    """Say whether the failure may wake somebody; None where the settings know nothing of it any more."""
    name, check, _ = transition.key
    if check in own_alerts.CHECKS:
        return check == own_alerts.CUT_OFF
    target = orders.targets.get(name)
    rule = next((rule for rule in orders.rules.get(name, ()) if rule.name == check), None)
    if target is None or rule is None:
        return None
    return may_wake(transition.finding, rule, target, transition.at, orders.sites[target.site].zone)


def tell_those_who_know(conn: Connection, agent: str, alert: Alert, event: str, now: datetime) -> None:
    """Queue a message to everybody who was told of an alert, by the way in which they were told."""
    told = sorted(outbox.who_was_told(conn, agent, alert.number), key=lambda each: (each[0], each[1].channel))
    enqueue = [
        outbox.Outgoing(
            key=_key(alert, event, now, person, contact),
            event=event,
            contact=contact,
            person=person,
            alert=alert.number,
        )
        for person, contact in told
    ]
    outbox.enqueue(conn, agent, enqueue, now)


def _key(alert: Alert, event: str, now: datetime, person: str, contact: Contact) -> str:
    # ASCII, for some channels carry it in a header; names of people and addresses are not.
    whom = sha256(f"{person} {contact.channel} {contact.address}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{alert.number}-{event}-{now.timestamp():.6f}-{whom}"
