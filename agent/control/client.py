"""The command line's end of the socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent.control import wire
from agent.services.alert_list import AlertEntry, Roster
from agent.services.overview import Overview, RoundColumn, RoundView, SheetView
from duty.errors import NightdutyError
from duty.rounds import Sheet

HUNG_UP = "the daemon hung up before it answered: it is stopping, or too many ask at once; its log tells"


class NoDaemon(NightdutyError):
    """Nobody listens at the socket."""


async def ask(path: Path, verb: str, **args: object) -> AsyncIterator[dict[str, Any]]:
    """Send a request and yield the messages that come back; raises what the daemon raised."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=wire.LONGEST)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        raise NoDaemon(f"no daemon listens at {path}") from None
    except PermissionError:
        raise NightdutyError(f"{path}: you may not talk to the daemon; ask as root or join its group") from None
    except OSError as error:
        if error.errno is None:
            # Longer than the path of a socket may be: no daemon can listen there.
            raise NoDaemon(f"no daemon listens at {path}") from None
        raise NightdutyError(f"{path}: the daemon cannot be asked: {error.strerror}") from None
    try:
        writer.write(wire.line({"verb": verb, "args": args}))
        await writer.drain()
        while text := await reader.readline():
            message: dict[str, Any] = json.loads(text)
            if "error" in message:
                raise wire.raised(message)
            yield message
            if "answer" in message:
                return
        raise NightdutyError(HUNG_UP)
    except ConnectionError:
        raise NightdutyError(HUNG_UP) from None
    finally:
        writer.close()


async def answer(path: Path, verb: str, **args: object) -> Any:
    """Send a request and return its answer alone."""
    async for message in ask(path, verb, **args):
        if "answer" in message:
            return message["answer"]
    return None


class RemoteReader:
    """Reads the record through the daemon."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def overview(self) -> Overview:
        """Return the first page's content."""
        return wire.typed(Overview, await answer(self._path, "overview"))

    async def rounds(self, limit: int) -> tuple[RoundColumn, ...]:
        """Return the newest rounds, newest first."""
        return tuple(wire.typed(RoundColumn, line) for line in await answer(self._path, "rounds", limit=limit))

    async def round(self, number: int) -> RoundView | None:
        """Return a round with its sheets."""
        sheets: list[Sheet] = []
        view: RoundView | None = None
        async for message in ask(self._path, "round", number=number):
            if "sheet" in message:
                sheets.append(wire.typed(Sheet, message["sheet"]))
            elif message["answer"] is not None:
                view = replace(wire.typed(RoundView, message["answer"]), sheets=tuple(sheets))
        return view

    async def sheet(self, number: int, target: str) -> SheetView | None:
        """Return one sheet."""
        found = await answer(self._path, "sheet", number=number, target=target)
        return None if found is None else wire.typed(SheetView, found)


class RemoteAlerts:
    """Reads alerts and the roster through the daemon."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def alerts(
        self, *, limit: int | None = None, number: int | None = None, timeline: bool = False
    ) -> tuple[AlertEntry, ...]:
        """Return the open alerts, the newest ``limit``, or the one of a number."""
        asked = {"limit": limit, "number": number, "timeline": timeline}
        found = ask(self._path, "alerts", **{name: value for name, value in asked.items() if value is not None})
        return tuple([wire.typed(AlertEntry, message["alert"]) async for message in found if "alert" in message])

    async def roster(self) -> Roster:
        """Return who is on duty now, and who comes next."""
        return wire.typed(Roster, await answer(self._path, "roster"))
