"""Hear what devices say by themselves: take a trap of a known target, note it, and have that target looked at.

Anybody can send to this port and forge where it comes from. So a trap is believed in nothing but that a look is worth
while; whatever is refused is counted by its reason and gets no answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable
from types import MappingProxyType
from typing import Final, NamedTuple

from agent.services.station import Station
from agent.services.trap_log import TrapLog
from agent.services.trap_sources import Source, Sources
from agent.store import traps as trap_table
from collectors.snmp.ber import DecodeError
from collectors.snmp.messages import VERSIONS
from collectors.snmp.transport import TROUBLE
from collectors.snmp.trap_port import Place
from collectors.snmp.trap_users import Envelope, TrapUser, envelope
from collectors.snmp.traps import Trap, decode, meaning, version_of
from config.schema import SnmpCredential
from duty.errors import SettingsError, StoreError
from duty.traps import OVER_RATE, REFUSALS, Meaning

log = logging.getLogger(__name__)

WAITING: Final = 256
"""Messages of version 3 that wait for pysnmp, which takes a millisecond or two for each."""
REST: Final = 3.0
"""After each of them pysnmp rests for so many times as long as it took."""
MOST_TOLD: Final = 200
"""Addresses whose refusal is logged, each once for a reason."""
WHY: Final = MappingProxyType(
    {
        "unknown_source": "no target has this address; where one sends from others than it is asked at: trap_addresses",
        "wrong_credential": "it knows neither what its target is asked with nor what traps.credentials allows",
        "over_rate": "more come than traps.rate allows",
        "malformed": "it is no trap that can be read",
        "crowded": "too much of version 3 waits, or its engine was another one a moment ago",
    }
)
"""What the log says of a refusal."""


class Sealed(NamedTuple):
    """A message of version 3 that waits to be opened."""

    data: bytes
    outside: Envelope
    sender: Place
    source: Source


class TrapEar:
    """Takes datagrams, one at a time, and never waits for anything."""

    def __init__(
        self,
        station: Station,
        sources: Sources,
        rate: int,
        hint: Callable[[str], bool],
        user: Callable[[SnmpCredential], TrapUser],
    ) -> None:
        """Begin with nothing heard; ``hint`` is told of each target, ``user`` makes what opens version 3."""
        self._station = station
        self._sources = sources
        self._rate = rate
        self._hint = hint
        self._make_user = user
        self._users: dict[SnmpCredential, TrapUser] = {}
        self._log = TrapLog()
        self._told: set[tuple[str, str]] = set()
        self._failing = False
        self.sealed: deque[Sealed] = deque()
        self.outcomes: Counter[str] = Counter(dict.fromkeys(("accepted", *REFUSALS), 0))

    def hear(self, data: bytes, sender: Place) -> bytes:
        """Take a datagram, and return what its sender is answered, b"" for nothing."""
        address = plain_address(sender[0])
        source = self._sources.by_address.get(address)
        if source is None:
            return self._refuse("unknown_source", address)
        if not source.may_send(asyncio.get_running_loop().time(), self._rate):
            self._note(source, address, Meaning(OVER_RATE, ""))
            return self._refuse(OVER_RATE, address)
        try:
            if version_of(data) == VERSIONS["3"]:
                return self._seal(Sealed(data, envelope(data), sender, source))
            trap = decode(data)
        except DecodeError:
            return self._refuse("malformed", address)
        # Not by a comparison that takes always as long: the community came over the network in clear text.
        if trap.community not in source.communities:
            return self._refuse("wrong_credential", address)
        self._accept(trap, source, address)
        return trap.answer

    def _seal(self, sealed: Sealed) -> bytes:
        address = plain_address(sealed.sender[0])
        if not self._credential(sealed):
            return self._refuse("wrong_credential", address)
        if len(self.sealed) >= WAITING:
            return self._refuse("crowded", address)
        self.sealed.append(sealed)
        return b""

    @staticmethod
    def _credential(sealed: Sealed) -> SnmpCredential | None:
        """Return the credential that a message says it is of; who only asks who we are need not say."""
        asks = not sealed.outside.engine_id
        users = sealed.source.users
        return next((user for user in users if asks or user.user.encode() == sealed.outside.user), None)

    async def open_one(self) -> tuple[bytes, Place]:
        """Open the message that has waited longest; return what to answer and where. Raises IndexError for none."""
        sealed = self.sealed.popleft()
        address = plain_address(sealed.sender[0])
        # The settings may have changed since.
        credential = self._credential(sealed)
        user = await self._user(credential) if credential is not None else None
        if user is None:
            return self._refuse("wrong_credential", address), sealed.sender
        found = user.open(sealed.data, sealed.outside, address, asyncio.get_running_loop().time())
        if found.refused:
            return self._refuse(found.refused, address), sealed.sender
        if found.trap is not None:
            self._accept(found.trap, sealed.source, address)
        return found.answer, sealed.sender

    async def _user(self, credential: SnmpCredential) -> TrapUser | None:
        if credential not in self._users:
            try:
                # It reads a dozen modules of pysnmp.
                self._users[credential] = await asyncio.to_thread(self._make_user, credential)
            except (SettingsError, *TROUBLE) as error:
                # Its text may quote the password.
                log.error("traps of version 3 as user %s cannot be read: %s", credential.user, type(error).__name__)
                return None
        return self._users[credential]

    def _accept(self, trap: Trap, source: Source, address: str) -> None:
        self.outcomes["accepted"] += 1
        self._note(source, address, meaning(trap))
        for target in source.targets:
            self._hint(target)

    def _note(self, source: Source, address: str, meant: Meaning) -> None:
        now = self._station.clock.now()
        for target in source.targets:
            if target in self._station.orders.targets:
                self._log.note(target, address, meant, now)

    def _refuse(self, reason: str, address: str) -> bytes:
        self.outcomes[reason] += 1
        if (address, reason) not in self._told and len(self._told) < MOST_TOLD:
            self._told.add((address, reason))
            log.warning("a trap from %s is not taken: %s", address, WHY[reason])
        return b""

    @property
    def waiting(self) -> int:
        """How many lines wait to be written."""
        return self._log.waiting

    def settle(self) -> None:
        """Give up what no address may use any more."""
        used = {user for source in self._sources.by_address.values() for user in source.users}
        self._users = {credential: user for credential, user in self._users.items() if credential in used}
        self._told.clear()

    async def write_down(self) -> None:
        """Write what was noted; what cannot be written waits, and is tried again."""
        lines = self._log.changed()
        try:
            numbers = await self._station.store.write(trap_table.put_lines, lines) if lines else []
        except StoreError as error:
            if not self._failing:
                log.error("traps are not on record yet, they wait in memory: %s", error)
            self._failing = True
            return
        self._failing = False
        self._log.written(numbers, lines, self._station.clock.now())


def plain_address(address: str) -> str:
    """Return an address as targets have it: IPv4 as such, also at a port for both, and without the name of a link."""
    return address.partition("%")[0].removeprefix("::ffff:") if ":" in address else address
