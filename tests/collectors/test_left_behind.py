"""Calls that may never come back."""

import asyncio
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from collectors.left_behind import Errands

LONG = timedelta(seconds=30)
SHORT = timedelta(milliseconds=20)


async def test_gives_what_the_call_returns() -> None:
    assert await Errands().run("sum", lambda: 1 + 1, within=LONG) == 2


async def test_raises_what_the_call_raises() -> None:
    def refuse() -> None:
        raise PermissionError("not for us")

    with pytest.raises(PermissionError, match="not for us"):
        await Errands().run("refused", refuse, within=LONG)


async def test_the_loop_goes_on_while_the_call_waits() -> None:
    gate = threading.Event()
    errand = asyncio.create_task(Errands().run("gate", lambda: gate.wait(30), within=LONG))
    await asyncio.sleep(0)
    gate.set()  # only a loop that is not blocked comes this far
    assert await errand


async def test_a_call_that_does_not_come_back_is_left_behind_and_not_made_again() -> None:
    gate, errands = threading.Event(), Errands()
    made: list[str] = []

    def call() -> None:
        made.append("call")
        gate.wait(30)

    for _ in range(3):
        with pytest.raises(TimeoutError):
            await errands.run("mount", call, within=SHORT)
    assert made == ["call"]

    assert await errands.run("other", lambda: "well", within=LONG) == "well"
    gate.set()


async def test_once_it_has_come_back_it_is_made_again() -> None:
    gate, errands = threading.Event(), Errands()
    with pytest.raises(TimeoutError):
        await errands.run("mount", lambda: gate.wait(30), within=SHORT)
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "mount":
            await asyncio.to_thread(thread.join)
    assert await errands.run("mount", lambda: "back", within=LONG) == "back"


NEVER_BACK = """
import asyncio, threading
from datetime import timedelta
from collectors.left_behind import Errands

async def main():
    try:
        await Errands().run("never", threading.Event().wait, within=timedelta(milliseconds=10))
    except TimeoutError:
        print("left behind")

asyncio.run(main())
"""


def test_a_call_that_never_comes_back_does_not_keep_the_program_from_ending() -> None:
    ended = subprocess.run([sys.executable, "-c", NEVER_BACK], capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "left behind\n", "")
