"""Telling a machine without SNMP, and an agent with other credentials, from silence: one more packet, by version 3.

Its first message needs no credential, and whoever speaks version 3 answers it. Where nothing listens at the port, the
machine itself says so (ICMP, port unreachable), which only a socket hears that is bound to that one address.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from collectors.snmp.ber import DecodeError
from collectors.snmp.messages import number_of
from collectors.snmp.voices import greeting
from duty.discovery import Unmet

Knock = Callable[[str, int, timedelta], Awaitable[Unmet]]
"""Knocks at an address and a port; waits so long for a sign of life."""


def knocking(turn: Callable[[], Awaitable[None]]) -> Knock:
    """Return what knocks once each time, when it is its turn to send."""

    async def knock(address: str, port: int, timeout: timedelta) -> Unmet:
        await turn()
        loop = asyncio.get_running_loop()
        number = secrets.randbits(30) | 1 << 30
        try:
            transport, ear = await loop.create_datagram_endpoint(
                lambda: _Ear(loop, number), remote_addr=(address, port)
            )
        except OSError:
            return Unmet.UNSENT
        try:
            transport.sendto(greeting(number))
            async with asyncio.timeout(timeout.total_seconds()):
                return await ear.heard
        except TimeoutError:
            return Unmet.SILENT
        finally:
            transport.close()

    return knock


class _Ear(asyncio.DatagramProtocol):
    """Hears the first sign of life: an answer, or the word that nothing listens."""

    def __init__(self, loop: asyncio.AbstractEventLoop, number: int) -> None:
        self.heard: asyncio.Future[Unmet] = loop.create_future()
        self._number = number

    def datagram_received(self, data: bytes, addr: Any) -> None:
        try:
            if number_of(data) == self._number:
                self._say(Unmet.REFUSED)
        except DecodeError:
            pass  # not an answer to us

    def error_received(self, exc: Exception) -> None:
        self._say(Unmet.CLOSED if isinstance(exc, ConnectionRefusedError) else Unmet.UNSENT)

    def _say(self, what: Unmet) -> None:
        if not self.heard.done():
            self.heard.set_result(what)
