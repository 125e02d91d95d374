"""What a whole inspection of 1,000 switches costs: polled by our engine, decoded, judged, stored and shown as metrics.

``python -m tests.bench.whole [targets]``. The switches of ``tests.bench.estate``, by SNMP v2c: 13 columns of 50 ports.
Their counters stand still. CPU is that of this process, threads included, for the better of two rounds after a first.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection

from agent import bootstrap, pace
from agent.clock import SteadyClock
from agent.services import make_round
from agent.services.look import Looker
from agent.services.station import Station
from agent.store.engine import Store
from collectors.snmp.device import SnmpCollector
from config.load import parse
from duty.rounds import SheetState
from exporters.prometheus import Picture, render
from tests.bench.estate import PASSWORDS
from tests.bench.snmp import addresses, estate

START = datetime(2026, 11, 23, 20, tzinfo=UTC)
ROUNDS = 3


def settings(targets: int, port: int) -> str:
    """Return settings of as many switches."""
    lines = [
        "agent: {name: bench}",
        "sites: {lab: {zone: Asia/Shanghai}}",
        'credentials: {lab: {version: "2c", community: "env:BENCH_COMMUNITY"}}',
        "targets:",
    ]
    for number, address in enumerate(addresses(targets)):
        words = f"name: sw-{number}, address: {address}, port: {port}, credential: lab, profiles: [interfaces]"
        lines.append(f"  - {{kind: snmp, {words}, role: network, ping: false}}")
    return "\n".join(lines) + "\n"


async def inspect(station: Station, number: int) -> tuple[float, float, int]:
    """Make a round and show what it saw; return CPU and wall time in seconds, and how many readings it stored.

    Raises RuntimeError where anything is missing.
    """
    targets, memory = station.orders.targets, station.memory
    await asyncio.sleep(1)  # of two looks closer together no rate is made
    opened = await make_round.open_round(station, "whole", START + timedelta(hours=number), targets)
    cpu, wall = time.process_time(), time.perf_counter()
    done = await make_round.carry_out(station, opened)
    for _ in render(Picture(START, targets, memory.looked, memory.states)):
        pass
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if done is None or done[1][SheetState.OK] != len(targets):
        raise RuntimeError(f"not every switch was inspected whole: {done}")
    readings = {len(look.readings) for look in memory.looked.values()}
    if len(readings) > 1:
        raise RuntimeError(f"of equal switches equally much should be seen, not {readings} readings")
    return cpu, wall, readings.pop() * len(targets)


def size(conn: Connection, agent: str) -> int:
    """Return the bytes of the record, of whichever agent."""
    pages, each = (int(conn.exec_driver_sql(f"PRAGMA page_{what}").scalar_one()) for what in ("count", "size"))
    return pages * each


async def measure(targets: int, folder: Path) -> str:
    """Inspect all, and return the line."""
    os.environ.update(PASSWORDS)
    async with estate() as port:
        whole, clock, path = parse(settings(targets, port), "bench.yaml"), SteadyClock(), folder / "bench.db"
        store = Store.open(f"sqlite:///{path}", "bench")
        looker = Looker({"snmp": SnmpCollector(whole)}, clock)
        station = await bootstrap.make_station(whole, clock, store, looker)
        rounds, sizes = [], []
        for number in range(ROUNDS):
            rounds.append(await inspect(station, number))
            sizes.append(await store.read(size))
        await looker.close()
        store.close()
    cpu, wall, readings = min(rounds[1:])
    grown = (sizes[-1] - sizes[0]) / sum(each for _, _, each in rounds[1:])
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"a whole inspection of {targets} switches by SNMP, poll to metrics text: {cpu / targets * 1000:.2f} ms CPU "
        f"a device ({readings // targets} readings each), {wall:.1f} s, {held:.0f} MB, "
        f"{grown:.2f} bytes more for each value stored"
    )


def main(targets: int) -> None:
    """Measure and print, at the daemon's own pace."""
    pace.set_pace()
    with tempfile.TemporaryDirectory() as folder:
        Console(width=200).print(asyncio.run(measure(targets, Path(folder))))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
