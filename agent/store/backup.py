"""Backups: always one SQLite file, of either database, so that it can be verified and restored anywhere."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, exc

from agent.store import connect, files, lock, migrate, trouble
from agent.store.connect import Place
from agent.store.schema import journal, metadata, runs
from agent.store.verify import verify
from duty.errors import StoreError

AT_ONCE = 1000


def backup(url: str, to: Path) -> None:
    """Write a verified copy of the database to the new file ``to``, while the agent may be running.

    StoreError if it cannot be made; and if the journal in it is broken, though then the copy is kept.
    """
    at, to = connect.place(url), to.absolute()
    if to.exists():
        raise StoreError(f"{to} exists already; give the backup a name of its own")
    fresh = files.beside(to, ".partial")
    with _explained(at), _new(fresh):
        if at.path is not None:
            files.inspect(at.path)
            _copy(at.path, fresh)
        else:
            files.fill(fresh)
            with _engine(connect.readers(at, 1, hurried=False)) as old, _engine(files.writer(fresh)) as new:
                _expect_form(old, str(at))
                _pour(old, new)
        _expect_sound(fresh)
        os.link(fresh, to)
        files.sync(to.parent)
    broken = _broken(to)
    if broken:
        raise StoreError(f"{to} is written, but what it holds is not whole: {broken}")


def restore(source: Path, url: str) -> Path | None:
    """Put a backup in the place of the database; return the file in which what was there is kept, if there was any.

    AlreadyRunning while an agent writes there. The backup is verified first, and its copy before it takes the place.
    """
    at, source = connect.place(url), source.absolute()
    with _explained(at):
        _expect_sound(source)
        broken = _broken(source)
        if broken:
            raise StoreError(f"{source}: this backup is not whole, nothing was changed: {broken}")
        return _restore_file(source, at.path) if at.path is not None else _restore_rows(source, at)


def _restore_file(source: Path, path: Path) -> Path | None:
    held = lock.FileLock(path)
    try:
        fresh = files.beside(path, ".new")
        fresh.unlink(missing_ok=True)
        with _new(fresh):
            _copy(source, fresh)
            _expect_sound(fresh)
            return files.replace(path, fresh)
    finally:
        held.free()


def _restore_rows(source: Path, at: Place) -> Path | None:
    """Fill a PostgreSQL database in one transaction: it holds all of the old or all of the new."""
    kept = None
    with _engine(connect.writer(at, None)) as new, _engine(connect.readers(connect.file(source), 1)) as old:
        _expect_form(old, str(source))
        if migrate.form(new) is not None:
            kept = next(name for n in count(1) if not (name := files.beside(source, f".replaced-{n}")).exists())
        session: Any = new.connection.driver_connection
        for agent in {*_agents(old), *(_agents(new) if kept else ())}:
            lock.claim(session, agent)
        if kept is not None:
            backup(at.url.render_as_string(hide_password=False), kept)
        migrate.upgrade(new)
        for table in reversed(metadata.sorted_tables):
            new.execute(table.delete())
        _pour(old, new)
        for table in metadata.sorted_tables:
            if table.autoincrement_column is not None:
                _follow(new, table.autoincrement_column)
        for agent in _agents(new):
            found = verify(new, agent)
            if found.first_bad is not None:
                raise StoreError(f"{at}: the copy is not whole, nothing was changed: {found.why}")
    return kept


@contextmanager
def _explained(at: Place) -> Iterator[None]:
    try:
        yield
    except (exc.DBAPIError, sqlite3.Error) as error:
        raise trouble.explain(error, str(at)) from error
    except OSError as error:
        raise StoreError(f"{error.filename or at}: {error.strerror}") from error


@contextmanager
def _new(path: Path) -> Iterator[None]:
    """Make an empty file for the time being; whatever has not been given another name by the end goes."""
    try:
        files.blank(path)
    except FileExistsError:
        raise StoreError(f"{path} is there: a backup is under way, or one was cut short; remove it") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _engine(engine: sa.Engine) -> Iterator[Connection]:
    """Use an engine for one transaction."""
    try:
        with engine.begin() as conn:
            yield conn
    finally:
        engine.dispose()


def _copy(source: Path, to: Path) -> None:
    """Copy a SQLite file as it is at one moment, in use or not, into one file that needs no log beside it."""
    with (
        closing(connect.sqlite(source, "ro", *connect.READER)) as old,
        closing(connect.sqlite(to, "rw", "synchronous=FULL")) as new,
    ):
        # In one stride: between two strides a write would make the copy begin anew, again and again.
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE").fetchall()


def _pour(old: Connection, new: Connection) -> None:
    for table in metadata.sorted_tables:
        rows = old.execute(sa.select(table).execution_options(yield_per=AT_ONCE)).mappings()
        for some in rows.partitions():
            new.execute(table.insert(), [dict(row) for row in some])


def _follow(conn: Connection, number: sa.Column[int]) -> None:
    """Have PostgreSQL give the next number after those that were put in."""
    sequence = sa.func.pg_get_serial_sequence(number.table.name, number.name)
    highest = sa.select(sa.func.max(number)).scalar_subquery()
    conn.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(highest, 1), highest.is_not(None))))


def _expect_sound(path: Path) -> None:
    """Have SQLite check the whole of a file; StoreError if it is damaged, not ours, or of another form."""
    files.inspect(path)
    with _engine(connect.readers(connect.file(path), 1)) as conn:
        said = str(conn.exec_driver_sql("PRAGMA integrity_check(1)").scalar())
        if said != "ok":
            raise StoreError(f"{path}: the file is damaged ({' '.join(said.split())[:200]})")
        _expect_form(conn, str(path))


def _expect_form(conn: Connection, where: str) -> None:
    if not migrate.is_current(conn, where):
        raise StoreError(f"{where}: an older nightduty wrote this; start the agent on it once to bring it up to date")


def _broken(path: Path) -> str:
    """Verify the journals in a file; return what is wrong, "" for nothing."""
    with _engine(connect.readers(connect.file(path), 1)) as conn:
        return next((found.why for agent in _agents(conn) if (found := verify(conn, agent)).first_bad is not None), "")


def _agents(conn: Connection) -> list[str]:
    return sorted({*conn.execute(sa.select(journal.c.agent).union(sa.select(runs.c.agent))).scalars()})
