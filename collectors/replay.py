"""Looks played back from a script, where there is no device to ask: in stories, benches and rehearsals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from duty.readings import Notes
from duty.targets import Target

Script = Callable[[Target, bool], Notes]
"""What a target shows when it is looked at, in full or not. It may raise CollectError as a device would."""


class ReplayCollector:
    """Answers for every target from a script; the script may follow a clock of its own."""

    def __init__(self, script: Script) -> None:
        """Take the script; it is asked once for each look."""
        self._script = script

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Write down what the script shows, leaving the script's own notes as they are."""
        shown = self._script(target, full)
        notes.reached = shown.reached
        notes.include(shown)

    async def close(self) -> None:
        """Nothing is kept open."""
