"""The daemon's end of the socket."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.control import wire
from duty.errors import NightdutyError

log = logging.getLogger(__name__)

LONGEST_REQUEST = 65_536
PATIENCE = 10.0
"""Seconds that a client has to say what it wants."""
MOST_CLIENTS = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its arguments, and who asks (by SO_PEERCRED, so that nobody can pretend)."""

    args: Mapping[str, Any]
    actor: str


Verb = Callable[[Asked], AsyncIterator[dict[str, Any]]]
"""Yields messages: ``{"progress": ...}`` as often as it likes, ``{"answer": ...}`` at the end."""


class ControlServer:
    """Listens in the runtime directory; who may open the socket is decided by its mode and its directory's."""

    def __init__(self, path: Path, verbs: Mapping[str, Verb]) -> None:
        self._path = path
        self._verbs = verbs
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Bind the socket. The instance lock is held already, so that an old socket file belongs to a dead daemon."""
        self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        before = os.umask(0o117)
        try:
            self._server = await asyncio.start_unix_server(self._serve, str(self._path), limit=LONGEST_REQUEST)
        finally:
            os.umask(before)

    async def stop(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in self._clients:
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._clients) >= MOST_CLIENTS:
            writer.close()
            return
        self._clients.add(task)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            # The client went away; what it asked for that changes the record goes on to its end by itself.
            pass
        finally:
            self._clients.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                request = json.loads(await reader.readuntil(b"\n"))
            verb, args = self._verbs[request["verb"]], request.get("args", {})
        except (TimeoutError, ValueError, KeyError, TypeError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            writer.write(wire.line(wire.failure(NightdutyError("this daemon does not know such a request"))))
            await writer.drain()
            return
        try:
            async for message in verb(Asked(args, _peer(writer))):
                writer.write(wire.line(message))
                await writer.drain()
        except NightdutyError as error:
            writer.write(wire.line(wire.failure(error)))
        await writer.drain()


def _peer(writer: asyncio.StreamWriter) -> str:
    sock: socket.socket = writer.get_extra_info("socket")
    _, uid, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return f"uid:{uid}"
