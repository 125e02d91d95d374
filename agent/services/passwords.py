"""Passwords: made, hashed and compared, a few at a time and beside the loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from duty.errors import NightdutyError

T = TypeVar("T")

LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1: a first password is read from one screen and typed at another."""
GROUPS, GROUP = 4, 5

AT_A_TIME: Final = 2
WAITING: Final = 8
"""Who may wait for a turn; more are told to come again, for hashing must never keep the rounds from the processor."""

HASHER: Final = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
"""About a tenth of a second on one core, and 32 MB: argon2id as its RFC has it, for a machine that has other work."""


class Busy(NightdutyError):
    """More sign in than there is time to look at."""


class Passwords:
    """Hashes and compares in threads of its own."""

    def __init__(self, hasher: PasswordHasher = HASHER) -> None:
        self._hasher = hasher
        self._threads = ThreadPoolExecutor(AT_A_TIME, "passwords")
        self._there = 0
        # What a name that there is not is compared with, so that it takes as long as one that there is.
        self._nobodys = hasher.hash(secrets.token_urlsafe(32))

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place among those who are looked at or wait for it. Raises Busy at once where there is none."""
        if self._there >= AT_A_TIME + WAITING:
            raise Busy("too many sign in at the same time; try again in a moment")
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1

    async def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        return await self._aside(partial(self._hasher.hash, password))

    async def fits(self, kept: str | None, password: str) -> bool:
        """Say whether a password is the one that was kept; None, of an account that there is not, takes as long."""
        told = self._nobodys if kept is None else kept
        return await self._aside(partial(self._verify, told, password)) and kept is not None

    def _verify(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._threads.submit(work))


def make_password() -> str:
    """Return a random password that can be read out: four groups of five, 99 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
