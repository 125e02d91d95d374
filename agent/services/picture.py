"""The agent as Prometheus sees it: the last state of everything."""

from __future__ import annotations

from datetime import timedelta

from agent.services.pulse import Pulse
from agent.services.station import Station
from agent.store import journal, outbox, tallies
from agent.store.outbox import OutboxState
from exporters.prometheus import LastRound, Picture

DAYS = timedelta(days=2)
"""How far ahead the next slot is looked for."""


WAITING = (OutboxState.PENDING, OutboxState.LEASED)


async def take_picture(station: Station, pulse: Pulse) -> Picture:
    """Gather what /metrics shows; a copy, for it is rendered in a thread."""
    totals, newest = await station.store.read(tallies.totals), await station.store.read(tallies.newest)
    head = await station.store.read(journal.head)
    pulse.journal_entries = head.seq if head else 0
    depth = await station.store.read(outbox.depth)
    pulse.letters = sum(many for (state, _), many in depth.items() if state in WAITING)
    now = station.clock.now()
    in_force = station.orders.in_force
    upcoming = {
        cadence.name: slot
        for cadence in station.orders.cadences
        if (slot := next(cadence.slots(station.last.get(cadence.name, cadence.since), now + DAYS), None)) is not None
    }
    return Picture(
        at=now,
        targets=dict(station.orders.targets),
        looks=dict(station.memory.looked),
        states={key: state for key, state in station.memory.states.items() if key[:2] in in_force},
        rounds=totals,
        last_rounds={round_.cadence: LastRound(round_, counts) for round_, counts in newest},
        next_slots=upcoming,
    )
