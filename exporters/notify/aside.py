"""Calls that block, made in a thread that a deadline can leave behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

T = TypeVar("T")

MOST: Final = 8
"""Threads of one channel that may be left behind; past that it fails at once, for they would only become more."""


class Aside:
    """Runs calls in daemon threads: an executor's threads are joined at exit, and one that hangs would hold the agent.

    ``asyncio``'s own executor is shared by all; a few hung calls there would hold up everything else.
    """

    def __init__(self) -> None:
        self._out = 0
        self._lock = threading.Lock()

    async def run(self, call: Callable[[], T], *, within: float) -> T:
        """Return what ``call`` returns or raise what it raises. Raises TimeoutError after ``within`` seconds.

        The call itself then goes on, unheard.
        """
        with self._lock:
            if self._out >= MOST:
                raise TimeoutError(f"{MOST} earlier calls have not come back")
            self._out += 1
        answer: Future[T] = Future()
        # Running at once, so that a deadline which cancels the waiting cannot take the place of the answer.
        answer.set_running_or_notify_cancel()

        def go() -> None:
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 - not swallowed: it is raised where the call is awaited
                self._back()
                answer.set_exception(error)
            else:
                self._back()
                answer.set_result(result)

        try:
            threading.Thread(target=go, name="notify", daemon=True).start()
        except RuntimeError as error:
            self._back()
            raise TimeoutError("no thread could be started") from error
        async with asyncio.timeout(within):
            return await asyncio.wrap_future(answer)

    def _back(self) -> None:
        with self._lock:
            self._out -= 1
