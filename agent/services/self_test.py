"""The daily self-test: each channel gets one message, before the night shows that it does not work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from agent.services.deliver import Deliverer
from agent.services.station import Station
from agent.services.try_channel import try_way
from agent.store import channels, people
from agent.store.journal import AGENT
from duty.channels import due_tests
from duty.people import Contact, Person


async def self_test(station: Station, deliverer: Deliverer, now: datetime) -> int:
    """Send a test message by each channel whose daily test is due, and return how many those were.

    A channel by which nobody is told is not tested: there is no address.
    """
    orders = station.orders
    if orders.self_test is None or not orders.self_tested:
        return 0
    known = await station.store.read(channels.load_channels)
    names = [name for name in deliverer.channels if name in orders.self_tested]
    last = {name: known[name].tested_at if name in known else None for name in names}
    due = due_tests(last, orders.self_test, orders.zone, now)
    there = await station.store.read(people.load_people) if due else {}
    ways = [way for name in due if (way := _way(name, orders.fallback, there.values())) is not None]
    for contact, person in ways:
        await try_way(station, deliverer, contact, person, AGENT)
    return len(ways)


def _way(channel: str, fallback: Sequence[Contact], there: Iterable[Person]) -> tuple[Contact, Person | None] | None:
    """Return the fallback's contact on a channel, else the first of anybody there."""
    of_all = [(contact, None) for contact in fallback]
    of_each = [(contact, person) for person in there for contact in person.contacts]
    return next((way for way in [*of_all, *of_each] if way[0].channel == channel), None)
