"""What stands for what: the same thing has the same stand-in everywhere, and a stand-in stands for itself.

They are numbered in the order of what they stand for, so that scrubbing what is scrubbed changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple

_SHORTEST: Final = 3
_V4: Final = tuple(map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")))
"""For documentation (RFC 5737); where there are more addresses than these have, for benchmarks (RFC 2544)."""
_V6: Final = int(IPv6Address("2001:db8::"))

Address = IPv4Address | IPv6Address


def tells(address: Address) -> bool:
    """Say whether an address tells anything: loopback, none at all, masks and well known groups do not."""
    if isinstance(address, IPv4Address):
        return not (address.packed[0] in (0, 127) or address.packed[0] >= 224)
    known_group = address.is_multicast and int(address) & (1 << 112) - 1 < 1 << 16
    return not (address.is_loopback or address.is_unspecified or known_group)


def for_addresses(found: Collection[Address]) -> dict[Address, Address]:
    """Return the stand-ins of addresses; beyond 131,000 of them there is one for all."""
    free = (host for network in _V4 for host in network.hosts() if isinstance(host, IPv4Address))
    fours = sorted(a for a in found if isinstance(a, IPv4Address))
    sixes = sorted(a for a in found if isinstance(a, IPv6Address))
    last = IPv4Address("198.19.255.254")
    given: dict[Address, Address] = {address: next(free, last) for address in fours}
    given |= {address: IPv6Address(_V6 + number) for number, address in enumerate(sixes, start=1)}
    return given


def for_macs(found: Collection[bytes]) -> dict[bytes, bytes]:
    """Return the stand-ins of hardware addresses: the maker's three bytes stay."""
    by_maker: dict[bytes, list[bytes]] = defaultdict(list)
    for mac in sorted(found):
        by_maker[mac[:3]].append(mac)
    return {
        mac: maker + (number & 0xFFFFFF).to_bytes(3, "big")
        for maker, macs in by_maker.items()
        for number, mac in enumerate(macs, start=1)
    }


def for_words(found: Collection[bytes], kind: str) -> dict[bytes, bytes]:
    """Return the stand-ins of words of a kind: ``name-1``, ``name-2``."""
    form = "person-{}@example.com" if kind == "person" else f"{kind}-{{}}"
    ordered = sorted(found, key=lambda word: (len(word), word))
    return {word: form.format(number).encode() for number, word in enumerate(ordered, start=1)}


def written(mac: bytes) -> Iterator[bytes]:
    """Yield a hardware address as people and devices write it."""
    digits = mac.hex()
    for sign, width in ((":", 2), ("-", 2), (".", 4), ("-", 4), (" ", 2)):
        yield sign.join(digits[at : at + width] for at in range(0, 12, width)).encode()


class Entry(NamedTuple):
    """What to look for: its kind, its stand-in, whether it must stand alone as a word, whether case tells apart."""

    kind: str
    stand_in: bytes
    word: bool = True
    exact: bool = False
    binary: bool = False


class Finder:
    """Finds all that is known in a string of bytes, the longest first, and puts the stand-ins there."""

    def __init__(self, entries: Mapping[bytes, Entry]) -> None:
        """Take what to look for; of that, what has fewer than three bytes is not looked for."""
        self._by_head: dict[bytes, list[tuple[bytes, Entry]]] = defaultdict(list)
        for original, entry in entries.items():
            if len(original) >= _SHORTEST:
                self._by_head[original[:_SHORTEST].lower()].append((original, entry))
        for known in self._by_head.values():
            known.sort(key=lambda pair: (-len(pair[0]), pair[0]))

    def replace(self, data: bytes, counts: Counter[str], *, text: bool) -> bytes:
        """Return the bytes with all that is known replaced; what is binary is looked for in what is no text."""
        low, at, done = data.lower(), 0, 0
        pieces: list[bytes] = []
        while at + _SHORTEST <= len(data):
            found = self._by_head.get(low[at : at + _SHORTEST])
            match = found and next((pair for pair in found if _fits(pair, data, low, at, text)), None)
            if not match:
                at += 1
                continue
            original, entry = match
            pieces += (data[done:at], entry.stand_in)
            at += len(original)
            done = at
            if entry.kind:
                counts[entry.kind] += 1
        return b"".join((*pieces, data[done:])) if pieces else data


def _fits(pair: tuple[bytes, Entry], data: bytes, low: bytes, at: int, text: bool) -> bool:
    original, entry = pair
    end = at + len(original)
    if entry.binary:
        return not text and data.startswith(original, at)
    if not (data.startswith(original, at) if entry.exact else low.startswith(original.lower(), at)):
        return False
    return not entry.word or not ((_inside(data, at - 1) and _inside(data, at)) or
                                  (_inside(data, end) and _inside(data, end - 1)))  # fmt: skip


def _inside(data: bytes, at: int) -> bool:
    return 0 <= at < len(data) and chr(data[at]).isalnum() and data[at] < 0x80


def address_of(packed: bytes) -> Address | None:
    """Return the address in four or sixteen bytes, where it tells something."""
    if len(packed) not in (4, 16):
        return None
    address = ip_address(packed)
    return address if tells(address) else None
