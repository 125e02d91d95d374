"""Keep the port for traps open, and the work behind it going. Without it rounds and watch go on as ever."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from agent.services.hear_traps import REST, TrapEar
from agent.services.hints import Hints
from agent.services.trap_sources import Sources
from collectors.snmp.trap_port import TrapPort
from config.build_traps import TrapSender
from duty.errors import NightdutyError
from duty.traps import TrapHealth

log = logging.getLogger(__name__)

RETRY_S: Final = 30.0
"""Until a port that is taken is tried again."""
RESOLVE_S: Final = 300.0
"""How often it is asked where the targets are now, where the settings have their names."""
WRITE_S: Final = 1.0
IDLE_S: Final = 0.05
"""How often it is asked whether a message of version 3 waits."""


class TrapWatch:
    """The port, what hears at it, and how it stands with both."""

    def __init__(self, listen: str, ear: TrapEar, sources: Sources, hints: Hints) -> None:
        self._listen = listen
        self._ear = ear
        self._sources = sources
        self._hints = hints
        self.port: TrapPort | None = None
        self._trouble = ""

    def health(self) -> TrapHealth:
        """Say how it stands."""
        lost = self.port.lost() if self.port is not None else 0
        return TrapHealth(dict(self._ear.outcomes), lost, self._hints.looks, self._trouble)

    async def settle(self, senders: Iterable[TrapSender]) -> None:
        """Go on with other targets."""
        self._sources.settle(senders)
        await self._sources.resolve()
        self._ear.settle()

    async def keep(self) -> None:
        """Hear until cancelled."""
        await self._sources.resolve()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listens())
            for work, pause in ((self._sources.resolve, RESOLVE_S), (self._ear.write_down, WRITE_S)):
                group.create_task(_again_and_again(work, pause))
            group.create_task(self._opens())

    async def _listens(self) -> None:
        while True:
            try:
                self.port = TrapPort(self._listen, self._ear.hear)
            except NightdutyError as error:
                if not self._trouble:
                    log.error("traps: %s; it is tried again every %d s", error, RETRY_S)
                self._trouble = str(error)
                await asyncio.sleep(RETRY_S)
                continue
            self._trouble = ""
            log.info("traps are heard on %s", self._listen)
            try:
                await asyncio.Event().wait()
            finally:
                self.port.close()

    async def _opens(self) -> None:
        """Open messages of version 3 one by one, and leave the loop alone in between."""
        loop = asyncio.get_running_loop()
        while True:
            if not self._ear.sealed:
                await asyncio.sleep(IDLE_S)
                continue
            began = loop.time()
            try:
                answer, sender = await self._ear.open_one()
            except Exception:
                # A defect of what reads them must not end the rounds.
                log.exception("a trap of version 3 could not be read")
            else:
                if answer and self.port is not None:
                    self.port.answer(answer, sender)
            await asyncio.sleep(REST * (loop.time() - began))


async def _again_and_again(work: Callable[[], Awaitable[None]], pause: float) -> None:
    while True:
        try:
            await work()
        except Exception:
            # A defect here must not end the rounds.
            log.exception("the work behind the port for traps failed; it is tried again")
        await asyncio.sleep(pause)
