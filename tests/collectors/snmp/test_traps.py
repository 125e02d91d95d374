"""Traps read from their bytes: what they are, what they mean, and that nothing in them does harm."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.snmp.ber import DecodeError, integer, tlv
from collectors.snmp.trap_users import envelope
from collectors.snmp.traps import LONGEST_ABOUT, MOST_BINDINGS, decode, meaning, version_of
from config import traps as known
from duty.traps import NAMES, Meaning
from tests.collectors.snmp.mutants import mutated
from tests.collectors.snmp.trap_samples import IF_NAME, INFORM, LINK_DOWN, first, second, words

SAMPLES = [
    second(LINK_DOWN, (IF_NAME + ".7", words("GE0/0/7"))),
    second(kind=INFORM),
    first("1.3.6.1.4.1.318", 6, 5),
]
MUTANTS = st.builds(lambda data, seed: mutated(data, random.Random(seed)), st.sampled_from(SAMPLES), st.integers(0))


@pytest.mark.parametrize(
    ("data", "code", "about"),
    [
        pytest.param(second(LINK_DOWN, (IF_NAME + ".7", words("GE0/0/7"))), "link_down", "GE0/0/7", id="port by name"),
        pytest.param(second(LINK_DOWN, ("1.3.6.1.2.1.2.2.1.1.7", integer(7))), "link_down", "ifIndex 7", id="by index"),
        pytest.param(first("1.3.6.1.4.1.9.1.1", 0, 0), "cold_start", "", id="cold start of version 1"),
        pytest.param(first("1.3.6.1.4.1.9.1.1", 1, 0), "warm_start", "", id="warm start of version 1"),
        pytest.param(first("1.3.6.1.4.1.9.1.1", 3, 0), "link_up", "", id="link up of version 1"),
        pytest.param(first("1.3.6.1.4.1.9.1.1", 4, 0), "authentication_failure", "", id="wrong community"),
        pytest.param(first("1.3.6.1.4.1.318", 6, 5), "on_battery", "", id="APC"),
        pytest.param(first("1.3.6.1.2.1.33.2", 6, 1), "on_battery", "", id="version 1 of a trap without a zero"),
        pytest.param(
            second("1.3.6.1.4.1.2011.5.25.219.2.5.3", ("1.3.6.1.2.1.47.1.1.1.1.7.9", words("PWR 1"))),
            "power_failed", "PWR 1", id="Huawei",
        ),
        pytest.param(second("1.3.6.1.4.1.25506.8.35.12.1.6"), "fan_failed", "", id="H3C"),
        pytest.param(second("1.3.6.1.4.1.4881.1.1.10.2.1.2.7"), "temperature_high", "", id="Ruijie"),
        pytest.param(second("1.3.6.1.4.1.9.9.13.3.0.9"), "power_changed", "", id="Cisco"),
        pytest.param(second("1.3.6.1.4.1.2636.4.2.2"), "fan_recovered", "", id="Juniper"),
        pytest.param(second("1.3.6.1.4.1.99999.1.2"), "", "", id="somebody's own"),
    ],
)  # fmt: skip
def test_a_trap_has_its_name(data: bytes, code: str, about: str) -> None:
    found = meaning(decode(data))
    assert (found.code, found.about) == (code, about)


def test_a_trap_without_a_name_is_known_by_its_identifier() -> None:
    assert meaning(decode(second("1.3.6.1.4.1.99999.1.2"))) == Meaning("", "1.3.6.1.4.1.99999.1.2")


def test_the_community_is_read_and_a_trap_is_never_answered() -> None:
    for data in (second(community="秘密"), first("1.3.6.1.4.1.318", 6, 5, community="秘密")):
        trap = decode(data)
        assert trap.community == "秘密".encode()
        assert trap.answer == b""


def test_an_inform_is_answered_by_itself_as_a_response() -> None:
    data = second(kind=INFORM)
    answer = decode(data).answer
    assert len(answer) == len(data)
    assert [byte for byte, other in zip(answer, data, strict=True) if byte != other] == [0xA2]


def test_hostile_words_come_out_clean_and_short() -> None:
    hostile = "GE\x1b[31m0/1\r\nERROR forged \u202e" + "x" * 1000
    about = meaning(decode(second(LINK_DOWN, (IF_NAME + ".7", words(hostile))))).about
    assert about.isprintable()
    assert len(about) <= LONGEST_ABOUT


def test_of_a_trap_with_many_objects_some_are_read() -> None:
    many = second(LINK_DOWN, *[(f"1.3.6.1.2.1.2.2.1.8.{n}", integer(2)) for n in range(500)])
    assert len(decode(many).bindings) == MOST_BINDINGS


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30\x82\xff\xff", id="cut short"),
        pytest.param(second() + b"\0", id="something behind it"),
        pytest.param(second(kind=0xA0), id="a question"),
        pytest.param(second(kind=0xA2), id="an answer"),
        pytest.param(first("1.3.6.1.4.1.318", 7, 0), id="a kind that there is not"),
        pytest.param(first("1.3.6.1.4.1.318", 6, -1), id="a number below nothing"),
        pytest.param(tlv(0x30, integer(1) + words("public")), id="no trap in it"),
        pytest.param(tlv(0x30, integer(2) + words("public") + b"\xa7\0"), id="a version that there is not"),
        pytest.param(second().replace(b"\x01\x04\x01\x00", b"\x01\x04\x02\x00"), id="no name of the trap"),
    ],
)
def test_what_is_no_trap_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(data)


@settings(max_examples=500)
@given(st.one_of(st.binary(max_size=200), MUTANTS))
def test_whatever_comes_only_a_refusal_comes_of_it(data: bytes) -> None:
    for read in (version_of, decode, envelope):
        with contextlib.suppress(DecodeError):
            read(data)
    with contextlib.suppress(DecodeError):
        meaning(decode(data))


def test_every_name_has_a_trap() -> None:
    assert set(known.names().values()) == set(NAMES)


def test_no_trap_stands_there_twice() -> None:
    assert len(known.names()) == sum(len(mib.names) for mib in known.shipped().mibs.values())
