"""The agent as Prometheus sees it: the last state of everything."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import Connection

from agent.services.orders import Orders
from agent.services.pulse import Pulse
from agent.services.station import Station
from agent.store import alerts, channels, journal, outbox, tallies
from agent.store.outbox import OutboxState
from duty.fold import Key, State
from exporters.own_health import Desk
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
    pulse.desk = await station.store.read(_desk)
    now = station.clock.now()
    known = await asyncio.to_thread(_states, dict(station.memory.states), station.orders)
    upcoming = {
        cadence.name: slot
        for cadence in station.orders.cadences
        if (slot := next(cadence.slots(station.last.get(cadence.name, cadence.since), now + DAYS), None)) is not None
    }
    return Picture(
        at=now,
        targets=dict(station.orders.targets),
        looks=dict(station.memory.looked),
        states=known,
        rounds=totals,
        last_rounds={round_.cadence: LastRound(round_, counts) for round_, counts in newest},
        next_slots=upcoming,
    )


def _desk(conn: Connection, agent: str) -> Desk:
    return Desk(
        alerts={
            (state.value, severity.name.lower()): many
            for (state, severity), many in alerts.count_by_state(conn, agent).items()
        },
        failing={name: state.failing_since is not None for name, state in channels.load_channels(conn, agent).items()},
        oldest=outbox.oldest(conn, agent),
    )


def _states(known: Mapping[Key, State], orders: Orders) -> dict[Key, State]:
    """Return the states of what is judged. In a thread: of 1,000 switches there are 100,000."""
    in_force = orders.in_force
    return {key: state for key, state in known.items() if key[:2] in in_force}
