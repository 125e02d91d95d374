"""The machine as a whole: how long it is up, how loaded, who is on it, what it is."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Final

import psutil

from collectors.host.note import fact, gap, number
from duty.readings import Notes

UTMP: Final = Path("/run/utmp")


def read(notes: Notes) -> None:
    """Read uptime, load, and the number of processes and of people signed in."""
    # Counted through a suspend, and no step of the wall clock moves it.
    number(notes, "uptime", time.clock_gettime(time.CLOCK_BOOTTIME))
    for minutes, load in zip((1, 5, 15), os.getloadavg(), strict=True):
        number(notes, f"load_{minutes}", load)
    if others_visible():
        number(notes, "process_count", len(psutil.pids()))
    else:
        gap(notes, "process_count", "not_permitted", seen="/proc shows only our own processes")
    # Without the file psutil says that nobody is signed in.
    if UTMP.exists():
        number(notes, "user_count", len(psutil.users()))
    else:
        gap(notes, "user_count", "not_offered", seen=f"no {UTMP}")


def others_visible() -> bool:
    """Say whether /proc shows other users' processes: with ``hidepid`` a count of none would mean nothing."""
    return Path("/proc/1").exists()


def describe(notes: Notes) -> None:
    """Write down the machine's name, system, kernel, processor and model."""
    fact(notes, "name", platform.node())
    fact(notes, "system", _distribution())
    fact(notes, "version", f"{platform.system()} {platform.release()}")
    fact(notes, "processor", _processor())
    fact(notes, "model", _first_line(Path("/sys/class/dmi/id/product_name")))
    fact(notes, "serial", _first_line(Path("/sys/class/dmi/id/product_serial")))


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2] for line in lines if line.startswith(("model name", "Model")))
    return next(named, "") or platform.machine()


def _first_line(path: Path) -> str:
    # Only root may read a serial number, and a virtual machine often has none.
    try:
        return path.read_text(errors="replace").partition("\n")[0]
    except OSError:
        return ""
