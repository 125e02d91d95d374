"""How long a name or an address waits after failures, and that the table stays small."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.services.delays import FORGOTTEN, MOST, Delays, network
from duty.sign_in import WAIT_OF_ADDRESS, WAIT_OF_NAME

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NOTHING = timedelta(0)


def failing(delays: Delays, times: int, name: str = "wang", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        delays.count(name, address, NOW)


def test_three_slips_cost_nothing_and_then_each_costs_twice_as_much() -> None:
    delays = Delays()
    waits = []
    for _ in range(8):
        failing(delays, 1)
        waits.append(delays.until("wang", "10.0.0.9", NOW) // SECOND)
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16]


def test_the_wait_runs_out_with_the_clock() -> None:
    delays = Delays()
    failing(delays, 6)
    assert delays.until("wang", "", NOW + 3 * SECOND) == SECOND
    assert delays.until("wang", "", NOW + 4 * SECOND) == NOTHING


def test_a_name_waits_a_minute_at_most_whoever_hammers_on_it() -> None:
    delays = Delays()
    failing(delays, 1000)
    assert delays.until("wang", "10.0.0.9", NOW) == WAIT_OF_NAME


def test_an_address_that_tries_many_names_waits_longer() -> None:
    delays = Delays()
    for n in range(30):
        failing(delays, 1, f"name-{n}")
    assert delays.until("wang", "10.0.0.1", NOW) == WAIT_OF_ADDRESS
    assert delays.until("wang", "10.0.0.2", NOW) == NOTHING


def test_a_good_password_forgives_its_name_and_not_its_address() -> None:
    delays = Delays()
    failing(delays, 15)
    delays.forgive("wang", "10.0.0.1", whole=True)
    assert delays.until("wang", "10.0.0.9", NOW) == NOTHING
    assert delays.until("li", "10.0.0.1", NOW) == 8 * SECOND


def test_a_failure_is_forgotten_after_a_while() -> None:
    delays = Delays()
    failing(delays, 20)
    delays.count("wang", "10.0.0.1", NOW + FORGOTTEN)
    assert delays.until("wang", "10.0.0.1", NOW + FORGOTTEN) == NOTHING


def test_a_clock_that_was_set_back_does_not_lengthen_the_wait() -> None:
    delays = Delays()
    failing(delays, 9)
    assert delays.until("wang", "10.0.0.9", NOW - timedelta(hours=3)) == WAIT_OF_NAME


def test_the_table_is_bounded_and_forgets_the_oldest() -> None:
    delays = Delays()
    failing(delays, 9)
    for n in range(MOST):
        delays.count(f"name-{n}", f"10.{n // 65536}.{n // 256 % 256}.{n % 256}", NOW)
    assert len(delays._failed) == MOST
    assert delays.until("wang", "10.0.0.1", NOW) == NOTHING


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("x" * 100, "x" * 64),
    ],
)
def test_an_address_of_ipv6_counts_as_its_network(address: str, counted: str) -> None:
    assert network(address) == counted
