"""How long a name or an address must wait after sign-ins that failed. In memory, and bounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from duty.sign_in import FREE_OF_ADDRESS, FREE_OF_NAME, WAIT_OF_ADDRESS, WAIT_OF_NAME, wait

MOST: Final = 4096
"""Names and addresses that are remembered; the one that failed longest ago is forgotten for the next."""
FORGOTTEN: Final = timedelta(minutes=30)
"""A failure this long ago counts no more."""


@dataclass(slots=True)
class _Failures:
    many: int
    last: datetime


class Delays:
    """Counts failures by name, whether there is such an account or not, and by address."""

    def __init__(self) -> None:
        self._failed: dict[tuple[str, str], _Failures] = {}

    def until(self, name: str, address: str, now: datetime) -> timedelta:
        """Return how long this name, from this address, still has to wait; nothing where it need not."""
        return max(
            self._left(("name", name), FREE_OF_NAME, WAIT_OF_NAME, now),
            self._left(("address", network(address)), FREE_OF_ADDRESS, WAIT_OF_ADDRESS, now),
        )

    def count(self, name: str, address: str, now: datetime) -> None:
        """Count a try as failed. Before it is looked at: a hundred at the same moment are not one."""
        for key in (("name", name), ("address", network(address))):
            before = self._failed.pop(key, None)
            many = before.many if before is not None and now - before.last < FORGOTTEN else 0
            self._failed[key] = _Failures(many + 1, now)
        while len(self._failed) > MOST:
            del self._failed[next(iter(self._failed))]

    def forgive(self, name: str, address: str, *, whole: bool) -> None:
        """Take the try back, and where the password was right (``whole``) all failures of its name.

        What else failed from its address stays: one good password must not pay for guessing at others.
        """
        for key in (("name", name), ("address", network(address))):
            found = self._failed.get(key)
            if found is None:
                continue
            found.many -= 1
            if found.many <= 0 or (whole and key[0] == "name"):
                del self._failed[key]

    def _left(self, key: tuple[str, str], free: int, longest: timedelta, now: datetime) -> timedelta:
        found = self._failed.get(key)
        if found is None or now - found.last >= FORGOTTEN:
            return timedelta(0)
        left = found.last + wait(found.many, free, longest) - now
        # A clock that was set back must not make a wait longer than it can be.
        return min(max(left, timedelta(0)), longest)


def network(address: str) -> str:
    """Return what counts as one address: with IPv6 the network of 64 bits, all of which one machine may use."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped is not None else str(ip_network((found, 64), strict=False))
    return str(found)
