"""Hand out letters to be sent, and write down what became of them: a transaction each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.store import (
    alerts,
    batches,
    briefs,
    channels,
    incident_events,
    incident_letters,
    journal,
    outbox,
    people,
    policies,
    timeline,
)
from agent.store.batches import Addressee, Batch
from agent.store.incident_events import IncidentEventKind
from agent.store.journal import AGENT
from agent.store.outbox import OutboxItem, Outgoing
from agent.store.timeline import EventKind
from duty.alerts import Alert
from duty.channels import ChannelState
from duty.escalation import EscalationPolicy
from duty.people import Contact, Person

AT_ONCE = 20
"""Messages given out at the same time, over all channels."""

GROUP = "step.group"
"""Why a letter is nobody's though it is not the fallback's."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """A message's letters with what they are about, as it stands when it is sent.

    ``there`` is everybody, by name; ``before`` are the calls that went out of a single alert before it was escalated.
    ``policies`` are those by which the alerts go on, by digest.
    """

    batch: Batch
    alerts: Mapping[int, Alert]
    there: Mapping[str, Person]
    before: tuple[OutboxItem, ...] = ()
    policies: Mapping[str, EscalationPolicy] = field(default_factory=dict)

    @property
    def person(self) -> Person | None:
        return self.there.get(self.batch.first.person)


def remember(
    conn: Connection, agent: str, known: Collection[str], since: datetime
) -> tuple[list[tuple[Addressee, datetime]], dict[str, ChannelState]]:
    """Return what went out since a moment, and what is known of the channels; those that are gone are forgotten."""
    channels.keep_channels(conn, agent, known)
    return batches.sent_since(conn, agent, since), channels.load_channels(conn, agent)


def lease(
    conn: Connection, agent: str, run: str, now: datetime, closed: Collection[str], waiting: Collection[Addressee]
) -> list[Addressed]:
    """Give out the messages that are due, after ``batches.lease``, with what they are about."""
    outbox.drop_stale(conn, agent, now)
    incident_letters.drop_stale(conn, agent, now)
    briefs.drop_outdated(conn, agent, now)
    given = batches.lease(conn, agent, run, now, AT_ONCE, closed=closed, waiting=waiting)
    there = people.load_people(conn, agent) if given else {}
    about = alerts.get_alerts(conn, agent, {number for batch in given for number in batch.alerts})
    kept = policies.load_policies(conn, agent, {alert.policy for alert in about.values() if alert.policy})
    return [
        Addressed(batch, {n: about[n] for n in batch.alerts if n in about}, there, _before(conn, agent, batch), kept)
        for batch in given
    ]


def _before(conn: Connection, agent: str, batch: Batch) -> tuple[OutboxItem, ...]:
    """Return the calls of an alert that were tried before the one which tells somebody else that they were in vain."""
    if batch.first.event != "escalated" or len(batch.alerts) != 1:
        return ()
    of = outbox.of_alert(conn, agent, batch.alerts[0])
    return tuple(
        i for i in of if i.event in outbox.CALLS and i.fired == batch.first.fired and i.tries and i.key != batch.key
    )


def note_sent(conn: Connection, agent: str, letter: Addressed, run: str, receipt: str, now: datetime) -> None:
    """Write that the channel accepted a message, in the timeline of each alert as well.

    What failed before to the same contact is tried at once: this way works again.
    """
    sent = batches.mark_sent(conn, agent, letter.batch.key, run, receipt, now)
    outbox.hurry(conn, agent, [letter.batch.addressee[:3]], now)
    timeline.add_events(
        conn,
        agent,
        now,
        EventKind.TOLD,
        AGENT,
        [
            (item.alert, {"person": item.person, "channel": item.contact.channel, "event": item.event})
            for item in letter.batch.letters
            if item.number in sent and item.alert is not None
        ],
    )
    told = [item for item in letter.batch.letters if item.number in sent]
    _note_incidents(conn, agent, told, IncidentEventKind.TOLD, now)


def _note_incidents(
    conn: Connection, agent: str, items: Sequence[OutboxItem], kind: IncidentEventKind, now: datetime, error: str = ""
) -> None:
    """Write into the timelines of incidents whom a message reached, or did not."""
    for item in items:
        if item.incident is not None:
            data = {"person": item.person, "channel": item.contact.channel, "event": item.event, "reason": item.reason}
            data |= {"error": error.partition(":")[0]} if error else {}
            incident_events.add_event(conn, agent, item.incident, now, kind, AGENT, "", data)


def note_failed(
    conn: Connection,
    agent: str,
    letter: Addressed,
    run: str,
    error: str,
    next_at: datetime,
    now: datetime,
) -> None:
    """Write that a try failed, and when the next is."""
    batches.mark_failed(conn, agent, letter.batch.key, run, error, next_at, now)


def note_refused(
    conn: Connection,
    agent: str,
    letter: Addressed,
    run: str,
    error: str,
    orders: Orders,
    now: datetime,
) -> bool:
    """Write that a channel will never take a message, and write each of its letters to the next contact at once.

    All in one transaction; there they are gathered anew. False: there is no next contact, and the journal says so.
    """
    gone = batches.mark_refused(conn, agent, letter.batch.key, run, error, now)
    items = [item for item in letter.batch.letters if item.number in gone]
    if not items:
        return True
    said = {"person": items[0].person, "channel": items[0].contact.channel, "error": error}
    about = [(item.alert, said) for item in items if item.alert is not None]
    timeline.add_events(conn, agent, now, EventKind.FAILED, AGENT, about)
    _note_incidents(conn, agent, items, IncidentEventKind.UNTOLD, now, error)
    further = [each for item in items for each in _further(item, letter.person, orders)]
    outbox.enqueue(conn, agent, further, now)
    if not further:
        whose = {"alerts": letter.batch.alerts, **said}
        journal.append(conn, agent, "letter_undeliverable", now, AGENT, "failed", whose)
    return bool(further)


def _further(item: OutboxItem, person: Person | None, orders: Orders) -> list[Outgoing]:
    """Return what goes out instead of a refused letter: to the next contact of the same person, else to the fallback.

    One to a group goes to the fallback at once. One to the fallback is nobody's: when that is refused too there is
    nobody else.
    """
    if item.reason == GROUP:
        return [_instead(replace(item, reason="step.fallback"), "", contact) for contact in orders.fallback]
    if not item.person:
        return []
    own = person.contacts if person else ()
    place = next((n for n, contact in enumerate(own) if contact == item.contact), len(own))
    if place + 1 < len(own):
        return [_instead(item, item.person, own[place + 1])]
    return [_instead(item, "", contact) for contact in orders.fallback]


def _instead(item: OutboxItem, person: str, contact: Contact) -> Outgoing:
    # ASCII and bounded, however many refuse: it travels in headers.
    whom = sha256(f"{contact.channel} {contact.address}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Outgoing(
        key=f"{item.key.partition('+')[0]}+{whom}",
        event=item.event,
        contact=contact,
        person=person,
        reason=item.reason,
        data=item.data,
        alert=item.alert,
        incident=item.incident,
        fired=item.fired,
        step=item.step if item.incident is not None else None,
    )
