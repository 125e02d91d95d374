"""A waiting line before a few threads: bounded, counted, drained when it closes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import TypeVar

from duty.errors import StoreError

T = TypeVar("T")


class Line:
    """Have calls made by ``threads`` threads, in the order in which they came; refuse more than ``most`` at once."""

    def __init__(self, name: str, threads: int, most: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._name = name
        self._most = most
        self._counting = Lock()
        self.depth = 0
        self.finished = 0

    def put(self, call: Callable[[], T]) -> Future[T]:
        """Queue a call; StoreError when the line is full or closed."""
        with self._counting:
            if self.depth >= self._most:
                raise StoreError(
                    f"{self._name}: {self.depth} calls are waiting already; is the disk too slow or locked?"
                )
            try:
                waiting = self._threads.submit(self._counted, call)
            except RuntimeError as error:
                raise StoreError(f"{self._name}: the store is closed") from error
            self.depth += 1
        return waiting

    def _counted(self, call: Callable[[], T]) -> T:
        try:
            return call()
        finally:
            with self._counting:
                self.depth -= 1
                self.finished += 1

    def close(self) -> None:
        """Wait until everything that was queued is done, then end the threads."""
        self._threads.shutdown(wait=True)
