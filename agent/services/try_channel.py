"""Try a channel, or the ways to somebody: a test message now, past the outbox, and what the channel says to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from agent.services.deliver import Deliverer
from agent.services.station import Station
from agent.store import journal, people
from duty.errors import NotFound, NotifyError
from duty.people import Contact, Person
from exporters.words import words
from exporters.words.events import Event, EventKind
from exporters.words.messages import page


@dataclass(frozen=True, slots=True)
class Tried:
    """One test message: ``code`` is "accepted" or why it was not, ``seen`` what the channel answered."""

    person: str
    channel: str
    address: str
    code: str
    seen: str

    @property
    def accepted(self) -> bool:
        return self.code == "accepted"


async def try_out(station: Station, deliverer: Deliverer, name: str, address: str, actor: str) -> tuple[Tried, ...]:
    """Send a test message by each way to a person, or by a channel, and return what came of it; written down too.

    A channel without ``address`` is tried with its fallback contact's, where it has one. Raises NotFound.
    """
    there = await station.store.read(people.load_people)
    person = there.get(name)
    if person is None and name not in deliverer.channels:
        known = ", ".join([*there, *deliverer.channels]) or "none"
        raise NotFound(f"there is no person and no channel named {name}; there are: {known}")
    ways = (_contact(station, name, address),) if person is None else person.contacts
    if not ways:
        raise NotFound(f"{name} has no contact; give them one under people in the settings")
    # One after the other: what each says is read in this order, and no channel gets two at once.
    return tuple([await try_way(station, deliverer, way, person, actor) for way in ways])


def _contact(station: Station, channel: str, address: str) -> Contact:
    if not address:
        for contact in station.orders.fallback:
            if contact.channel == channel:
                return contact
    return Contact(channel, address)


async def try_way(station: Station, deliverer: Deliverer, way: Contact, person: Person | None, actor: str) -> Tried:
    """Send a test message by one way, and write in the journal what came of it."""
    now, orders = station.clock.now(), station.orders
    language = person.language if person and person.language else orders.language
    event = Event(
        kind=EventKind.TEST,
        at=now,
        key=f"test-{station.run[:8]}-{now.timestamp():.6f}",
        person=person,
        channel=way.channel,
    )
    tried = Tried(person.name if person else "", way.channel, way.address, "accepted", "")
    try:
        receipt = await deliverer.send_now(way, page(event, words(language), ZoneInfo(orders.zone), now))
        tried = replace(tried, seen=receipt.text)
    except NotifyError as error:
        tried = replace(tried, code=error.code, seen=error.seen)
    said = {"person": tried.person, "channel": tried.channel, "code": tried.code, "seen": tried.seen}
    await station.store.write(journal.append, "channel_tested", now, actor, "ok" if tried.accepted else "failed", said)
    return tried
