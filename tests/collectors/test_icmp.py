"""ICMP echo packets."""

from __future__ import annotations

import socket

from hypothesis import given
from hypothesis import strategies as st

from collectors import icmp


@given(st.integers(0, 255), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.binary(max_size=200))
def test_an_echo_comes_back_as_it_was_made(kind: int, ident: int, sequence: int, payload: bytes) -> None:
    echo = icmp.Echo(kind, ident, sequence, payload)
    packet = icmp.pack(socket.AF_INET, echo)
    assert icmp.unpack(packet) == echo
    # RFC 1071: over a packet with its checksum in place, the checksum is 0.
    assert icmp.checksum(packet) == 0


def test_the_checksum_of_a_packet_known_by_heart() -> None:
    assert icmp.pack(socket.AF_INET, icmp.Echo(8, 1, 1, b"abcdefghijklmnopqrstuvwabcdefghi"))[2:4] == b"\x4d\x5a"


@given(st.binary(max_size=80))
def test_noise_is_an_echo_or_nothing_but_no_error(noise: bytes) -> None:
    echo = icmp.unpack(icmp.without_ip_header(noise))
    assert echo is None or echo.payload in noise
