"""Datagrams: few sockets for all devices, each request with its deadline, and only answers from where it was sent."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from collectors.snmp.ber import DecodeError
from collectors.snmp.messages import number_of
from collectors.snmp.tables import NoAnswer

logger = logging.getLogger(__name__)

RECEIVE_BUFFER: Final = 4 << 20
"""Bytes asked for, of all sockets of a family together: in the kernel's own 208 KB, answers to many are lost."""
_MOST_SOCKETS: Final = 8
_DRAINED: Final = 64
_LARGEST: Final = 65_535
_JITTER: Final = 0.1
"""Of the timeout: so that devices which fell silent together are not all asked again in the same moment."""

Place = tuple[Any, ...]
"""A socket address: (address, port), with IPv6 also flow and scope."""
Hear = Callable[[bytes, int], Any]
"""Reads an answer to the request of that number. Raises DecodeError for what is none, which is then passed over."""


def place_of(address: str, port: int) -> Place:
    """Return the socket address as the kernel names it in what it receives. Raises NoAnswer for what is none."""
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        raise NoAnswer("unreachable") from None
    return found[0][4]


@dataclass(slots=True)
class _Waiting:
    """A request under way."""

    future: asyncio.Future[Any]
    place: Place
    hear: Hear
    packet: bytes
    tries: int
    timeout: float
    began: float
    deadline: float
    silent: Callable[[], None]
    last: asyncio.TimerHandle | None = None


class Wire:
    """Sends requests and brings their answers."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._sockets: dict[int, list[socket.socket]] = {}
        self._waiting: dict[int, _Waiting] = {}
        # One queue for each timeout is in order of time by itself, so one timer for its head is enough.
        self._queues: dict[float, deque[tuple[float, int]]] = {}
        self._timers: dict[float, asyncio.TimerHandle] = {}
        self._random = b""
        self._used = 0

    def number(self) -> int:
        """Return a number for a request, of four bytes, that nobody can guess and no other request has."""
        while True:
            if self._used >= len(self._random):
                self._random, self._used = os.urandom(4096), 0
            self._used += 4
            number = int.from_bytes(self._random[self._used - 4 : self._used], "big") & 0x3FFFFFFF | 0x40000000
            if number not in self._waiting:
                return number

    async def ask(
        self,
        place: Place,
        packet: bytes,
        number: int,
        hear: Hear,
        *,
        timeout: float,
        retries: int,
        deadline: float,
        silent: Callable[[], None],
    ) -> Any:
        """Send a request until it is answered, the tries are used up or the deadline is there. Raises NoAnswer.

        All tries are the same datagram, so an answer to the first is as good as one to the last. ``silent`` is called
        when a try has remained without an answer.
        """
        now = self._loop.time()
        if now >= deadline:
            raise NoAnswer("budget_spent")
        future: asyncio.Future[Any] = self._loop.create_future()
        waiting = _Waiting(future, place, hear, packet, retries, timeout, now, deadline, silent)
        self._waiting[number] = waiting
        try:
            self._send(waiting)
            self._set_timer(number, waiting, now)
            answer = await future
        finally:
            del self._waiting[number]
            if waiting.last is not None:
                waiting.last.cancel()
        if isinstance(answer, NoAnswer):
            raise answer
        return answer

    def close(self) -> None:
        """Close the sockets. Nobody may wait for an answer any more."""
        for timer in self._timers.values():
            timer.cancel()
        for each in (each for group in self._sockets.values() for each in group):
            if not self._loop.is_closed():
                self._loop.remove_reader(each)
            each.close()
        self._sockets.clear()
        self._queues.clear()
        self._timers.clear()

    def _send(self, waiting: _Waiting) -> None:
        family = socket.AF_INET if len(waiting.place) == 2 else socket.AF_INET6
        group = self._sockets.get(family) or self._open(family)
        # A device is always asked from the same socket, as far as there are several.
        mouth = group[0] if len(group) == 1 else group[hash(waiting.place) % len(group)]
        try:
            mouth.sendto(waiting.packet, waiting.place)
        except BlockingIOError:
            pass  # the kernel has no room: as good as lost on the way
        except OSError as error:
            raise NoAnswer("not_permitted" if error.errno in (errno.EPERM, errno.EACCES) else "unreachable") from None

    def _open(self, family: int) -> list[socket.socket]:
        """Open sockets until together they have the buffer that is needed, or are many. Raises NoAnswer."""
        group: list[socket.socket] = []
        granted = 0
        while granted < RECEIVE_BUFFER and len(group) < _MOST_SOCKETS:
            try:
                each = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
            except OSError as error:
                if group:
                    break
                unknown = error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)  # a machine without IPv6
                raise NoAnswer("unreachable" if unknown else "not_permitted") from None
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            granted += each.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
            self._loop.add_reader(each, self._drain, each)
            group.append(each)
        logger.debug("event=snmp_sockets family=%d count=%d receive_buffer=%d", family, len(group), granted)
        self._sockets[family] = group
        return group

    def _drain(self, ear: socket.socket) -> None:
        """Take what has come, so much of it that others have their turn too."""
        for _ in range(_DRAINED):
            try:
                data, sender = ear.recvfrom(_LARGEST)
            except OSError:  # nothing more, or the network's word on something sent before
                return
            try:
                number = number_of(data)
                waiting = self._waiting.get(number)
                if waiting is None or waiting.place != sender or waiting.future.done():
                    continue
                answer = waiting.hear(data, number)
            except DecodeError as error:
                logger.debug("event=datagram_refused sender=%s why=%s", sender[0], error)
                continue
            waiting.future.set_result(answer)

    def _set_timer(self, number: int, waiting: _Waiting, now: float) -> None:
        due = now + waiting.timeout
        if due > waiting.deadline:
            waiting.last = self._loop.call_at(waiting.deadline, self._expired, number, waiting)
            return
        if (queue := self._queues.get(waiting.timeout)) is not None:
            queue.append((due, number))
        else:
            self._queues[waiting.timeout] = deque([(due, number)])
            self._timers[waiting.timeout] = self._loop.call_at(due, self._tick, waiting.timeout)

    def _tick(self, timeout: float) -> None:
        queue, now = self._queues[timeout], self._loop.time()
        while queue:
            due, number = queue[0]
            waiting = self._waiting.get(number)
            if waiting is not None and not waiting.future.done():
                if due > now:
                    self._timers[timeout] = self._loop.call_at(due, self._tick, timeout)
                    return
                self._expired(number, waiting)
            queue.popleft()
        del self._queues[timeout], self._timers[timeout]

    def _expired(self, number: int, waiting: _Waiting) -> None:
        """A try has had its time: there is another one, or none."""
        if waiting.future.done():
            return
        now = self._loop.time()
        waiting.silent()
        if waiting.tries and now < waiting.deadline:
            waiting.tries -= 1
            pause = waiting.timeout * _JITTER * (self.number() & 0xFF) / 0xFF
            self._loop.call_later(pause, self._again, number, waiting)
        else:
            whole = now - waiting.began >= waiting.timeout
            waiting.future.set_result(NoAnswer("timeout" if whole else "budget_spent"))

    def _again(self, number: int, waiting: _Waiting) -> None:
        if waiting.future.done():
            return
        try:
            self._send(waiting)
        except NoAnswer as failure:
            waiting.future.set_result(failure)
            return
        self._set_timer(number, waiting, self._loop.time())
