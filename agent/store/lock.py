"""One agent at a time: a lock that the system frees by itself when its holder dies."""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duty.errors import AlreadyRunning, StoreError

if TYPE_CHECKING:
    import psycopg


PATIENCE = "2s"


class FileLock:
    """Hold ``<database>.lock`` until ``free``; AlreadyRunning at once when another process has it.

    The lock has a file of its own: to open and close the database's file would drop SQLite's locks on it.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"cannot write {path}: {error.strerror}; the agent needs a directory of its own"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise AlreadyRunning(
                f"another agent (process {holder or 'unknown'}) holds {path}: stop it first, or use another directory"
            ) from None
        try:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            pass  # A full disk: the lock holds without the number that is only there to be read.

    def free(self) -> None:
        """Give the lock back. The file stays: to remove it would let two holders have two files of one name."""
        os.close(self._file)


def claim(session: psycopg.Connection[Any], agent: str) -> None:
    """Take an agent's advisory lock for the life of this PostgreSQL session; AlreadyRunning if another keeps it.

    The session that holds the lock is the one that writes: an agent that lost its session can write no more.
    The server frees the lock of a session that has just ended a moment after its client has gone, so this waits
    ``PATIENCE``.
    """
    from psycopg.errors import LockNotAvailable  # An extra, that an installation on SQLite does without.

    try:
        session.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
        session.execute("SELECT pg_advisory_lock(%s)", [advisory_key(agent)])
    except LockNotAvailable:
        raise AlreadyRunning(
            f"another agent named {agent} writes to this database: stop it first, or rename one"
        ) from None


def advisory_key(agent: str) -> int:
    """Return the number of an agent's advisory lock."""
    return int.from_bytes(sha256(f"nightduty:{agent}".encode()).digest()[:8], "big", signed=True)
