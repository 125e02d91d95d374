"""What a poll by SNMP costs: our engine, pysnmp and prometheus-snmp-exporter against the same simulated switches.

``python -m tests.bench.snmp``. CPU is user and system time of the process that polls, the least of several passes, for
values decoded: 650 of a 48-port switch (13 columns of 50 ports), or ten scalars. Every pass must be complete.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import islice, product
from pathlib import Path

from rich.console import Console
from rich.table import Table

from collectors.snmp.engine import OwnEngine
from collectors.snmp.port import Device, Fetched, SnmpEngine
from collectors.snmp.reference import PysnmpEngine
from config.schema import SnmpCredential
from config.secret import Secret
from tests.bench import exporter
from tests.bench.estate import COLUMNS, DEAD, NIGHT, PASSWORDS, SCALARS

NAMES = [".".join(map(str, name)) for name in SCALARS]
ROOTS = [".".join(map(str, root)) for root, _ in COLUMNS.values()]
WHOLE, FEW = 650, 10
WAYS = {"v2c": SnmpCredential(community=Secret("env:BENCH_COMMUNITY")), "v3": NIGHT}
BUDGET = timedelta(seconds=60)
LIMITS = {("v2c", WHOLE): 0.9, ("v3", WHOLE): 1.4, ("v2c", FEW): 0.04, ("v3", FEW): 0.08}
"""Milliseconds that our engine may take."""
AT_MOST = {"prometheus-snmp-exporter": 1 / 8, "pysnmp": 1 / 60}
"""The share of the others' time that our engine may take for a whole switch."""
out = Console()


@asynccontextmanager
async def estate(loss: int = 0) -> AsyncIterator[int]:
    """Run the switches; yield their port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.estate", str(loss), "7", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipe")
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


def addresses(count: int, *, dead: bool = False) -> list[str]:
    """Return addresses of that many switches."""
    second = [DEAD] if dead else [10, 11]
    return [f"127.{a}.{b}.{c}" for a, b, c in islice(product(second, range(250), range(1, 251)), count)]


Poll = Callable[[str], Awaitable[Fetched]]


def polling(
    engine: SnmpEngine, way: str, values: int, port: int, *, timeout: float = 2, retries: int = 2, budget: float = 60
) -> Poll:
    """Return what polls one switch."""

    async def poll(address: str) -> Fetched:
        into = Fetched()
        device = Device(address, port, WAYS[way], timedelta(seconds=timeout), retries)
        asked = (NAMES, []) if values == FEW else ([], ROOTS)
        await engine.fetch(device, *asked, into, budget=timedelta(seconds=budget))
        return into

    return poll


def read(got: Fetched) -> int:
    """Count the values."""
    return len(got.scalars) + sum(map(len, got.columns.values()))


async def all_of(poll: Poll, devices: list[str], at_once: int = 200) -> list[int]:
    """Poll all, so many at once, and return how many values came of each."""
    left: Iterator[str] = iter(devices)
    counts: list[int] = []

    async def work() -> None:
        for device in left:
            got = await poll(device)
            counts.append(read(got))

    await asyncio.gather(*(work() for _ in range(min(at_once, len(devices)))))
    return counts


async def by_engine(port: int) -> dict[str, dict[tuple[str, int], float]]:
    """Measure each engine in turn, pass by pass, so that a busy moment strikes all alike."""
    best: dict[str, dict[tuple[str, int], float]] = {"own": {}, "pysnmp": {}}
    scraped = exporter.FOUND is not None
    with tempfile.TemporaryDirectory() as folder:
        scraper = exporter.Exporter(Path(folder)) if scraped else None
        if scraper:
            await scraper.start()
            best["prometheus-snmp-exporter"] = {}
        own, other = OwnEngine(), PysnmpEngine()
        for _ in range(6):
            for way, values in product(WAYS, (WHOLE, FEW)):
                # So many of each that a pass takes about as long.
                for name, engine, count in (
                    ("own", own, 200 if values == WHOLE else 2000),
                    ("pysnmp", other, 4 if values == WHOLE else 20),
                ):
                    begun = time.process_time()
                    counts = await all_of(polling(engine, way, values, port), addresses(count))
                    note(best[name], (way, values), 1000 * (time.process_time() - begun) / count)
                    if counts != [values] * count:
                        raise RuntimeError(f"{name} {way}: {sum(counts)} of {values * count} values came")
                if scraper:
                    spent = await scraper.scrape(addresses(100), port, way, "table" if values == WHOLE else "scalars")
                    note(best["prometheus-snmp-exporter"], (way, values), spent)
        await own.close()
        await other.close()
        if scraper:
            await scraper.stop()
    return best


def note(best: dict[tuple[str, int], float], key: tuple[str, int], spent: float) -> None:
    """Keep the least."""
    best[key] = min(best.get(key, spent), spent)


def show(best: dict[str, dict[tuple[str, int], float]]) -> None:
    """Print the table, with what our engine should reach."""
    table = Table("CPU a device", *(f"{values} values, {way}" for way, values in product(WAYS, (WHOLE, FEW))))
    for name, spent in best.items():
        table.add_row(name, *(f"{spent[key]:.3f} ms" for key in product(WAYS, (WHOLE, FEW))))
    table.add_row("at most", *(f"{LIMITS[key]:.3f} ms" for key in product(WAYS, (WHOLE, FEW))))
    for name, share in AT_MOST.items():
        if name in best:
            shares = (f"1/{best[name][key] / best['own'][key]:.0f}" for key in product(WAYS, (WHOLE, FEW)))
            table.add_row(f"own : {name} (at most 1/{1 / share:.0f})", *shares)
    out.print(table)
    if "prometheus-snmp-exporter" not in best:
        out.print("prometheus-snmp-exporter is not installed (Debian: apt-get install prometheus-snmp-exporter)")


async def many(port: int) -> None:
    """Print how long a thousand switches take, some of them dead, and ten thousand with little to ask."""
    engine = OwnEngine()
    for title, count, dead, values in (
        ("1,000 switches", 1000, 0, WHOLE),
        ("1,000 switches, 5 % dead (1 s, one retry)", 950, 50, WHOLE),
        ("10,000 devices, ten scalars", 10_000, 0, FEW),
    ):
        alive, gone = addresses(count), addresses(dead, dead=True)
        poll = polling(engine, "v2c", values, port, timeout=1, retries=1)
        await all_of(poll, alive[:1000])  # the first look plans
        step = max(1, len(alive) // max(1, dead))
        mixed = [
            x for n, each in enumerate(alive) for x in ([each, gone[n // step]] if n % step == 0 and gone else [each])
        ]
        begun, cpu = time.perf_counter(), time.process_time()
        counts = await all_of(poll, mixed)
        took, cpu = time.perf_counter() - begun, time.process_time() - cpu
        silent = counts.count(0) - len(mixed) + len(alive)
        out.print(f"{title}: {took:.2f} s, {cpu:.2f} s CPU, {silent} of the living not reached")
        if counts.count(values) != len(alive):
            out.print(f"  {len(alive) - counts.count(values)} of the living not complete")
    await engine.close()
    out.print(f"most memory held: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


async def lossy() -> None:
    """Print what is not reached where 30 % of the datagrams are lost each way: six tries within ten seconds."""
    async with estate(30) as port:
        engine = OwnEngine()
        poll = polling(engine, "v2c", FEW, port, timeout=1.5, retries=5, budget=10)
        devices = addresses(1000)
        silent: list[set[str]] = []
        for _ in range(3):
            missed: set[str] = set()

            async def look(address: str, missed: set[str] = missed) -> Fetched:
                got = await poll(address)
                if not got.answered:
                    missed.add(address)
                return got

            await all_of(look, devices)
            silent.append(missed)
        await engine.close()
    shares = ", ".join(f"{len(missed) / 10:.1f} %" for missed in silent)
    out.print(f"30 % lost each way, 1,000 devices, three looks: not reached {shares} (at most 2.5 %)")
    out.print(f"  silent at all three, which would be an alert: {len(set.intersection(*silent))} (at most 0)")


async def main() -> None:
    """Measure and print."""
    os.environ.update(PASSWORDS)
    async with estate() as port:
        show(await by_engine(port))
        await many(port)
    await lossy()


if __name__ == "__main__":
    asyncio.run(main())
