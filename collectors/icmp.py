"""ICMP echo packets, made and read, for both families (RFC 792, RFC 4443)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from socket import AF_INET, AF_INET6
from typing import Final

REQUEST: Final[dict[int, int]] = {AF_INET: 8, AF_INET6: 128}
REPLY: Final[dict[int, int]] = {AF_INET: 0, AF_INET6: 129}

_HEADER: Final = struct.Struct("!BBHHH")


@dataclass(frozen=True, slots=True)
class Echo:
    """An echo request or reply: ``kind`` is its ICMP type, which differs between the families."""

    kind: int
    ident: int
    sequence: int
    payload: bytes


def pack(family: int, echo: Echo) -> bytes:
    """Make the packet of ``echo``. In IPv6 the kernel fills in the checksum, for it covers the source address."""
    check = 0
    if family == AF_INET:
        check = checksum(_HEADER.pack(echo.kind, 0, 0, echo.ident, echo.sequence) + echo.payload)
    return _HEADER.pack(echo.kind, 0, check, echo.ident, echo.sequence) + echo.payload


def unpack(packet: bytes) -> Echo | None:
    """Read an echo packet; None where it is too short to be one."""
    if len(packet) < _HEADER.size:
        return None
    kind, _, _, ident, sequence = _HEADER.unpack_from(packet)
    return Echo(kind, ident, sequence, packet[_HEADER.size :])


def without_ip_header(datagram: bytes) -> bytes:
    """Cut off the IPv4 header that a raw socket gives along; its length stands in its first byte."""
    return datagram[(datagram[0] & 0x0F) * 4 :] if datagram else b""


def checksum(packet: bytes) -> int:
    """Return the internet checksum (RFC 1071): the complement of the ones' complement sum of 16-bit words."""
    packet += b"\0" * (len(packet) % 2)
    total: int = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
