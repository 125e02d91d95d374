"""What the pages take while a round of 1,000 targets is made in the same process, and how long the loop stands still.

``python -m tests.bench.pages [targets] [asks]``. The targets answer after 20 to 300 ms, as devices do.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from agent import bootstrap, pace
from agent.clock import SteadyClock
from agent.console.app import create_app
from agent.services import make_round
from agent.services.escalate import escalate
from agent.services.look import Looker
from agent.services.muster import muster
from agent.services.picture import take_picture
from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from agent.services.sign_in import digest_of
from agent.services.station import Station
from agent.store import accounts, rounds, sheets
from agent.store.engine import Store
from collectors.replay import ReplayCollector
from config.load import parse
from duty.findings import Severity
from duty.people import Post
from duty.readings import Look, Notes
from duty.rounds import sheet
from duty.targets import Target
from exporters.metrics_app import MetricsPage
from tests.bench.desk import storm
from tests.bench.house import PEOPLE, settings, switch

HOUR = timedelta(hours=1)
ROUNDS = 24
TOKEN = "bench"
PAUSE = 0.05
"""Seconds between two pages: a hundred people who refresh at the pace of the page ask more rarely."""
BEAT = 0.01


@dataclass
class Answers:
    """How long each page took and how long the loop stood still meanwhile, in seconds."""

    pages: dict[str, list[float]] = field(default_factory=dict)
    lags: list[float] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    looks: int = 0


@lru_cache(maxsize=2)
def shown(tick: int) -> Notes:
    """Show what each switch shows at a tick, made once: what it costs is the device's, not ours."""
    return switch(Target("sw", "", ("icmp",), "lab"), tick)


class Devices:
    """Answers from the script after a while: an answer that is there at once would never let anybody else work."""

    def __init__(self) -> None:
        self.ticks = itertools.count()
        self._answers = ReplayCollector(lambda target, full: shown(next(self.ticks) // 1000))
        self._chance = random.Random(1)

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Wait as for a device, then write what it shows."""
        await asyncio.sleep(self._chance.uniform(0.02, 0.3))
        await self._answers.collect(target, notes, budget=budget, full=full)

    async def close(self) -> None:
        """Nothing is kept open."""


async def furnish(station: Station) -> None:
    """Write a day of rounds, an account that is signed in, and who is on duty."""
    store, now = station.store, station.clock.now()
    await store.write(muster, station.orders, now)
    for ago in range(ROUNDS, 0, -1):
        opened = await make_round.open_round(station, "inspection", now - ago * HOUR, station.orders.targets)
        await store.write(_fill, opened.number, sorted(opened.waiting))
        await store.write(rounds.close_round, opened.number, now, "")
        station.open_rounds.clear()
    posts, no_password = [Post.TECHNICIAN], "nobody signs in by it"
    await store.write(accounts.add_account, "jia", posts, no_password, now, person="jia", must_change=False)
    await store.write(accounts.open_session, "jia", digest_of(TOKEN), "csrf", now, now + 12 * HOUR)


def _fill(conn: Connection, agent: str, number: int, names: list[str]) -> None:
    found = rounds.get_round(conn, agent, number)
    assert found is not None
    looks = (Look(name, found[0].slot, timedelta(seconds=1), True) for name in names)
    sheets.put_sheets(conn, agent, number, [sheet(look, ()) for look in looks])


async def keep_round(station: Station, answers: Answers) -> None:
    """Make one round after the other."""
    for number in itertools.count(1):
        slot = station.clock.now() + number * timedelta(microseconds=1)
        opened = await make_round.open_round(station, "inspection", slot, station.orders.targets)
        await make_round.carry_out(station, opened)
        answers.looks += len(station.orders.targets)


async def keep_watch(station: Station) -> None:
    """Do each second what the daemon does beside it, and scrape as often as there is a new picture."""
    page = MetricsPage(partial(take_picture, station, Pulse(station)))
    while True:
        await station.store.write(escalate, station.orders, station.clock.now())
        await page.refresh()
        await asyncio.sleep(1)


async def feel(answers: Answers) -> None:
    """Notice how late the loop comes back to us."""
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(BEAT)
        answers.lags.append(time.perf_counter() - asked - BEAT)


@asynccontextmanager
async def busy(station: Station, answers: Answers, *, rounds_too: bool) -> AsyncIterator[None]:
    """Have the agent work meanwhile."""
    work = [feel(answers), keep_watch(station)] + ([keep_round(station, answers)] if rounds_too else [])
    tasks = [asyncio.create_task(each) for each in work]
    await asyncio.sleep(1)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result


async def ask(client: httpx.AsyncClient, path: str, times: int, answers: Answers, name: str) -> None:
    """Ask for a page so many times."""
    took = answers.pages.setdefault(name, [])
    cpu = time.process_time()
    for _ in range(times):
        begun = time.perf_counter()
        answer = await client.get(path)
        took.append(time.perf_counter() - begun)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        await asyncio.sleep(PAUSE)
    answers.cpu[name] = (time.process_time() - cpu) / times


async def measure(folder: Path, targets: int, asks: int, during: Answers, idle: Answers) -> None:
    """Ask for the pages during rounds, and without one for comparison."""
    store = Store.open(f"sqlite:///{folder / 'pages.db'}", "bench")
    whole, clock = parse(settings(targets) + PEOPLE, "bench.yaml"), SteadyClock()
    station = await bootstrap.make_station(whole, clock, store, Looker({"icmp": Devices()}, clock))
    await furnish(station)
    door = bootstrap.make_door(whole, station)
    app = create_app(bootstrap.make_office(whole, station, LiveReader(station, Pulse(station)), door))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", cookies={"nightduty": TOKEN}, timeout=60
    ) as client:
        await client.get("/")
        await storm(station, 50, Severity.CRITICAL)
        for answers in (idle, during):
            async with busy(station, answers, rounds_too=answers is during):
                await ask(client, "/", asks if answers is during else 20, answers, "Tonight, 50 alerts")
                if answers is during:
                    await storm(station, targets, Severity.CRITICAL)
                    for name, path in (
                        ("Tonight, 1,000 alerts", "/"),
                        ("alerts, 1,000 open", "/alerts"),
                        ("one alert", "/alerts/7"),
                        ("targets", "/targets"),
                        ("one target", "/targets/sw-7"),
                    ):
                        await ask(client, path, asks // 4, answers, name)
    store.close()


def spread(took: list[float]) -> Iterator[str]:
    """Yield the median, the 95th and the 99th part, and the longest, in milliseconds."""
    ordered = sorted(took)
    for part in (0.5, 0.95, 0.99, 1.0):
        yield f"{ordered[min(int(part * len(ordered)), len(ordered) - 1)] * 1000:.0f} ms"


def main(targets: int, asks: int) -> None:
    """Measure and print."""
    during, idle = Answers(), Answers()
    pace.set_pace()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), targets, asks, during, idle))
    table = Table("page", "asked", "p50", "p95", "p99", "longest", "CPU in all", title=f"{targets} targets")
    for title, answers in (("no round", idle), ("a round is made", during)):
        for name, took in answers.pages.items():
            table.add_row(f"{name}: {title}", f"{len(took)}", *spread(took), f"{answers.cpu[name] * 1000:.0f} ms")
        table.add_row(f"the loop's lag: {title}", f"{len(answers.lags)}", *spread(answers.lags), "")
    Console(width=120).print(table, f"{during.looks} looks meanwhile")


if __name__ == "__main__":
    main(*(int(each) for each in (*sys.argv[1:3], *("1000", "200")[len(sys.argv) - 1 :])))
