"""Word a message: what its letters are about, as one event, in the language and by the clock of who reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from agent.services.freeze import Frozen
from agent.services.gather import gathered, goes_on, title_of
from agent.services.hand_out import Addressed
from agent.services.links import Links
from agent.services.orders import Orders
from agent.store.journal import AGENT
from agent.store.outbox import CALLS, STANDING, OutboxItem, OutboxState
from agent.store.values import restored
from duty import own_alerts
from duty.alerts import Alert, AlertState
from duty.briefs import Brief
from duty.fold import REACH
from duty.incident_news import News
from duty.people import Post
from duty.targets import behind
from exporters.notify.port import REFUSALS, Message
from exporters.words import Say, words
from exporters.words.events import OF_INCIDENTS, Event, EventKind, Tried
from exporters.words.incident_news import OF_REPORTS
from exporters.words.messages import page

PAGES: Final = MappingProxyType(
    {
        EventKind.BRIEF_ALL_WELL.value: "/",
        EventKind.BRIEF_MORNING.value: "/handover",
        EventKind.HANDOVER_RETURNED.value: "/handover",
    }
)
"""Where a message leads that is about no alert, by its event."""


WATCHED: Final = frozenset({EventKind.INCIDENT_FIRST, EventKind.INCIDENT_PROGRESS, EventKind.INCIDENT_FINAL})
"""Reports to the leading group, which watches by a link: many of it never sign in."""


def worded(letter: Addressed, orders: Orders, now: datetime, links: Links | None = None) -> Message:
    """Word a message in the language of who reads it, by the clock of the site that it is about."""
    person = letter.person
    say = words(person.language if person and person.language else orders.language)
    frozen = Frozen(orders, letter.policies)
    several = gathered(letter.batch, letter.alerts, person, letter.there, orders, frozen)
    event = several or _single(letter, orders, frozen, say)
    event = replace(event, answers=orders.answers, url=_link(letter, event, orders, links, now))
    return page(event, say, ZoneInfo(event.site.zone if event.site else orders.zone), now)


def _link(letter: Addressed, event: Event, orders: Orders, links: Links | None, now: datetime) -> str:
    """Return where the message leads: to its alert, to the list where it is about several, or to the page of it."""
    if links is None:
        return ""
    if event.news is not None:
        if event.kind in WATCHED and _leads(letter, orders):
            return links.watch(event.news.number, now)
        return links.page(f"/incidents/{event.news.number}{'/report' if event.kind in OF_REPORTS else ''}")
    if not letter.alerts:
        path = PAGES.get(letter.batch.first.event)
        return links.page(path) if path else ""
    if len(letter.alerts) > 1:
        return links.every
    first, (alert,) = letter.batch.first, letter.alerts
    return links.to(alert, first.person, first.contact, now)


def _leads(letter: Addressed, orders: Orders) -> bool:
    """Say whether the leading group reads a message: one of it, or the group's own channel. A department does not."""
    person, contact = letter.person, letter.batch.first.contact
    if person is not None:
        return Post.LEADER in person.posts
    return (contact.channel, contact.address) in {(way.channel, way.address) for way in orders.incidents.group}


def _single(letter: Addressed, orders: Orders, frozen: Frozen, say: Say) -> Event:
    item = letter.batch.first
    alert = letter.alerts.get(item.alert) if item.alert is not None else None
    event = Event(
        kind=_kind(item, alert),
        at=item.created,
        key=letter.batch.key,
        alert=alert,
        person=letter.person,
        reason=item.reason,
        giver=str(item.data.get("by", "")),
        word=str(item.data.get("word", "")),
    )
    if alert is None:
        return _of_the_shift(event, item, letter, orders)
    event = replace(
        event,
        target=orders.targets.get(alert.key[0]),
        site=orders.sites.get(alert.site),
        below=_below(alert, orders),
        taken_by=title_of(alert.taken_by, letter.there),
        deadline=goes_on(item, alert, frozen.of(alert)),
        history=tuple(_tried(before, letter) for before in letter.before),
    )
    return _of_the_watch(event, alert, orders, say)


def _kind(item: OutboxItem, alert: Alert | None) -> EventKind:
    """Return what a letter says; one that is told until the end says who has it, as soon as somebody does."""
    if item.event != STANDING or alert is None:
        return EventKind(item.event)
    if alert.state is AlertState.ACKNOWLEDGED:
        return EventKind.TAKEN
    return EventKind.ESCALATED if item.step else EventKind.FIRED


def _of_the_shift(event: Event, item: OutboxItem, letter: Addressed, orders: Orders) -> Event:
    """Give an event that is about no alert what its data say: a brief, a form that was returned, an incident."""
    there = letter.there
    if event.kind in OF_INCIDENTS:
        return _of_an_incident(event, item, letter, orders)
    if event.kind is EventKind.HANDOVER_RETURNED:
        form, why = str(item.data.get("form", "")), str(item.data.get("reason", ""))
        return replace(event, giver=title_of(event.giver, there), form=form, word=why)
    if event.kind not in (EventKind.BRIEF_ALL_WELL, EventKind.BRIEF_MORNING):
        return event
    brief = restored(Brief, item.data)
    worst = brief.worst and replace(brief.worst, taken_by=title_of(brief.worst.taken_by, there))
    titled = replace(
        brief,
        worst=worst,
        technicians=tuple(title_of(name, there) for name in brief.technicians),
        signers=tuple(title_of(name, there) for name in brief.signers),
    )
    return replace(event, site=orders.sites.get(brief.site), brief=titled)


def _of_an_incident(event: Event, item: OutboxItem, letter: Addressed, orders: Orders) -> Event:
    """Give an event of an incident its news, with the titles of people; what the agent did by itself names nobody."""
    if "news" not in item.data:
        return event
    news, there = restored(News, item.data["news"]), letter.there

    def titles(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(title_of(name, there) for name in names)

    facts = replace(news.facts, leads=title_of(news.facts.leads, there), on_spot=titles(news.facts.on_spot))
    by = title_of(news.by, there) if news.by != AGENT else ""
    titled = replace(news, by=by, asked=titles(news.asked), facts=facts)
    return replace(event, site=orders.sites.get(news.site), news=titled)


def _below(alert: Alert, orders: Orders) -> int:
    if alert.key[1] == own_alerts.CUT_OFF:
        return int(alert.finding.value or 0)
    return len(behind(alert.key[0], orders.targets)) if alert.key[1] == REACH else 0


def _tried(before: OutboxItem, letter: Addressed) -> Tried:
    person = title_of(before.person, letter.there) or before.contact.address
    code = before.error.partition(":")[0]
    if before.state is OutboxState.SENT:
        result = "accepted"
    elif before.error:
        result = code if code in REFUSALS else "failed"
    else:
        result = "waiting"
    return Tried(person, before.contact.channel, before.sent_at or before.created, result)


def _of_the_watch(event: Event, alert: Alert, orders: Orders, say: Say) -> Event:
    """Give an event about the watch itself the words that were made for it."""
    calls = event.kind.value in CALLS and event.kind is not EventKind.ESCALATED
    check = alert.key[1]
    if check == own_alerts.CHANNEL:
        kind = EventKind.CHANNEL_FAILED if calls else EventKind.CHANNEL_RESTORED
        if calls or event.kind is EventKind.RESOLVED:
            why = say(alert.finding.parameter) if calls and alert.finding.parameter else ""
            return replace(event, kind=kind, channel=alert.key[2], since=alert.opened, word=why)
    elif check == own_alerts.SETTINGS and calls:
        return replace(event, kind=EventKind.SETTINGS_REJECTED)
    elif check in own_alerts.ROSTER.values() and calls:
        gap = own_alerts.gap_of(alert, orders.zone_of(alert.site))
        return replace(event, kind=EventKind.ROSTER_GAP, gap=gap)
    return event
