"""Messages of SNMP: requests written, with the parts that never change made once; answers of all versions read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from collectors.snmp.ber import (
    IDENTIFIER,
    INTEGER,
    NULL,
    OCTETS,
    SEQUENCE,
    DecodeError,
    bindings,
    integer,
    octets,
    opened,
    tlv,
    whole_number,
)
from collectors.snmp.port import Value
from collectors.snmp.tables import Missing, Request

RESPONSE: Final = 0xA2
REPORT: Final = 0xA8
_KINDS: Final = {Request.GET: 0xA0, Request.NEXT: 0xA1, Request.BULK: 0xA5}
KINDS: Final = {tag: kind for kind, tag in _KINDS.items()}
VERSIONS: Final = {"1": 0, "2c": 1, "3": 3}
_NOTHING: Final = bytes((NULL, 0))


class Reply(NamedTuple):
    """One answer: an error status with the place (from 1) that it speaks of, names with what stands at them.

    ``plain`` is whether a value stands at each of them; ``body`` are the bindings as they came, for who must know of
    what types the values are.
    """

    error: int
    at: int
    names: list[bytes]
    values: list[Value | Missing]
    plain: bool
    body: bytes


class Question(NamedTuple):
    """One request, all but its number: its kind, the bytes behind the number, and the rows that it asks for."""

    kind: int
    rest: bytes
    rows: int


def question(kind: Request, names: Sequence[bytes], rows: int = 1) -> Question:
    """Ask for objects, or for what follows them; only GETBULK can ask for more than one of its ``rows``."""
    asked = b"".join([tlv(SEQUENCE, tlv(IDENTIFIER, name) + _NOTHING) for name in names])
    repeated = rows if kind is Request.BULK else 0
    return Question(_KINDS[kind], integer(0) + integer(repeated) + tlv(SEQUENCE, asked), rows)


def names_of(asked: Question) -> list[bytes]:
    """Return what a question asks for."""
    end = len(asked.rest)
    _, at = whole_number(asked.rest, 0, end)
    _, at = whole_number(asked.rest, at, end)
    return bindings(asked.rest, *opened(asked.rest, at, end, SEQUENCE))[0]


@lru_cache(maxsize=4096)
def pdu_head(kind: int, size: int) -> bytes:
    """Return what stands before a request's number, whose rest is so long. The number always takes four bytes."""
    return tlv(kind, bytes((INTEGER, 4)) + bytes(4 + size))[: -4 - size]


@lru_cache(maxsize=4096)
def _head(version: int, community: bytes, kind: int, size: int) -> bytes:
    pdu = pdu_head(kind, size) + bytes(4 + size)
    return tlv(SEQUENCE, integer(version) + tlv(OCTETS, community) + pdu)[: -4 - size]


def packet(version: int, community: bytes, asked: Question, number: bytes) -> bytes:
    """Write a message of version 1 or 2c."""
    return _head(version, community, asked.kind, len(asked.rest)) + number + asked.rest


def number_of(data: bytes) -> int:
    """Return which request a message speaks of; the numbers of ours have four bytes. Raises DecodeError.

    All else is passed over; who reads the message as a whole checks it.
    """
    try:
        at = 5 if data[1] < 0x80 else 5 + (data[1] & 0x7F)
        if data[at - 1] != VERSIONS["3"]:
            at += 2 + data[at + 1]  # the community
        at += 2 if data[at + 1] < 0x80 else 2 + (data[at + 1] & 0x7F)
        if data[at] != INTEGER or data[at + 1] != 4:
            raise DecodeError("number")
        return int.from_bytes(data[at + 2 : at + 6], "big")
    except IndexError:
        raise DecodeError("truncated") from None


def read(data: bytes, version: int, community: bytes, number: int) -> Reply:
    """Read the answer to a request of version 1 or 2c. Raises DecodeError, also where it answers somebody else."""
    at, end = opened(data, 0, len(data), SEQUENCE)
    said, at = whole_number(data, at, end)
    named, at = octets(data, at, end)
    if said != version or named != community or end != len(data):
        raise DecodeError("version, community or length")
    return read_pdu(data, at, end, RESPONSE, number)


def read_pdu(data: bytes, at: int, end: int, kind: int, number: int) -> Reply:
    """Read the inner part of an answer, which is all that is left of it. Raises DecodeError."""
    at, stop = opened(data, at, end, kind)
    if stop != end:
        raise DecodeError("more than one PDU")
    error = place = 0
    if data.startswith(b"\x02\x04%b\x02\x01\x00\x02\x01\x00" % number.to_bytes(4, "big"), at):
        at += 12  # the short way for what nearly every answer begins with
    else:
        said, at = whole_number(data, at, end)
        if said != number:
            raise DecodeError("another request")
        error, at = whole_number(data, at, end)
        place, at = whole_number(data, at, end)
    at, stop = opened(data, at, end, SEQUENCE)
    if stop != end:
        raise DecodeError("more than bindings")
    return Reply(error, place, *bindings(data, at, end), data[at:end])
