"""A walk planned by the last one: cheaper when nothing has changed, and right when something has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from collectors.snmp.engine import OwnEngine
from collectors.snmp.port import Device, Fetched
from collectors.snmp.tables import Name
from config.schema import SnmpCredential
from config.secret import Secret
from tests.collectors.snmp import faulty_agent as agents
from tests.collectors.snmp.faulty_agent import Asked, agent, honest, number, octets, reply, truthful

ROOTS: tuple[Name, ...] = tuple((1, 3, 6, 1, 2, 1, 2, 2, 1, column) for column in (2, 5, 8))
COLUMNS = [".".join(map(str, root)) for root in ROOTS]
AGES = timedelta(seconds=20)
Tree = dict[Name, bytes]


def table(*rows: int, behind: bool = True) -> Tree:
    """Return a table of three columns, and something behind it."""
    tree = {(*root, row): number(root[-1] * 100_000 + row) for root in ROOTS for row in rows}
    return tree | ({(1, 3, 6, 1, 2, 1, 31, 7): number(1)} if behind else {})


def shown(tree: Tree) -> dict[str, dict[str, int]]:
    """Return what should be read of it."""
    read: dict[str, dict[str, int]] = {}
    for column, root in zip(COLUMNS, ROOTS, strict=True):
        for name in sorted(tree):
            if name[:-1] == root:
                read.setdefault(column, {})[str(name[-1])] = root[-1] * 100_000 + name[-1]
    return read


@pytest.fixture
async def engine() -> AsyncIterator[OwnEngine]:
    engine = OwnEngine()
    yield engine
    await engine.close()


@pytest.fixture
def community(monkeypatch: pytest.MonkeyPatch) -> SnmpCredential:
    monkeypatch.setenv("COMMUNITY", "public")
    return SnmpCredential(community=Secret("env:COMMUNITY"))


async def walk(engine: OwnEngine, way: SnmpCredential, port: int) -> Fetched:
    into = Fetched()
    await engine.fetch(Device("127.0.0.1", port, way, AGES, 0), (), COLUMNS, into, budget=AGES)
    return into


FORTY = range(1, 41)
CHANGES: list[object] = [
    pytest.param(table(*FORTY), table(*FORTY), id="nothing"),
    pytest.param(table(*FORTY), table(*FORTY, 41), id="a row more at the end"),
    pytest.param(table(*FORTY), table(*range(1, 40)), id="a row less at the end"),
    pytest.param(table(*FORTY), table(0, *FORTY), id="a row more at the beginning"),
    pytest.param(table(*FORTY), table(*range(2, 41)), id="a row less at the beginning"),
    pytest.param(table(*FORTY), table(*(row for row in FORTY if row != 20)), id="a row less in the middle"),
    pytest.param(table(*FORTY), table(*range(10_001, 10_041)), id="all rows under other indexes"),
    pytest.param(table(*FORTY), table(*range(1, 201)), id="many more rows"),
    pytest.param(table(*FORTY), table(1), id="one row is left"),
    pytest.param(table(*FORTY), table(), id="none is left"),
    pytest.param(table(), table(*FORTY), id="from none to many"),
    pytest.param(table(*FORTY), table(*FORTY, behind=False), id="what stood behind it is gone"),
    pytest.param(table(*FORTY, behind=False), table(*FORTY, 50, behind=False), id="the last table grows"),
]


def gapped(tree: Tree) -> Tree:
    """Take cells out, so that the columns have different rows."""
    return {name: value for name, value in tree.items() if not (name[-2] == 5 and name[-1] % 3 == 0)}


@pytest.mark.parametrize("cut", [lambda tree: tree, gapped], ids=["full", "with holes"])
@pytest.mark.parametrize(("before", "after"), CHANGES)
async def test_what_is_read_is_what_is_there(
    engine: OwnEngine, community: SnmpCredential, before: Tree, after: Tree, cut: Callable[[Tree], Tree]
) -> None:
    before, after = cut(before), cut(after)
    now = before

    def behave(asked: Asked) -> list[bytes]:
        return [reply(asked, truthful(now, asked))]

    async with agent(behave) as heard:
        for now in (before, before, after, after, before):
            got = await walk(engine, community, heard.port)
            assert got.columns == shown(now)
            assert got.gaps == {column: "not_offered" for column in COLUMNS if column not in shown(now)}
            for rows in got.columns.values():
                assert list(rows) == sorted(rows, key=int), "rows come in the device's order"
    assert heard.requests


async def test_the_plan_asks_for_no_more_than_the_walk_before(engine: OwnEngine, community: SnmpCredential) -> None:
    async with agent(honest(table(*FORTY))) as heard:
        await walk(engine, community, heard.port)
        first = len(heard.requests)
        await walk(engine, community, heard.port)
    assert first == 3, "17 rows of three columns fit an answer"
    assert len(heard.requests) == 2 * first
    assert [asked.names for asked in heard.requests[:first]] == [asked.names for asked in heard.requests[first:]]


async def test_columns_that_are_not_offered_leave_their_room_to_the_others(
    engine: OwnEngine, community: SnmpCredential
) -> None:
    one = {name: value for name, value in table(*FORTY).items() if name[:-1] not in ROOTS[1:]}
    async with agent(honest(one)) as heard:
        got = await walk(engine, community, heard.port)
        asked = [(len(asked.names), asked.rows) for asked in heard.requests]
        await walk(engine, community, heard.port)
    assert got.columns == shown(one)
    assert asked == [(3, 17), (1, 50)], "of one column 50 rows fit an answer"
    assert [(len(asked.names), asked.rows) for asked in heard.requests] == asked * 2


async def test_an_agent_that_bears_little_is_asked_for_no_more_when_a_column_has_ended(
    engine: OwnEngine, community: SnmpCredential
) -> None:
    tree, refused = gapped(table(*FORTY)), []

    def narrow(asked: Asked) -> list[bytes]:
        if len(asked.names) * asked.rows > 20:
            refused.append(asked)
            return [reply(asked, [], error=agents.TOO_BIG)]
        return [reply(asked, truthful(tree, asked))]

    async with agent(narrow) as heard:
        assert (await walk(engine, community, heard.port)).columns == shown(tree)
    assert [len(asked.names) for asked in refused] == [3, 3], "what it refused once is not asked of it again"


async def test_a_value_that_is_gone_for_once_is_a_gap_and_spoils_no_other(
    engine: OwnEngine, community: SnmpCredential
) -> None:
    tree = table(*FORTY)
    async with agent(lambda asked: [reply(asked, truthful(tree, asked))]) as heard:
        await walk(engine, community, heard.port)
        tree[(*ROOTS[1], 20)] = agents.NULL
        got = await walk(engine, community, heard.port)
        tree[(*ROOTS[1], 20)] = number(500_020)
        again = await walk(engine, community, heard.port)
    expected = shown(table(*FORTY))
    assert again.columns == expected
    del expected[COLUMNS[1]]["20"]
    assert got.columns == expected
    assert got.gaps == {f"{COLUMNS[1]}.20": "malformed"}


@pytest.mark.parametrize("most", [1, 2, 4, 7])
async def test_answers_that_are_cut_short_lose_nothing(engine: OwnEngine, community: SnmpCredential, most: int) -> None:
    tree = gapped(table(*FORTY))
    async with agent(lambda asked: [reply(asked, truthful(tree, asked)[:most])]) as heard:
        for _ in range(3):
            assert (await walk(engine, community, heard.port)).columns == shown(tree)


async def test_an_agent_that_bears_little_is_asked_for_little_from_then_on(
    engine: OwnEngine, community: SnmpCredential
) -> None:
    tree, refused = table(*FORTY), []

    def narrow(asked: Asked) -> list[bytes]:
        bindings = truthful(tree, asked)
        if len(bindings) > 20:
            refused.append(asked)
            return [reply(asked, [], error=agents.TOO_BIG)]
        return [reply(asked, bindings)]

    async with agent(narrow) as heard:
        assert (await walk(engine, community, heard.port)).columns == shown(tree)
        first = len(refused)
        assert first
        assert (await walk(engine, community, heard.port)).columns == shown(tree)
    assert len(refused) == first


async def test_a_silence_in_a_planned_walk_keeps_what_came_and_the_plan(
    engine: OwnEngine, community: SnmpCredential
) -> None:
    tree, deaf = table(*FORTY), False

    def behave(asked: Asked) -> list[bytes]:
        return [] if deaf and len(heard.requests) % 3 == 0 else [reply(asked, truthful(tree, asked))]

    async with agent(behave) as heard:
        await walk(engine, community, heard.port)
        deaf, into = True, Fetched()
        device = Device("127.0.0.1", heard.port, community, timedelta(seconds=0.2), 0)
        await engine.fetch(device, (), COLUMNS, into, budget=AGES)
        assert into.failure == "timeout"
        assert into.gaps == dict.fromkeys(COLUMNS, "timeout")
        assert {len(rows) for rows in into.columns.values()} == {34}
        deaf = False
        assert (await walk(engine, community, heard.port)).columns == shown(tree)


async def test_a_hundred_thousand_interfaces_are_cut_at_the_cap(community: SnmpCredential) -> None:
    def vast(asked: Asked) -> list[bytes]:
        after = asked.names[0][len(ROOTS[0]) :] or (0,)
        rows = range(after[0] + 1, min(after[0] + asked.rows, 100_000) + 1)
        return [reply(asked, [((*ROOTS[0], row), octets(b"port")) for row in rows])]

    engine, into = OwnEngine(), Fetched()
    async with agent(vast) as heard:
        device = Device("127.0.0.1", heard.port, community, AGES, 0)
        await engine.fetch(device, (), COLUMNS[:1], into, budget=timedelta(seconds=60))
    await engine.close()
    assert len(into.columns[COLUMNS[0]]) == 10_000
    assert into.gaps == {COLUMNS[0]: "row_cap"}
    assert len(heard.requests) <= 201


async def test_indexes_in_the_order_of_their_numbers_are_no_loop(engine: OwnEngine, community: SnmpCredential) -> None:
    # Encoded, 16384 begins with a smaller byte than 16383.
    tree = table(127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 2**32 - 1)
    async with agent(honest(tree)) as heard:
        got = await walk(engine, community, heard.port)
    assert got.columns == shown(tree)
    assert not got.gaps
