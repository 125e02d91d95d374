"""What the command line is answered: a round in parts, and no more rounds by hand than the agent can carry."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from agent.control.client import RemoteReader, ask
from agent.control.server import ControlServer
from agent.control.verbs import MOST_BY_HAND, Verbs
from agent.services.look import Looker
from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from duty.errors import NightdutyError
from duty.readings import Notes, Reading
from duty.targets import Target
from tests.stories.night import Night

SETTINGS = """
agent: {name: hz1}
sites: {hz1: {zone: Asia/Shanghai}}
targets:
  - {name: a, kind: icmp, address: 10.0.0.1}
  - {name: b, kind: icmp, address: 10.0.0.2}
"""


class Held:
    """A device that answers when it is let."""

    def __init__(self) -> None:
        self.let = asyncio.Event()

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        await self.let.wait()
        notes.reached = True

    async def close(self) -> None:
        self.let.set()


@pytest.fixture
def socket() -> Iterator[Path]:
    # The path of a socket may not be longer than 107 bytes, and a test's own folder is.
    with TemporaryDirectory(prefix="nd-") as folder:
        yield Path(folder) / "control.sock"


async def test_a_round_comes_over_the_socket_as_it_is_in_the_record(tmp_path: Path, socket: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 20:30")
    night.shows["a"] = lambda now: [Reading("port_in_total", "GE0/0/1", 2**64 - 1, "B", 64)]
    await night.go_on_duty()
    await night.until("22:00")
    reader = LiveReader(night.station, Pulse(night.station))
    control = ControlServer(socket, Verbs(night.station, reader).verbs)
    await control.bind()
    await control.answer()
    remote, number = RemoteReader(socket), (await reader.rounds(1))[0].round.number
    assert await remote.round(number) == await reader.round(number)
    assert await remote.round(number + 1) is None
    await control.stop()
    await night.stop()


async def test_rounds_by_hand_are_bounded_though_their_clients_go_away(tmp_path: Path, socket: Path) -> None:
    night = Night(tmp_path, SETTINGS, "2026-11-23 20:30")
    await night.go_on_duty()
    held = Held()
    night.station.looker = Looker({"icmp": held}, night.clock)
    verbs = Verbs(night.station, LiveReader(night.station, Pulse(night.station)))
    control = ControlServer(socket, verbs.verbs)
    await control.bind()
    await control.answer()

    async def inspect() -> object:
        # Each in a moment of its own, for a round's slot is when it was asked for.
        night.clock.advance(timedelta(seconds=1))
        async for message in ask(socket, "inspect", targets=["a"]):
            if "answer" in message:
                return message["answer"]
        return None

    asking = []
    for number in range(1, MOST_BY_HAND + 1):
        asking.append(asyncio.create_task(inspect()))
        async with asyncio.timeout(10):
            while len(night.station.open_rounds) < number:  # noqa: ASYNC110 - the agent's own state has no event
                await asyncio.sleep(0.01)
    asking[0].cancel()
    await asyncio.gather(asking[0], return_exceptions=True)
    with pytest.raises(NightdutyError, match="being made already"):
        await inspect()
    held.let.set()
    assert None not in await asyncio.gather(*asking[1:])
    assert await inspect()
    await verbs.stop()
    await control.stop()
    await night.stop()
