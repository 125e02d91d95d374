"""The encoding of SNMP: BER written, and read strictly. Only DecodeError leaves the reading side.

Object identifiers stay the bytes that they came in: what a walk compares most are whole identifiers for equality.
Their order is not that of their bytes (16383 is ff7f, 16384 is 818000), so who needs it asks ``arcs``.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Final

from collectors.snmp.port import Oid, Value
from collectors.snmp.tables import Missing

INTEGER, OCTETS, NULL, IDENTIFIER, SEQUENCE = 2, 4, 5, 6, 0x30
ADDRESS, OPAQUE = 0x40, 0x44
_COUNTER32, _GAUGE32, _TICKS, _COUNTER64, _UNSIGNED32 = 0x41, 0x42, 0x43, 0x46, 0x47

_NOT_THERE: Final = frozenset({0x80, 0x81, 0x82})
"""noSuchObject, noSuchInstance, endOfMibView."""
_BITS: Final = {_COUNTER32: 32, _GAUGE32: 32, _TICKS: 32, _UNSIGNED32: 32, _COUNTER64: 64}
_AS_THEY_ARE: Final = bytes(_BITS.get(tag, 0) // 8 for tag in range(256))
"""For each tag, up to how many bytes are simply an unsigned number, pad byte or not: some devices leave it out."""
_FLOATS: Final = {b"\x9f\x78\x04": struct.Struct(">f"), b"\x9f\x79\x08": struct.Struct(">d")}
"""How net-snmp wraps floating point numbers up."""
_LONGEST_NAME: Final = 640
"""128 arcs, which is the most that SNMP allows, of five bytes."""
_from_bytes: Final = int.from_bytes


class DecodeError(ValueError):
    """What came is not what it should be."""


def tlv(tag: int, content: bytes) -> bytes:
    """Wrap content in its tag and length."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    if size < 0x100:
        return bytes((tag, 0x81, size)) + content
    if size < 0x10000:
        return bytes((tag, 0x82, size >> 8, size & 0xFF)) + content
    return bytes((tag, 0x83)) + size.to_bytes(3, "big") + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Encode a whole number."""
    return tlv(tag, value.to_bytes((value + (value < 0)).bit_length() // 8 + 1, "big", signed=True))


@lru_cache(maxsize=16384)
def encode_oid(oid: Oid) -> bytes:
    """Encode an object identifier, without tag and length. Raises ValueError for what is none."""
    first, second, *rest = map(int, oid.split("."))
    if not (0 <= first <= 2 and 0 <= second < (40 if first < 2 else 2**32 - 80)) or min(rest, default=0) < 0:
        raise ValueError(oid)
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return bytes(content)


def arcs(content: bytes) -> tuple[int, ...]:
    """Read the numbers of a part of an identifier that does not hold its first two. Raises DecodeError."""
    if len(content) > _LONGEST_NAME:
        raise DecodeError("too long a name")
    found: list[int] = []
    arc = 0
    for byte in content:
        if byte == 0x80 and arc == 0:
            # A leading zero would let two encodings be one name.
            raise DecodeError("padded identifier")
        arc = arc << 7 | byte & 0x7F
        if byte < 0x80:
            found.append(arc)
            arc = 0
        if arc >> 25:  # before the last septet, an arc of 32 bits has 25 of them
            raise DecodeError("arc of more than 32 bits")
    if content and content[-1] & 0x80:
        raise DecodeError("half an arc")
    return tuple(found)


@lru_cache(maxsize=4096)
def decode_oid(content: bytes) -> Oid:
    """Read an object identifier. Raises DecodeError."""
    if not content:
        raise DecodeError("empty identifier")
    head, *rest = arcs(content)
    first = min(head // 40, 2)
    return ".".join(map(str, (first, head - first * 40, *rest)))


def opened(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of an element begins and ends. Raises DecodeError; it reads no further than ``end``."""
    if end - at < 2 or data[at] != tag:
        raise DecodeError("tag")
    size = data[at + 1]
    at += 2
    if size & 0x80:
        size, at = _long(data, at - 1)
    if at + size > end:
        raise DecodeError("truncated")
    return at, at + size


def _long(data: bytes, at: int) -> tuple[int, int]:
    """Return a length of the long form, and where its content begins. No datagram needs more than four bytes of it."""
    count = data[at] & 0x7F
    if not 1 <= count <= 4 or at + 1 + count > len(data):
        raise DecodeError("length")
    return _from_bytes(data[at + 1 : at + 1 + count], "big"), at + 1 + count


def whole_number(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return an INTEGER of at most 32 bits, and where what follows it begins. Raises DecodeError."""
    start, stop = opened(data, at, end, INTEGER)
    if not 1 <= stop - start <= 4:
        raise DecodeError("number")
    return _from_bytes(data[start:stop], "big", signed=True), stop


def octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """Return an octet string, and where what follows it begins. Raises DecodeError."""
    start, stop = opened(data, at, end, OCTETS)
    return data[start:stop], stop


def children(data: bytes, at: int, end: int) -> tuple[list[int], list[bytes], list[int]]:
    """Return the elements that fill a space: their tags, their contents, and where each ends. Raises DecodeError."""
    tags: list[int] = []
    contents: list[bytes] = []
    ends: list[int] = []
    try:
        while at < end:
            tags.append(data[at])
            size = data[at + 1]
            at += 2
            if size & 0x80:
                size, at = _long(data, at - 1)
            contents.append(data[at : at + size])
            at += size
            ends.append(at)
    except IndexError:
        raise DecodeError("truncated") from None
    if at != end:
        raise DecodeError("truncated")
    return tags, contents, ends


def bindings(data: bytes, at: int, end: int) -> tuple[list[bytes], list[Value | Missing], bool]:
    """Read a list of variable bindings: names, what stands at them, and whether all of that are values.

    Here a poll spends most of its time, so it is one loop without calls. Raises DecodeError.
    """
    names: list[bytes] = []
    values: list[Value | Missing] = []
    plain = True
    try:
        while at < end:
            size = data[at + 1]
            length = data[at + 3]
            if size < 0x80 and length < 0x80 and data[at] == SEQUENCE and data[at + 2] == IDENTIFIER:
                stop = at + 2 + size
                middle = at + 4 + length
                names.append(data[at + 4 : middle])
            else:
                start, stop = opened(data, at, end, SEQUENCE)
                start, middle = opened(data, start, stop, IDENTIFIER)
                names.append(data[start:middle])
            tag = data[middle]
            size = data[middle + 1]
            at = middle + 2
            if size & 0x80:
                size, at = _long(data, middle + 1)
            if at + size != stop or stop > end:
                raise DecodeError("value")
            if tag == OCTETS:
                values.append(data[at:stop])
            elif 0 < size <= _AS_THEY_ARE[tag]:
                values.append(data[at] if size == 1 else _from_bytes(data[at:stop], "big"))
            elif size == 1 and tag == INTEGER and data[at] < 0x80:
                values.append(data[at])
            else:
                value = _value(tag, data[at:stop])
                plain = plain and not isinstance(value, Missing)
                values.append(value)
            at = stop
    except IndexError:
        raise DecodeError("truncated") from None
    return names, values, plain


def types(body: bytes) -> list[int]:
    """Return the tags of the values in a list of variable bindings that ``bindings`` took. Raises DecodeError."""
    return [children(each, 0, len(each))[0][1] for each in children(body, 0, len(body))[1]]


def opaque(content: bytes) -> float | bytes:
    """Read a floating point number as net-snmp wraps it up; anything else stays bytes."""
    form = _FLOATS.get(content[:3])
    return float(form.unpack(content[3:])[0]) if form and len(content) == 3 + form.size else content


def wrapped(number: float) -> bytes:
    """Wrap a floating point number up as ``opaque`` reads it."""
    return b"\x9f\x79\x08" + struct.pack(">d", number)


def _value(tag: int, content: bytes) -> Value | Missing:
    """Read one value of any type. What cannot be read is a gap of its own and takes no other value with it."""
    if tag in _BITS:
        if 1 <= len(content) <= 9 and (number := _from_bytes(content, "big")) < 1 << _BITS[tag]:
            return number
    elif tag == INTEGER:
        if 1 <= len(content) <= 8:
            return _from_bytes(content, "big", signed=True)
    elif tag in _NOT_THERE:
        return Missing.NOT_OFFERED
    elif tag == OPAQUE:
        return opaque(content)
    elif tag == ADDRESS and len(content) == 4:
        return ".".join(map(str, content))
    elif tag == IDENTIFIER:
        try:
            return decode_oid(content)
        except DecodeError:
            return Missing.MALFORMED
    return Missing.MALFORMED
