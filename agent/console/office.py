"""What the pages work with: stands at ``request.app.state.office``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from agent.services.alert_list import AlertRecord
from agent.services.door import Door
from agent.services.overview import Reader
from agent.services.station import Station

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
"""The names under which the console answers; a page elsewhere cannot rebind a name of its own to this machine."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How the console is reached, and which language it speaks to who asks for no other.

    ``public_url`` is the address that people type and that stands in messages, without a slash at its end; "" where
    the console is reached on this machine alone.
    """

    language: str = "en"
    public_url: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which the console answers."""
        name = urlsplit(self.public_url).hostname
        return LOOPBACK if name is None else (*LOOPBACK, f"[{name}]" if ":" in name else name)

    @property
    def place(self) -> str:
        """Name and port of the public address, as a browser sends them; "" without one."""
        return urlsplit(self.public_url).netloc.lower()

    @property
    def secure(self) -> bool:
        """Whether people come by https."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Office:
    """What every page may ask for. Pages read by the reader and the alerts, and write only through services."""

    reader: Reader
    station: Station
    alerts: AlertRecord
    terms: Terms
    door: Door
