"""A connection to a syslog server that tells when what was sent has arrived, as far as TCP can tell."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import socket
import ssl
import struct
import termios
from pathlib import Path
from typing import Final

from duty.errors import NotifyError
from exporters.notify.addresses import resolve
from exporters.notify.aside import Aside

CONNECT_S: Final = 10.0
ARRIVE_S: Final = 20.0
"""How long the other machine may take to confirm what was sent."""

SETTLE_S: Final = 1.0
"""How long the connection must stand after that: a server that ends in this moment has read nothing of it."""

_LOOK_S: Final = 0.02


class Wire:
    """Connects when it is first needed, and again after it broke."""

    def __init__(self, host: str, port: int, *, tls: bool, ca: Path | None, settle: float = SETTLE_S) -> None:
        self._host, self._port = host, port
        self._tls, self._ca = tls, ca
        self._settle = settle
        self._aside = Aside()
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, content: bytes) -> None:
        """Send and return when the other machine has it. Raises NotifyError: it may have arrived, or not, or in part.

        Syslog has no answer. What is confirmed is that the other machine has the bytes and that its server has not
        gone in this moment; what was not confirmed must be sent once more, by a new connection.
        """
        try:
            reader, writer = self._ends = self._ends or await self._connect()
            if reader.at_eof():
                raise NotifyError("no_answer", "the server has closed the connection")
            writer.write(content)
            async with asyncio.timeout(ARRIVE_S):
                await writer.drain()
                # The kernel tells nobody when the last byte was confirmed; it can only be asked.
                while writer.transport.get_write_buffer_size() or _under_way(writer):  # noqa: ASYNC110
                    await asyncio.sleep(_LOOK_S)
            await _stands(reader, self._settle)
        except NotifyError:
            await self.close()
            raise
        except ssl.SSLError as error:
            await self.close()
            seen = getattr(error, "verify_message", "") or error.reason or ""
            raise NotifyError("tls_failed", str(seen)) from None
        except TimeoutError:
            await self.close()
            raise NotifyError("timeout", "not confirmed in time") from None
        except OSError as error:
            await self.close()
            raise NotifyError("unreachable", error.strerror or type(error).__name__) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Give back the connection."""
        ends, self._ends = self._ends, None
        if ends is not None:
            # Not closed in order: TLS would wait for the other side, which may be the one that hangs.
            ends[1].transport.abort()
            with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
                async with asyncio.timeout(1):
                    await ends[1].wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        (address, *_) = await resolve(self._host, self._aside, private=True, within=CONNECT_S)
        context = ssl.create_default_context(cafile=self._ca) if self._tls else None
        name = self._host if self._tls else None
        async with asyncio.timeout(CONNECT_S):
            ends = await asyncio.open_connection(address, self._port, ssl=context, server_hostname=name, limit=4096)
        sock: socket.socket = ends[1].get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return ends


def _under_way(writer: asyncio.StreamWriter) -> int:
    """Return how many bytes the other machine has not confirmed yet (Linux's SIOCOUTQ)."""
    sock: socket.socket = writer.get_extra_info("socket")
    (waiting,) = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))
    return int(waiting)


async def _stands(reader: asyncio.StreamReader, seconds: float) -> None:
    """Return when the connection has stood for some time. Raises NotifyError when it ends."""
    try:
        async with asyncio.timeout(seconds):
            while await reader.read(1024):
                pass  # a syslog server has nothing to say; whatever it is, it is there
    except TimeoutError:
        return
    raise NotifyError("no_answer", "the server has closed the connection")
