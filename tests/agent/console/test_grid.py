"""Which rows the grid shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from agent.console.grid import MANY, SHOWN, lay
from agent.services.overview import Reader
from duty.rounds import SheetState

Build = Callable[..., Reader]


@pytest.mark.parametrize("targets", [MANY, MANY + 1, 400])
async def test_every_target_is_shown_or_counted(house: Build, targets: int) -> None:
    sites = lay(await house(targets).overview())
    assert sum(len(site.rows) + site.folded for site in sites) == targets
    assert sum(site.total for site in sites) == targets


async def test_a_house_of_forty_is_shown_whole(house: Build) -> None:
    assert all(not site.folded for site in lay(await house(MANY).overview()))


async def test_the_folded_line_tells_the_worst_of_each_round_and_how_many(house: Build) -> None:
    board = await house(400, opened=False).overview()
    lost = {target.name: SheetState.NOT_REACHED for target in board.targets}
    board = replace(board, cells={**board.cells, 24: lost})
    sites = lay(board)
    assert sum(len(site.rows) for site in sites) == SHOWN
    for site in sites:
        newest, before = site.folded_cells[0], site.folded_cells[1]
        assert (newest.sign, newest.count, newest.all) == ("not_reached", site.folded, site.folded)
        assert before.sign in ("ok", "abnormal")


async def test_what_is_bad_now_is_shown_before_what_was(house: Build) -> None:
    board = await house(400, opened=False).overview()
    was = {target.name: SheetState.NOT_REACHED for target in board.targets}
    now = {**board.cells[24], board.targets[399].name: SheetState.PARTIAL}
    sites = lay(replace(board, cells={**board.cells, 10: was, 24: now}))
    assert board.targets[399].name in {row.target.name for site in sites for row in site.rows}


async def test_a_target_of_no_known_site_is_shown_all_the_same(house: Build) -> None:
    board = await house(6).overview()
    stray = replace(board.targets[0], site="gone")
    sites = lay(replace(board, targets=(stray, *board.targets[1:])))
    assert [(site.title, len(site.rows)) for site in sites if site.name == "gone"] == [("gone", 1)]
