"""What may be given away: no secret is left in it, in whatever form, and it reads as it did before."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.device import SnmpCollector
from collectors.snmp.recorded import Object, RecordedEngine, read_objects, write_walk
from collectors.snmp.scrub import Scrubbed, scrub
from collectors.snmp.telling import asked_for
from config.build import build_targets
from config.profiles import load_profiles
from config.single import NAME, single
from duty.readings import Notes

BY_NAME = {"abb-ups"}
"""Known by the name of the host alone, which is taken away."""
WALKS = {
    path.stem: path.read_text("utf-8")
    for path in (Path(__file__).parents[2] / "profiles").glob("*.walk")
    if path.stem not in BY_NAME
}
ASKED = asked_for(load_profiles().values())
SYSTEM, PORTS, IFX, ENTITY = "1.3.6.1.2.1.1", "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.47.1.1.1.1"
LLDP, CDP, IP = "1.0.8802.1.1.2.1.4", "1.3.6.1.4.1.9.9.23.1.2.1.1", "1.3.6.1.2.1.4.20.1"


def walk(text: str) -> list[Object]:
    return read_objects(text, "walk")


def scrubbed(text: str, *secrets: str) -> Scrubbed:
    return scrub(walk(text), secrets, asked=ASKED)


def after(text: str, *secrets: str) -> str:
    return write_walk(scrubbed(text, *secrets).objects, [])


def test_names_places_and_people_are_replaced_and_the_version_stays() -> None:
    said = after(
        f"{SYSTEM}.1.0|4|Linux core-7 5.10.0-9 Version 10.1.2.3, mail zhang@corp.cn\n"
        f"{SYSTEM}.4.0|4|Zhang San 13800000000\n{SYSTEM}.5.0|4|core-7.hz.corp.cn\n{SYSTEM}.6.0|4|Room 3, rack 5\n"
        f"{PORTS}.2.1|4|eth0 of CORE-7\n{PORTS}.2.2|4|see www.hz.corp.cn\n{IFX}.18.1|4|to the bank\n{IFX}.18.2|4|\n"
    )
    assert said == (
        f"{SYSTEM}.1.0|4|Linux name-1 5.10.0-9 Version 10.1.2.3, mail person-1@example.com\n"
        f"{SYSTEM}.4.0|4|contact\n{SYSTEM}.5.0|4|name-1\n{SYSTEM}.6.0|4|location\n"
        f"{PORTS}.2.1|4|eth0 of name-1\n{PORTS}.2.2|4|see www.example.com\n{IFX}.18.1|4|alias-1\n{IFX}.18.2|4|\n"
    )


def test_an_address_is_the_same_everywhere_so_that_tables_still_join() -> None:
    said = after(
        f"{IP}.1.10.7.7.1|64|10.7.7.1\n{IP}.2.10.7.7.1|2|3\n{IP}.3.10.7.7.1|64|255.255.255.0\n"
        f"{IP}.2.127.0.0.1|2|1\n{PORTS}.2.3|4|Vlan at 10.7.7.1/24, not 0.0.0.0\n"
        f"{CDP}.4.3.1|4x|0a070702\n{LLDP}.2.1.3.0.3.1.1.4.10.7.7.2|2|2\n"
        "1.3.6.1.2.1.4.34.1.3.2.16.36.1.0.0.0.0.0.0.0.0.0.0.0.0.0.9|2|3\n"
        f"{PORTS}.2.4|4|2401::9 or 2401:0:0::9\n"
    )
    assert said == (
        "1.0.8802.1.1.2.1.4.2.1.3.0.3.1.1.4.192.0.2.2|2|2\n"
        f"{PORTS}.2.3|4|Vlan at 192.0.2.1/24, not 0.0.0.0\n{PORTS}.2.4|4|2001:db8::1 or 2001:db8::1\n"
        f"{IP}.1.192.0.2.1|64|192.0.2.1\n{IP}.2.127.0.0.1|2|1\n{IP}.2.192.0.2.1|2|3\n"
        f"{IP}.3.192.0.2.1|64|255.255.255.0\n"
        "1.3.6.1.2.1.4.34.1.3.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1|2|3\n"
        f"{CDP}.4.3.1|4x|c0000202\n"
    )


def test_of_a_hardware_address_the_maker_stays() -> None:
    said = after(
        f"{PORTS}.6.1|4x|001b213c4d5e\n{PORTS}.6.2|4x|001b213c4d5f\n{PORTS}.6.3|4x|000000000000\n"
        f"{LLDP}.1.1.5.0.1.1|4x|001b213c4d5f\n{PORTS}.2.1|4|00:1B:21:3c:4d:5e or 001b-213c-4d5f\n"
        "1.3.6.1.2.1.17.2.5.0|4x|8000001b213c4d5e\n"
        "1.3.6.1.4.1.99999.1.1.1.1.0.27.33.60.77.94|2|1\n"
    )
    assert said == (
        f"{LLDP}.1.1.5.0.1.1|4x|001b21000002\n"
        f"{PORTS}.2.1|4|00:1b:21:00:00:01 or 001b-2100-0002\n"
        f"{PORTS}.6.1|4x|001b21000001\n{PORTS}.6.2|4x|001b21000002\n{PORTS}.6.3|4x|000000000000\n"
        "1.3.6.1.2.1.17.2.5.0|4x|8000001b21000001\n"
        "1.3.6.1.4.1.99999.1.1.1.1.0.27.33.0.0.1|2|1\n"
    )


def test_serial_numbers_and_secrets_go_wherever_they_recur() -> None:
    said = after(
        f"{SYSTEM}.1.0|4|Card (HR:01 SN: ZA77001 MD:01) s3cr3t\n{ENTITY}.11.1|4|FOC1234X\n{ENTITY}.11.2|4|N/A\n"
        f"{PORTS}.2.1|4|board FOC1234X, xs3cr3tx\n"
        "1.3.6.1.4.1.99999.1.1.1.6.115.51.99.114.51.116|4x|0073336372337400ff\n",
        "s3cr3t", "public",
    )  # fmt: skip
    assert said == (
        f"{SYSTEM}.1.0|4|Card (HR:01 SN: serial-1 MD:01) secret-1\n"
        f"{PORTS}.2.1|4|board serial-2, xsecret-1x\n{ENTITY}.11.1|4|serial-2\n{ENTITY}.11.2|4|N/A\n"
        "1.3.6.1.4.1.99999.1.1.1.6.115.101.99.114.101.116.45.49|4x|007365637265742d3100ff\n"
    )


def test_whole_tables_are_left_out_and_counted() -> None:
    done = scrubbed(
        "1.3.6.1.2.1.4.21.1.7.10.0.0.0|64|10.0.0.1\n1.3.6.1.2.1.4.22.1.2.3.10.0.0.9|4x|001122334455\n"
        "1.3.6.1.2.1.6.13.1.1.10.0.0.1.22.10.0.0.9.5000|2|5\n1.3.6.1.2.1.25.4.2.1.5.9|4|--password x\n"
        "1.3.6.1.6.3.15.1.2.2.1.3.5.1.2|4|admin\n1.3.6.1.2.1.25.4.2.1.2.9|4|sshd\n"
    )
    assert [each.oid for each in done.objects] == ["1.3.6.1.2.1.25.4.2.1.2.9"]
    assert done.counts == {"left_out": 5}


def test_a_single_object_that_a_profile_asks_for_stays_though_its_neighbours_go() -> None:
    sessions = "1.3.6.1.4.1.9.9.392.1.3"
    before = walk(f"{sessions}.1.0|66|12\n{sessions}.21.1.2.3.108.105.1|4|li\n")
    assert scrub(before, asked={f"{sessions}.1.0": ""}).objects == before[:1]


def test_a_name_that_a_maker_gives_is_kept_in_what_the_device_says_of_itself() -> None:
    assert "Huawei Versatile" in after(f"{SYSTEM}.1.0|4|Huawei Versatile Routing Platform\n{SYSTEM}.5.0|4|HUAWEI\n")


def test_a_system_that_calls_itself_by_another_name_is_not_told_either() -> None:
    said = after(f"{SYSTEM}.1.0|4|Linux db-9.corp.cn 6.1.0\n{SYSTEM}.5.0|4|core-7\n{PORTS}.2.1|4|lo db-9\n")
    assert "Linux name-1 6.1.0" in said
    assert "lo name-1" in said


def test_the_address_that_was_asked_is_known_though_no_table_has_it() -> None:
    text = "1.3.6.1.4.1.99999.1.1.1.1.10.9.8.7|2|1\n"
    assert scrub(walk(text), asked_as="10.9.8.7").objects[0].oid == "1.3.6.1.4.1.99999.1.1.1.1.192.0.2.1"


def test_a_name_goes_in_whatever_encoding_it_recurs() -> None:
    said = after(f"{SYSTEM}.5.0|4|杭州核心-1\n{PORTS}.2.1|4x|{'到杭州核心-1'.encode('gbk').hex()}\n")
    assert said.endswith(f"{PORTS}.2.1|4x|{'到'.encode('gbk').hex()}6e616d652d31\n")


def test_more_addresses_than_there_are_for_documents_stay_apart() -> None:
    many = "".join(f"{IP}.2.10.{n >> 8}.{n & 255}.9|2|{n}\n" for n in range(1000))
    done = scrubbed(many)
    assert len({each.oid for each in done.objects}) == 1000
    assert sorted(each.value for each in done.objects) == list(range(1000))


async def readings(objects: list[Object]) -> Counter[tuple[str, float]]:
    settings = single({"address": "192.0.2.1"}, {"community": "env:COMMUNITY"})
    collector = SnmpCollector(settings, RecordedEngine({each.oid: each.value for each in objects}))
    notes = Notes()
    await collector.collect(build_targets(settings)[NAME], notes, budget=timedelta(seconds=10), full=True)
    return Counter((reading.parameter, reading.value) for reading in notes.readings)


@pytest.mark.parametrize("name", sorted(WALKS))
async def test_every_walk_reads_as_before(name: str) -> None:
    before = walk(WALKS[name])
    done = scrub(before, ["correct-horse"], asked=ASKED).objects
    assert await readings(done) == await readings(before)
    assert {each.oid for each in done} == {each.oid for each in before}


OCTET = st.integers(100, 250)
ADDRESSES = st.builds(lambda a, b, c: f"10.{a}.{b}.{c}", OCTET, OCTET, OCTET)
MACS = st.binary(min_size=3, max_size=3).filter(lambda b: b[0] > 3).map(lambda b: b"\x00\x1b\x21" + b)
NAMES = st.from_regex(r"q[a-z0-9]{3,9}-z[0-9]{1,3}", fullmatch=True)
DOMAINS = st.from_regex(r"q[a-z]{3,8}\.(corp|intra)\.cn", fullmatch=True)
SERIALS = st.from_regex(r"Q[A-Z0-9]{4,9}7Z", fullmatch=True)
COMMUNITIES = st.from_regex(r"w[A-Za-z0-9!]{5,12}", fullmatch=True)
CHINESE = st.text(alphabet="华东核心机房银行张三", min_size=6, max_size=9)


@st.composite
def told(draw: st.DrawFn) -> tuple[str, list[str], list[str], list[bytes], str]:
    """Return a walk, the words and addresses in it that must not stay, the hardware addresses, the community."""
    name, domain, serial, community = draw(NAMES), draw(DOMAINS), draw(SERIALS), draw(COMMUNITIES)
    person, alias, place = draw(NAMES), draw(NAMES), draw(CHINESE)
    addresses, macs = draw(st.lists(ADDRESSES, min_size=1, max_size=4, unique=True)), draw(st.lists(MACS, max_size=3))
    neighbours = draw(st.lists(NAMES, max_size=3))
    mail = f"{person}@{domain}"
    words = [name, domain, serial, community, alias, place, mail, *neighbours]
    loose = st.sampled_from([*words, *addresses, "port", " ", "at", *(m.hex(":") for m in macs)])
    lines = [
        f"{SYSTEM}.1.0|4|Linux {name} 5.10", f"{SYSTEM}.4.0|4|{mail}", f"{SYSTEM}.5.0|4|{name}.{domain}",
        f"{SYSTEM}.6.0|4|{place}", f"{IFX}.18.1|4|{alias}", f"{ENTITY}.11.1|4|{serial}",
        *(f"{IP}.2.{a}|2|{n}" for n, a in enumerate(addresses)), *(f"{IP}.1.{a}|64|{a}" for a in addresses),
        *(f"{PORTS}.6.{n}|4x|{m.hex()}" for n, m in enumerate(macs)),
        *(f"{LLDP}.1.1.9.0.{n}.1|4|{each}" for n, each in enumerate(neighbours)),
        *(f"{LLDP}.2.1.3.0.{n}.1.1.4.{a}|2|2" for n, a in enumerate(addresses)),
        *(f"1.3.6.1.4.1.99999.1.1.1.1.{a}.{n}|4x|{bytes(map(int, a.split('.'))).hex()}"
          for n, a in enumerate(addresses)),
        *(f"1.3.6.1.4.1.99999.1.2.1.1.{len(word)}.{'.'.join(map(str, word.encode()))}|2|1"
          for word in (name, serial, community)),
        *(f"{PORTS}.2.{n}|4|{draw(loose)} {draw(loose)}/{draw(loose)}" for n in range(4)),
        f"{ENTITY}.2.1|4x|{('x ' + draw(loose) + ' x').encode().hex()}",
    ]  # fmt: skip
    # An alias is replaced where it stands, and is left as a word elsewhere: what is part of it stays with it.
    return "\n".join(lines), [w for w in words if w.lower() not in alias.lower()], addresses, macs, community


@given(told())
def test_nothing_that_was_told_is_left_in_any_form(
    case: tuple[str, list[str], list[str], list[bytes], str],
) -> None:
    text, words, addresses, macs, community = case
    out = after(text, community).lower()
    for word in words:
        assert word.lower() not in out
        assert word.encode().hex() not in out
        assert word.lower().encode().hex() not in out
        assert "." + ".".join(map(str, word.encode())) + "." not in out.replace("|", ".")
    for address in addresses:
        assert not re.search(rf"(?<!\d){re.escape(address)}(?!\d)", out)
        assert bytes(map(int, address.split("."))).hex() not in out
        assert address.encode().hex() not in out
    for mac in macs:
        assert mac.hex() not in out
        assert mac.hex(":") not in out


@given(told())
def test_twice_is_once(case: tuple[str, list[str], list[str], list[bytes], str]) -> None:
    once = scrubbed(case[0], case[4])
    assert scrub(once.objects, [case[4]], asked=ASKED).objects == once.objects


PIECES = st.sampled_from(
    [b"name-1", b"serial-2", b"a.b.cn", b"x@y.cn", b"10.1.1.1", b"192.0.2.2", b"SN: serial-7", b"name-3 10.1.1.1",
     b"\x00\x1b\x21\x00\x00\x02", b"abc.corp.cn foo", b"00:1b:21:33:44:55", b"Linux abc 5.1", b"fe80::1", b"alias-9",
     b"person-4@example.com", b"www.corp.cn"]
)  # fmt: skip
TELLING = st.sampled_from(
    [f"{SYSTEM}.5", f"{IFX}.18", f"{LLDP}.1.1.5", f"{PORTS}.6", f"{ENTITY}.11", f"{IP}.2", "1.3.6.1.4.1.9.9.9.9.9"]
)
ARCS = st.lists(
    st.sampled_from([1, 4, 10, 192, 168, 0, 2, 51, 100, 198, 203, 113, 65, 110, 97]), min_size=1, max_size=9
)


@given(
    st.dictionaries(
        st.builds(lambda root, arcs: f"{root}.{'.'.join(map(str, arcs))}", TELLING, ARCS), PIECES, max_size=12
    )
)
def test_twice_is_once_even_where_stand_ins_stood_already(values: dict[str, bytes]) -> None:
    once = scrub([Object(oid, 4, value) for oid, value in values.items()], ["abcd"]).objects
    assert scrub(once, ["abcd"]).objects == once


HOSTILE = st.lists(
    st.builds(
        Object,
        st.sampled_from(["1.3.6.1.2.1.1", "1.3.6.1.4.1.9.9", IP, LLDP, "1.0.8802.1.1.2.1.3.8.1"]).flatmap(
            lambda root: st.lists(st.integers(0, 300), min_size=1, max_size=24).map(
                lambda arcs: f"{root}.{'.'.join(map(str, arcs))}"
            )
        ),
        st.just(4),
        st.binary(max_size=30),
    ),
    max_size=20,
    unique_by=lambda each: each.oid,
)


@given(HOSTILE)
def test_whatever_a_device_says_it_comes_through(objects: list[Object]) -> None:
    assert len(scrub(objects, ["x", "correct"]).objects) <= len(objects)


@given(st.sampled_from(sorted(WALKS)), told())
def test_a_walk_with_all_that_in_it_reads_as_before(
    name: str, case: tuple[str, list[str], list[str], list[bytes], str]
) -> None:
    given = {each.oid: each for each in walk(case[0]) if not each.oid.startswith(SYSTEM)}
    before = [*{**given, **{each.oid: each for each in walk(WALKS[name])}}.values()]
    done = scrub(before, [case[4]], asked=ASKED).objects
    assert asyncio.run(readings(done)) == asyncio.run(readings(before))
