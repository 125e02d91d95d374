"""Getting objects and walking columns, whatever an agent answers."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.snmp.port import Fetched
from collectors.snmp.tables import Answer, Missing, Name, NoAnswer, Request, get, name_of, walk

COLUMNS = [f"1.3.6.1.9.1.{column}" for column in range(1, 5)]
INDEX = st.lists(st.integers(0, 300), min_size=1, max_size=3).map(tuple)
TABLE = st.dictionaries(st.tuples(st.integers(0, 3), INDEX), st.integers(), max_size=60)


def tree(table: dict[tuple[int, Name], int]) -> dict[Name, int]:
    return {(*name_of(COLUMNS[column]), *index): value for (column, index), value in table.items()}


class Agent:
    """Answers truthfully from a tree, at most ``most`` values at a time, and refuses more than ``too_big``."""

    def __init__(self, objects: dict[Name, int], most: int = 10_000, too_big: int = 10_000) -> None:
        self._objects = objects
        self._most = most
        self._too_big = too_big

    async def __call__(self, kind: Request, names: Sequence[Name], rows: int) -> Answer:
        if kind is Request.GET:
            return Answer([(name, self._objects.get(name, Missing.NOT_OFFERED)) for name in names])
        bindings: list[tuple[Name, int | Missing]] = []
        cursors = list(names)
        for _ in range(rows):
            for place, cursor in enumerate(cursors):
                follower = min((name for name in self._objects if name > cursor), default=None)
                cursors[place] = follower or cursor
                bindings.append((cursors[place], self._objects[follower] if follower else Missing.NOT_OFFERED))
        if len(bindings) > self._too_big:
            return Answer([], error=1)
        return Answer(bindings[: self._most])


@settings(deadline=None)
@given(TABLE, st.integers(1, 60), st.integers(1, 60), st.booleans())
async def test_a_walk_brings_every_cell_however_little_is_answered(
    table: dict[tuple[int, Name], int], most: int, too_big: int, bulk: bool
) -> None:
    into = Fetched()
    await walk(Agent(tree(table), most, max(too_big, 1)), COLUMNS, into, bulk=bulk, cap=1000)
    expected: dict[str, dict[str, int]] = {}
    for (column, index), value in sorted(table.items()):
        expected.setdefault(COLUMNS[column], {})[".".join(map(str, index))] = value
    assert into.columns == expected
    assert into.gaps == {column: "not_offered" for column in COLUMNS if column not in expected}


class Liar:
    """Answers with whatever hypothesis makes up."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self.asked = 0

    async def __call__(self, kind: Request, names: Sequence[Name], rows: int) -> Answer:
        self.asked += 1
        if self.asked > 50:
            raise NoAnswer("budget_spent")
        name = st.one_of(INDEX, st.tuples(st.sampled_from(names), INDEX).map(lambda two: two[0] + two[1]))
        value = st.one_of(st.integers(), st.binary(max_size=3), st.sampled_from(Missing))
        bindings = self._data.draw(st.lists(st.tuples(name, value), max_size=8))
        return Answer(bindings, self._data.draw(st.integers(0, 20)), self._data.draw(st.integers(-1, 5)))


@settings(deadline=None, max_examples=50)
@given(st.data())
async def test_whatever_is_answered_each_object_ends_as_a_value_or_a_gap(data: st.DataObject) -> None:
    into, scalars = Fetched(), ["1.3.6.1.9.2.0", "1.3.6.1.9.3.0", "1.3.6.1.9.4.0"]
    try:
        await get(Liar(data), scalars, into)
        await walk(Liar(data), COLUMNS, into, bulk=True, cap=20)
    except NoAnswer:
        pass
    else:
        # A gap is a column's, or that of one of its cells, whose index may have several parts.
        gone = {column for column in COLUMNS if any(f"{gap}.".startswith(f"{column}.") for gap in into.gaps)}
        assert set(COLUMNS) <= into.columns.keys() | gone
    assert set(scalars) <= into.scalars.keys() | into.gaps.keys()
    assert all(len(rows) <= 20 for rows in into.columns.values())


async def test_one_null_in_a_table_is_a_gap_of_its_own() -> None:
    class Holed(Agent):
        async def __call__(self, kind: Request, names: Sequence[Name], rows: int) -> Answer:
            answer = await super().__call__(kind, names, rows)
            spoiled = [(n, Missing.MALFORMED if n[-1] == 2 and isinstance(v, int) else v) for n, v in answer.bindings]
            return Answer(spoiled)

    into = Fetched()
    await walk(Holed(tree({(0, (1,)): 1, (0, (2,)): 2, (0, (3,)): 3})), COLUMNS[:1], into, bulk=True, cap=9)
    assert into.columns == {COLUMNS[0]: {"1": 1, "3": 3}}
    assert into.gaps == {f"{COLUMNS[0]}.2": "malformed"}


async def test_nulls_without_end_are_cut_too() -> None:
    async def nulls(kind: Request, names: Sequence[Name], rows: int) -> Answer:
        last = names[0][len(name_of(COLUMNS[0])) :] or (0,)
        return Answer([((*name_of(COLUMNS[0]), last[0] + 1), Missing.MALFORMED)])

    into = Fetched()
    await walk(nulls, COLUMNS[:1], into, bulk=True, cap=9)
    assert into.gaps[COLUMNS[0]] == "row_cap"
    assert len(into.gaps) == 10


async def test_many_columns_are_walked_in_turns() -> None:
    columns = [f"1.3.6.1.9.1.{column}" for column in range(1, 61)]
    objects = {(*name_of(column), row): row for column in columns for row in range(1, 4)}
    into = Fetched()
    await walk(Agent(objects), columns, into, bulk=True, cap=9)
    assert into.columns == {column: {"1": 1, "2": 2, "3": 3} for column in columns}


@pytest.mark.parametrize("cap", [1, 2, 3])
async def test_a_table_longer_than_the_cap_is_said_to_be(cap: int) -> None:
    into = Fetched()
    await walk(Agent(tree({(0, (row,)): row for row in range(4)})), COLUMNS[:1], into, bulk=True, cap=cap)
    assert len(into.columns[COLUMNS[0]]) == cap
    assert into.gaps == {COLUMNS[0]: "row_cap"}
