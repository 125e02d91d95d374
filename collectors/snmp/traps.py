"""Traps and informs: those of versions 1 and 2c read from their bytes, and what any of them means. Pure.

Nothing but DecodeError leaves the reading side, whatever a datagram holds. Version 3 is read in ``trap_users``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from collectors.snmp.ber import (
    IDENTIFIER,
    SEQUENCE,
    DecodeError,
    bindings,
    decode_oid,
    encode_oid,
    octets,
    opened,
    whole_number,
)
from collectors.snmp.messages import RESPONSE, VERSIONS
from collectors.snmp.port import Oid, Value
from collectors.snmp.tables import Missing
from collectors.text import clean, decode_text
from config import traps as known
from duty.traps import Meaning

_TRAP1: Final = 0xA4
_INFORM, _TRAP2 = 0xA6, 0xA7
_ADDRESS, _TICKS = 0x40, 0x43
_SPECIFIC: Final = 6
_STANDARD: Final = "1.3.6.1.6.3.1.1.5"
_TRAP_OID: Final = encode_oid("1.3.6.1.6.3.1.1.4.1.0")
MOST_BINDINGS: Final = 64
"""Objects of one trap that are read; the rest is passed over."""
LONGEST_ABOUT: Final = 80
LONGEST_OID: Final = 160

Binding = tuple[bytes, Value | Missing]


class Trap(NamedTuple):
    """One trap or inform. ``answer`` is what the sender of an inform waits for; a trap has none."""

    version: str
    community: bytes
    oid: Oid
    bindings: Sequence[Binding]
    answer: bytes = b""


def version_of(data: bytes) -> int:
    """Return the number of the version that a message says it is of. Raises DecodeError."""
    at, end = opened(data, 0, len(data), SEQUENCE)
    return whole_number(data, at, end)[0]


def decode(data: bytes) -> Trap:
    """Read a trap of version 1 or 2c, or an inform of 2c. Raises DecodeError."""
    at, end = opened(data, 0, len(data), SEQUENCE)
    version, at = whole_number(data, at, end)
    community, at = octets(data, at, end)
    if end != len(data) or at >= end:
        raise DecodeError("length")
    if version == VERSIONS["1"]:
        return _first(data, at, end, community)
    if version != VERSIONS["2c"] or data[at] not in (_TRAP2, _INFORM):
        raise DecodeError("no trap")
    answer = data[:at] + bytes((RESPONSE,)) + data[at + 1 :] if data[at] == _INFORM else b""
    at, stop = opened(data, at, end, data[at])
    for _ in range(3):  # the request's number, and two that say nothing here
        _, at = whole_number(data, at, end)
    if stop != end:
        raise DecodeError("more than one PDU")
    bound = _bound(data, at, end)
    return Trap("2c", community, trap_oid(bound), bound, answer)


def trap_oid(bound: Sequence[Binding]) -> Oid:
    """Return which trap it is, which is the value of one of its objects. Raises DecodeError."""
    for name, value in bound:
        if name == _TRAP_OID and isinstance(value, str):
            return value
    raise DecodeError("no trap without its name")


def meaning(trap: Trap) -> Meaning:
    """Say what a trap is about, as far as that is known; the words in it are cleaned and cut."""
    code, oid = _name(trap.oid), clean(trap.oid, LONGEST_OID)
    for column, label in _columns():
        for name, value in trap.bindings:
            if name.startswith(column) and (words := _words(value)):
                return Meaning(code, oid, clean(f"{label} {words}", LONGEST_ABOUT))
    return Meaning(code, oid)


def _first(data: bytes, at: int, end: int, community: bytes) -> Trap:
    """Read the inner part of a trap of version 1, and give it the name that it would have in the later ones."""
    at, stop = opened(data, at, end, _TRAP1)
    if stop != end:
        raise DecodeError("more than one PDU")
    start, at = opened(data, at, end, IDENTIFIER)
    enterprise = decode_oid(data[start:at])
    _, at = opened(data, at, end, _ADDRESS)
    generic, at = whole_number(data, at, end)
    specific, at = whole_number(data, at, end)
    _, at = opened(data, at, end, _TICKS)
    bound = _bound(data, at, end)
    if not 0 <= generic <= _SPECIFIC or specific < 0:
        raise DecodeError("kind of trap")
    # RFC 3584, 3.1
    oid = f"{enterprise}.0.{specific}" if generic == _SPECIFIC else f"{_STANDARD}.{generic + 1}"
    return Trap("1", community, oid, bound)


def _bound(data: bytes, at: int, end: int) -> list[Binding]:
    at, stop = opened(data, at, end, SEQUENCE)
    if stop != end:
        raise DecodeError("more than bindings")
    names, values, _ = bindings(data, at, stop)
    return list(zip(names[:MOST_BINDINGS], values[:MOST_BINDINGS], strict=True))


def _name(oid: Oid) -> str:
    names = known.names()
    if name := names.get(oid):
        return name
    # A trap of version 1 has a zero before its last number, also where its MIB has none.
    head, _, last = oid.rpartition(".")
    return names.get(f"{head.removesuffix('.0')}.{last}", "") if head.endswith(".0") else ""


def _words(value: Value | Missing) -> str:
    if isinstance(value, bytes):
        return decode_text(value).strip()
    return "" if isinstance(value, Missing) else str(value)


@cache
def _columns() -> tuple[tuple[bytes, str], ...]:
    return tuple((encode_oid(oid), label) for oid, label in known.shipped().about.items())
