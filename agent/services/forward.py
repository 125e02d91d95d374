"""Forward the journal by syslog: every entry at least once and in order, whatever restarts in between."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Mapping
from typing import Any, Final, Protocol

from agent.store import forwards
from agent.store.engine import Store
from agent.store.journal import Entry
from duty.errors import NotifyError, StoreError
from exporters import syslog

log = logging.getLogger(__name__)

PLACE: Final = "syslog"
BATCH: Final = 200
"""Entries sent at once, and sent again when they were not confirmed."""

EVERY_S: Final = 2.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 300.0
MOST_DOUBLINGS: Final = 8


class Wire(Protocol):
    """What carries bytes to the server."""

    async def send(self, content: bytes) -> None:
        """Send and return when the other machine has it. Raises NotifyError."""

    async def close(self) -> None:
        """Give back the connection."""


class Forwarder:
    """Hands on what the journal has beyond the cursor, and moves the cursor when it has arrived."""

    def __init__(self, store: Store, wire: Wire, *, host: str, facility: str) -> None:
        self._store = store
        self._wire = wire
        self._host = host
        self._facility = facility
        self._failures = 0

    async def keep(self) -> None:
        """Forward until cancelled. The server may be away for as long as it likes: the journal keeps what waits."""
        try:
            while True:
                full = await self._go_on()
                if self._failures or not full:
                    await asyncio.sleep(self.pause())
        finally:
            await self._wire.close()

    def pause(self) -> float:
        """Return how long to wait: twice as long with each failure, and never in step with others."""
        if not self._failures:
            return EVERY_S
        doubled = FIRST_PAUSE_S * (1 << min(self._failures - 1, MOST_DOUBLINGS))
        return min(doubled, LONGEST_PAUSE_S) * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret

    async def forward(self) -> int:
        """Send one batch, and return how many entries it had. Raises NotifyError, StoreError; then it is sent again."""
        found = await self._store.read(forwards.waiting, PLACE, BATCH)
        if not found:
            return 0
        frames = (syslog.framed(syslog.message(self._line(entry, said), self._facility)) for entry, said in found)
        await self._wire.send(b"".join(frames))
        await self._store.write(forwards.advance, PLACE, found[-1][0].seq)
        return len(found)

    async def _go_on(self) -> bool:
        """Send one batch and say whether it was a full one; what goes wrong is logged once."""
        try:
            sent = await self.forward()
        except (NotifyError, StoreError) as error:
            self._failed(str(error))
        except Exception as error:
            # A defect here must not end the rounds; the journal keeps what waits.
            if not self._failures:
                log.exception("the journal is not handed on by syslog")
            self._failed(type(error).__name__)
        else:
            if self._failures:
                log.info("the journal is handed on by syslog again")
            self._failures = 0
            return sent == BATCH
        return False

    def _failed(self, why: str) -> None:
        if not self._failures:
            log.error("the journal is not handed on by syslog, it waits and is tried again: %s", why)
        self._failures += 1

    def _line(self, entry: Entry, said: Mapping[str, Any] | None) -> syslog.Line:
        return syslog.Line(
            agent=self._store.agent,
            host=self._host,
            seq=entry.seq,
            kind=entry.kind,
            at=entry.at,
            actor=entry.actor,
            result=entry.result,
            payload=entry.payload,
            hash=entry.hash,
            text="" if said is None else json.dumps(said, ensure_ascii=False, separators=(",", ":")),
        )
