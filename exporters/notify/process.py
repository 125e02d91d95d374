"""A program that is started once and must end within a deadline, with all that it started."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from subprocess import DEVNULL

from exporters.words.shown import shown

SAID_MOST = 4096
TEMPORARY = 75
"""The exit status (EX_TEMPFAIL of sysexits.h) that asks to be tried again."""


async def run(argv: Sequence[str], given: bytes, *, within: float, aloud: bool = False) -> tuple[int, str]:
    """Start a program without a shell, ``given`` on its standard input; return its exit status and what it said.

    What it says of itself on standard error, in a line; ``aloud`` keeps standard output too, in full.

    It has a process group of its own, which is killed at the deadline or when nobody waits any more. Raises
    TimeoutError, or OSError when it cannot be started.
    """
    said = bytearray()
    loop = asyncio.get_running_loop()
    hears, speaks = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
    os.set_blocking(speaks, True)

    def listen() -> None:
        with suppress(BlockingIOError):
            # What it says first is what it says of itself; the rest is read so that it can go on.
            while heard := os.read(hears, 65536):
                said.extend(heard[: SAID_MOST - len(said)])
            # All ends are closed; a reader that stayed would be called without pause.
            loop.remove_reader(hears)

    loop.add_reader(hears, listen)
    try:
        try:
            process = await _started(argv, given, speaks, speaks if aloud else DEVNULL)
        finally:
            os.close(speaks)
        try:
            async with asyncio.timeout(within):
                status = await process.wait()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        listen()
    finally:
        loop.remove_reader(hears)
        os.close(hears)
    return status, shown(said.decode(errors="replace").strip(), SAID_MOST if aloud else 200)


async def _started(argv: Sequence[str], given: bytes, speaks: int, output: int) -> asyncio.subprocess.Process:
    # A file in memory and a pipe of our own, not asyncio's pipes: with those the wait for a program lasts until
    # everything that it has left running closes them too.
    with os.fdopen(os.memfd_create("message"), "w+b") as message:
        message.write(given)
        message.seek(0)
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=message,
            stdout=output,
            stderr=speaks,
            start_new_session=True,
            cwd="/",
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"},
        )
