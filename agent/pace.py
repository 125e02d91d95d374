"""How the interpreter shares its time: short turns between threads, and seldom a search of all memory for garbage."""

from __future__ import annotations

import asyncio
import gc
import sys
from typing import Final

TURN_S: Final = 0.001
"""How long a thread may go on while another waits: a page crosses between threads a dozen times."""
YOUNG: Final = 10_000
"""New objects after which the youngest are searched; a look makes a thousand that live as long as it is the newest."""
NEVER: Final = 1_000_000_000
WHOLE_EVERY_S: Final = 3600.0


def set_pace() -> None:
    """Have the interpreter work so that nobody waits for long.

    What the agent knows of 1,000 targets is millions of objects. By default all of them are searched every few seconds
    of a round, and nothing else moves for half a second; all but exceptions is freed without any search.
    """
    sys.setswitchinterval(TURN_S)
    gc.set_threshold(YOUNG, 10, NEVER)


async def sweep() -> None:
    """Search all memory once an hour, until cancelled."""
    while True:
        await asyncio.sleep(WHOLE_EVERY_S)
        gc.collect()
