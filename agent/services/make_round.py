"""Make an inspection round: the expected set first, then a look at each target, then the close (policy 4.3a)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection

from agent.services.memory import Judged
from agent.services.station import OpenRound, Station
from agent.store import rounds, silences
from duty.errors import NotFound, StoreError
from duty.fold import silent_parents
from duty.readings import Look
from duty.rounds import Counts, Due, RoundState, Sheet, sheet
from duty.silences import Silence, in_maintenance
from duty.targets import Target

log = logging.getLogger(__name__)

BATCH = 50
"""Sheets written in one transaction while a round goes on; a crash costs these looks at most: they are made again."""

Progress = Callable[[OpenRound, Sheet], None]


async def open_round(
    station: Station, cadence: str, slot: datetime, targets: Iterable[str], *, late: bool = False
) -> OpenRound:
    """Write a round and one pending sheet for each expected target, in one transaction, before any look is made."""
    names = sorted(set(targets))
    orders = station.orders
    number = await station.store.write(
        rounds.open_round, cadence, slot, names, station.clock.now(), late=late, rules_digest=orders.digest
    )
    opened = OpenRound(number, cadence, slot, len(names), set(names))
    station.open_rounds[number] = opened
    return opened


async def begin(station: Station, due: Due) -> OpenRound:
    """Open the round that a cadence calls for."""
    names = expected(due, station.orders.targets)
    opened = await open_round(station, due.cadence.name, due.slot, names, late=due.late)
    station.last[due.cadence.name] = due.slot
    return opened


def expected(due: Due, targets: Iterable[str]) -> Iterable[str]:
    """Name the targets of the round that a cadence calls for, of all that there are."""
    return targets if due.cadence.targets is None else due.cadence.targets


async def carry_out(
    station: Station, opened: OpenRound, progress: Progress | None = None
) -> tuple[RoundState, Counts] | None:
    """Look at every target that the round waits for, write the sheets as they come, and close the round.

    Returns None when the record could not be written: the round is then closed at a later tick.
    """
    try:
        await _look_at_all(station, opened, progress)
        return await close(station, opened)
    finally:
        # Whatever went wrong, the round is closed at a later tick. Not before: a tick that comes while it is being
        # closed would close it a second time.
        opened.made = True


async def _look_at_all(station: Station, opened: OpenRound, progress: Progress | None) -> None:
    quiet = await _silences(station)
    looks = {asyncio.create_task(_look(station, name)) for name in sorted(opened.waiting)}
    for task in looks:
        # What was noted is let go; as an iterator, for as_completed keeps what it is given.
        task.add_done_callback(looks.discard)
    unexplained: list[Judged] = []
    try:
        for number, coming in enumerate(asyncio.as_completed(iter(list(looks))), start=1):
            try:
                judged = await coming
            except Exception:
                # A defect of ours at one target: its sheet says "not inspected", and the round goes on.
                log.exception("a look of round %d failed; the target is not inspected", opened.number)
                continue
            if judged is None:
                continue
            station.recorder.note(judged)
            target = station.orders.targets.get(judged.look.target)
            if target is not None and target.depends_on and not judged.look.reached:
                # Whether a parent explains it is known when the parents have been looked at as well.
                unexplained.append(judged)
            else:
                put(station, opened, judged, progress, suppressed=_at_work(target, quiet, station.clock.now()))
            # A record that is locked is waited for at the end alone: until then the round would keep the watch away.
            if number % BATCH == 0 and not station.recorder.failing:
                await station.recorder.flush()
    finally:
        for task in tuple(looks):
            task.cancel()
    for judged in unexplained:
        target = station.orders.targets.get(judged.look.target)
        suppressed = target is not None and silent_parents(target, station.memory.looked)
        suppressed = suppressed or _at_work(target, quiet, station.clock.now())
        put(station, opened, judged, progress, suppressed=suppressed)


async def _silences(station: Station) -> list[Silence]:
    """Return the silences that may matter to a round; where they cannot be read, everything is judged."""
    try:
        return await station.store.read(silences.active_silences, station.clock.now())
    except StoreError:
        return []


def _at_work(target: Target | None, quiet: list[Silence], now: datetime) -> bool:
    return target is not None and in_maintenance(target.name, target.site, quiet, now)


async def close(station: Station, opened: OpenRound, interrupted: str = "") -> tuple[RoundState, Counts] | None:
    """Close a round: what is still pending was not inspected, and the counts are those of the sheets."""
    if not await station.recorder.flush():
        return None
    try:
        state, counts = await station.store.write(rounds.close_round, opened.number, station.clock.now(), interrupted)
    except NotFound:
        # The answer to an earlier attempt was lost on its way: the round is closed already.
        station.open_rounds.pop(opened.number, None)
        return None
    except StoreError as error:
        log.error("round %d cannot be closed yet, it is tried again: %s", opened.number, error)
        return None
    station.open_rounds.pop(opened.number, None)
    text = " ".join(f"{state_.value}={n}" for state_, n in sorted(counts.of.items()))
    slot = opened.slot.isoformat(timespec="seconds")
    log.info("round %s slot=%s %s expected=%d %s", opened.cadence, slot, state.value, counts.expected, text)
    return state, counts


def miss(conn: Connection, agent: str, dues: Iterable[Due], now: datetime) -> None:
    """Write down every slot that passed without a round, with its reason."""
    for due in dues:
        rounds.record_missed(conn, agent, due.cadence.name, due.slot, due.reason, now)


async def _look(station: Station, name: str) -> Judged | None:
    target = station.orders.targets.get(name)
    if target is None:
        return None
    look: Look = await station.looker.look(target, station.orders.budget, full=True)
    # A reload may have taken the target away while it waited or was being looked at: it is not inspected then.
    return station.memory.take(look) if name in station.orders.targets else None


def put(
    station: Station,
    opened: OpenRound,
    judged: Judged,
    progress: Progress | None = None,
    *,
    suppressed: bool = False,
) -> None:
    """Note the sheet of one look; it is written with the next flush."""
    line = sheet(judged.look, judged.findings, suppressed=suppressed)
    station.recorder.sheet(opened.number, line)
    opened.waiting.discard(line.target)
    if progress is not None:
        progress(opened, line)
