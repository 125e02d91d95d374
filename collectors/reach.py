"""TCP: does a port accept a connection, how fast, with what certificate; and what a failed connection means."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
import time
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from collectors import certificate
from collectors.names import resolve
from config.schema import Settings, TcpTarget
from duty.errors import CollectError
from duty.readings import Fact, Gap, Notes, Reading
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
    """Connects to a port, shakes hands where it speaks TLS, and lets go at once."""

    def __init__(self, settings: Settings) -> None:
        """Take the ports from the TCP targets of the settings."""
        self._wanted = {t.name: t for t in settings.targets if isinstance(t, TcpTarget)}
        self._trust: dict[tuple[bool, Path | None], ssl.SSLContext] = {}

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Write ``tcp_time``: how long the connection took, without the resolving of the name; and the certificate.

        Raises CollectError: "refused", "unreachable", "timeout", "not_permitted", "tls_failed", or what the name's
        resolving gave.
        """
        wanted, deadline = self._wanted[target.name], time.monotonic() + budget.total_seconds()
        address = await resolve(target.address, budget=budget.total_seconds())
        notes.facts.append(Fact("resolved_address", "", address))
        trust = self._trust_of(wanted) if wanted.tls else None
        began = time.monotonic()
        try:
            async with asyncio.timeout(deadline - began):
                opened = await _connect(address, wanted.port)
                notes.add(Reading("tcp_time", "", time.monotonic() - began, "s"))
                if trust is not None:
                    certificate.note(notes, await _shake(opened, wanted.address, trust), full=full)
                else:
                    opened.close()
        except ssl.SSLCertVerificationError as error:
            where, within = (address, wanted.port), deadline - time.monotonic()
            await certificate.note_refused(notes, error, where, target.address, full=full, within=within)
            if not notes.reached:
                raise CollectError("tls_failed", certificate.words(error)) from None
            notes.gaps.append(Gap("tcp", "", "tls_failed", certificate.words(error)))
        except OSError as error:  # TimeoutError is one, and has no number when it is our own
            code = "timeout" if error.errno is None else gap_code(error)
            raise CollectError(code, f"{address} port {wanted.port}: {_words(error)}") from None
        notes.reached = True

    async def close(self) -> None:
        """Nothing is kept open."""

    def _trust_of(self, wanted: TcpTarget) -> ssl.SSLContext:
        key = (wanted.verify, wanted.ca)
        if key not in self._trust:
            # Made at the first look: reading the system's authorities takes 20 ms.
            self._trust[key] = certificate.trust(verify=wanted.verify, ca=wanted.ca)
        return self._trust[key]


async def _shake(opened: socket.socket, name: str, trust: ssl.SSLContext) -> bytes:
    try:
        return await certificate.shake(opened, name, trust)
    except (ssl.SSLCertVerificationError, TimeoutError):
        raise
    except OSError as error:
        seen = certificate.words(error) if isinstance(error, ssl.SSLError) else f"the handshake broke off: {error}"
        raise CollectError("tls_failed", seen) from None


async def _connect(address: str, port: int) -> socket.socket:
    opened = socket.socket(family_of(address), socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except BaseException:
        opened.close()
        raise
    return opened


def _words(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else "no answer"
