"""Take up duty at a start: what a dead run left open is resumed or closed, and what it missed is known."""

from __future__ import annotations

import logging
from datetime import timedelta

from agent.services import make_round
from agent.services.station import OpenRound, Station
from agent.store import journal, looks, rounds, runs, sheets, states
from duty.rounds import BY_HAND, Absence

log = logging.getLogger(__name__)

HISTORY = timedelta(hours=6)


async def take_up(station: Station) -> list[OpenRound]:
    """Read what the record knows, close or resume open rounds, and begin this run.

    Returns the rounds to go on with: those whose window is still open. Their sheets that are written stay written.
    """
    store, now = station.store, station.clock.now()
    before = await store.read(runs.last_run)
    if before is not None and before.beat < now:
        station.absences.append(Absence(before.beat, now, "agent_down"))
    await recall(station)
    await store.write(runs.begin_run, station.run, station.version, now)
    await store.write(
        journal.append, "run_begun", now, "", "ok", {"version": station.version, "settings": station.orders.digest}
    )
    return [resumed for number in await _left_open(station) if (resumed := await _resume(station, number)) is not None]


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
