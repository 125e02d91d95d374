"""Peers: other agents that must live. Whoever sends no sign of life for too long has fallen silent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta


class Peers:
    """Keeps when each peer was last heard of. In memory only: after our start everybody is given their time anew."""

    def __init__(self, within: Mapping[str, timedelta], started: datetime) -> None:
        self._within = dict(within)
        self._last = dict.fromkeys(self._within, started)

    def beat(self, name: str, now: datetime) -> bool:
        """Note a sign of life; False from somebody who is no peer of ours."""
        if name not in self._last:
            return False
        self._last[name] = max(now, self._last[name])
        return True

    def silent(self, now: datetime) -> dict[str, datetime]:
        """Return the peers that have been silent for too long, each with the moment of its last beat, or our start."""
        return {name: last for name, last in self._last.items() if now - last > self._within[name]}

    def shift(self, step: timedelta) -> None:
        """Go along when our clock was set: a step is nobody's silence, and must not hide one either."""
        self._last = {name: last + step for name, last in self._last.items()}
