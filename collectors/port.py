"""The port that every collector implements."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from duty.readings import Notes
from duty.targets import Target


class Collector(Protocol):
    """Looks at targets of one kind. One object serves all of them at the same time, so it keeps no state of a look."""

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Look at ``target`` and write what is seen into ``notes`` as it is seen.

        What stands in ``notes`` is kept when the budget runs out, so that a slow device gives what it gave. Set
        ``notes.reached`` as soon as the target answers. ``full`` asks for everything (the inspection); without it only
        what may change within minutes (the watch). A collector keeps within ``budget`` by itself and writes gaps for
        what it had no time for; the runner cuts it off a little later.

        Raises CollectError when nothing at all could be seen; any other exception is a defect, which the runner
        logs and turns into the gap "crashed".
        """

    async def close(self) -> None:
        """Give back sockets, processes and threads."""
