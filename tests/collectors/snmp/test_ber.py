"""BER: what is written is read back, and nothing but DecodeError comes of what is wrong."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import ber
from collectors.snmp.ber import DecodeError, arcs, bindings, decode_oid, encode_oid, integer, tlv
from collectors.snmp.messages import RESPONSE, names_of, number_of, packet, question, read
from collectors.snmp.port import Value
from collectors.snmp.tables import Missing, Request

ARCS = st.lists(st.integers(0, 2**32 - 1), max_size=20)
OIDS = st.builds(lambda first, rest: ".".join(map(str, (1, first, *rest))), st.integers(0, 39), ARCS)


def bound(oid: str, value: bytes) -> bytes:
    return tlv(ber.SEQUENCE, tlv(ber.IDENTIFIER, encode_oid(oid)) + value)


def one(value: bytes) -> Value | Missing:
    """Return what is read of one value."""
    content = bound("1.3.6.1", value)
    names, values, plain = bindings(content, 0, len(content))
    assert names == [encode_oid("1.3.6.1")]
    assert plain is not isinstance(values[0], Missing)
    return values[0]


@given(OIDS)
def test_an_identifier_comes_back(oid: str) -> None:
    assert decode_oid(encode_oid(oid)) == oid


@given(ARCS, ARCS)
def test_arcs_have_the_order_of_identifiers_which_their_bytes_have_not(one: list[int], other: list[int]) -> None:
    left, right = (encode_oid(".".join(map(str, (1, 3, *each))))[1:] for each in (one, other))
    assert (arcs(left) < arcs(right)) is (one < other)


@pytest.mark.parametrize("oid", ["1.40.1", "3.1", "1", "", "1.x", "1.3.-1"])
def test_what_is_no_identifier_is_not_written(oid: str) -> None:
    with pytest.raises(ValueError):
        encode_oid(oid)


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert one(integer(number)) == number


@given(st.integers(0, 2**64 - 1))
def test_a_counter_comes_back_with_and_without_its_pad_byte(number: int) -> None:
    assert one(integer(number, 0x46)) == number
    assert one(tlv(0x46, number.to_bytes(8, "big"))) == number


@pytest.mark.parametrize("tag", [0x41, 0x42, 0x43, 0x47])
@given(number=st.integers(0, 2**32 - 1))
def test_every_unsigned_number_comes_back(tag: int, number: int) -> None:
    assert one(integer(number, tag)) == number
    assert one(tlv(tag, number.to_bytes(4, "big"))) == number


@given(st.binary(max_size=70_000))
def test_a_string_comes_back(content: bytes) -> None:
    assert one(tlv(ber.OCTETS, content)) == content


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(tlv(ber.INTEGER, b""), id="a number without a byte"),
        pytest.param(tlv(ber.INTEGER, b"\1" * 60_000), id="a number of 60 KB"),
        pytest.param(integer(2**32, 0x41), id="a Counter32 of 33 bits"),
        pytest.param(integer(2**64, 0x46), id="a Counter64 of 65 bits"),
        pytest.param(tlv(0x42, b""), id="a gauge without a byte"),
        pytest.param(tlv(0x40, b"\x0a\0\0"), id="half an address"),
        pytest.param(tlv(ber.IDENTIFIER, b""), id="an empty identifier"),
        pytest.param(tlv(ber.IDENTIFIER, b"\x2b\x80\x01"), id="a padded arc"),
        pytest.param(tlv(ber.IDENTIFIER, b"\x2b\x81"), id="half an arc"),
        pytest.param(tlv(ber.IDENTIFIER, b"\x2b" + b"\xff" * 5 + b"\1"), id="an arc of 42 bits"),
        pytest.param(tlv(ber.IDENTIFIER, b"\1" * 60_000), id="an identifier of 60 KB"),
        pytest.param(tlv(0x45, b"\1"), id="a type that nobody uses"),
        pytest.param(tlv(ber.NULL, b""), id="null"),
    ],
)
def test_a_value_that_cannot_be_is_a_gap_of_its_own(value: bytes) -> None:
    content = bound("1.3.6.1", value) + bound("1.3.6.2", integer(7))
    _, values, plain = bindings(content, 0, len(content))
    assert values == [Missing.MALFORMED, 7]
    assert not plain


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\x30", id="a tag alone"),
        pytest.param(b"\x30\x05\x06\x01", id="truncated"),
        pytest.param(b"\x30\x80\x06\x01\x2b\x05\0\0\0", id="an indefinite length"),
        pytest.param(b"\x30\x84\xff\xff\xff\xff\x06\x01\x2b\x05\0", id="a huge length"),
        pytest.param(b"\x30\x89" + b"\1" * 9 + b"\x06\x01\x2b\x05\0", id="a length of nine bytes"),
        pytest.param(b"\x30\x05\x06\x01\x2b\x05\x01", id="a value longer than its binding"),
        pytest.param(b"\x30\x06\x06\x01\x2b\x05\0\0", id="a binding longer than its value"),
        pytest.param(b"\x30\x05\x04\x01\x2b\x05\0", id="a name that is a string"),
        pytest.param(b"\x31\x05\x06\x01\x2b\x05\0", id="a set"),
        pytest.param(b"\x30\x80" * 3000, id="deep nesting"),
    ],
)
def test_malformed_bindings_are_refused(content: bytes) -> None:
    with pytest.raises(DecodeError):
        bindings(content, 0, len(content))


def test_long_forms_of_lengths_are_taken() -> None:
    content = bound("1.3.6.1", integer(5))
    assert bindings(b"\x30\x82\0" + content[1:], 0, len(content) + 2)[1] == [5]


@given(st.integers(2**30, 2**31 - 1), st.lists(OIDS, max_size=60), st.binary(max_size=200), st.integers(0, 1))
def test_a_message_comes_back(number: int, oids: list[str], community: bytes, version: int) -> None:
    names = [encode_oid(oid) for oid in oids]
    asked = question(Request.GET, names)
    assert number_of(packet(version, community, asked, number.to_bytes(4, "big"))) == number
    assert names_of(asked) == names
    answer = packet(version, community, asked._replace(kind=RESPONSE), number.to_bytes(4, "big"))
    assert number_of(answer) == number
    assert read(answer, version, community, number).names == names
    for other in ((1 - version, community, number), (version, community + b"x", number), (version, community, 1)):
        with pytest.raises(DecodeError):
            read(answer, *other)


@given(st.binary(max_size=300))
def test_nothing_but_decode_error_leaves_the_decoder(data: bytes) -> None:
    for reading in (number_of, lambda data: read(data, 1, b"public", 1), lambda data: bindings(data, 0, len(data))):
        with contextlib.suppress(DecodeError):
            reading(data)
