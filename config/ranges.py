"""Addresses as people write them on the command line: one, a network, from one to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

MOST: Final = 65_536
"""Addresses that are asked in one go; a mistyped prefix must not become a day of packets."""

_FORMS: Final = "10.0.0.1, 10.0.0.0/24, 10.0.0.1-10.0.0.50 or 2001:db8::1"

_EVERYBODY: Final = "255.255.255.255"


def addresses(ranges: Iterable[str]) -> tuple[str, ...]:
    """Return the addresses of all ranges in their order, none twice. Raises ValueError with one line for people.

    Of a network its own address and that of all are left out, for no device has them; not of one so small that it has
    neither.
    """
    found: dict[str, None] = {}
    for written in ranges:
        for address in _of(written.strip()):
            if address.is_multicast or address.is_unspecified or str(address) == _EVERYBODY:
                raise ValueError(f"{address} is the address of no device")
            found[str(address)] = None
            if len(found) > MOST:
                raise ValueError(f"more than {MOST:,} addresses; name smaller ranges")
    return tuple(found)


def _of(written: str) -> Iterator[IPv4Address | IPv6Address]:
    try:
        if "/" in written:
            return _network(written)
        if "-" in written:
            first, last = (IPv4Address(end.strip()) for end in written.split("-"))
            return _span(written, first, last)
        if "%" in written:
            raise ValueError(written)
        return iter((ip_address(written),))
    except _Said:
        raise
    except ValueError:
        raise ValueError(f"{written[:80]!r} is not a range of addresses; {_FORMS}") from None


def _network(written: str) -> Iterator[IPv4Address]:
    network = ip_network(written, strict=False)
    if network.version == 6:
        raise _Said(f"{written}: addresses of IPv6 are named one by one")
    if network.with_prefixlen != written and written.partition("/")[0] != str(network.network_address):
        raise _Said(f"{written} is an address within a network; write {network} for all of it")
    if network.num_addresses > MOST + 2:
        raise _Said(f"{written} has more than {MOST:,} addresses; name smaller ranges")
    return network.hosts()


def _span(written: str, first: IPv4Address, last: IPv4Address) -> Iterator[IPv4Address]:
    if last < first:
        raise _Said(f"{written} ends before it begins")
    return (IPv4Address(number) for number in range(int(first), int(last) + 1))


class _Said(ValueError):
    """It has its words already."""
