"""Names to addresses, so that a resolver which never answers delays only the target that asked."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from duty.errors import CollectError

OUTSTANDING: Final = 32
KEPT_S: Final = 30.0
_MOST_KEPT: Final = 4096


def _look_up(host: str) -> str:
    """Ask the system's resolver. It has no deadline of its own worth the name and cannot be cancelled."""
    return str(socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)[0][4][0])


class Resolver:
    """Resolves names, each in a daemon thread of its own, one at a time for a name and ``most`` of them at once.

    The loop's default executor is shared by all: a few hung lookups there would hold up everything else.
    """

    def __init__(self, look_up: Callable[[str], str] = _look_up, *, most: int = OUTSTANDING) -> None:
        self._look_up = look_up
        self._most = most
        self._lock = threading.Lock()
        self._outstanding: dict[str, Future[str]] = {}
        self._kept: dict[str, tuple[float, str]] = {}

    async def resolve(self, host: str, *, budget: float) -> str:
        """Return an address of ``host`` within ``budget`` seconds; an address is its own answer.

        Raises CollectError: "name_not_found", or "name_timeout" when the resolver itself did not answer.
        """
        if literal := _literal(host):
            return literal
        until, address = self._kept.get(host, (0.0, ""))
        if time.monotonic() < until:
            return address
        try:
            async with asyncio.timeout(budget):
                return await asyncio.wrap_future(self._asked(host))
        except TimeoutError:
            raise CollectError("name_timeout", host) from None
        except socket.gaierror as error:
            again = error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL, socket.EAI_SYSTEM)
            raise CollectError("name_timeout" if again else "name_not_found", host) from None
        except (OSError, ValueError):  # ValueError: a label too long or empty, a NUL
            raise CollectError("name_not_found", host) from None

    def _asked(self, host: str) -> Future[str]:
        """Return the lookup of ``host`` that is under way, or begin one."""
        with self._lock:
            if host in self._outstanding:
                return self._outstanding[host]
            if len(self._outstanding) >= self._most:
                raise CollectError("name_timeout", f"{self._most} lookups are already without an answer")
            future: Future[str] = Future()
            # Running at once: a waiter whose deadline passes would cancel a pending future for all the others too.
            future.set_running_or_notify_cancel()
            thread = threading.Thread(target=self._run, args=(host, future), name=f"resolve {host}", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                raise CollectError("name_timeout", "no thread could be started") from None
            self._outstanding[host] = future
            return future

    def _run(self, host: str, future: Future[str]) -> None:
        address, failure = "", None
        try:
            address = self._look_up(host)
        except (OSError, ValueError) as error:
            failure = error
        with self._lock:
            self._outstanding.pop(host, None)
            if failure is None:
                if len(self._kept) >= _MOST_KEPT:
                    self._kept.clear()
                self._kept[host] = (time.monotonic() + KEPT_S, address)
        if failure is None:
            future.set_result(address)
        else:
            future.set_exception(failure)


def _literal(host: str) -> str:
    """Return an address in the form that the system writes it in, or "" for a name."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


_SHARED: Final = Resolver()


async def resolve(host: str, *, budget: float) -> str:
    """Return an address of ``host`` within ``budget`` seconds, by the resolver that all collectors share.

    Raises CollectError: "name_not_found" or "name_timeout".
    """
    return await _SHARED.resolve(host, budget=budget)
