"""Take up duty at a start: what a dead run left open is resumed or closed, and what it missed is known."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from agent.services import make_round
from agent.services.muster import muster
from agent.services.raise_limit import recall_limits
from agent.services.run_command import left_running
from agent.services.station import OpenRound, Station
from agent.store import cadences, journal, looks, outbox, pasts, rounds, runs, sheets, states
from duty.baseline import HOURS
from duty.errors import StoreError
from duty.rounds import BY_HAND, Absence, Cadence, Due, due
from duty.targets import port_of

log = logging.getLogger(__name__)

HISTORY = timedelta(hours=6)
USUAL = timedelta(hours=HOURS)
USUAL_SHEETS = HOURS // 3
"""A sheet each three hours tells what is usual as well as one each hour, in a third of the time."""
RECENT = timedelta(minutes=15)
"""Looks of this time tell whether a target has anything that a trend is drawn of; most have not."""


async def take_up(station: Station) -> list[OpenRound]:
    """Read what the record knows, settle what is due, close or resume open rounds, and begin this run.

    Returns the rounds to go on with: those whose window is still open. Their sheets that are written stay written.
    The past of the trends is left to ``recall_trends``, for which the watch need not wait.
    """
    store, now = station.store, station.clock.now()
    before = await store.read(runs.last_run)
    if before is not None and before.beat < now:
        station.absences.append(Absence(before.beat, now, "agent_down"))
    await _recall_states(station)
    planned, called = await store.write(_begin, station, now)
    station.orders = station.recorder.orders = replace(station.orders, cadences=planned)
    for passed in called:
        station.last[passed.cadence.name] = passed.slot
        if not passed.make:
            log.warning("round %s slot=%s missed reason=%s", passed.cadence.name, passed.slot, passed.reason)
    return [resumed for number in await _left_open(station) if (resumed := await _resume(station, number)) is not None]


def _begin(conn: Connection, agent: str, station: Station, now: datetime) -> tuple[tuple[Cadence, ...], list[Due]]:
    """Begin the run, and settle every slot that passed before it, all or nothing; return the cadences in force.

    Were the run begun first, one that is killed at once would count as having been there when they passed.
    """
    orders = station.orders
    since = cadences.settle(conn, agent, {cadence.name: cadence.terms for cadence in orders.cadences}, now)
    planned = tuple(replace(cadence, since=since[cadence.name]) for cadence in orders.cadences)
    called = due(planned, station.last, station.absences, now)
    make_round.miss(conn, agent, [d for d in called if not d.make], now)
    for d in called:
        if d.make:
            names = sorted(make_round.expected(d, orders.targets))
            rounds.open_round(conn, agent, d.cadence.name, d.slot, names, now, d.late, orders.digest)
    runs.begin_run(conn, agent, station.run, station.version, now)
    muster(conn, agent, orders, now)
    # What a dead run had under way may have been sent or not: it is sent again, with the same key.
    outbox.release(conn, agent, station.run, now)
    left_running(conn, agent, orders, now)
    said = {"version": station.version, "settings": orders.digest}
    journal.append(conn, agent, "run_begun", now, journal.AGENT, "ok", said)
    return planned, called


async def recall(station: Station) -> None:
    """Read from the record all that is known of the targets: states, the last slots, the histories of trends."""
    await _recall_states(station)
    await recall_trends(station)


async def _recall_states(station: Station) -> None:
    station.memory.states.update(await station.store.read(states.load_states))
    station.last.update(await station.store.read(rounds.last_slots))
    await recall_limits(station)


async def recall_trends(station: Station) -> None:
    """Read the histories of trends from the kept looks, and what is usual from the sheets, target by target."""
    memory, now = station.memory, station.clock.now()
    for name in [name for name in station.orders.targets if memory.has_trend(name)]:
        try:
            recent = await station.store.read(looks.list_looks, name, now - RECENT, now)
            if recent and not any(memory.trends_of(look) for look in recent):
                continue
            memory.recall([*await station.store.read(looks.list_looks, name, now - HISTORY, now - RECENT), *recent])
        except StoreError as error:
            log.error("the past of the trends cannot be read, they begin anew: %s", error)
            return
    for name in [name for name in station.orders.targets if memory.usual_of(name)]:
        try:
            await _recall_usual(station, name, now)
        except StoreError as error:
            log.error("what is usual cannot be read, it must be seen anew: %s", error)
            return


async def _recall_usual(station: Station, name: str, now: datetime) -> None:
    """Read what the light of a target's ports was over seven days; that of a port that was down is no light."""
    newest = await station.store.read(sheets.newest_sheet, name, now - USUAL)
    parameters = station.memory.usual_of(name)
    found = newest.look.readings if newest is not None and newest.look is not None else ()
    places = [(r.parameter, r.instance) for r in found if r.parameter in parameters]
    if not places:
        return
    up = {port: ("port_up", port) for port in {port_of(instance) for _, instance in places}}
    past = await station.store.read(pasts.past_sheets, name, [*places, *up.values()], now - USUAL, now, USUAL_SHEETS)
    station.memory.recall_usual(
        name,
        (
            (at, {place: seen[place] for place in places if place in seen and seen.get(up[port_of(place[1])]) != 0})
            for at, seen in past
            if seen is not None
        ),
    )


async def find_unknown(station: Station) -> list[OpenRound]:
    """Read again, after a failure, what the record holds of the plan: a write may be kept whose answer was lost.

    Returns the rounds that were opened so, to go on with.
    """
    station.last.update(await station.store.read(rounds.last_slots))
    left = [each for each in await _left_open(station) if each.number not in station.open_rounds]
    # One by hand may be on its way to who asked for it.
    return [_adopt(station, each) for each in left if each.cadence != BY_HAND]


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
    return _adopt(station, left)


def _adopt(station: Station, left: OpenRound) -> OpenRound:
    left.waiting &= station.orders.targets.keys()
    station.open_rounds[left.number] = left
    log.info("round %s slot=%s resumed, %d targets to look at", left.cadence, left.slot, len(left.waiting))
    return left
