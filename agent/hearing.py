"""Builds what hears traps, as ``agent.bootstrap`` does the rest: it is there only where the settings name a port."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from agent.services.hear_traps import TrapEar
from agent.services.hints import Hints
from agent.services.station import Station
from agent.services.trap_sources import Sources
from agent.services.trap_watch import TrapWatch
from collectors.snmp.trap_users import TrapUser
from config.build_traps import build_trap_senders
from config.schema import Settings

_PREFIX: Final = bytes.fromhex("80004fb805")
"""What our engine's id begins with: the number of pysnmp, which speaks here, and that the rest is bytes."""
_SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)


def make_ear(settings: Settings, station: Station, hint: Callable[[str], bool]) -> tuple[TrapEar, Sources]:
    """Return what takes traps, and from whom; ``hint`` is told of each target. Raises SettingsError."""
    sources = Sources(build_trap_senders(settings))
    # Who sends informs knows us by our id, and must see a larger number at each of our starts: the time is one.
    boots = int((station.clock.now() - _SINCE).total_seconds())
    user = partial(TrapUser, engine_id=engine_id(settings.agent.name), boots=max(1, boots))
    return TrapEar(station, sources, settings.traps.rate, hint, user), sources


def make_trap_watch(
    settings: Settings, station: Station, hints: Hints, hint: Callable[[str], bool]
) -> TrapWatch | None:
    """Return what keeps the port for traps; None where the settings name none. Raises SettingsError."""
    if settings.traps.listen is None:
        return None
    ear, sources = make_ear(settings, station, hint)
    return TrapWatch(settings.traps.listen, ear, sources, hints)


def engine_id(agent: str) -> bytes:
    """Return the id of our SNMP engine: the same at each start, and another one for each agent and machine."""
    try:
        machine = Path("/etc/machine-id").read_text("ascii", "replace").strip()
    except OSError:
        machine = ""
    words = "\n".join((machine, socket.gethostname(), agent))
    return _PREFIX + hashlib.sha256(words.encode()).digest()[:12]
