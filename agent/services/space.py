"""How much room the state folder has, asked by a child process: a mount that is dead holds whoever asks it."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import Final

from agent.services.station import Station
from collectors.host.mounts import Mount, Mounts
from duty.readings import Notes
from duty.standstill import Room

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0
WITHIN: Final = timedelta(seconds=5)


class Space:
    """Asks for the room of one folder; while a child hangs in it, no other is sent after it."""

    def __init__(self, folder: Path) -> None:
        self._folder = Mount("", str(folder), "")
        self._mounts = Mounts(network=True)

    def read(self) -> Room | None:
        """Return the room, None where it cannot be known. It waits for a child: not for the loop."""
        notes = Notes()
        self._mounts.ask([self._folder], notes, within=WITHIN)
        found = {reading.parameter: reading.value for reading in notes.singles}
        free, used = found.get("disk_free"), found.get("disk_used")
        return Room(free, 100 - used) if free is not None and used is not None else None


async def keep_looking(station: Station, folder: Path) -> None:
    """Look each minute how much room there is, until cancelled."""
    space = Space(folder)
    while True:
        try:
            station.room = await asyncio.to_thread(space.read)
        except OSError as error:
            # No child can be had: that is another trouble, and says nothing of the room.
            log.warning("the room of the state folder is not known: %s", error)
            station.room = None
        await asyncio.sleep(EVERY_S)
