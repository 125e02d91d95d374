"""What a whole inspection of a switch costs at an even pace, ten a second, stored: ours, and that by Prometheus.

``python -m tests.bench.paced [targets] [seconds]``. The switches of ``tests.bench.estate``, by SNMP v2c: 13 columns of
50 ports, whose counters stand still. First our own rounds, each look at its moment, and a page of metrics a minute at
least; then prometheus-snmp-exporter, scraped by Prometheus. The first look at each switch is not counted: it plans the
walks, and makes the series. CPU is user and system time, threads included, of our process and of both of theirs.
Prometheus packs its record every two hours, which is not in it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from rich.console import Console

from agent import bootstrap, pace
from agent.clock import Clock, SteadyClock
from agent.services import make_round
from agent.services.look import Looker
from agent.services.picture import take_picture
from agent.services.pulse import Pulse
from agent.services.station import Station
from agent.store.engine import Store
from collectors.port import Collector
from collectors.snmp.device import SnmpCollector
from config.load import parse
from duty.readings import Look
from duty.rounds import SheetState
from duty.targets import Target
from exporters.metrics_app import MetricsPage
from tests.bench import exporter, prometheus
from tests.bench.estate import PASSWORDS
from tests.bench.snmp import addresses, estate
from tests.bench.whole import START, settings, size

A_SECOND = 10
PAGE_EVERY_S = 60.0
LATE_S = 3.0
"""How much longer than planned a run may take: later than that, it was not at this pace."""
AT_MOST_MS, AT_MOST = 6.0, 1 / 3
"""What a device may cost, and the share of what it costs with Prometheus."""
out = Console(width=200)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many switches are inspected, and how often each."""

    targets: int
    rounds: int

    @property
    def every(self) -> float:
        """Seconds from one inspection of a switch to its next."""
        return self.targets / A_SECOND

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.rounds * self.every

    @property
    def looks(self) -> int:
        """How many inspections there are."""
        return self.rounds * self.targets

    @property
    def pages(self) -> int:
        """How many pages of metrics are drawn meanwhile."""
        return max(1, round(self.seconds / PAGE_EVERY_S))

    @property
    def page_every(self) -> float:
        """Seconds from one page to the next."""
        return self.seconds / self.pages


@dataclass(frozen=True, slots=True)
class Ours:
    """CPU of a look with all that follows it, in milliseconds; its readings, and the bytes that each takes."""

    look: float
    readings: int
    stored: float


class PacedLooker(Looker):
    """Sends out its looks evenly, so many seconds ``apart``, whenever they are asked for."""

    def __init__(self, collectors: Mapping[str, Collector], clock: Clock) -> None:
        super().__init__(collectors, clock)
        self.apart = 0.0
        self._next = 0.0

    async def look(self, target: Target, budget: timedelta, *, full: bool) -> Look:
        """Look at a target when its moment has come."""
        loop = asyncio.get_running_loop()
        moment = max(self._next, loop.time())
        self._next = moment + self.apart
        await asyncio.sleep(moment - loop.time())
        return await super().look(target, budget, full=full)


async def inspect(station: Station, number: int) -> int:
    """Make a round; return how many readings of a switch it stored. Raises RuntimeError where anything is missing."""
    targets = station.orders.targets
    opened = await make_round.open_round(station, "paced", START + timedelta(hours=number), targets)
    done = await make_round.carry_out(station, opened)
    if done is None or done[1][SheetState.OK] != len(targets):
        raise RuntimeError(f"not every switch was inspected whole: {done}")
    readings = {len(look.readings) for look in station.memory.looked.values()}
    if len(readings) > 1:
        raise RuntimeError(f"of equal switches equally much should be seen, not {readings} readings")
    return readings.pop()


async def paint(station: Station, page: MetricsPage, plan: Plan) -> None:
    """Have the page of metrics drawn as for a scrape, each time in the middle of its minute."""
    for number in range(plan.pages):
        await asyncio.sleep(plan.page_every if number else plan.page_every / 2)
        await page.refresh()
        page.gzip()


async def at_our_pace(station: Station, looker: PacedLooker, plan: Plan) -> Ours:
    """Inspect all once at once, then at the pace, pages meanwhile."""
    page = MetricsPage(partial(take_picture, station, Pulse(station)))
    await inspect(station, 0)
    await asyncio.sleep(1)  # of two looks closer together no rate is made
    looker.apart = 1 / A_SECOND
    stored = await station.store.read(size)
    cpu, wall, readings = time.process_time(), time.perf_counter(), 0
    painting = asyncio.create_task(paint(station, page, plan))
    for number in range(plan.rounds):
        readings = await inspect(station, number + 1)
    await painting
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if wall > plan.seconds + LATE_S:
        raise RuntimeError(f"the pace was not kept: {wall:.1f} s for {plan.seconds:.1f} s")
    stored = await station.store.read(size) - stored
    return Ours(1000 * cpu / plan.looks, readings, stored / (readings * plan.looks))


async def ours(plan: Plan, port: int, folder: Path) -> Ours:
    """Measure our agent."""
    whole, clock = parse(settings(plan.targets, port), "bench.yaml"), SteadyClock()
    store = Store.open(f"sqlite:///{folder / 'bench.db'}", "bench")
    looker = PacedLooker({"snmp": SnmpCollector(whole)}, clock)
    station = await bootstrap.make_station(whole, clock, store, looker)
    own = await at_our_pace(station, looker, plan)
    await looker.close()
    store.close()
    return own


async def theirs(plan: Plan, port: int, folder: Path) -> tuple[float, float, float]:
    """Return the milliseconds a scrape of the exporter and of Prometheus, and the samples of one.

    Raises RuntimeError where anything is missing.
    """
    clock, scraper, keeper = SteadyClock(), exporter.Exporter(folder), prometheus.Prometheus(folder)
    try:
        await scraper.start()
        await keeper.start([f"{each}:{port}" for each in addresses(plan.targets)], scraper.port, plan.every)
        await asyncio.sleep(plan.every + 1)
        read, kept = scraper.cpu(), keeper.cpu()
        await asyncio.sleep(plan.seconds)
        read, kept, end = scraper.cpu() - read, keeper.cpu() - kept, clock.now()
        await asyncio.sleep(2 * prometheus.EDGE_S)  # the last scrapes come in
        await keeper.check(plan.targets, plan.rounds, end, plan.seconds)
        samples = await keeper.samples(end)
    finally:
        await keeper.stop()
        await scraper.stop()
    return 1000 * read / plan.looks, 1000 * kept / plan.looks, samples / plan.targets


def show_ours(plan: Plan, own: Ours) -> None:
    """Print what our agent took."""
    out.print(
        f"{plan.targets} switches, {A_SECOND} a second, {plan.seconds:.0f} s: a whole inspection, stored: "
        f"{own.look:.2f} ms CPU a device (at most {AT_MOST_MS:.0f} ms), {own.readings} readings each, "
        f"{own.stored:.2f} bytes more for each value stored, a page of metrics each {plan.page_every:.0f} s"
    )


def show_theirs(own: Ours, read: float, kept: float, samples: float) -> None:
    """Print what Prometheus and the exporter took, and our share of it."""
    out.print(
        f"prometheus-snmp-exporter and Prometheus at the same pace: {read + kept:.2f} ms CPU a device "
        f"({read:.2f} and {kept:.2f}), {samples:.0f} samples each"
    )
    share = own.look / (read + kept)
    out.print(f"ours : theirs: {share:.2f}, 1/{1 / share:.1f} (at most 1/{1 / AT_MOST:.0f})")


async def measure(plan: Plan) -> None:
    """Measure one after the other, and print."""
    os.environ.update(PASSWORDS)
    async with estate() as port:
        with tempfile.TemporaryDirectory() as folder:
            own = await ours(plan, port, Path(folder))
        show_ours(plan, own)
        if exporter.FOUND is None or prometheus.FOUND is None:
            out.print("not compared (Debian: apt-get install prometheus prometheus-snmp-exporter)")
            return
        with tempfile.TemporaryDirectory() as folder:
            show_theirs(own, *await theirs(plan, port, Path(folder)))


def main(targets: int = 500, seconds: int = 50) -> None:
    """Measure at the daemon's own turns: whole rounds, about so many seconds for each of the two."""
    pace.set_pace()
    asyncio.run(measure(Plan(targets, max(1, round(seconds * A_SECOND / targets)))))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
