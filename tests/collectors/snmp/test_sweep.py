"""All that a device has, from agents that are honest and from those that lie, loop, refuse or never end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.engine import OwnEngine
from collectors.snmp.port import Device
from collectors.snmp.recorded import Object, read_walk, write_walk
from collectors.snmp.sweep import Swept
from collectors.snmp.tables import Name
from config.schema import SnmpCredential
from config.secret import Typed
from tests.collectors.snmp.faulty_agent import (
    GENERAL_ERROR,
    TOO_BIG,
    Asked,
    Behaviour,
    agent,
    honest,
    identifier,
    number,
    octets,
    reply,
    tlv,
    truthful,
)

IF: Name = (1, 3, 6, 1, 2, 1, 2, 2, 1)
TREE: Mapping[Name, bytes] = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): octets(b"a switch"),
    (1, 3, 6, 1, 2, 1, 1, 2, 0): identifier((1, 3, 6, 1, 4, 1, 9, 1)),
    (1, 3, 6, 1, 2, 1, 1, 3, 0): number(4200, 0x43),
    **{(*IF, 2, port): octets(b"port %d" % port) for port in range(1, 60)},
    **{(*IF, 10, port): number(2**32 - port, 0x41) for port in range(1, 60)},
    (1, 3, 6, 1, 2, 1, 4, 20, 1, 1, 10, 0, 0, 1): tlv(0x40, bytes((10, 0, 0, 1))),
    (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 1): number(2**64 - 1, 0x46),
    (1, 3, 6, 1, 2, 1, 99, 1, 0): tlv(0x44, bytes.fromhex("9f780441c80000")),
    (1, 3, 6, 1, 4, 1, 9, 2, 1): octets(b"\xff\x00"),
    (1, 3, 6, 1, 6, 3, 1, 1): number(1),
}
ROOTS = ("1.3.6.1.2.1", "1.3.6.1.4.1")


async def swept(behave: Behaviour, version: str = "2c", **limits: int) -> Swept:
    engine, into = OwnEngine(), Swept(**limits)  # type: ignore[arg-type]  # the limits are numbers
    async with agent(behave) as heard:
        credential = SnmpCredential.model_validate({"version": version, "community": Typed("public")})
        device = Device("127.0.0.1", heard.port, credential, timedelta(seconds=0.2), 0)
        try:
            await engine.sweep(device, ROOTS, into, budget=timedelta(seconds=20))
        finally:
            await engine.close()
    return into


def oids(into: Swept) -> list[str]:
    return [each.oid for each in into.objects]


INSIDE = [".".join(map(str, name)) for name in sorted(TREE) if name[:6] != (1, 3, 6, 1, 6, 3)]


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_takes_all_below_the_roots_with_its_types(version: str) -> None:
    into = await swept(honest(TREE), version)
    assert oids(into) == INSIDE
    assert (into.cut, into.faults) == ("", {})
    assert {each.tag for each in into.objects} == {2 + 2, 6, 0x43, 0x41, 0x40, 0x46, 0x44}
    walk = read_walk(write_walk(into.objects, ["a walk"]), "x")
    assert walk == {each.oid: each.value for each in into.objects}
    assert walk["1.3.6.1.2.1.99.1.0"] == 25.0


async def test_passes_over_a_column_that_loops_and_says_so() -> None:
    def loops(asked: Asked) -> list[bytes]:
        bindings = truthful(TREE, asked)
        stuck = (*IF, 2, 9)
        return [reply(asked, [(stuck, v) if (*IF, 2, 9) < n < (*IF, 3) else (n, v) for n, v in bindings])]

    into = await swept(loops)
    assert oids(into) == [oid for oid in INSIDE if not oid.startswith("1.3.6.1.2.1.2.2.1.2.") or int(oid[20:]) <= 9]
    assert into.faults == {"1.3.6.1.2.1.2.2.1.2": "agent_fault"}


async def test_an_agent_that_says_the_same_for_ever_is_left() -> None:
    def stuck(asked: Asked) -> list[bytes]:
        return [reply(asked, [((1, 3, 6, 1, 2, 1, 1, 1, 0), octets(b"again"))] * asked.rows)]

    into = await swept(stuck)
    assert oids(into) == ["1.3.6.1.2.1.1.1.0"]
    assert set(into.faults.values()) == {"agent_fault"}


async def test_an_agent_that_never_ends_is_cut_off() -> None:
    def endless(asked: Asked) -> list[bytes]:
        name = asked.names[0]
        last = name[-1] if len(name) > 8 else 0
        return [reply(asked, [((1, 3, 6, 1, 2, 1, 9, 1, last + n + 1), number(n)) for n in range(asked.rows)])]

    assert len((await swept(endless, most_objects=1000)).objects) == 1000
    by_size = await swept(endless, most_bytes=10_000)
    assert by_size.cut == "row_cap"
    assert by_size.size < 12_000


async def test_what_is_refused_is_asked_for_in_less_and_then_passed_over() -> None:
    def refuses(asked: Asked) -> list[bytes]:
        if asked.rows > 10:
            return [reply(asked, [], error=TOO_BIG)]
        bindings = truthful(TREE, asked)
        if any(name[:10] == (*IF, 10) for name, _ in bindings):
            return [reply(asked, [], error=GENERAL_ERROR, at=1)]
        return [reply(asked, bindings)]

    into = await swept(refuses)
    assert oids(into) == [oid for oid in INSIDE if not oid.startswith("1.3.6.1.2.1.2.2.1.10.")]
    assert into.faults == {"1.3.6.1.2.1.2.2.1.2": "agent_fault", "1.3.6.1.2.1.2.2.1": "agent_fault"}


async def test_silence_is_told_and_what_came_before_is_kept() -> None:
    def falls_silent(asked: Asked) -> list[bytes]:
        return [reply(asked, truthful(TREE, asked))] if asked.names[0] < (*IF, 10) else []

    into = await swept(falls_silent)
    assert into.cut == "timeout"
    assert "1.3.6.1.2.1.1.1.0" in oids(into)


VALUES = st.one_of(
    st.builds(Object, st.just("1.3.1"), st.just(4), st.binary(max_size=20)),
    st.builds(Object, st.just("1.3.1"), st.just(4), st.text(max_size=20).map(str.encode)),
    st.builds(Object, st.just("1.3.1"), st.sampled_from([2, 65, 66, 67, 70]), st.integers(0, 2**64 - 1)),
    st.builds(Object, st.just("1.3.1"), st.just(68), st.floats(allow_nan=False)),
    st.builds(Object, st.just("1.3.1"), st.just(64), st.ip_addresses(v=4).map(str)),
)


@given(VALUES)
def test_what_is_written_is_read_again(each: Object) -> None:
    assert read_walk(write_walk([each], ["head"]), "x") == {"1.3.1": each.value}
