"""The real agent with a clock that hurries: a night in seconds, as a process of its own that can be killed.

``python -m tests.soak.hurried FOLDER SECONDS`` goes on duty after SECONDS in which the agent was not there. The clock
is kept in FOLDER/time. What the world around the agent saw is in FOLDER/witness, a line an event, each line one
``write``: what stands there happened, however the process ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from agent import bootstrap
from agent.services import hand_out, inspect
from agent.services.deliver import Deliverer
from agent.services.look import Looker
from agent.store import rounds
from agent.store.engine import Store
from agent.ticks import Ticks
from config.load import parse
from duty.errors import CollectError
from duty.fold import Key, State
from duty.readings import Notes, Reading
from duty.targets import Target
from exporters.notify.port import Notifier
from tests.soak.hands import Hands

P = ParamSpec("P")
T = TypeVar("T")

START = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
TICK = timedelta(seconds=5)
MINUTE = timedelta(minutes=1)

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {zone: Asia/Shanghai}}
targets:
  - {name: core, kind: icmp, address: 10.0.0.1, key: true}
  - {name: access-1, kind: icmp, address: 10.0.0.2, depends_on: [core]}
  - {name: access-2, kind: icmp, address: 10.0.0.3, depends_on: [core]}
  - {name: db, kind: tcp, address: 10.0.0.9, port: 5432}
  - {name: web, kind: tcp, address: 10.0.0.10, port: 443}
  - {name: rock-1, kind: icmp, address: 10.0.0.21}
  - {name: rock-2, kind: icmp, address: 10.0.0.22}
  - {name: rock-3, kind: icmp, address: 10.0.0.23}
cadences:
  inspection: {interval: 1m, window: 30s}
  rounds-of-five: {interval: 5m, window: 2m, targets: [core, db]}
watch: {interval: 10s, keep_every: 1m}
"""

FAULTS = {
    "db": (47, 5, 9),
    "web": (61, 13, 9),
    "web-2": (61, 13, 9),
    "web-3": (61, 13, 9),
    "core": (83, 20, 12),
    "access-1": (83, 20, 12),
    "access-2": (83, 20, 12),
    # These always answer: where all fall silent, it is the site that is out of reach.
    "rock-1": (10**6, 10**6, 0),
    "rock-2": (10**6, 10**6, 0),
    "rock-3": (10**6, 10**6, 0),
}
"""For each target: it is silent every so many minutes, for the first time after so many, for so many."""


def faults(target: str, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a target is silent, from the beginning of the night."""
    every, first, long = FAULTS[target]
    begin = START + first * MINUTE
    while begin < until:
        yield begin, begin + long * MINUTE
        begin += every * MINUTE


def silent(target: str, at: datetime) -> bool:
    """Say whether a target gives no answer at a moment."""
    every, first, long = FAULTS[target]
    return at >= START + first * MINUTE and (at - START - first * MINUTE) % (every * MINUTE) < long * MINUTE


def digest(states: Mapping[Key, State]) -> str:
    """Return a digest of all states, to compare what was kept with what was remembered."""
    return sha256(repr(sorted(states.items(), key=lambda item: item[0])).encode()).hexdigest()


class KeptClock:
    """A clock that goes on when it is told, and that a new process finds where the dead one left it."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._now = kept_time(path)

    def now(self) -> datetime:
        return self._now

    def step(self) -> timedelta:
        return timedelta(0)

    def adopt(self) -> timedelta:
        return timedelta(0)

    def advance(self, by: timedelta) -> None:
        """Let time pass; it is kept before anybody can see it."""
        os.pwrite(self._file, f"{(self._now + by).isoformat():40}".encode(), 0)
        self._now += by


def kept_time(path: Path) -> datetime:
    """Return the time that a clock was left at."""
    text = path.read_text().strip()
    return datetime.fromisoformat(text) if text else START


class Witness:
    """Sees what happens around the agent, and writes it down where a kill cannot undo it."""

    def __init__(self, path: Path) -> None:
        self.runs = path.read_text().count('"run"') if path.exists() else 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def saw(self, **event: object) -> None:
        os.write(self._file, json.dumps(event).encode() + b"\n")


class World:
    """The targets: each answers with a mark that no other look has, unless it is silent just now."""

    def __init__(self, clock: KeptClock, witness: Witness) -> None:
        self._clock = clock
        self._witness = witness
        self._marks = count(witness.runs * 10**7 + 1)

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        # Some answers come late, so that rounds are half made whenever the end comes.
        await asyncio.sleep(random.random() * 0.004)
        if silent(target.name, self._clock.now()):
            self._witness.saw(silent=target.name)
            raise CollectError("timeout")
        mark = next(self._marks)
        self._witness.saw(look=target.name, mark=mark)
        notes.reached = True
        notes.add(Reading("memory_size", "", mark, "B"))

    async def close(self) -> None:
        pass


class WitnessedStore(Store):
    """The store, whose word is taken down: that a round is closed, and which letters are in a message to be sent."""

    witness: Witness

    async def write(self, fn: Callable[Concatenate[Connection, str, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result = await super().write(fn, *args, **kwargs)
        called: Any = fn
        if called is rounds.close_round:
            closed: Any = result
            state, counts = closed
            self.witness.saw(closed=args[0], state=state, counts=dict(counts.of))
        if called is hand_out.lease:
            given_out: Any = result
            for letter in given_out:
                self.witness.saw(leased=letter.batch.key, letters=[each.key for each in letter.batch.letters])
        return result


Receivers = Callable[[KeptClock, Witness], Mapping[str, Notifier]]
"""Makes the receiver of each channel."""

AHEAD = 2
"""So many ticks in a row do not wait for the one before: the clock hurries, and a deadline is told by it."""


async def on_duty(folder: Path, away: timedelta, text: str = SETTINGS, receivers: Receivers | None = None) -> None:
    """Be on duty until SIGTERM, a tick of five seconds as fast as it goes.

    With receivers it tells people as well, and they act on it.
    """
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    witness, clock = Witness(folder / "witness"), KeptClock(folder / "time")
    clock.advance(away)
    settings = parse(text, "hurried.yaml")
    store = WitnessedStore.open(f"sqlite:///{folder / 'nightduty.db'}", "hz1")
    assert isinstance(store, WitnessedStore)
    store.witness = witness
    looker = Looker(dict.fromkeys(("icmp", "tcp"), World(clock, witness)), clock)
    station = await bootstrap.make_station(settings, clock, store, looker)
    channels = receivers(clock, witness) if receivers else {}
    deliverer = Deliverer(station, channels, bootstrap.make_budgets(settings)) if receivers else None
    ticks = Ticks(station, deliverer)
    await ticks.begin()
    witness.saw(run=station.run, at=clock.now().isoformat(), states=digest(station.memory.states))
    hands = Hands(station, f"life {witness.runs}") if receivers else None
    print("on duty", flush=True)
    by_hand: set[asyncio.Task[int]] = set()
    ahead = 0
    while not stop.is_set():
        clock.advance(TICK)
        await ticks.tick()
        if random.random() < 0.02:
            by_hand.add(asyncio.create_task(inspect.by_hand(station, ("web",), "tester")))
        if hands is not None and random.random() < 0.2:
            by_hand.add(asyncio.create_task(hands.act()))
        # Mostly a tick finds the work of the one before done, and sometimes not, as on a slow machine.
        ahead = ahead + 1 if ahead < AHEAD and random.random() < 0.3 else 0
        await (asyncio.sleep(0.001) if ahead else ticks.idle())
    await asyncio.gather(*by_hand)
    for _ in range(3):
        await ticks.idle()
        await ticks.tick()
    await ticks.idle()
    await ticks.stop("stopped")
    if deliverer is not None:
        await deliverer.close()
    await looker.close()
    store.close()


if __name__ == "__main__":
    asyncio.run(on_duty(Path(sys.argv[1]), timedelta(seconds=float(sys.argv[2]))))
