"""What the command line can ask of the daemon."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from agent.control.server import Asked, Verb
from agent.control.wire import plain
from agent.services import inspect
from agent.services.overview import Overview, Reader, RoundColumn, RoundView, SheetView
from agent.services.station import OpenRound, Station
from duty.errors import NightdutyError
from duty.rounds import Sheet

Message = dict[str, Any]

MOST_BY_HAND = 4
"""Rounds by hand at the same time. Each goes on when its client has gone, so that clients alone do not bound them."""


class Verbs:
    """The daemon's answers, a method a verb."""

    def __init__(self, station: Station, reader: Reader) -> None:
        self._station = station
        self._reader = reader
        self._going: set[asyncio.Task[int]] = set()

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {
            "inspect": self.inspect,
            "overview": self.overview,
            "round": self.round,
            "rounds": self.rounds,
            "sheet": self.sheet,
        }

    async def stop(self) -> None:
        """Leave rounds by hand as they are; the next start closes them as interrupted."""
        for task in self._going:
            task.cancel()
        await asyncio.gather(*self._going, return_exceptions=True)

    async def overview(self, asked: Asked) -> AsyncIterator[Message]:
        """What is wrong now, and the last rounds."""
        yield {"answer": plain(Overview, await self._reader.overview())}

    async def rounds(self, asked: Asked) -> AsyncIterator[Message]:
        """The newest rounds."""
        found = await self._reader.rounds(max(1, min(asked.number("limit", 24), 1000)))
        yield {"answer": [plain(RoundColumn, column) for column in found]}

    async def round(self, asked: Asked) -> AsyncIterator[Message]:
        """One round, sheet by sheet: 1,000 full ones are 100 MB, too much for one line and one turn of the loop."""
        found = await self._reader.round(asked.number("number"))
        for sheet in found.sheets if found else ():
            yield {"sheet": plain(Sheet, sheet)}
        yield {"answer": None if found is None else plain(RoundView, replace(found, sheets=()))}

    async def sheet(self, asked: Asked) -> AsyncIterator[Message]:
        """One sheet."""
        found = await self._reader.sheet(asked.number("number"), asked.text("target"))
        yield {"answer": None if found is None else plain(SheetView, found)}

    async def inspect(self, asked: Asked) -> AsyncIterator[Message]:
        """Make a round by hand; it goes on to its end even if who asked goes away."""
        if len(self._going) >= MOST_BY_HAND:
            raise NightdutyError(f"{MOST_BY_HAND} rounds by hand are being made already; ask again when one has ended")
        # It holds a message for each target of the round, and the end.
        told: asyncio.Queue[Message | None] = asyncio.Queue()

        def progress(opened: OpenRound, sheet: Sheet) -> None:
            done = opened.expected - len(opened.waiting)
            told.put_nowait(
                {
                    "progress": {
                        "done": done,
                        "expected": opened.expected,
                        "target": sheet.target,
                        "state": sheet.state.value,
                    }
                }
            )

        names = asked.texts("targets")
        task = asyncio.create_task(inspect.by_hand(self._station, names, asked.actor, progress))
        self._going.add(task)
        task.add_done_callback(self._going.discard)
        task.add_done_callback(lambda _: told.put_nowait(None))
        while (message := await told.get()) is not None:
            yield message
        yield {"answer": task.result()}
