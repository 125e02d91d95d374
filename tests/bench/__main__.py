"""What a round of 1,000 simulated switches costs: CPU and memory by stage, each beside a yardstick of the same run.

``python -m tests.bench [targets]``. A stage's CPU is user and system time of this process, threads included. The
yardstick is ``json.dumps`` of all the round's readings: a machine that is twice as slow is slow in both.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from agent import bootstrap, pace
from agent.clock import SteadyClock
from agent.services import make_round
from agent.services.look import Looker
from agent.services.memory import Judged
from agent.services.station import Station
from agent.store.engine import Store
from checks.judge import judge
from checks.seen import Seen
from collectors.replay import ReplayCollector
from collectors.snmp.device import SnmpCollector
from config.load import parse
from duty.fold import fold
from duty.rates import derive
from duty.readings import Look, Notes
from duty.targets import Target
from exporters.prometheus import Picture, render
from tests.bench.house import PORTS, settings, switch

LOOKS = 10
OVER_SNMP = "look (SNMP v2c)"
SNMP = """
sites: {{lab: {{zone: Asia/Shanghai}}}}
credentials: {{lab: {{version: "2c", community: "env:BENCH_COMMUNITY"}}}}
targets:
  - {{name: switch, kind: snmp, address: 127.0.0.1, port: {port}, credential: lab, profiles: [interfaces], ping: false}}
"""
START = datetime(2026, 11, 23, 20, tzinfo=UTC)


@dataclass
class Costs:
    """CPU seconds by stage, and the most memory that was held at its end."""

    cpu: dict[str, float] = field(default_factory=dict)
    rss: dict[str, float] = field(default_factory=dict)
    readings: int = 0
    stored: int = 0

    def add(self, stage: str, begun: float) -> None:
        """Add what a stage has cost since ``begun``."""
        self.cpu[stage] = self.cpu.get(stage, 0.0) + _cpu() - begun
        self.rss[stage] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class World(SteadyClock):
    """What time it is among the switches: an hour more with each tick, and their counters grow with it."""

    def __init__(self) -> None:
        super().__init__()
        self.tick = 1

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return super().now() + timedelta(hours=self.tick)


def _cpu() -> float:
    return time.process_time()


async def by_stage(station: Station, world: World, costs: Costs) -> None:
    """Take the way of the data by hand, a stage at a time, for a second round after a first."""
    memory, targets = station.memory, station.orders.targets
    first = {name: derive(await _look(station, name), None) for name in targets}
    world.tick = 2
    begun = _cpu()
    looks = await asyncio.gather(*(_look(station, name) for name in targets))
    costs.add("look (replayed)", begun)
    opened = await make_round.open_round(station, "by_stage", START, targets)
    derived = []
    for look in track(looks, "derive, judge, fold", transient=True):
        begun = _cpu()
        derived.append(derive(look, first[look.target]))
        costs.add("derive", begun)
        rules = memory.rules[look.target]
        begun = _cpu()
        findings = judge(Seen(derived[-1], targets[look.target], memory.states), rules)
        costs.add("judge", begun)
        begun = _cpu()
        folded = fold(memory.states, derived[-1], findings, {r.name: r for r in rules}, targets, first)
        memory.states.update(folded.states)
        costs.add("fold", begun)
        make_round.put(station, opened, Judged(derived[-1], findings, folded))
        station.recorder.note(Judged(derived[-1], findings, folded))
    begun = _cpu()
    await make_round.close(station, opened)
    costs.add("store", begun)
    picture = Picture(START, targets, {look.target: look for look in derived}, memory.states)
    begun = _cpu()
    for _ in render(picture):
        pass
    costs.add("text", begun)
    readings = [[[r.parameter, r.instance, r.value, r.unit] for r in look.readings] for look in derived]
    begun = _cpu()
    for each in readings:
        json.dumps(each)
    costs.add("yardstick", begun)
    costs.readings = sum(map(len, readings))


async def _look(station: Station, name: str) -> Look:
    return await station.looker.look(station.orders.targets[name], timedelta(seconds=10), full=True)


async def through_the_agent(station: Station, world: World, costs: Costs) -> None:
    """Make a round as the daemon does, batch by batch."""
    for world.tick in (3, 4):
        # The first of the two is the look that the rates of the second are made from.
        slot = START + timedelta(hours=world.tick)
        opened = await make_round.open_round(station, "whole", slot, station.orders.targets)
        begun = _cpu()
        await make_round.carry_out(station, opened)
    costs.add("the whole round", begun)


async def over_snmp(costs: Costs) -> None:
    """Look at a switch of as many ports that answers SNMP v2c, by the engine in use."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.switch", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    text = SNMP.format(port=int(await process.stdout.readline()))
    os.environ["BENCH_COMMUNITY"] = "public"
    collector = SnmpCollector(parse(text, "bench.yaml"))
    target = Target("switch", "127.0.0.1", ("snmp",), "lab")
    for number in range(LOOKS + 1):
        notes, begun = Notes(), _cpu()
        await collector.collect(target, notes, budget=timedelta(seconds=10), full=True)
        # The first look pays for the engine's start.
        if number:
            costs.add(OVER_SNMP, begun)
    assert len(notes.readings) > PORTS * 10, notes.gaps
    await collector.close()
    process.stdin.close()
    await process.wait()


async def measure(targets: int, costs: Costs, folder: Path) -> None:
    """Build a station of simulated switches and send it round."""
    world = World()
    store = Store.open(f"sqlite:///{folder / 'bench.db'}", "bench")
    looker = Looker({"icmp": ReplayCollector(lambda target, full: switch(target, world.tick))}, world)
    station = await bootstrap.make_station(parse(settings(targets), "bench.yaml"), world, store, looker)
    await over_snmp(costs)
    await by_stage(station, world, costs)
    await through_the_agent(station, world, costs)
    store.close()
    costs.stored = (folder / "bench.db").stat().st_size


def main(targets: int) -> None:
    """Measure and print; the whole inspection by SNMP in a process of its own, for its memory."""
    subprocess.run([sys.executable, "-m", "tests.bench.whole", str(targets)], check=True)
    pace.set_pace()
    costs = Costs()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(targets, costs, Path(folder)))
    out, table = Console(), Table("stage", "CPU a target", "× yardstick", "RSS, at most")
    for stage, seconds in costs.cpu.items():
        each = seconds / (LOOKS if stage == OVER_SNMP else targets)
        ratio = f"{each / costs.cpu['yardstick'] * targets:.2f}"
        table.add_row(stage, f"{each * 1000:.3f} ms", ratio, f"{costs.rss[stage]:.0f} MB")
    out.print(f"a round of {targets} switches, {costs.readings} readings with those derived")
    out.print(table)
    out.print(
        f"three rounds stored: {costs.stored / 1e6:.1f} MB, {costs.stored / 3 / costs.readings:.2f} bytes a reading"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
