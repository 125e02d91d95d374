"""TCP: does a port accept a connection, and how fast; and what a failed connection means."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
import time
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from collectors.names import resolve
from config.schema import Settings, TcpTarget
from duty.errors import CollectError
from duty.readings import Fact, Notes, Reading
from duty.targets import Target

_CODES: Final = MappingProxyType(
    {
        errno.ECONNREFUSED: "refused",
        errno.ECONNRESET: "refused",
        errno.ETIMEDOUT: "timeout",
        errno.EACCES: "not_permitted",
        errno.EPERM: "not_permitted",
        errno.ENETUNREACH: "unreachable",
        errno.EHOSTUNREACH: "unreachable",
        errno.ENETDOWN: "unreachable",
        errno.EHOSTDOWN: "unreachable",
        errno.EADDRNOTAVAIL: "unreachable",
        errno.EAFNOSUPPORT: "unreachable",  # a machine without IPv6
        errno.EINVAL: "unreachable",  # a blackhole route, or a link-local address without its link
    }
)


def gap_code(error: OSError) -> str:
    """Return the gap code of what the network answered.

    Raises the error again if it is none of the network's: too many open files is our own fault, not the target's.
    """
    if isinstance(error, socket.gaierror):
        return "name_not_found"  # a link-local address on a link that is not there
    if error.errno is None or error.errno not in _CODES:
        raise error
    return _CODES[error.errno]


def family_of(address: str) -> int:
    """Return the socket family of an IP address."""
    return socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET


class TcpCollector:
    """Connects to a port, and lets go at once."""

    def __init__(self, settings: Settings) -> None:
        """Take the ports from the TCP targets of the settings."""
        self._ports = {t.name: t.port for t in settings.targets if isinstance(t, TcpTarget)}

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Write ``tcp_time``: how long the connection took, without the resolving of the name.

        Raises CollectError: "refused", "unreachable", "timeout", "not_permitted", or what the name's resolving gave.
        """
        deadline = time.monotonic() + budget.total_seconds()
        address = await resolve(target.address, budget=budget.total_seconds())
        notes.facts.append(Fact("resolved_address", "", address))
        began = time.monotonic()
        try:
            async with asyncio.timeout(deadline - began):
                await _connect(address, self._ports[target.name])
        except OSError as error:  # TimeoutError is one, and has no number when it is our own
            code = "timeout" if error.errno is None else gap_code(error)
            raise CollectError(code, f"{address} port {self._ports[target.name]}: {_words(error)}") from None
        notes.reached = True
        notes.readings.append(Reading("tcp_time", "", time.monotonic() - began, "s"))

    async def close(self) -> None:
        """Nothing is kept open."""


async def _connect(address: str, port: int) -> None:
    with socket.socket(family_of(address), socket.SOCK_STREAM) as opened:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))


def _words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else "no answer"
