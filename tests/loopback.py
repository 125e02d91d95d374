"""Ports of loopback, for programs that are told where to listen."""

from __future__ import annotations

import asyncio
import socket


def free_port() -> int:
    """Return a port of the loopback that nobody has just now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def until_open(port: int) -> None:
    """Wait until somebody listens there. Raises TimeoutError."""
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
