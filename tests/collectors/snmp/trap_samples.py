"""Traps as devices send them, written byte by byte."""

from __future__ import annotations

from collectors.snmp.ber import IDENTIFIER, OCTETS, SEQUENCE, encode_oid, integer, tlv

LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
TRAP, INFORM = 0xA7, 0xA6

Bound = tuple[str, bytes]


def words(text: str) -> bytes:
    """Return a text as a value."""
    return tlv(OCTETS, text.encode())


def bound(*pairs: Bound) -> bytes:
    """Return a list of objects with their values."""
    return tlv(SEQUENCE, b"".join(tlv(SEQUENCE, tlv(IDENTIFIER, encode_oid(oid)) + value) for oid, value in pairs))


def second(oid: str = LINK_DOWN, *pairs: Bound, community: str = "public", kind: int = TRAP) -> bytes:
    """Return a trap or an inform of version 2c."""
    begins = (
        ("1.3.6.1.2.1.1.3.0", integer(4711, 0x43)),
        ("1.3.6.1.6.3.1.1.4.1.0", tlv(IDENTIFIER, encode_oid(oid))),
    )
    pdu = tlv(kind, integer(7) + integer(0) + integer(0) + bound(*begins, *pairs))
    return tlv(SEQUENCE, integer(1) + words(community) + pdu)


def first(enterprise: str, generic: int, specific: int, *pairs: Bound, community: str = "public") -> bytes:
    """Return a trap of version 1."""
    head = tlv(IDENTIFIER, encode_oid(enterprise)) + tlv(0x40, bytes((192, 0, 2, 1)))
    pdu = tlv(0xA4, head + integer(generic) + integer(specific) + integer(4711, 0x43) + bound(*pairs))
    return tlv(SEQUENCE, integer(0) + words(community) + pdu)
