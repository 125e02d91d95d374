"""The door: what signing in needs beside the station, for as long as the agent runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from agent.services.delays import Delays
from agent.services.passwords import Passwords
from agent.services.station import Station


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in is decided with these. ``folder`` is where first passwords stand until they are changed."""

    station: Station
    folder: Path
    passwords: Passwords = field(default_factory=Passwords)
    delays: Delays = field(default_factory=Delays)

    def first_password(self, name: str) -> Path:
        """Return where an account's first password stands while nobody has changed it."""
        return self.folder / f"first-password-{name}"
