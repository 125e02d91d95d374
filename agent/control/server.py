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
UNREADABLE = (
    TimeoutError,
    ValueError,
    KeyError,
    TypeError,
    RecursionError,
    asyncio.IncompleteReadError,
    asyncio.LimitOverrunError,
)
"""What reading a request raises when it is none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: its arguments, and who asks (by SO_PEERCRED, so that nobody can pretend)."""

    args: Mapping[str, Any]
    actor: str

    def number(self, name: str, default: int | None = None) -> int:
        """Return an argument that is a whole number. Raises NightdutyError."""
        value = self.args.get(name, default)
        if not isinstance(value, int) or abs(value) >= 2**63:
            raise NightdutyError(f"{name}: expected a whole number")
        return value

    def text(self, name: str) -> str:
        """Return an argument that is text. Raises NightdutyError."""
        value = self.args.get(name)
        if not isinstance(value, str):
            raise NightdutyError(f"{name}: expected text")
        return value

    def texts(self, name: str) -> list[str]:
        """Return an argument that is a list of texts, empty where it is left out. Raises NightdutyError."""
        values = self.args.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise NightdutyError(f"{name}: expected a list of texts")
        return values


Verb = Callable[[Asked], AsyncIterator[dict[str, Any]]]
"""Yields messages: ``{"progress": ...}`` or parts as often as it likes, ``{"answer": ...}`` at the end."""


class ControlServer:
    """Listens in the runtime directory; who may open the socket is decided by its mode and its directory's."""

    def __init__(self, path: Path, verbs: Mapping[str, Verb]) -> None:
        self._path = path
        self._verbs = verbs
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def bind(self) -> None:
        """Bind the socket, without answering yet. The instance lock is held, so an old socket file is a dead daemon's.

        Raises NightdutyError where there can be none.
        """
        try:
            self._path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            before = os.umask(0o117)
            try:
                self._server = await asyncio.start_unix_server(
                    self._serve, str(self._path), limit=LONGEST_REQUEST, start_serving=False
                )
            finally:
                os.umask(before)
        except OSError as error:
            # A path that is too long has no error number, only words.
            raise NightdutyError(f"cannot listen at {self._path}: {error.strerror or error}") from None

    async def answer(self) -> None:
        """Answer from now on: who is answered may take it that the agent is on duty."""
        if self._server is not None:
            await self._server.start_serving()

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
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            # The client went away; what it asked for that changes the record goes on to its end by itself.
            pass
        finally:
            self._clients.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                request = json.loads(await reader.readuntil(b"\n"))
            verb, args = self._verbs[request["verb"]], dict(request.get("args", {}))
        except UNREADABLE:
            writer.write(wire.line(wire.failure(NightdutyError("this daemon does not know such a request"))))
            await writer.drain()
            return
        try:
            async for message in verb(Asked(args, _peer(writer))):
                writer.write(wire.line(message))
                async with asyncio.timeout(PATIENCE):
                    # A client that stands still must not keep its place for ever.
                    await writer.drain()
                # Draining waits only for a client that is slow; the rest of the agent has its turn all the same.
                await asyncio.sleep(0)
        except NightdutyError as error:
            writer.write(wire.line(wire.failure(error)))
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            log.exception("a request could not be answered verb=%s", request["verb"])
            writer.write(wire.line(wire.failure(NightdutyError("the daemon failed to answer; its log tells why"))))
        await writer.drain()


def _peer(writer: asyncio.StreamWriter) -> str:
    sock: socket.socket = writer.get_extra_info("socket")
    _, uid, _ = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return f"uid:{uid}"
