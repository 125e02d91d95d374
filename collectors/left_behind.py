"""Calls that may never come back, made where a deadline can leave them behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


class Errands:
    """Runs each call in a daemon thread of its own, and never two of one name at a time.

    Daemon threads, not an executor: the interpreter joins an executor's threads when it ends, so that one call which
    never comes back would keep the agent from stopping. A call that may hang *inside the kernel* needs more than this
    (see ``collectors.host.mounts``): a thread there outlives even SIGKILL, and with it every open file of the process.
    """

    def __init__(self) -> None:
        self._out: set[str] = set()

    async def run(self, name: str, call: Callable[[], T], *, within: timedelta) -> T:
        """Return what ``call`` returns, or raise what it raises.

        Raises TimeoutError when it takes longer than ``within``, and at once while an earlier call of the same name is
        still out. The call itself goes on, unheard.
        """
        if name in self._out:
            raise TimeoutError(f"{name}: an earlier call has not come back yet")
        answer: Future[T] = Future()
        # Running at once, so that a deadline which cancels the waiting cannot take the place of the answer.
        answer.set_running_or_notify_cancel()

        def go() -> None:
            try:
                result = call()
            except BaseException as error:  # noqa: BLE001 - not swallowed: it is raised where the call is awaited
                self._out.discard(name)
                answer.set_exception(error)
            else:
                self._out.discard(name)
                answer.set_result(result)

        self._out.add(name)
        try:
            threading.Thread(target=go, name=name, daemon=True).start()
        except RuntimeError as error:
            self._out.discard(name)
            raise TimeoutError(f"{name}: no thread could be started") from error
        async with asyncio.timeout(within.total_seconds()):
            return await asyncio.wrap_future(answer)
