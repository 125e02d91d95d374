"""Both engines, against agents that misbehave."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.snmp.engine import OwnEngine
from collectors.snmp.port import Device, Fetched, SnmpEngine
from collectors.snmp.reference import PysnmpEngine
from collectors.snmp.tables import Name
from config.schema import SnmpCredential
from config.secret import Secret
from duty.errors import CollectError
from tests.collectors.snmp import faulty_agent as agents
from tests.collectors.snmp.faulty_agent import Asked, Behaviour, agent, honest, number, octets, reply, truthful

SCALAR = "1.3.6.1.2.1.1.3.0"
COLUMN, OTHER, THIRD = "1.3.6.1.2.1.2.2.1.10", "1.3.6.1.2.1.2.2.1.16", "1.3.6.1.2.1.2.2.1.20"
ROOT, OTHER_ROOT = (1, 3, 6, 1, 2, 1, 2, 2, 1, 10), (1, 3, 6, 1, 2, 1, 2, 2, 1, 16)
UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
TREE: dict[Name, bytes] = {
    UPTIME: number(4200, 0x43),
    **{(*ROOT, row): number(row * 1000, 0x41) for row in range(1, 8)},
    **{(*OTHER_ROOT, row): number(row * 2000, 0x41) for row in range(1, 8)},
}
WHOLE = {str(row): row * 1000 for row in range(1, 8)}
AGES = timedelta(seconds=20)
AT_ONCE = timedelta(seconds=0.2)


Engine = type[OwnEngine] | type[PysnmpEngine]


@pytest.fixture(params=[pytest.param(OwnEngine, id="own"), pytest.param(PysnmpEngine, id="pysnmp")])
def kind(request: pytest.FixtureRequest) -> Engine:
    made: Engine = request.param
    return made


@pytest.fixture
async def engine(kind: Engine) -> AsyncIterator[SnmpEngine]:
    engine = kind(row_cap=200)
    yield engine
    await engine.close()


@pytest.fixture
def community(monkeypatch: pytest.MonkeyPatch) -> SnmpCredential:
    monkeypatch.setenv("COMMUNITY", "public")
    return SnmpCredential(community=Secret("env:COMMUNITY"))


async def fetch(
    engine: SnmpEngine,
    credential: SnmpCredential,
    port: int,
    *,
    scalars: Sequence[str] = (SCALAR,),
    columns: Sequence[str] = (COLUMN,),
    timeout: timedelta = AGES,
    retries: int = 0,
    budget: timedelta = AGES,
) -> Fetched:
    into = Fetched()
    device = Device("127.0.0.1", port, credential, timeout, retries)
    await engine.fetch(device, scalars, columns, into, budget=budget)
    return into


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_brings_what_is_there_and_says_what_is_not(
    engine: SnmpEngine, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.setenv("COMMUNITY", "public")
    credential = SnmpCredential.model_validate({"version": version, "community": Secret("env:COMMUNITY")})
    async with agent(honest(TREE)) as heard:
        got = await fetch(
            engine, credential, heard.port, scalars=(SCALAR, "1.3.6.1.2.1.1.9.0"), columns=(COLUMN, OTHER, THIRD)
        )
    assert got.scalars == {SCALAR: 4200}
    assert got.columns == {COLUMN: WHOLE, OTHER: {row: 2 * value for row, value in WHOLE.items()}}
    assert got.gaps == {"1.3.6.1.2.1.1.9.0": "not_offered", THIRD: "not_offered"}
    assert got.answered
    assert not got.failure
    assert got.spent > timedelta(0)
    walks = {asked.kind for asked in heard.requests} - {agents.GET}
    assert walks == {agents.NEXT if version == "1" else agents.BULK}, "version 1 has no GETBULK"


def silent(_asked: Asked) -> list[bytes]:
    return []


def wrong_number(asked: Asked) -> list[bytes]:
    return [reply(agents.with_number(asked, asked.number + 1000), truthful(TREE, asked))]


def other_community(asked: Asked) -> list[bytes]:
    return [reply(Asked(asked.version, b"other", asked.kind, asked.number, 0, ()), truthful(TREE, asked))]


def rubbish(asked: Asked) -> list[bytes]:
    good = reply(asked, truthful(TREE, asked))
    return [
        b"",
        b"\x00\x01rubbish",
        good[:-4],
        b"\x30\x84\xff\xff\xff\xff" + good[2:],
        b"\x30\x80" * 3000,
        agents.tlv(0x30, number(1) + octets(b"public") + agents.tlv(agents.RESPONSE, b"\x02\x84\x7f\xff\xff\xff\x01")),
        bytes(range(256)) * 200,
        good[:2] + b"\x1f" + b"\xff" * 60_000,
    ]


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(silent, id="says nothing"),
        pytest.param(rubbish, id="sends rubbish only"),
        pytest.param(wrong_number, id="answers another request"),
        pytest.param(other_community, id="answers in another community"),
    ],
)
async def test_a_device_that_gives_no_answer_is_silent(
    engine: SnmpEngine, community: SnmpCredential, behaviour: Behaviour
) -> None:
    async with agent(behaviour) as heard:
        got = await fetch(engine, community, heard.port, timeout=AT_ONCE, retries=1)
    assert not got.answered
    assert got.failure == "timeout"
    assert got.gaps == {SCALAR: "timeout", COLUMN: "timeout"}
    assert len(heard.requests) == 2, "the first try and one more"


@pytest.mark.skipif(not Path("/proc/net/if_inet6").exists(), reason="this machine has no IPv6")
async def test_speaks_over_ipv6(engine: SnmpEngine, community: SnmpCredential) -> None:
    into = Fetched()
    async with agent(honest(TREE), address="::1") as heard:
        device = Device("::1", heard.port, community, AGES, 0)
        await engine.fetch(device, (SCALAR,), (COLUMN,), into, budget=AGES)
    assert into.scalars == {SCALAR: 4200}
    assert into.columns == {COLUMN: WHOLE}


async def test_an_answer_from_another_address_is_none(engine: SnmpEngine, community: SnmpCredential) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as elsewhere:
        elsewhere.bind(("127.0.0.9", 0))

        class Liar(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                asked = agents.parse(data)
                elsewhere.sendto(reply(asked, truthful(TREE, asked)), addr)

        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Liar, local_addr=("127.0.0.1", 0))
        got = await fetch(engine, community, transport.get_extra_info("sockname")[1], timeout=AT_ONCE)
        transport.close()
    assert not got.answered


async def test_an_answer_from_another_port_is_none(engine: SnmpEngine, community: SnmpCredential) -> None:
    async with agent(honest(TREE), from_elsewhere=True) as heard:
        got = await fetch(engine, community, heard.port, timeout=AT_ONCE)
    assert not got.answered


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(rubbish, id="rubbish"),
        pytest.param(wrong_number, id="an answer to another request"),
        pytest.param(lambda asked: [reply(asked, truthful(TREE, asked))], id="the same answer"),
    ],
)
async def test_a_good_answer_counts_whatever_came_before_it(
    engine: SnmpEngine, community: SnmpCredential, before: Behaviour
) -> None:
    def behave(asked: Asked) -> list[bytes]:
        return [*before(asked), reply(asked, truthful(TREE, asked))]

    async with agent(behave) as heard:
        got = await fetch(engine, community, heard.port)
    assert got.scalars == {SCALAR: 4200}
    assert got.columns == {COLUMN: WHOLE}
    assert not got.gaps


async def test_a_lost_request_is_sent_again(engine: SnmpEngine, community: SnmpCredential) -> None:
    lost: list[Asked] = []

    def loses_the_first(asked: Asked) -> list[bytes]:
        if not lost:
            lost.append(asked)
            return []
        return [reply(asked, truthful(TREE, asked))]

    async with agent(loses_the_first) as heard:
        got = await fetch(engine, community, heard.port, columns=(), timeout=AT_ONCE, retries=20)
    assert got.scalars == {SCALAR: 4200}


async def test_what_came_before_the_silence_is_kept(engine: SnmpEngine, community: SnmpCredential) -> None:
    answered: list[Asked] = []

    def dies_after_two(asked: Asked) -> list[bytes]:
        answered.append(asked)
        if len(answered) > 2:
            return []
        return [reply(asked, truthful(TREE, asked)[:6])]

    async with agent(dies_after_two) as heard:
        got = await fetch(engine, community, heard.port, columns=(COLUMN, OTHER), timeout=timedelta(seconds=1))
    assert got.scalars == {SCALAR: 4200}
    assert got.columns == {COLUMN: {"1": 1000, "2": 2000, "3": 3000}, OTHER: {"1": 2000, "2": 4000, "3": 6000}}
    assert got.gaps == {COLUMN: "timeout", OTHER: "timeout"}
    assert got.answered
    assert got.failure == "timeout"


def loops(asked: Asked) -> list[bytes]:
    return [reply(asked, [((*ROOT, row), number(row)) for row in (5, 6, 7)])]


def goes_back(asked: Asked) -> list[bytes]:
    return [reply(asked, [((*ROOT, row), number(row)) for row in (9, 8, 7)])]


def repeats_the_question(asked: Asked) -> list[bytes]:
    return [reply(asked, [(asked.names[0], number(1))])]


def sends_an_empty_answer(asked: Asked) -> list[bytes]:
    return [reply(asked, [])]


@pytest.mark.parametrize("behaviour", [loops, goes_back, repeats_the_question, sends_an_empty_answer])
async def test_a_walk_that_does_not_move_on_ends(
    engine: SnmpEngine, community: SnmpCredential, behaviour: Behaviour
) -> None:
    async with agent(behaviour) as heard:
        got = await fetch(engine, community, heard.port, scalars=())
    assert got.gaps == {COLUMN: "agent_fault"}
    assert len(heard.requests) <= 2


async def test_a_table_without_end_is_cut_and_kept(engine: SnmpEngine, community: SnmpCredential) -> None:
    def endless(asked: Asked) -> list[bytes]:
        last = asked.names[0][len(ROOT) :] or (0,)
        return [reply(asked, [((*ROOT, last[0] + step), number(step)) for step in range(1, asked.rows + 1)])]

    async with agent(endless) as heard:
        got = await fetch(engine, community, heard.port, scalars=())
    assert len(got.columns[COLUMN]) == 200
    assert got.gaps == {COLUMN: "row_cap"}


async def test_a_table_without_end_ends_with_the_budget(kind: Engine, community: SnmpCredential) -> None:
    def endless(asked: Asked) -> list[bytes]:
        last = asked.names[0][len(ROOT) :] or (0,)
        return [reply(asked, [((*ROOT, last[0] + 1), number(1))])]

    engine = kind(row_cap=10**9)
    async with agent(endless) as heard:
        got = await fetch(engine, community, heard.port, budget=timedelta(seconds=1))
    await engine.close()
    assert got.failure == "budget_spent"
    assert got.gaps[COLUMN] == "budget_spent"
    assert got.columns[COLUMN], "what was read until then is kept"


async def test_an_answer_to_what_was_not_asked_is_refused(engine: SnmpEngine, community: SnmpCredential) -> None:
    def says_something_else(asked: Asked) -> list[bytes]:
        return [reply(asked, [((*UPTIME[:-1], 77), number(1)) for _ in asked.names])]

    async with agent(says_something_else) as heard:
        got = await fetch(engine, community, heard.port)
    assert not got.scalars
    assert not got.columns
    assert got.gaps == {SCALAR: "agent_fault", COLUMN: "agent_fault"}


@pytest.mark.parametrize(
    "error",
    [pytest.param(agents.TOO_BIG, id="too big"), pytest.param(agents.GENERAL_ERROR, id="general error")],
)
async def test_an_agent_that_cannot_answer_much_is_asked_for_less(
    engine: SnmpEngine, community: SnmpCredential, error: int
) -> None:
    def narrow(asked: Asked) -> list[bytes]:
        bindings = truthful(TREE, asked)
        return [reply(asked, [], error=error) if len(bindings) > 2 else reply(asked, bindings)]

    scalars = (SCALAR, "1.3.6.1.2.1.1.9.0", "1.3.6.1.2.1.1.7.0")
    async with agent(narrow) as heard:
        got = await fetch(engine, community, heard.port, scalars=scalars, columns=(COLUMN, OTHER, THIRD))
    assert got.scalars == {SCALAR: 4200}
    assert got.columns == {COLUMN: WHOLE, OTHER: {row: 2 * value for row, value in WHOLE.items()}}


async def test_one_column_that_fails_takes_no_other_with_it(engine: SnmpEngine, community: SnmpCredential) -> None:
    def stumbles(asked: Asked) -> list[bytes]:
        if any(name[: len(OTHER_ROOT)] == OTHER_ROOT for name in asked.names):
            return [reply(asked, [(name, agents.NULL) for name in asked.names], error=agents.GENERAL_ERROR, at=1)]
        return [reply(asked, truthful(TREE, asked))]

    async with agent(stumbles) as heard:
        got = await fetch(engine, community, heard.port, columns=(OTHER, COLUMN))
    assert got.columns == {COLUMN: WHOLE}
    assert got.gaps == {OTHER: "agent_fault"}


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        pytest.param(number(2**64 - 1, 0x46), 2**64 - 1, id="the largest Counter64"),
        pytest.param(number(2**63 + 1, 0x46), 2**63 + 1, id="a Counter64 above 2^63, exactly"),
        pytest.param(number(2**32 - 1, 0x41), 2**32 - 1, id="the largest Counter32"),
        pytest.param(number(-123), -123, id="a negative number"),
        pytest.param(number(5, 0x42), 5, id="a gauge"),
        pytest.param(octets(b"\xff\xfe\x00Z"), b"\xff\xfe\x00Z", id="bytes that are no text"),
        pytest.param(octets("机房\u202e\x1b[2J".encode()), "机房\u202e\x1b[2J".encode(), id="text with controls"),
        pytest.param(octets(b""), b"", id="an empty string"),
        pytest.param(agents.identifier((1, 3, 6, 1, 4, 1, 9)), "1.3.6.1.4.1.9", id="an object identifier"),
        pytest.param(agents.tlv(0x40, b"\x0a\x01\x02\x03"), "10.1.2.3", id="an address"),
        pytest.param(agents.tlv(0x44, b"\x9f\x78\x04\x41\xac\x00\x00"), 21.5, id="an opaque float"),
        pytest.param(agents.tlv(0x44, b"\x9f\x79\x08\x40\x0a" + bytes(6)), 3.25, id="an opaque double"),
        pytest.param(agents.tlv(0x44, b"\x01\x02"), b"\x01\x02", id="something else opaque"),
    ],
)
async def test_every_type_arrives_whole(
    engine: SnmpEngine, community: SnmpCredential, encoded: bytes, expected: object
) -> None:
    async with agent(honest({UPTIME: encoded})) as heard:
        got = await fetch(engine, community, heard.port, columns=())
    assert got.scalars == {SCALAR: expected}


@pytest.mark.parametrize(
    ("encoded", "code"),
    [
        pytest.param(agents.NO_SUCH_OBJECT, "not_offered", id="noSuchObject"),
        pytest.param(agents.NO_SUCH_INSTANCE, "not_offered", id="noSuchInstance"),
        pytest.param(agents.END_OF_MIB, "not_offered", id="endOfMibView"),
        pytest.param(agents.NULL, "malformed", id="null"),
    ],
)
async def test_no_value_is_a_gap_and_never_zero(
    engine: SnmpEngine, community: SnmpCredential, encoded: bytes, code: str
) -> None:
    async with agent(honest({UPTIME: encoded})) as heard:
        got = await fetch(engine, community, heard.port, columns=())
    assert not got.scalars
    assert got.gaps == {SCALAR: code}


async def test_an_answer_as_large_as_udp_carries_is_taken(engine: SnmpEngine, community: SnmpCredential) -> None:
    async with agent(honest({UPTIME: octets(b"x" * 60_000)})) as heard:
        got = await fetch(engine, community, heard.port, columns=())
    assert got.scalars == {SCALAR: b"x" * 60_000}


async def test_a_silent_device_does_not_delay_the_others(engine: SnmpEngine, community: SnmpCredential) -> None:
    async with agent(silent) as dead, agent(honest(TREE)) as alive, asyncio.TaskGroup() as group:
        waiting = group.create_task(fetch(engine, community, dead.port, timeout=AGES, budget=timedelta(seconds=2)))
        got = await fetch(engine, community, alive.port)
        assert got.columns == {COLUMN: WHOLE}
        assert not waiting.done()


async def test_no_more_requests_are_under_way_than_allowed(kind: Engine, community: SnmpCredential) -> None:
    engine = kind(in_flight=6)
    allowed = 6 if kind is OwnEngine else 3  # pysnmp keeps half of it for who was silent before
    async with AsyncExitStack() as stack:
        dead = [await stack.enter_async_context(agent(silent)) for _ in range(8)]
        waiting = [asyncio.create_task(fetch(engine, community, heard.port)) for heard in dead]
        for heard in dead[:allowed]:
            await heard.until(1)
        for _ in range(100):
            await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    await engine.close()
    assert sum(len(heard.requests) for heard in dead) == allowed


async def test_a_device_is_asked_one_thing_at_a_time(community: SnmpCredential) -> None:
    engine = OwnEngine()
    async with agent(silent) as dead:
        waiting = [asyncio.create_task(fetch(engine, community, dead.port)) for _ in range(3)]
        await dead.until(1)
        for _ in range(100):
            await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    await engine.close()
    assert len(dead.requests) == 1


async def test_who_waits_too_long_for_a_turn_is_not_called_silent(kind: Engine, community: SnmpCredential) -> None:
    engine = kind(in_flight=1)
    async with agent(silent) as dead, agent(honest(TREE)) as alive:
        first = asyncio.create_task(fetch(engine, community, dead.port))
        await dead.until(1)
        got = await fetch(engine, community, alive.port, budget=timedelta(seconds=0.1))
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
    await engine.close()
    assert got.failure == "not_asked"
    assert not alive.requests


async def test_devices_that_stay_silent_do_not_keep_us_from_the_living(kind: Engine, community: SnmpCredential) -> None:
    engine = kind(in_flight=2)
    async with agent(silent) as dead, agent(honest(TREE)) as alive:
        await fetch(engine, community, dead.port, budget=timedelta(seconds=0.2))
        asked = len(dead.requests)
        # Silent before, so this one waits in the other line, and is asked once.
        again = asyncio.create_task(fetch(engine, community, dead.port, budget=timedelta(hours=1)))
        await dead.until(asked + 1)
        got = await fetch(engine, community, alive.port)
        assert not again.done()
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)
    await engine.close()
    assert got.answered
    assert len(dead.requests) == asked + 1


async def test_sockets_stay_few_over_many_looks(engine: SnmpEngine, community: SnmpCredential) -> None:
    async with agent(honest(TREE)) as heard:
        await fetch(engine, community, heard.port)
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(200):
            await fetch(engine, community, heard.port, columns=())
        assert len(os.listdir("/proc/self/fd")) == before


async def test_closing_gives_back_every_socket(kind: Engine, community: SnmpCredential) -> None:
    async with agent(honest(TREE)) as heard:
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            engine = kind()
            await fetch(engine, community, heard.port, columns=())
            await engine.close()
        assert len(os.listdir("/proc/self/fd")) == before


async def test_a_credential_that_cannot_be_read_is_said_without_asking(engine: SnmpEngine, tmp_path: Path) -> None:
    credential = SnmpCredential(community=Secret(f"file:{tmp_path}/none"))
    with pytest.raises(CollectError, match=r"not_permitted: .*none"):
        await fetch(engine, credential, 9)


async def test_a_name_without_an_address_is_said_so(kind: Engine, community: SnmpCredential) -> None:
    async def resolve(host: str, *, budget: float) -> str:
        raise CollectError("name_not_found", host)

    engine = kind(resolve=resolve)
    device = Device("no.such.host", 161, community, AGES, 0)
    with pytest.raises(CollectError, match=r"name_not_found: no\.such\.host"):
        await engine.fetch(device, (SCALAR,), (), Fetched(), budget=AGES)
    await engine.close()


async def test_an_address_without_a_route_is_unreachable(engine: SnmpEngine, community: SnmpCredential) -> None:
    into = Fetched()
    await engine.fetch(Device("255.255.255.255", 161, community, AGES, 0), (SCALAR,), (), into, budget=AGES)
    assert into.failure in ("unreachable", "not_permitted")
    assert into.gaps == {SCALAR: into.failure}
