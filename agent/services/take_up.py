"""Take up duty at a start: what a dead run left open is resumed or closed, and what it missed is known."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services import make_round
from agent.services.station import OpenRound, Station
from agent.store import journal, looks, rounds, runs, sheets, states
from duty.rounds import BY_HAND, Absence, Due, due

log = logging.getLogger(__name__)

HISTORY = timedelta(hours=6)


async def take_up(station: Station) -> list[OpenRound]:
    """Read what the record knows, settle what is due, close or resume open rounds, and begin this run.

    Returns the rounds to go on with: those whose window is still open. Their sheets that are written stay written.
    """
    store, now = station.store, station.clock.now()
    before = await store.read(runs.last_run)
    if before is not None and before.beat < now:
        station.absences.append(Absence(before.beat, now, "agent_down"))
    await recall(station)
    called = due(station.orders.cadences, station.last, station.absences, now)
    await store.write(_begin, station, called, now)
    for passed in called:
        station.last[passed.cadence.name] = passed.slot
        if not passed.make:
            log.warning("round %s slot=%s missed reason=%s", passed.cadence.name, passed.slot, passed.reason)
    return [resumed for number in await _left_open(station) if (resumed := await _resume(station, number)) is not None]


def _begin(conn: Connection, agent: str, station: Station, called: Sequence[Due], now: datetime) -> None:
    """Begin the run, and settle every slot that passed before it, all or nothing.

    Were the run begun first, one that is killed at once would count as having been there when they passed.
    """
    orders = station.orders
    make_round.miss(conn, agent, [d for d in called if not d.make], now)
    for d in called:
        if d.make:
            names = sorted(d.cadence.targets or orders.targets)
            rounds.open_round(conn, agent, d.cadence.name, d.slot, names, now, d.late, orders.digest)
    runs.begin_run(conn, agent, station.run, station.version, now)
    said = {"version": station.version, "settings": orders.digest}
    journal.append(conn, agent, "run_begun", now, journal.AGENT, "ok", said)


async def recall(station: Station) -> None:
    """Read from the record what is known of the targets: states, the last slots, the histories of trends."""
    store, now = station.store, station.clock.now()
    station.memory.states.update(await store.read(states.load_states))
    station.last.update(await store.read(rounds.last_slots))
    for name in station.orders.targets:
        if station.memory.has_trend(name):
            station.memory.recall(await store.read(looks.list_looks, name, now - HISTORY, now))


async def _left_open(station: Station) -> list[OpenRound]:
    found = []
    for round_ in await station.store.read(rounds.open_rounds):
        waiting = set(await station.store.read(sheets.pending_targets, round_.number))
        found.append(OpenRound(round_.number, round_.cadence, round_.slot, len(waiting), waiting))
    return found


async def _resume(station: Station, left: OpenRound) -> OpenRound | None:
    """Go on with a round whose window is open; close any other as interrupted."""
    window = next((c.window for c in station.orders.cadences if c.name == left.cadence), timedelta(0))
    if left.cadence == BY_HAND or station.clock.now() - left.slot > window:
        await make_round.close(station, left, "agent_down")
        return None
    gone = left.waiting - station.orders.targets.keys()
    left.waiting -= gone
    station.open_rounds[left.number] = left
    log.info("round %s slot=%s resumed, %d targets to look at", left.cadence, left.slot, len(left.waiting))
    return left
