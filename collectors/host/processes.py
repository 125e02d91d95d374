"""The processes that the operator chose: how many run, and what they take."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

import psutil

from collectors.host.machine import others_visible
from collectors.host.note import gap, number
from duty.readings import Notes

LEAST_S: Final = 1.0
"""The shortest time over which processor use is worth a figure."""


class Process(NamedTuple):
    """What is asked of one process. ``memory`` and ``seconds`` are None where we may not look."""

    pid: int
    born: float
    name: str
    command: str
    memory: int | None
    seconds: float | None


def running(among: Iterable[psutil.Process]) -> list[Process]:
    """Ask each process. One that is gone by then, and a zombie, do not run."""
    found: list[Process] = []
    for process in among:
        try:
            with process.oneshot():
                if process.status() != psutil.STATUS_ZOMBIE:
                    found.append(_ask(process))
        except (psutil.NoSuchProcess, psutil.AccessDenied):  # ZombieProcess is one of the first
            continue
    return found


def _ask(process: psutil.Process) -> Process:
    command, memory, seconds = "", None, None
    # Each by itself: to be refused one of them takes nothing from the others.
    with suppress(psutil.AccessDenied):
        command = " ".join(process.cmdline())
    with suppress(psutil.AccessDenied):
        memory = process.memory_info().rss
        times = process.cpu_times()
        seconds = times.user + times.system
    return Process(process.pid, process.create_time(), process.name(), command, memory, seconds)


def fitting(pattern: str, processes: Iterable[Process]) -> list[Process]:
    """Return the processes whose name or whole command line fits a shell pattern."""
    return [p for p in processes if fnmatchcase(p.name, pattern) or fnmatchcase(p.command, pattern)]


@dataclass(frozen=True, slots=True)
class _Spent:
    """Processor seconds of each process of one pattern, at one moment of the monotonic clock."""

    at: float
    seconds: dict[tuple[int, float], float]


class Processes:
    """Reads the chosen processes, and keeps what they had spent at the look before."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)
        self._before: dict[str, _Spent] = {}

    def read(self, notes: Notes) -> None:
        """Read count, memory and processor use for each pattern. None running is a reading: 0."""
        self.note(notes, running(psutil.process_iter()), time.monotonic(), visible=others_visible())

    def note(self, notes: Notes, processes: Sequence[Process], at: float, *, visible: bool = True) -> None:
        """Write down what ``processes`` say, ``at`` a moment of the monotonic clock."""
        for pattern in self._patterns:
            fit = fitting(pattern, processes)
            if not fit and not visible:
                gap(notes, "process_running", "not_permitted", pattern, seen="/proc shows only our own processes")
                continue
            number(notes, "process_running", len(fit), pattern)
            memory = [p.memory for p in fit if p.memory is not None]
            if len(memory) == len(fit):
                number(notes, "process_memory", sum(memory), pattern)
                self._note_use(notes, pattern, fit, at)
            else:
                gap(notes, "process_memory", "not_permitted", pattern)

    def _note_use(self, notes: Notes, pattern: str, fit: Sequence[Process], at: float) -> None:
        now = _Spent(at, {(p.pid, p.born): p.seconds for p in fit if p.seconds is not None})
        before = self._before.setdefault(pattern, now)
        if at - before.at < LEAST_S:
            gap(notes, "process_cpu", "first_look", pattern)
            return
        # A process that was not there at the look before spent all it has since then.
        spent = sum(seconds - before.seconds.get(who, 0.0) for who, seconds in now.seconds.items())
        number(notes, "process_cpu", max(0.0, 100 * spent / (at - before.at)), pattern)
        self._before[pattern] = now
