"""A night on which traps come in, without a port: what hears them is given datagrams."""

from __future__ import annotations

import asyncio
from pathlib import Path

from agent import hearing
from agent.services.hear_traps import TrapEar
from agent.store import traps
from config.load import parse
from duty.traps import TrapLine
from tests.stories.night import Night

SETTINGS = """
agent: {name: hz1, language: en}
sites: {hz1: {zone: Asia/Shanghai}}
credentials:
  switches: {community: "env:TRAP_COMMUNITY"}
  cards: {community: "env:CARD_COMMUNITY"}
targets:
  - {name: core, kind: snmp, address: 10.0.0.1, credential: switches, trap_addresses: [10.9.0.1]}
  - {name: access, kind: snmp, address: 10.0.0.2, credential: switches}
  - {name: ups, kind: icmp, address: 10.0.0.3}
traps: {listen: "127.0.0.1:1162", credentials: [cards], rate: 20}
"""
"""TRAP_COMMUNITY and CARD_COMMUNITY must stand in the environment."""


class HearingNight(Night):
    """The agent on duty, and what hears traps."""

    ear: TrapEar

    def __init__(self, folder: Path, settings: str = SETTINGS, start: str = "2026-11-24 02:58") -> None:
        super().__init__(folder, settings, start)
        self._heard = parse(settings, "night.yaml")

    async def go_on_duty(self) -> None:
        """Start the agent, and let it hear."""
        await super().go_on_duty()
        self.ear, sources = hearing.make_ear(self._heard, self.station, self.ticks.hint)
        await sources.resolve()

    async def hears(self, data: bytes, sender: str = "10.0.0.1") -> bytes:
        """Let a datagram come in, and all that follows of it at once; return what it is answered."""
        answer = self.ear.hear(data, (sender, 50_000))
        await self.settled()
        return answer

    async def settled(self) -> None:
        """Let everything happen that needs no time."""
        await asyncio.sleep(0)
        await self.ticks.idle()
        await self.ear.write_down()

    async def traps(self, target: str = "core") -> list[TrapLine]:
        """Return what the record has of a target's traps, newest first."""
        return await self.station.store.read(traps.newest, target, 1000)
