"""Traps on their way to the record: alike ones that come close together become one line with a count."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from duty.traps import OTHERS, Meaning, TrapLine

SPAN: Final = timedelta(minutes=5)
"""Alike traps that come within this time from the first are one line."""
MOST_OF_TARGET: Final = 50
"""Lines of one target in that time; what is still more various than that is counted in one line."""
MOST: Final = 5_000

AT_ONCE: Final = 200
"""Lines that are written in one transaction, for others want the database too."""

Key = tuple[str, str, Meaning]


class TrapLog:
    """Lines that are still growing, and which of them the record does not have as they are."""

    def __init__(self) -> None:
        self._lines: dict[Key, TrapLine] = {}
        self._numbers: dict[Key, int] = {}
        self._changed: dict[Key, None] = {}
        self._of_target: Counter[str] = Counter()

    def note(self, target: str, source: str, meaning: Meaning, now: datetime) -> bool:
        """Note one trap of a target; False where there is no more room."""
        key = (target, source, meaning)
        if key not in self._lines and self._of_target[target] >= MOST_OF_TARGET:
            key = (target, "", Meaning(OTHERS, ""))
        line = self._lines.get(key)
        # While the record cannot be written a line grows on: better one that is longer than none.
        if line is not None and (line.first <= now < line.first + SPAN or key in self._changed):
            self._lines[key] = replace(line, last=now, count=line.count + 1)
        elif line is None and len(self._lines) >= MOST:
            return False
        else:
            self._of_target[target] += line is None
            self._lines[key] = TrapLine(*key, now, now)
            self._numbers.pop(key, None)
        self._changed[key] = None
        return True

    @property
    def waiting(self) -> int:
        """How many lines the record lacks or has otherwise."""
        return len(self._changed)

    def changed(self) -> list[tuple[int | None, TrapLine]]:
        """Return some lines that the record lacks or has otherwise: each with its number there, None for a new one."""
        return [(self._numbers.get(key), self._lines[key]) for key in islice(self._changed, AT_ONCE)]

    def written(self, numbers: list[int], lines: list[tuple[int | None, TrapLine]], now: datetime) -> None:
        """Take note that the record has these lines, under these numbers; those that are full are given up."""
        for number, (_, line) in zip(numbers, lines, strict=True):
            key = (line.target, line.source, line.meaning)
            self._numbers[key] = number
            if self._lines.get(key) == line:
                self._changed.pop(key, None)
        for key in [key for key, line in self._lines.items() if not line.first <= now < line.first + SPAN]:
            if key not in self._changed:
                del self._lines[key]
                self._numbers.pop(key, None)
                self._of_target[key[0]] -= 1
        self._of_target += Counter()  # those of nothing go
