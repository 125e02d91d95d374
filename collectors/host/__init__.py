"""This machine, read by psutil and the kernel's own files; each part by itself, so that none can hold up the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from collectors.host import clock, disks, machine, memory, network, sensors, services
from collectors.host.mounts import Mounts
from collectors.host.note import gap, gap_of
from collectors.host.processes import Processes
from collectors.host.processor import Processor
from collectors.left_behind import Errands
from config.schema import HostTarget, Settings
from duty.readings import Notes
from duty.targets import Target

PATIENCE: Final = timedelta(seconds=5)
"""How long a mount or systemd may take; a disk that has to spin up is faster."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing to read. ``parameter`` and ``instances`` are where the gap stands when the part cannot be read."""

    parameter: str
    read: Callable[[Notes], None]
    instances: tuple[str, ...] = ("",)


class _Machine:
    """What is kept for one target between looks."""

    def __init__(self, options: HostTarget) -> None:
        self.services = options.services
        self._processor = Processor()
        self._mounts = Mounts(network=options.network_mounts)
        self._processes = Processes(options.processes)
        self._patterns = options.processes

    def parts(self, *, within: timedelta, full: bool) -> list[_Part]:
        parts = [
            _Part("load_1", machine.read),
            _Part("cpu_used", self._processor.read),
            _Part("memory_used", memory.read),
            _Part("clock_offset", clock.read),
            _Part("disk_used", partial(self._mounts.read, within=min(PATIENCE, within / 2), full=full)),
            _Part("disk_read_total", disks.read),
            _Part("port_up", network.read),
            _Part("temperature", sensors.read),
        ]
        if self._patterns:
            parts.append(_Part("process_running", self._processes.read, self._patterns))
        if full:
            parts += [_Part("system", machine.describe), _Part("port_address", network.describe)]
        return parts


class HostCollector:
    """Reads the machine that the agent runs on, whatever address its target has."""

    def __init__(self, settings: Settings) -> None:
        self._errands = Errands()
        self._machines = {t.name: _Machine(t) for t in settings.targets if isinstance(t, HostTarget)}

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Read all parts side by side; one that cannot be read, or does not come back, is a gap."""
        this = self._machines[target.name]
        notes.reached = True
        within = budget * 0.9
        reads = [self._read(target.name, part, notes, within) for part in this.parts(within=within, full=full)]
        if this.services:
            reads.append(services.read(notes, this.services, within=min(PATIENCE, within)))
        # A defect in one part is raised only when the others have written down what they saw.
        for outcome in await asyncio.gather(*reads, return_exceptions=True):
            if outcome is not None:
                raise outcome

    async def _read(self, target: str, part: _Part, notes: Notes, within: timedelta) -> None:
        # On a page of its own: a part that comes back too late must not write into a look that is closed.
        page = Notes()
        try:
            await self._errands.run(f"{target} {part.parameter}", partial(part.read, page), within=within)
        except TimeoutError:
            for instance in part.instances:
                gap(notes, part.parameter, "hung", instance)
            return
        except OSError as error:
            for instance in part.instances:
                gap_of(page, part.parameter, error, instance)
        notes.include(page)

    async def close(self) -> None:
        """Do nothing: what is out comes back by itself or never will, and holds nothing of ours."""
