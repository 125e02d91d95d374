"""How fast packets leave: so many a second, evenly, whoever sends them."""

from __future__ import annotations

import asyncio


class Pace:
    """Gives out turns to send, one after another and never two at once."""

    def __init__(self, rate: float) -> None:
        """Take how many a second there may be."""
        self._gap = 1 / rate
        self._next = 0.0

    def wait(self, now: float) -> float:
        """Take the next turn; return how long it is until then."""
        at = max(now, self._next)
        self._next = at + self._gap
        return at - now

    async def turn(self) -> None:
        """Wait until it is one's turn."""
        if (left := self.wait(asyncio.get_running_loop().time())) > 0:
            await asyncio.sleep(left)
