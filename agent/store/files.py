"""The SQLite file: made whole or not at all, and looked over before anything is written to it."""

from __future__ import annotations

import os
import sqlite3
from itertools import count
from pathlib import Path
from time import monotonic

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import NullPool

from agent.store import connect, migrate, trouble
from agent.store.lock import FileLock
from agent.store.schema import APPLICATION_ID
from duty.errors import StoreError

NOTHING_THERE = "there is no record; start the agent once to make it, or name its settings with --config"

LOOKING_OVER_S = 2.0
"""How long a file is looked over at the start; a large one only as far as that goes."""


def take(path: Path, *, create: bool) -> FileLock:
    """Lock the file for its one writer, and make it if it is not there and ``create`` says so."""
    missing = not path.exists()
    if missing and not create:
        raise StoreError(
            f"{path}: there is no record; start the agent once to make it, or name its settings with --config"
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: cannot make its directory: {error.strerror}") from error
    held = FileLock(path)
    try:
        if marker(path).exists():
            raise StoreError(f"{path}: a restore was cut short; run it again: nightduty restore")
        if missing:
            _make(path)
    except BaseException:
        held.free()
        raise
    return held


def marker(path: Path) -> Path:
    """Return the file that is there while a restore is under way."""
    return beside(path, ".restoring")


def beside(path: Path, suffix: str) -> Path:
    """Return the path of a file that stands beside the database under its name with a suffix."""
    return path.with_name(path.name + suffix)


def _make(path: Path) -> None:
    if beside(path, "-wal").exists():
        # A new file would take the old log for its own.
        raise StoreError(
            f"{path} is gone, but its log {path.name}-wal is there: put a backup in its place with: nightduty restore"
        )
    # Under another name until it is whole: an empty file under the right name would pass for a fresh start.
    fresh = beside(path, ".new")
    try:
        for left in (fresh, beside(fresh, "-journal")):
            left.unlink(missing_ok=True)
        blank(fresh)
        fill(fresh)
        os.rename(fresh, path)
        sync(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: cannot make it: {error.strerror}") from error
    except (sqlite3.Error, sa.exc.DBAPIError) as error:
        raise trouble.explain(error, str(path)) from error


def blank(path: Path) -> None:
    """Make an empty file that only its owner may read; OSError if it is there."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def fill(path: Path) -> None:
    """Make our tables in an empty file."""
    engine = writer(path)
    try:
        with engine.begin() as conn:
            migrate.upgrade(conn)
    finally:
        engine.dispose()


def writer(path: Path) -> sa.Engine:
    """Make the engine of a file that is being made and that nobody else uses yet."""
    # The body of a switch's sheet takes 3 kB: pages of the usual 4 kB hold one, and a quarter of the file is empty.
    header = (
        "page_size=16384",
        "auto_vacuum=INCREMENTAL",
        f"application_id={APPLICATION_ID}",
        "synchronous=FULL",
        "foreign_keys=ON",
    )
    engine = sa.create_engine(
        "sqlite://", creator=lambda: connect.sqlite(path, "rw", *header), poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def replace(path: Path, fresh: Path) -> Path | None:
    """Put the file ``fresh`` in the place of the database, and return under which name what was there is kept.

    Cut short at any point, it leaves a marker, with which the agent refuses to start until the restore is done again.
    """
    kept = next(name for n in count(1) if not (name := beside(path, f".replaced-{n}")).exists())
    marker(path).touch(mode=0o600)
    sync(path.parent)
    # The log goes first: taken up into the new file, it would spoil it. It keeps to the name of its own database.
    if beside(path, "-wal").exists():
        beside(path, "-wal").rename(beside(kept, "-wal"))
    beside(path, "-shm").unlink(missing_ok=True)
    was_there = path.exists()
    if was_there:
        path.rename(kept)
    sync(path.parent)
    fresh.rename(path)
    sync(path.parent)
    marker(path).unlink()
    sync(path.parent)
    return kept if was_there else None


def sync(directory: Path) -> None:
    """Make the names in a directory survive a loss of power."""
    opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def inspect(path: Path) -> None:
    """Look a file over without changing it; StoreError if it is damaged or not ours."""
    try:
        if path.stat().st_size == 0:
            # To SQLite an empty file is a fresh start, and the record would silently begin anew.
            raise StoreError(f"{path}: the file is empty; {trouble.KEPT}")
        connection = connect.sqlite(path, "ro", *connect.READER)
    except FileNotFoundError:
        raise StoreError(
            f"{path}: there is no record; start the agent once to make it, or name its settings with --config"
        ) from None
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise trouble.explain(error, str(path)) from error
    try:
        until = monotonic() + LOOKING_OVER_S
        connection.set_progress_handler(lambda: monotonic() > until, 10_000)
        (ours,) = connection.execute("PRAGMA application_id").fetchone()
        if ours != APPLICATION_ID:
            raise StoreError(f"{path}: this database belongs to another program; correct the URL in the settings")
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise StoreError(f"{path}: the database is damaged; {trouble.KEPT} ({' '.join(said.split())[:200]})")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_INTERRUPT":
            raise trouble.explain(error, str(path)) from error
    finally:
        connection.close()
