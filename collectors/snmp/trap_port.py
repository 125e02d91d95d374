"""The port that traps come to: a socket which is read a little at a time, so that a storm holds up nobody."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from typing import Final

from config.units import listening
from duty.errors import NightdutyError

RECEIVE_BUFFER: Final = 4 << 20
"""Bytes asked for; in the kernel's own 208 KB there is room for 250 traps. What it grants is net.core.rmem_max."""
DRAINED: Final = 64
"""Datagrams read in one turn of the loop: a millisecond."""
REST: Final = 2.0
"""After a turn in which there was no end of them, the loop is left alone for so many times as long as that took."""
_LARGEST: Final = 65_535
_SO_MEMINFO: Final = 55
_MEMINFO: Final = struct.Struct("=9I")
_DROPS: Final = 8

Place = tuple[str, int]
"""The address and port that a datagram comes from; with IPv6 also flow and scope."""
Hear = Callable[[bytes, Place], bytes]
"""Takes a datagram and where it comes from, and gives what to answer, b"" for nothing."""


class TrapPort:
    """An open port. Raises NightdutyError where it cannot be opened."""

    def __init__(self, listen: str, hear: Hear) -> None:
        """Open it and begin to read, by the loop that runs."""
        self._hear = hear
        self._loop = asyncio.get_running_loop()
        self._ear = _bound(listen)
        self._resting: asyncio.TimerHandle | None = None
        self._loop.add_reader(self._ear, self._drain)

    @property
    def number(self) -> int:
        """The port's number."""
        return int(self._ear.getsockname()[1])

    def lost(self) -> int:
        """Return how many datagrams the kernel has thrown away here for want of room."""
        try:
            return int(_MEMINFO.unpack(self._ear.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size))[_DROPS])
        except (OSError, struct.error):  # a kernel that does not tell
            return 0

    def answer(self, content: bytes, sender: Place) -> None:
        """Send something from this port. What the network has no room for is as good as lost on the way."""
        try:
            self._ear.sendto(content, sender)
        except OSError:
            return

    def close(self) -> None:
        """Close it."""
        if self._resting is not None:
            self._resting.cancel()
        self._loop.remove_reader(self._ear)
        self._ear.close()

    def _drain(self) -> None:
        began = self._loop.time()
        for _ in range(DRAINED):
            try:
                data, sender = self._ear.recvfrom(_LARGEST)
            except OSError:  # nothing more, or the network's word on an answer of ours
                return
            if answer := self._hear(data, sender):
                self.answer(answer, sender)
        self._loop.remove_reader(self._ear)
        self._resting = self._loop.call_later(REST * (self._loop.time() - began), self._go_on)

    def _go_on(self) -> None:
        self._resting = None
        self._loop.add_reader(self._ear, self._drain)


def _bound(listen: str) -> socket.socket:
    host, port = listening(listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ear = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if family == socket.AF_INET6:
            # [::] is every address, those of IPv4 too.
            ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        ear.bind((host, port))
    except OSError as error:
        ear.close()
        barred = error.errno in (errno.EACCES, errno.EPERM)
        remedy = "give it CAP_NET_BIND_SERVICE, as deploy/nightduty.service does" if barred else "free the port"
        raise NightdutyError(f"cannot listen on {listen}: {error.strerror}; {remedy} or set another") from None
    return ear
