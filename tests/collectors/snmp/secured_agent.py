"""An SNMP agent of version 3 that can be told to forge, to reboot and to forget: raw UDP on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from collectors.snmp.tables import Name
from collectors.snmp.usm import User
from tests.collectors.snmp.faulty_agent import (
    RESPONSE,
    Asked,
    identifier,
    number,
    octets,
    parse_pdu,
    signed,
    split,
    tlv,
    truthful,
)

REPORT = 0xA8
STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_LEVEL, NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, NOT_DECRYPTED = range(1, 7)

Forge = Callable[["SecuredAgent", Asked], list[bytes]]
"""Makes the datagrams to answer with of a request that was in order."""


class SecuredAgent(asyncio.DatagramProtocol):
    """A device that one user may ask. ``reports`` are those that it has sent."""

    def __init__(self, user: User, tree: Mapping[Name, bytes], forge: Forge | None = None) -> None:
        self.user = user
        self.tree = tree
        self.forge = forge
        self.engine_id = b"\x80\0\x1f\x88\1here"
        self.boots, self.time = 3, 5000
        self.port = 0
        self.message_id = 0
        self.reports: list[int] = []
        self.answered = 0
        self.contexts: set[bytes] = set()

    def connection_made(self, transport: Any) -> None:
        """Keep the socket to answer with."""
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Answer as RFC 3414 has it."""
        for datagram in self.answers(data):
            self._transport.sendto(datagram, addr)

    def answers(self, data: bytes) -> list[bytes]:
        """Return the datagrams that answer one."""
        _, message, _ = split(data)
        _, _, rest = split(message)
        _, head, rest = split(rest)
        _, message_id, head = split(head)
        _, flags, _ = split(split(head)[2])
        _, security, content = split(rest)
        fields, security = [], split(security)[1]
        while security:
            _, field, security = split(security)
            fields.append(field)
        engine_id, boots, time, name, signature, salt = fields
        one, level = signed(message_id), flags[0] & 3
        self.message_id = one
        if engine_id != self.engine_id:
            return [self.report(one, UNKNOWN_ENGINE, name=name)]
        if name != self.user.name:
            return [self.report(one, UNKNOWN_USER)]
        if level != self.user.level:
            return [self.report(one, UNSUPPORTED_LEVEL)]
        keys = self.user.keys(self.engine_id)
        if level and self.user.sign(keys, data.replace(signature, bytes(len(signature)), 1)) != signature:
            return [self.report(one, WRONG_DIGEST)]
        if level and (signed(boots) != self.boots or abs(signed(time) - self.time) > 150):
            return [self.report(one, NOT_IN_TIME, level=1)]
        if level & 2:
            content = self.user.decrypt(keys, signed(boots), signed(time), salt, split(content)[1])
        _, _, rest = split(split(content)[1])
        _, context, rest = split(rest)
        self.contexts.add(context)
        self.answered += 1
        asked = parse_pdu(3, b"", rest)
        return self.forge(self, asked) if self.forge else [self.good(asked)]

    def good(self, asked: Asked) -> bytes:
        """Make the answer of an honest device."""
        return self.message(self.message_id, self.pdu(asked))

    def pdu(self, asked: Asked) -> bytes:
        """Make the inner part of an honest answer."""
        body = b"".join(tlv(0x30, identifier(name) + value) for name, value in truthful(self.tree, asked))
        return tlv(RESPONSE, number(asked.number) + number(0) * 2 + tlv(0x30, body))

    def report(self, message_id: int, counter: int, *, level: int = 0, name: bytes | None = None) -> bytes:
        """Make a report of one of the counters of refusals."""
        self.reports.append(counter)
        binding = tlv(0x30, identifier((*STATS, counter, 0)) + number(1, 0x41))
        return self.message(message_id, tlv(REPORT, number(0) * 3 + tlv(0x30, binding)), level=level, name=name)

    def message(
        self, message_id: int, pdu: bytes, *, level: int | None = None, name: bytes | None = None, spoiled: bool = False
    ) -> bytes:
        """Make a message, also of a lower level, of another user, or with a wrong signature."""
        level = self.user.level if level is None else level
        keys, size = self.user.keys(self.engine_id), self.user.signature if level & 1 else 0
        content, salt = tlv(0x30, octets(self.engine_id) + octets(b"") + pdu), b""
        if level & 2:
            content, salt = self.user.encrypt(keys, self.boots, self.time, content)
            content = octets(content)
        known = octets(self.engine_id) + number(self.boots) + number(self.time)
        known += octets(self.user.name if name is None else name)
        security = octets(tlv(0x30, known + octets(bytes(size)) + octets(salt)))
        head = tlv(0x30, number(message_id) + number(65_507) + octets(bytes([level])) + number(3))
        whole = tlv(0x30, number(3) + head + security + content)
        at = len(whole) - len(content) - len(octets(salt)) - size
        signature = self.user.sign(keys, whole) if size else b""
        if spoiled:
            signature = bytes([signature[0] ^ 1]) + signature[1:]
        return whole[:at] + signature + whole[at + size :]


@asynccontextmanager
async def secured_agent(
    user: User, tree: Mapping[Name, bytes], forge: Forge | None = None
) -> AsyncIterator[SecuredAgent]:
    """Run an agent on a free port of 127.0.0.1."""
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: SecuredAgent(user, tree, forge), local_addr=("127.0.0.1", 0)
    )
    try:
        yield protocol
    finally:
        transport.close()
        await asyncio.sleep(0)
