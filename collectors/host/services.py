"""The services that the operator chose, as systemd knows them."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from collectors.host.note import fact, gap, gap_of, number
from duty.readings import Notes

SYSTEMCTL: Final = Path("/usr/bin/systemctl")
BOOTED: Final = Path("/run/systemd/system")
"""Is there where systemd is the init: sd_booted(3)."""

_RUNNING: Final = frozenset({"active", "reloading", "refreshing"})


async def read(
    notes: Notes, names: Sequence[str], *, within: timedelta, systemctl: Path = SYSTEMCTL, booted: Path = BOOTED
) -> None:
    """Ask systemd once for all services. One that it does not know does not run: a reading, not a gap."""
    command = (str(systemctl), "show", "--no-pager", "--property=LoadState,ActiveState,SubState", "--", *names)
    try:
        child = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    except OSError as error:
        for name in names:
            gap_of(notes, "service_running", error, name)
        return
    try:
        async with asyncio.timeout(within.total_seconds()):
            said, complaint = await child.communicate()
    except TimeoutError:
        _gaps(notes, names, "timeout")
        return
    finally:
        await _end(child)
    if child.returncode == 0:
        note(notes, names, said.decode(errors="replace"))
    else:
        # No systemd here (a container, another init) is one thing; one that will not talk to us is another.
        code = "refused" if _is_there(booted) else "not_offered"
        _gaps(notes, names, code, complaint.decode(errors="replace"))


def _is_there(booted: Path) -> bool:
    return booted.is_dir()


async def _end(child: Process) -> None:
    if child.returncode is None:
        child.kill()
        await child.wait()


def note(notes: Notes, names: Sequence[str], said: str) -> None:
    """Write down systemd's answer: a block of properties for each name, in the order that was asked."""
    blocks = [dict(line.partition("=")[::2] for line in block.splitlines()) for block in said.strip().split("\n\n")]
    if len(blocks) != len(names):
        # A name with a star in it is a pattern to systemd, and may stand for any number of services.
        _gaps(notes, names, "malformed", f"{len(blocks)} answers for {len(names)} names")
        return
    for name, block in zip(names, blocks, strict=True):
        load, active, sub = (block.get(key, "") for key in ("LoadState", "ActiveState", "SubState"))
        if not active:
            gap(notes, "service_running", "malformed", name)
            continue
        number(notes, "service_running", int(active in _RUNNING), name)
        fact(notes, "service_state", f"{active} ({sub})" if load == "loaded" else load, name)


def _gaps(notes: Notes, names: Sequence[str], code: str, seen: str = "") -> None:
    for name in names:
        gap(notes, "service_running", code, name, seen)
