"""How pysnmp reaches the network: its ticks by a steady clock, and only answers from where something was asked."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any, Final

from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]  # pyasn1 has no types
from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.error import PySnmpError
from pysnmp.proto import errind

logger = logging.getLogger(__name__)

TICK_S: Final = 0.5

TROUBLE: Final = (
    PySnmpError,
    PyAsn1Error,
    errind.ErrorIndication,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What pysnmp raises for what devices send it: beside its own, accidents of parsing."""


class Ticks(AsyncioDispatcher):
    """Ticks by the loop's clock. pysnmp's own ticks follow the wall clock and stop for as long as it is set back."""

    async def handle_timeout(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.handle_timer_tick(self.loop.time())
            except TROUBLE:
                logger.debug("event=pysnmp_tick_failed", exc_info=True)


class _Guard:
    """Lets through only datagrams from where a request is under way, and keeps in what pysnmp raises at the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: Counter[tuple[str, int]] = Counter()
        self.trouble: Exception | None = None
        self.sent = self.received = 0
        """Bytes of the newest datagram each way."""

    def send_message(self, datagram: bytes, place: Any) -> None:
        self.sent = len(datagram)
        super().send_message(datagram, place)  # type: ignore[misc]  # pysnmp's half of the class

    def datagram_received(self, datagram: bytes, sender: Any) -> None:
        if sender[:2] not in self.expected:
            return
        self.received = len(datagram)
        try:
            self._callback_function(self, sender, datagram)  # type: ignore[attr-defined]  # pysnmp's half of the class
        except TROUBLE as error:
            logger.debug("event=datagram_refused sender=%s error=%s", sender[0], type(error).__name__)

    def error_received(self, error: Exception) -> None:
        # Called by the loop from within the very send that failed.
        self.trouble = error


class Udp(_Guard, udp.UdpAsyncioTransport):
    """UDP over IPv4."""


class Udp6(_Guard, udp6.Udp6AsyncioTransport):
    """UDP over IPv6."""
