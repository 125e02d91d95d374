"""What the disks are doing: bytes, operations and busy time of each block device."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psutil

from collectors.host.note import gap, number
from duty.readings import Notes

BLOCK_DEVICES: Final = Path("/sys/block")
_NOT_DISKS: Final = ("loop", "ram", "zram", "sr", "fd")
MOST: Final = 256


def read(notes: Notes) -> None:
    """Read the counters of each whole disk; its partitions would say the same again.

    psutil keeps them from wrapping, which the kernel's do at 32 bits on some drivers.
    """
    whole = {path.name.replace("!", "/") for path in BLOCK_DEVICES.iterdir()}
    counters = psutil.disk_io_counters(perdisk=True, nowrap=True)
    names = sorted(name for name in counters if name in whole and not name.startswith(_NOT_DISKS))
    for name in names[:MOST]:
        disk = counters[name]
        number(notes, "disk_read_total", disk.read_bytes, name)
        number(notes, "disk_write_total", disk.write_bytes, name)
        number(notes, "disk_reads_total", disk.read_count, name)
        number(notes, "disk_writes_total", disk.write_count, name)
        number(notes, "disk_busy_total", disk.busy_time / 1000, name)
    if len(names) > MOST:
        gap(notes, "disk_read_total", "row_cap", seen=f"{len(names)} disks")
