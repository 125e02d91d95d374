"""When a target was not well: stretches of rounds, and the order in which they are told."""

from __future__ import annotations

import pytest

from duty.night_log import Stretch, in_order, stretches
from duty.rounds import SheetState
from duty.targets import Target

OK, BAD, LOST, PART, LEFT, QUIET, OPEN = (
    SheetState.OK,
    SheetState.ABNORMAL,
    SheetState.NOT_REACHED,
    SheetState.PARTIAL,
    SheetState.NOT_INSPECTED,
    SheetState.SUPPRESSED,
    SheetState.PENDING,
)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param((OK, OK), [], id="all well"),
        pytest.param((OK, BAD, BAD, OK), [(1, 2, 2, BAD, 2)], id="one trouble"),
        pytest.param((BAD, OK, BAD), [(0, 0, 0, BAD, 1), (2, 2, 2, BAD, 1)], id="well in between parts it"),
        pytest.param((BAD, None, BAD), [(0, 2, 2, BAD, 2)], id="a missed round tells nothing and parts nothing"),
        pytest.param((BAD, QUIET, BAD), [(0, 0, 0, BAD, 1), (2, 2, 2, BAD, 1)], id="suppressed is not its own trouble"),
        pytest.param((BAD, LOST, LOST, PART), [(0, 3, 2, LOST, 4)], id="told by its worst, and that by the newest"),
        pytest.param((OK, LEFT), [(1, 1, 1, LEFT, 1)], id="not inspected is trouble too"),
        pytest.param((BAD, OPEN), [(0, 0, 0, BAD, 1)], id="the round that is being made says nothing yet"),
        pytest.param((), [], id="no round"),
    ],
)
def test_trouble_is_told_by_when_it_began_and_ended(
    row: tuple[SheetState | None, ...], expected: list[tuple[int, int, int, SheetState, int]]
) -> None:
    assert list(stretches({"a": row})) == [Stretch("a", *each) for each in expected]


def test_key_equipment_is_told_first_then_the_worst_then_the_longest() -> None:
    targets = {name: Target(name, "", (), "hz1", key=name == "core") for name in ("acc", "core", "db", "web")}
    rows = {"acc": (LOST, OK), "core": (OK, PART), "db": (BAD, BAD), "web": (BAD, OK)}
    assert [s.target for s in in_order(stretches(rows), targets)] == ["core", "acc", "db", "web"]
