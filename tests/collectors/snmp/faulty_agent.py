"""An SNMP agent that misbehaves as told: raw UDP on loopback, its BER made by hand so that it can be made wrong."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from collectors.snmp.tables import Name

GET, NEXT, RESPONSE, BULK = 0xA0, 0xA1, 0xA2, 0xA5
NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB = b"\x80\x00", b"\x81\x00", b"\x82\x00"
NULL = b"\x05\x00"
TOO_BIG, NO_SUCH_NAME, GENERAL_ERROR = 1, 2, 5


def tlv(tag: int, content: bytes) -> bytes:
    """Wrap content in its tag and length."""
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def number(value: int, tag: int = 2) -> bytes:
    """Encode a whole number: INTEGER, or Counter32 0x41, Gauge32 0x42, TimeTicks 0x43, Counter64 0x46."""
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def octets(value: bytes) -> bytes:
    """Encode an octet string."""
    return tlv(4, value)


def identifier(name: Name) -> bytes:
    """Encode an object identifier."""
    content = bytearray([name[0] * 40 + name[1]])
    for arc in name[2:]:
        chunks = [arc & 0x7F]
        while arc := arc >> 7:
            chunks.append(arc & 0x7F | 0x80)
        content += bytes(reversed(chunks))
    return tlv(6, bytes(content))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in. ``second`` and ``third`` are the numbers behind its id: of a walk, the rows wanted."""

    version: int
    community: bytes
    kind: int
    number: int
    third: int
    names: tuple[Name, ...]

    @property
    def rows(self) -> int:
        """How many rows a walk wants."""
        return self.third if self.kind == BULK else 1


Bindings = Sequence[tuple[Name, bytes]]
Behaviour = Callable[[Asked], Iterable[bytes]]
"""Makes of a request the datagrams to answer with."""


def reply(asked: Asked, bindings: Bindings, *, error: int = 0, at: int = 0) -> bytes:
    """Make the datagram of an answer."""
    body = b"".join(tlv(0x30, identifier(name) + value) for name, value in bindings)
    pdu = number(asked.number) + number(error) + number(at) + tlv(0x30, body)
    return tlv(0x30, number(asked.version) + octets(asked.community) + tlv(RESPONSE, pdu))


def truthful(tree: Mapping[Name, bytes], asked: Asked) -> list[tuple[Name, bytes]]:
    """Answer from a tree of objects as an honest agent does."""
    if asked.kind == GET:
        return [(name, tree.get(name, NO_SUCH_OBJECT)) for name in asked.names]
    bindings: list[tuple[Name, bytes]] = []
    cursors = list(asked.names)
    order = sorted(tree)
    for _ in range(asked.rows):
        for place, name in enumerate(cursors):
            follower = next((other for other in order if other > name), None)
            cursors[place] = follower or name
            bindings.append((cursors[place], tree[follower] if follower else END_OF_MIB))
    return bindings


def honest(tree: Mapping[Name, bytes]) -> Behaviour:
    """Be an agent that has nothing to hide."""

    def behave(asked: Asked) -> list[bytes]:
        bindings = truthful(tree, asked)
        missing = [place for place, (_, value) in enumerate(bindings, 1) if value in (NO_SUCH_OBJECT, END_OF_MIB)]
        if asked.version == 0 and missing:
            echo = [(name, NULL) for name in asked.names]
            return [reply(asked, echo, error=NO_SUCH_NAME, at=missing[0])]
        return [reply(asked, bindings)]

    return behave


@dataclass(frozen=True, slots=True)
class Heard:
    """Where an agent listens, and what it was asked."""

    port: int
    requests: list[Asked]
    news: asyncio.Event

    async def until(self, count: int) -> None:
        """Wait for so many requests."""
        async with asyncio.timeout(30):
            while len(self.requests) < count:
                self.news.clear()
                await self.news.wait()


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, behave: Behaviour, mouth: socket.socket | None) -> None:
        self._behave = behave
        self.requests: list[Asked] = []
        self.news = asyncio.Event()
        self._mouth = mouth

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        asked = parse(data)
        self.requests.append(asked)
        self.news.set()
        for datagram in self._behave(asked):
            if self._mouth is not None:
                self._mouth.sendto(datagram, addr)
            else:
                self._transport.sendto(datagram, addr)


@asynccontextmanager
async def agent(
    behave: Behaviour, *, from_elsewhere: bool = False, address: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Heard]:
    """Run an agent on an address, at a free port or that given; ``from_elsewhere`` lets it answer from another port."""
    mouth = socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if from_elsewhere else None
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Protocol(behave, mouth), local_addr=(address, port)
    )
    try:
        yield Heard(transport.get_extra_info("sockname")[1], protocol.requests, protocol.news)
    finally:
        transport.close()
        if mouth is not None:
            mouth.close()
        await asyncio.sleep(0)


def with_number(asked: Asked, request_id: int) -> Asked:
    """Return the request under another id, to answer wrongly."""
    return replace(asked, number=request_id)


def parse(data: bytes) -> Asked:
    """Read a request of version 1 or 2c. Ours come well formed, so nothing is checked."""
    _, message, _ = split(data)
    _, version, rest = split(message)
    _, community, rest = split(rest)
    return parse_pdu(signed(version), community, rest)


def parse_pdu(version: int, community: bytes, data: bytes) -> Asked:
    """Read the inner part of a request."""
    kind, pdu, _ = split(data)
    _, request_id, rest = split(pdu)
    return Asked(version, community, kind, signed(request_id), *_wanted(rest))


@lru_cache(maxsize=4096)
def _wanted(rest: bytes) -> tuple[int, tuple[Name, ...]]:
    """Read what stands behind the number of a request: the last number there, and the names."""
    _, _, rest = split(rest)
    _, third, rest = split(rest)
    _, bindings, _ = split(rest)
    names = []
    while bindings:
        _, binding, bindings = split(bindings)
        names.append(arcs_of(split(binding)[1]))
    return signed(third), tuple(names)


def split(data: bytes) -> tuple[int, bytes, bytes]:
    """Take one element off: its tag, its content, what follows it."""
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    return data[0], data[start : start + length], data[start + length :]


def signed(content: bytes) -> int:
    """Read a whole number."""
    return int.from_bytes(content, "big", signed=True)


def arcs_of(content: bytes) -> Name:
    """Read an object identifier."""
    name, arc = [content[0] // 40, content[0] % 40], 0
    for byte in content[1:]:
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            name.append(arc)
            arc = 0
    return tuple(name)
