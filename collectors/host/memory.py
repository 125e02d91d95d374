"""Memory and swap: of the machine, or of the container that the agent runs in."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import psutil

from collectors.host.note import gap, number
from duty.readings import Notes

CGROUPS: Final = Path("/sys/fs/cgroup")


class Room(NamedTuple):
    """Bytes in all, and bytes that a program could still have: free, or cache that gives way."""

    size: int
    available: int


def read(notes: Notes, cgroups: Path = CGROUPS) -> None:
    """Read memory with the cache taken off, and swap."""
    whole = psutil.virtual_memory()
    room = Room(whole.total, whole.available)
    bound = container(cgroups)
    # In a container psutil shows the host's memory, of which only the bound can be had.
    if bound is not None and bound.size < room.size:
        room = Room(bound.size, min(bound.available, room.available))
    number(notes, "memory_size", room.size)
    number(notes, "memory_available", room.available)
    number(notes, "memory_used", 100 * (room.size - room.available) / room.size)
    number(notes, "memory_free", 100 * room.available / room.size)
    _read_swap(notes)


def _read_swap(notes: Notes) -> None:
    swap = psutil.swap_memory()
    number(notes, "swap_size", swap.total)
    if swap.total:
        number(notes, "swap_used", 100 * swap.used / swap.total)
        number(notes, "swap_in_total", swap.sin)
        number(notes, "swap_out_total", swap.sout)
    else:
        gap(notes, "swap_used", "not_offered", seen="no swap")


def container(cgroups: Path) -> Room | None:
    """Return the bound of the container, None on a machine of its own.

    Read at the root of the hierarchy *as it is seen from here*: a host's root has no bound, a container's is the
    container's. The agent's own group (``/proc/self/cgroup``) would say what its unit file allows the agent.
    """
    return _bound(
        cgroups / "memory.max", cgroups / "memory.current", cgroups / "memory.stat", ("active_file", "inactive_file")
    ) or _bound(
        cgroups / "memory/memory.limit_in_bytes",
        cgroups / "memory/memory.usage_in_bytes",
        cgroups / "memory/memory.stat",
        ("total_active_file", "total_inactive_file"),
    )


def _bound(limit: Path, used: Path, stat: Path, cache: tuple[str, ...]) -> Room | None:
    try:
        size = int(limit.read_text())
        counts = dict(line.split(maxsplit=1) for line in stat.read_text().splitlines())
        taken = int(used.read_text()) - sum(int(counts.get(name, 0)) for name in cache)
    except (OSError, ValueError):  # no such hierarchy, or the word "max"
        return None
    return Room(size, max(0, min(size, size - taken)))
