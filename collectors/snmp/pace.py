"""How fast packets leave: so many a second, evenly, whoever sends them."""

from __future__ import annotations

import asyncio


class Pace:
    """Gives out turns to send, one after another and never two at once."""

    def __init__(self, rate: float) -> None:
        """Take how many a second there may be."""
        self._gap = 1 / rate
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until it is one's turn."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next)
        self._next = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)
