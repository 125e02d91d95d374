"""Ranges of addresses: what they mean, and what is refused in one line."""

from __future__ import annotations

import pytest

from config.ranges import MOST, addresses


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param(["10.0.0.7"], ["10.0.0.7"], id="one"),
        pytest.param(["10.0.0.0/30"], ["10.0.0.1", "10.0.0.2"], id="a network without its own and everybody's address"),
        pytest.param(["10.0.0.0/31"], ["10.0.0.0", "10.0.0.1"], id="a link between two"),
        pytest.param(["10.0.0.9/32"], ["10.0.0.9"], id="a network of one"),
        pytest.param(["10.0.0.254-10.0.1.1"], ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"], id="from, to"),
        pytest.param(["2001:0DB8::1"], ["2001:db8::1"], id="IPv6, as everybody writes it"),
        pytest.param(["10.0.0.2", "10.0.0.0/30"], ["10.0.0.2", "10.0.0.1"], id="none twice, in the order named"),
    ],
)
def test_ranges(given: list[str], found: list[str]) -> None:
    assert list(addresses(given)) == found


def test_as_many_as_there_may_be() -> None:
    assert len(addresses(["10.0.0.0/16", "10.9.0.1", "10.9.0.2"])) == MOST


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("core-1", "'core-1' is not a range of addresses; 10.0.0.1, 10.0.0.0/24, 10.0.0.1-10.0.0.50 or 2001:db8::1"),
        ("", "is not a range"),
        ("10.0.0.1-", "is not a range"),
        ("10.0.0.1-10.0.0.2-10.0.0.3", "is not a range"),
        ("10.0.0.0/33", "is not a range"),
        ("fe80::1%eth0", "is not a range"),
        ("10.0.0.50-10.0.0.1", "10.0.0.50-10.0.0.1 ends before it begins"),
        ("10.0.0.5/24", "10.0.0.5/24 is an address within a network; write 10.0.0.0/24 for all of it"),
        ("2001:db8::/120", "2001:db8::/120: addresses of IPv6 are named one by one"),
        ("10.0.0.0/8", "10.0.0.0/8 has more than 65,536 addresses; name smaller ranges"),
        ("0.0.0.0-255.255.255.255", "is the address of no device"),
        ("10.0.0.0-10.255.255.255", "more than 65,536 addresses; name smaller ranges"),
        ("224.0.0.1", "224.0.0.1 is the address of no device"),
    ],
)
def test_what_is_no_range_is_refused_in_a_line(given: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^.+$") as told:
        addresses([given])
    assert said in str(told.value)
    assert "\n" not in str(told.value)
