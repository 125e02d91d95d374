"""What many alerts cost the one thread that writes: a storm, its end, to take all of it, and a tick of each second.

``python -m tests.bench.desk [alerts]``. Each figure is CPU of this process and wall time, for the whole of it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from agent import bootstrap
from agent.services import take
from agent.services.escalate import escalate
from agent.services.look import Looker
from agent.services.muster import muster
from agent.services.orders import Orders
from agent.services.raise_alerts import raise_alerts
from agent.services.station import Station
from agent.services.watch_self import look_at_self, watch_self
from agent.store import batches, silences
from agent.store.engine import Store
from config.load import parse
from duty.findings import Finding, Severity
from duty.fold import Transition
from tests.bench.house import PEOPLE, settings
from tests.stories.night import DrivenClock

SILENCES = 100
TICKS = 10
MORNING = datetime(2026, 11, 24, 2, tzinfo=UTC)
"""Ten by the site's clock: by day everything is told."""

Costs = dict[str, tuple[float, float]]
"""CPU and wall time in seconds, by what they are of."""


async def timed(costs: Costs, what: str, work: Awaitable[object], times: int = 1) -> None:
    """Note what something costs, once of so many times."""
    cpu, wall = time.process_time(), time.monotonic()
    await work
    costs[what] = ((time.process_time() - cpu) / times, (time.monotonic() - wall) / times)


async def storm(station: Station, many: int, after: Severity) -> None:
    """Have so many targets fail, or be well again, as a flush of the recorder writes it."""
    bad = after is not Severity.OK
    before, reason = (Severity.OK, "absence.not_reached") if bad else (Severity.CRITICAL, "")
    changes = [
        Transition(
            (f"sw-{n}", "reach", ""), station.clock.now(), before, after, Finding("reach", "", after, reason, "timeout")
        )
        for n in range(many)
    ]
    await station.store.write(_raise, changes, station.orders)


def _raise(conn: Connection, agent: str, changes: Iterable[Transition], orders: Orders) -> None:
    raise_alerts(conn, agent, changes, orders)


async def send_all(station: Station) -> None:
    """Send whatever waits."""
    while given := await station.store.write(batches.lease, station.run, station.clock.now(), 100):
        for batch in given:
            await station.store.write(batches.mark_sent, batch.key, station.run, "noted", station.clock.now())


async def cover(station: Station, first: int, many: int) -> None:
    """Write silences, half of them by a pattern; none covers a target that has an alert."""
    now = station.clock.now()
    for number in range(first, first + many):
        begin, end, target = now - timedelta(hours=1), now + timedelta(hours=8), f"sw-{number}{'*' * (number % 2)}"
        await station.store.write(silences.add_silence, begin, end, "jia", "known", target=target, site="lab")


async def tick(station: Station) -> None:
    """Escalate, when nothing is due."""
    for _ in range(TICKS):
        await station.store.write(escalate, station.orders, station.clock.now())


async def look_inward(station: Station) -> None:
    """Watch the watch."""
    for _ in range(TICKS):
        await station.store.write(watch_self, station.orders, look_at_self(station), station.clock.now())


async def measure(folder: Path, many: int, costs: Costs) -> None:
    """Carry so many alerts through their lives."""
    clock = DrivenClock(MORNING)
    with_people = settings(many + SILENCES) + PEOPLE
    store = Store.open(f"sqlite:///{folder / 'desk.db'}", "bench")
    station = await bootstrap.make_station(parse(with_people, "bench.yaml"), clock, store, Looker({}, clock))
    await store.write(muster, station.orders, clock.now())
    await timed(costs, "a storm is raised", storm(station, many, Severity.CRITICAL))
    await timed(costs, "all of it is told", store.write(escalate, station.orders, clock.now()))
    await send_all(station)
    await cover(station, many, SILENCES)
    await timed(costs, "a tick, nothing due", tick(station), TICKS)
    await timed(costs, "the watch of the watch", look_inward(station), TICKS)
    await timed(costs, "all taken at once", take.take_all(station, range(1, many + 1), "jia"))
    await send_all(station)
    await timed(costs, "a tick, all taken", tick(station), TICKS)
    await timed(costs, "the storm is over", storm(station, many, Severity.OK))
    store.close()


def main(many: int) -> None:
    """Measure and print."""
    costs: Costs = {}
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), many, costs))
    table = Table("of the writer", "CPU", "wall", title=f"{many} alerts, {SILENCES} silences")
    for what, (cpu, wall) in costs.items():
        table.add_row(what, f"{cpu * 1000:.0f} ms", f"{wall * 1000:.0f} ms")
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
