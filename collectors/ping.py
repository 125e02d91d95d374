"""Ping: a few echo requests a look, over one socket of each family for all targets together."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import itertools
import secrets
import socket
import statistics
import struct
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from collectors import icmp
from collectors.names import resolve
from collectors.reach import family_of, gap_code
from config.schema import Settings
from duty.errors import CollectError
from duty.readings import Notes, Reading
from duty.targets import Target

REQUESTS: Final = 3
SPACING_S: Final = 0.3
WAIT_S: Final = 2.0
"""A reply later than this counts as lost."""

_PAYLOAD: Final = 56
_BUFFER: Final = 4 << 20
_DRAINED_AT_ONCE: Final = 256
_HELD: Final = 8192
"""More than the buffer holds."""
_SENT_BETWEEN_DRAINS: Final = 32
_PHASES: Final = 50
_FULL: Final = (errno.EAGAIN, errno.ENOBUFS)
"""This machine's own queue is full; the request is lost, as it would be on a busy link."""

# Linux's numbers, which the socket module of Python 3.11 does not name.
_SO_ATTACH_FILTER: Final = 26
_SO_RCVBUFFORCE: Final = 33
_SO_TIMESTAMPNS: Final = 35
_RECVERR: Final[dict[int, tuple[int, int]]] = {
    socket.AF_INET: (socket.IPPROTO_IP, 11),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 25),
}
_ICMP: Final[dict[int, int]] = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
_SOL_RAW: Final = 255
_FILTER: Final = 1
_TIMESPEC: Final = struct.Struct("@ll")
# Programs of the kernel's packet filter (BPF) that load the identifier of an echo; in IPv4 it follows the IP header.
_IDENT: Final[dict[int, tuple[tuple[int, int, int, int], ...]]] = {
    socket.AF_INET: ((0xB1, 0, 0, 0), (0x48, 0, 0, 4)),
    socket.AF_INET6: ((0x28, 0, 0, 4),),
}


@dataclass(slots=True, eq=False)
class Request:
    """One echo request under way. ``answer`` becomes the seconds until its reply.

    ``refused`` is a gap code, where the network said that it cannot be delivered. That is hearsay: unlike a reply it
    need not repeat the payload, so a reply counts even after it.
    """

    key: tuple[bytes, int]
    payload: bytes
    sent: float
    answer: asyncio.Future[float]
    refused: str = ""


class EchoSocket:
    """One ICMP socket, shared by all looks of its family.

    A reply counts only if it comes from the address that was asked and carries that request's own random payload, so a
    stranger cannot make a dead target look alive. Needs a running loop. Raises CollectError "not_permitted".
    """

    def __init__(self, family: int) -> None:
        self._family = family
        self._ident = secrets.randbelow(0x10000)
        self._socket, self._raw = _open(family, self._ident)
        self._sequence = secrets.randbelow(0x10000)
        self._waiting: dict[tuple[bytes, int], Request] = {}
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._drain)

    def ask(self, address: str) -> Request:
        """Send one echo request to ``address``; let it be forgotten when nobody waits for it any more."""
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self._sequence % _SENT_BETWEEN_DRAINS == 0:
            # Hundreds of looks may begin in one turn of the loop: their replies would overflow the kernel's buffer.
            self._drain()
        request = Request(
            (socket.inet_pton(self._family, address.partition("%")[0]), self._sequence),
            secrets.token_bytes(_PAYLOAD),
            time.monotonic(),
            self._loop.create_future(),
        )
        echo = icmp.Echo(icmp.REQUEST[self._family], self._ident, self._sequence, request.payload)
        try:
            self._send(icmp.pack(self._family, echo), address)
        except OSError as error:
            request.refused = "timeout" if error.errno in _FULL else gap_code(error)
            request.answer.cancel()
        else:
            self._waiting[request.key] = request
        return request

    def forget(self, requests: Iterable[Request]) -> None:
        """Wait for these no longer; a reply that lies in the kernel's buffer already has come, late as we may be."""
        requests = tuple(requests)
        if any(not request.answer.done() for request in requests):
            self._drain(_HELD)
        for request in requests:
            self._waiting.pop(request.key, None)
            request.answer.cancel()

    def close(self) -> None:
        """Give back the socket."""
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _send(self, packet: bytes, address: str) -> None:
        try:
            self._socket.sendto(packet, (address, 0))
        except OSError:
            # What the network said of another target stands on the socket until somebody is told, and that was now.
            self._socket.sendto(packet, (address, 0))

    def _drain(self, most: int = _DRAINED_AT_ONCE) -> None:
        """Take what has come. No more than a share at once, so that a flood cannot hold the loop."""
        for _ in range(most):
            if not (self._receive(0) or self._receive(socket.MSG_ERRQUEUE)):
                return

    def _receive(self, flags: int) -> bool:
        """Take one datagram, or with MSG_ERRQUEUE one error; say whether there was any."""
        try:
            data, ancillary, _, source = self._socket.recvmsg(2048, 512, flags)
        except BlockingIOError:
            return False
        except OSError:
            return True  # an error that stood on the socket; what it is about waits in the error queue
        failed = flags == socket.MSG_ERRQUEUE
        if self._raw and self._family == socket.AF_INET and not failed:
            data = icmp.without_ip_header(data)
        echo = icmp.unpack(data)
        if echo is None or (self._raw and echo.ident != self._ident) or not source:
            return True
        # For an error the kernel gives back the request itself, and as its source the address that was asked.
        address = socket.inet_pton(self._family, source[0].partition("%")[0])
        request = self._waiting.get((address, echo.sequence))
        if request is None:
            return True
        if failed:
            request.refused = "unreachable"
        elif echo.kind == icmp.REPLY[self._family] and echo.payload == request.payload:
            del self._waiting[request.key]
            request.answer.set_result(max(0.0, time.monotonic() - _lain(ancillary) - request.sent))
        return True


def _lain(ancillary: Sequence[tuple[int, int, bytes]]) -> float:
    """Say how many seconds a datagram lay in the kernel's buffer: our own lateness is not the network's."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            lain = time.clock_gettime(time.CLOCK_REALTIME) - (seconds + nanoseconds / 1e9)
            return lain if 0 <= lain <= WAIT_S else 0.0  # the wall clock was set in between
    return 0.0


def _open(family: int, ident: int) -> tuple[socket.socket, bool]:
    """Open an ICMP socket and say whether it is a raw one; the kernel may grant either kind and not the other."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            opened = socket.socket(family, kind, _ICMP[family])
        except PermissionError:
            continue
        except OSError as error:
            raise CollectError(gap_code(error)) from None
        opened.setblocking(False)
        try:
            opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except PermissionError:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        opened.setsockopt(*_RECVERR[family], 1)
        if kind == socket.SOCK_RAW:
            _only_replies(opened, ident)
        return opened, kind == socket.SOCK_RAW
    raise CollectError("not_permitted", "ICMP needs net.ipv4.ping_group_range or CAP_NET_RAW")


def _only_replies(opened: socket.socket, ident: int) -> None:
    """Let a raw socket hear the replies to our own requests alone; without it every ICMP packet arrives here.

    Measured: 15,000 replies to another program on this machine filled the buffer, and ours were dropped.
    """
    where = _IDENT[opened.family]
    program = [*where, (0x15, 0, 1, ident), (0x06, 0, 0, 0xFFFFFFFF), (0x06, 0, 0, 0)]  # equal: all of it, else nothing
    code = ctypes.create_string_buffer(b"".join(struct.pack("@HBBI", *step) for step in program))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", len(program), ctypes.addressof(code)))
    if opened.family == socket.AF_INET:
        opened.setsockopt(_SOL_RAW, _FILTER, struct.pack("@I", ~(1 << icmp.REPLY[socket.AF_INET]) & 0xFFFFFFFF))
    else:
        word, bit = divmod(icmp.REPLY[socket.AF_INET6], 32)
        blocked = [0xFFFFFFFF] * 8
        blocked[word] &= ~(1 << bit)
        opened.setsockopt(socket.IPPROTO_ICMPV6, _FILTER, struct.pack("@8I", *blocked))


class PingCollector:
    """Pings a target of any kind at its address."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings as every collector does; a ping has none of its own."""
        self._sockets: dict[int, EchoSocket] = {}
        self._looks = itertools.count()

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Write ``ping_loss``, and as ``ping_time`` the median of those that came back.

        Raises CollectError when none came back: "unreachable" if the network said so, else "timeout".
        """
        deadline = time.monotonic() + budget.total_seconds()
        address = await resolve(target.address, budget=budget.total_seconds())
        family = family_of(address)
        if family not in self._sockets:
            self._sockets[family] = EchoSocket(family)
        echoes = self._sockets[family]
        left = deadline - time.monotonic()
        spacing = min(SPACING_S, left / (REQUESTS + 1))
        requests: list[Request] = []
        try:
            # Looks that begin together are spread over one spacing: no burst for the switch that all replies cross.
            await asyncio.sleep(spacing * (next(self._looks) % _PHASES) / _PHASES)
            for number in range(REQUESTS):
                if number:
                    await asyncio.sleep(spacing)
                requests.append(echoes.ask(address))
            left = min(WAIT_S, deadline - time.monotonic())
            await asyncio.wait([request.answer for request in requests], timeout=max(0.0, left))
        finally:
            echoes.forget(requests)
        times = [request.answer.result() for request in requests if not request.answer.cancelled()]
        if not times:
            raise CollectError(next((r.refused for r in requests if r.refused), "timeout"), address)
        notes.reached = True
        notes.add(Reading("ping_loss", "", 100 * (REQUESTS - len(times)) / REQUESTS, "%"))
        notes.add(Reading("ping_time", "", statistics.median(times), "s"))

    async def close(self) -> None:
        """Give back the sockets."""
        for opened in self._sockets.values():
            opened.close()
        self._sockets.clear()
