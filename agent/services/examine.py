"""Examine the agent itself: what would keep it from doing its duty, on one page."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from agent.services.overview import Overview
from agent.store import condition, journal
from agent.store.engine import Store
from collectors.host.clock import discipline

ROOM = 500 * 1024 * 1024
"""Bytes that should be free where the record stands: some weeks of a thousand targets."""

LIBRARIES = ("psutil", "pysnmp", "prometheus-client", "SQLAlchemy", "pydantic", "starlette", "uvicorn")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing examined: whether it is well, the figure behind it, and the code of what to do next."""

    what: str
    ok: bool
    figure: str
    next: str = ""


async def examine(store: Store, folder: Path, board: Overview | None) -> list[Line]:
    """Examine the database, the disk under it, the clock and the versions; with ``board``, the running agent too."""
    found = await store.read(condition.check)
    head = await store.read(journal.head)
    return [
        *_database(found),
        Line("journal", True, f"{head.seq if head else 0}"),
        _disk(folder),
        _clock(),
        *_agent(board),
        Line("versions", True, " ".join([f"Python {platform.python_version()}", *map(_version, LIBRARIES)])),
    ]


def _database(found: condition.Condition) -> Iterator[Line]:
    size = f"{found.engine} {found.version}, {found.size / 2**20:.1f} MiB"
    if found.log_size:
        size += f", log {found.log_size / 2**20:.1f} MiB"
    yield Line("database", not found.trouble, found.trouble or size, "restore" if found.trouble else "")
    if "not_durable" in found.warnings:
        yield Line("durable", False, found.journal_mode or "fsync off", "not_durable")
    if "wal_reset_bug" in found.warnings:
        # We are safe from it, for one connection alone writes; another tool that writes to the file would not be.
        yield Line("sqlite", True, found.version, "wal_reset_bug")


def _disk(folder: Path) -> Line:
    free = shutil.disk_usage(folder).free
    return Line("disk", free >= ROOM, f"{free / 2**30:.1f} GiB", "" if free >= ROOM else "disk")


def _clock() -> Line:
    try:
        kept = discipline()
    except OSError as error:
        return Line("clock", False, error.strerror or str(error), "clock_unknown")
    if not kept.synchronised:
        return Line("clock", False, "", "clock")
    return Line("clock", abs(kept.offset) < 1, f"{kept.offset * 1000:+.1f} ms", "" if abs(kept.offset) < 1 else "clock")


def _agent(board: Overview | None) -> Iterator[Line]:
    if board is None:
        yield Line("daemon", False, "", "daemon")
        return
    yield Line("daemon", True, f"{len(board.targets)}")
    for line in board.health:
        yield Line(line.code, line.ok, line.text, "" if line.ok else line.code)


def _version(name: str) -> str:
    return f"{name} {version(name)}"
