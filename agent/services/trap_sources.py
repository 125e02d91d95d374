"""Who may send traps: known targets alone, by the addresses that they have now, each no more than its rate allows."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from collectors.names import resolve
from config.build_traps import TrapSender
from config.schema import SnmpCredential
from duty.errors import CollectError
from duty.traps import Allowance

BUDGET_S: Final = 5.0
AT_ONCE: Final = 8
"""Names looked up at once; the looks want the resolver too."""
MOST_TARGETS: Final = 8
"""Targets behind one address that a trap of it is about."""


class Source:
    """An address that traps may come from: its targets, what they may use, and what it may still send."""

    __slots__ = ("allowance", "communities", "targets", "users")

    def __init__(self) -> None:
        self.targets: tuple[str, ...] = ()
        self.communities: frozenset[bytes] = frozenset()
        self.users: tuple[SnmpCredential, ...] = ()
        self.allowance: Allowance | None = None

    def may_send(self, now: float, rate: int) -> bool:
        """Say whether one more may be read."""
        self.allowance, allowed = (self.allowance or Allowance.whole(now, rate)).after(now, rate)
        return allowed


class Sources:
    """The addresses of all targets that may send traps. A name that is not found keeps the address that it had."""

    def __init__(self, senders: Iterable[TrapSender], find: Callable[..., Awaitable[str]] = resolve) -> None:
        self._find = find
        self._places = asyncio.Semaphore(AT_ONCE)
        self._found: dict[str, str] = {}
        self.by_address: dict[str, Source] = {}
        self.settle(senders)

    def settle(self, senders: Iterable[TrapSender]) -> None:
        """Go on with other targets; their addresses are known after the next ``resolve``."""
        self._senders = tuple(senders)

    async def resolve(self) -> None:
        """Look up where the targets are now."""
        names = dict.fromkeys(name for sender in self._senders for name in sender.addresses)
        await asyncio.gather(*map(self._resolve, names))
        self._found = {name: address for name, address in self._found.items() if name in names}
        self._arrange()

    async def _resolve(self, name: str) -> None:
        with contextlib.suppress(CollectError):
            async with self._places:
                self._found[name] = await self._find(name, budget=BUDGET_S)

    def _arrange(self) -> None:
        behind: dict[str, list[TrapSender]] = defaultdict(list)
        for sender in self._senders:
            for address in dict.fromkeys(self._found[name] for name in sender.addresses if name in self._found):
                behind[address].append(sender)
        before, self.by_address = self.by_address, {}
        for address, senders in behind.items():
            source = self.by_address[address] = before.get(address, Source())
            source.targets = tuple(sender.target for sender in senders)[:MOST_TARGETS]
            source.communities = frozenset().union(*(sender.communities for sender in senders))
            source.users = tuple(dict.fromkeys(user for sender in senders for user in sender.users))
