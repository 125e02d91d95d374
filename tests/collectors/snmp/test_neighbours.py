"""Whom a device sees: LLDP and CDP as devices fill them in, and as hostile ones do."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.neighbours import (
    BRIDGE,
    CDP,
    LLDP,
    LOCAL_CHASSIS,
    LOCAL_SUBTYPE,
    MANAGED,
    MOST,
    neighbours_in,
    own_chassis,
)
from collectors.snmp.port import Device, Fetched, Value
from collectors.snmp.recorded import RecordedEngine, read_walk
from config.schema import SnmpCredential
from duty.topology import Neighbour

REMOTE, MANAGED_AT, CISCO = "1.0.8802.1.1.2.1.4.1.1", "1.0.8802.1.1.2.1.4.2.1.3", "1.3.6.1.4.1.9.9.23.1.2.1.1"

WALK = f"""
{REMOTE}.4.0.1.5|2|4
{REMOTE}.5.0.1.5|4x|001122334455
{REMOTE}.6.0.1.5|2|5
{REMOTE}.7.0.1.5|4|XGE0/0/1
{REMOTE}.8.0.1.5|4|to access-11
{REMOTE}.9.0.1.5|4|core-1.example.com
{REMOTE}.10.0.1.5|4|S6730 V200
{MANAGED_AT}.0.1.5.1.4.10.0.0.1|2|2
{MANAGED_AT}.0.1.5.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1|2|2
{REMOTE}.4.900.2.1|2|4
{REMOTE}.5.900.2.1|4|00-1A-2B-3C-4D-5E
{REMOTE}.6.900.2.1|2|3
{REMOTE}.7.900.2.1|4x|001a2b3c4d5f
{REMOTE}.8.900.2.1|4|
{REMOTE}.4.0.3.1|2|5
{REMOTE}.5.0.3.1|4x|010a000007
{REMOTE}.4.0.4.1|2|4
{REMOTE}.5.0.4.1|4x|000000000000
{CISCO}.4.10.1|4x|0a000009
{CISCO}.6.10.1|4|sw-7(FOC1234X0AB)
{CISCO}.7.10.1|4|GigabitEthernet1/0/24
{CISCO}.8.10.1|4|cisco WS-C2960X
"""


async def seen(walk: str) -> tuple[Neighbour, ...]:
    fetched = Fetched()
    device = Device("192.0.2.1", 161, SnmpCredential(), timedelta(seconds=1), 0)
    columns = [*LLDP, *MANAGED, *CDP]
    await RecordedEngine(read_walk(walk, "a.walk")).fetch(device, [], columns, fetched, budget=timedelta(seconds=1))
    return neighbours_in(fetched)


async def test_neighbours_by_lldp_and_cdp() -> None:
    assert await seen(WALK) == (
        Neighbour(
            "00:11:22:33:44:55", "core-1.example.com", ("10.0.0.1", "2001:db8::1"), "XGE0/0/1", "S6730 V200"
        ),
        Neighbour(addresses=("10.0.0.7",)),
        Neighbour("00:1a:2b:3c:4d:5e", port="00:1a:2b:3c:4d:5f"),
        Neighbour("", "sw-7", ("10.0.0.9",), "GigabitEthernet1/0/24", "cisco WS-C2960X"),
    )  # fmt: skip


async def test_what_a_neighbour_tells_is_cleaned_and_cut() -> None:
    name = b"\x1b]0;x\x07\xe2\x80\xae" + b"n" * 400
    (found,) = await seen(f"{REMOTE}.9.0.1.1|4x|{name.hex()}\n{REMOTE}.5.0.1.1|2|7\n{REMOTE}.4.0.1.1|4|x")
    assert "\x1b" not in found.name
    assert "\u202e" not in found.name
    assert len(found.name) <= 100


async def test_of_a_table_without_end_only_the_first_are_read() -> None:
    assert len(await seen("\n".join(f"{REMOTE}.9.0.{n}.1|4|n{n}" for n in range(MOST + 50)))) == MOST


VALUES = st.integers() | st.binary(max_size=30) | st.text(max_size=20) | st.floats()
INDICES = st.lists(st.integers(0, 2**32), max_size=25).map(lambda arcs: ".".join(map(str, arcs)))


@given(st.dictionaries(st.sampled_from([*LLDP, *MANAGED, *CDP]), st.dictionaries(INDICES, VALUES, max_size=5)))
def test_whatever_stands_in_the_tables_is_no_accident(columns: dict[str, dict[str, Value]]) -> None:
    for neighbour in neighbours_in(Fetched(columns=columns)):
        assert neighbour.chassis or neighbour.name or neighbour.addresses


def test_a_device_is_known_by_its_chassis_and_by_its_bridge() -> None:
    mac = bytes.fromhex("001122334455")
    assert own_chassis({LOCAL_SUBTYPE: 4, LOCAL_CHASSIS: mac, BRIDGE: mac}) == ("00:11:22:33:44:55",)
    assert own_chassis({LOCAL_SUBTYPE: 7, LOCAL_CHASSIS: b"core-1", BRIDGE: mac}) == ("core-1", "00:11:22:33:44:55")
    assert own_chassis({LOCAL_SUBTYPE: 4, LOCAL_CHASSIS: b"8c:60:4f:19:16:7c"}) == ("8c:60:4f:19:16:7c",)
    assert own_chassis({BRIDGE: bytes(6)}) == own_chassis({}) == ()
