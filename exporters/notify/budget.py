"""How many messages a channel may carry; what is more waits, and is gathered into one."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

MINUTE: Final = timedelta(minutes=1)


class Budget:
    """At most ``per_minute`` messages in any sixty seconds."""

    def __init__(self, per_minute: int) -> None:
        self._most = per_minute
        self._spent = deque[datetime](maxlen=per_minute)

    def used(self, now: datetime) -> int:
        """Count the messages of the last minute. One that lies ahead was stamped by a clock since set back, and counts
        for nothing.
        """
        return sum(now - MINUTE < at <= now for at in self._spent)

    def room(self, now: datetime) -> bool:
        """Say whether one more may be sent."""
        return self.used(now) < self._most

    def spend(self, now: datetime) -> None:
        """Note that one was sent, accepted or not: a channel counts what it refuses as well."""
        self._spent.append(now)
