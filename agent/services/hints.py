"""Hints that something happened at a target: soon it is looked at, once for many hints, and a few targets at a time."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Final

REST: Final = timedelta(seconds=10)
"""From one hinted look at a target to the next; what was hinted meanwhile is one more."""
AT_ONCE: Final = 20
"""Hinted looks under way, of the places that rounds and the watch have in common."""
MOST: Final = 500
"""Targets that wait; the watch comes to all of them within a minute anyway."""


class Hints:
    """Targets about which something was said, in the order in which it was."""

    def __init__(self) -> None:
        self.looks = 0
        self._waiting: dict[str, None] = {}
        self._looked: dict[str, datetime] = {}
        self._going: set[str] = set()

    def take(self, name: str) -> bool:
        """Take a hint; False where too many targets wait."""
        if name not in self._waiting and len(self._waiting) >= MOST:
            return False
        self._waiting[name] = None
        return True

    def due(self, now: datetime, busy: Set[str]) -> list[str]:
        """Return the targets to be looked at now, who wait no longer. One that is ``busy`` is being looked at.

        It waits: that look may have passed by what happened.
        """
        self._looked = {name: at for name, at in self._looked.items() if at <= now < at + REST}
        found: list[str] = []
        for name in self._waiting:
            if len(self._going) + len(found) >= AT_ONCE:
                break
            if name not in busy and name not in self._looked:
                found.append(name)
        for name in found:
            del self._waiting[name]
            self._looked[name] = now
        self._going.update(found)
        self.looks += len(found)
        return found

    def ended(self, name: str) -> None:
        """Take note that a hinted look has ended."""
        self._going.discard(name)
