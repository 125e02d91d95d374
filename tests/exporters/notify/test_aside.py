"""Calls that block, in a thread that a deadline can leave behind."""

from __future__ import annotations

import threading

import pytest

from exporters.notify.aside import MOST, Aside


async def test_what_a_call_returns_or_raises_comes_back() -> None:
    aside = Aside()
    assert await aside.run(lambda: int("7"), within=5) == 7
    with pytest.raises(ValueError, match="invalid literal"):
        await aside.run(lambda: int("seven"), within=5)


async def test_calls_that_hang_are_left_behind_up_to_a_number_and_make_room_when_they_end() -> None:
    aside, go_on = Aside(), threading.Event()
    for _ in range(MOST):
        with pytest.raises(TimeoutError):
            await aside.run(go_on.wait, within=0.01)
    with pytest.raises(TimeoutError, match="8 earlier calls have not come back"):
        await aside.run(lambda: 7, within=5)
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "notify":
            thread.join(5)
    assert await aside.run(lambda: 7, within=5) == 7
