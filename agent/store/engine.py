"""The store: opens the database, runs each use case as one transaction, one writer and a few readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Event
from time import monotonic
from typing import Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, exc

from agent.store import connect, files, lock, migrate, trouble
from agent.store.line import Line
from duty.errors import AlreadyRunning, StoreError

P = ParamSpec("P")
T = TypeVar("T")

WRITES_WAITING = 1000
READS_WAITING = 200
READERS = 2
PATIENCE_S = 60.0
"""How long a write waits, from the moment it was asked for, until the database can be had at all."""
RETRY_S = 0.2


class Store:
    """One agent's record. Made by ``open``; every other way in is ``write`` and ``read``."""

    def __init__(
        self,
        at: connect.Place,
        agent: str,
        reading: sa.Engine,
        writing: sa.Engine | None,
        held: lock.FileLock | None,
        *,
        hurried: bool,
    ) -> None:
        self.agent = agent
        self._at = at
        self._reading = reading
        self._writing = writing
        self._held = held
        self._hurried = hurried
        self._closing = Event()
        self._given_up = False
        self._writes = Line("store-writer", 1, WRITES_WAITING)
        self._reads = Line("store-reader", READERS, READS_WAITING)

    @classmethod
    def open(cls, url: str, agent: str, *, create: bool = True, readonly: bool = False) -> Store:
        """Open the database at ``url`` as its one writer, make it (``create``) or bring it to the newest form.

        ``readonly`` opens it beside a running agent, takes no lock and changes nothing. AlreadyRunning at once if
        another agent writes there; StoreError if the database is damaged, newer than this program, or out of reach.
        """
        at = connect.place(url)
        held, writing = None, None
        reading = connect.readers(at, READERS, hurried=not readonly)
        try:
            if at.path is not None:
                held = None if readonly else files.take(at.path, create=create)
                files.inspect(at.path)
            if not readonly:
                writing = connect.writer(at, agent)
                _bring_to_newest(writing, at, create=create)
            else:
                _expect_newest(reading, at)
        except BaseException as error:
            reading.dispose()
            if writing is not None:
                writing.dispose()
            if held is not None:
                held.free()
            if isinstance(error, exc.DBAPIError):
                raise trouble.explain(error, str(at)) from error
            raise
        return cls(at, agent, reading, writing, held, hurried=not readonly)

    async def write(self, fn: Callable[Concatenate[Connection, str, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(conn, agent, ...)`` as one transaction on the writer's thread; an error undoes all of it.

        A write that was queued is carried out even if its caller is cancelled. StoreError if it could not be kept.
        """
        # Shielded, for a cancelled caller must not take its place in the line away and leave the work in it.
        written = asyncio.wrap_future(self._put(fn, *args, **kwargs))
        # Whoever waited may be gone; a failure that nobody has asked for would be printed with its traceback.
        written.add_done_callback(lambda future: future.cancelled() or future.exception())
        return await asyncio.shield(written)

    def write_now(self, fn: Callable[Concatenate[Connection, str, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do as ``write`` and wait for it: for the command line, where there is no event loop."""
        return self._put(fn, *args, **kwargs).result()

    async def read(self, fn: Callable[Concatenate[Connection, str, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``fn(conn, agent, ...)`` on a reader's thread; it sees one moment, and is given up after 30 seconds."""
        waiting = self._reads.put(partial(self._look_up, _bound(fn, *args, **kwargs)))
        return await asyncio.shield(asyncio.wrap_future(waiting))

    def read_now(self, fn: Callable[Concatenate[Connection, str, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do as ``read`` and wait for it."""
        return self._reads.put(partial(self._look_up, _bound(fn, *args, **kwargs))).result()

    @property
    def progress(self) -> int:
        """How many writes the writer has finished, well or not; it only grows."""
        return self._writes.finished

    @property
    def queue_depth(self) -> int:
        """How many writes are waiting or under way."""
        return self._writes.depth

    def close(self) -> None:
        """Finish the writes that were queued, close the database and free the lock. A second time does nothing."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._reads.close()
        self._writes.close()
        self._reading.dispose()
        if self._writing is not None:
            # The writer goes last: it takes the write-ahead log into the file.
            self._writing.dispose()
        if self._held is not None:
            self._held.free()

    def _put(self, fn: Callable[Concatenate[Connection, str, P], T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._writes.put(partial(self._transact, _bound(fn, *args, **kwargs), monotonic() + PATIENCE_S))

    def _transact(self, work: Callable[[Connection, str], T], until: float) -> T:
        try:
            return self._attempt(work, until)
        except _LostBeforeCommit:
            # Nothing of it was kept, for the server forgets what was not committed: it can be done once more.
            return self._attempt(work, until)

    def _attempt(self, work: Callable[[Connection, str], T], until: float) -> T:
        conn = self._begin(until)
        committing = False
        try:
            result = work(conn, self.agent)
            committing = True
            conn.commit()
        except exc.DBAPIError as error:
            if error.connection_invalidated and not committing:
                raise _LostBeforeCommit(str(trouble.explain(error, str(self._at)))) from error
            raise trouble.explain(error, str(self._at)) from error
        else:
            return result
        finally:
            _let_go(conn)

    def _begin(self, until: float) -> Connection:
        """Begin a transaction, waiting while another process locks the file or the server is away."""
        if self._writing is None:
            raise StoreError(f"{self._at} was opened for reading only")
        while True:
            if self._given_up:
                # The store is closing and somebody else holds the database: the writes behind need not wait as well.
                raise StoreError(f"{self._at} was still locked when the agent stopped")
            conn = None
            try:
                conn = self._writing.connect()
                conn.begin()
            except (exc.DBAPIError, AlreadyRunning) as error:
                if conn is not None:
                    conn.close()
                passing = isinstance(error, AlreadyRunning) or trouble.may_pass(error)
                if not passing or monotonic() > until or self._closing.wait(RETRY_S):
                    self._given_up = self._closing.is_set()
                    raise trouble.explain(error, str(self._at)) from error
            else:
                return conn

    def _look_up(self, work: Callable[[Connection, str], T]) -> T:
        try:
            with self._reading.connect() as conn, conn.begin():
                if self._hurried and self._at.path is not None:
                    connect.hurry(conn)
                return work(conn, self.agent)
        except exc.DBAPIError as error:
            raise trouble.explain(error, str(self._at)) from error


def _bound(
    fn: Callable[Concatenate[Connection, str, P], T], *args: P.args, **kwargs: P.kwargs
) -> Callable[[Connection, str], T]:
    return lambda conn, agent: fn(conn, agent, *args, **kwargs)


class _LostBeforeCommit(StoreError):
    """The connection died while a transaction was under way, and before its commit was sent."""


def _let_go(conn: Connection) -> None:
    """Give the connection back without a transaction."""
    if not conn.invalidated and conn.connection.dbapi_connection is not None:
        # After a commit that failed (disk full), SQLAlchemy takes the transaction for ended and SQLite may not.
        try:
            conn.connection.dbapi_connection.rollback()
        except conn.dialect.loaded_dbapi.Error:
            conn.invalidate()
    conn.close()


def _bring_to_newest(writing: sa.Engine, at: connect.Place, *, create: bool) -> None:
    with writing.begin() as conn:
        if migrate.is_current(conn, str(at)):
            return
        if migrate.form(conn) is None and not create:
            raise StoreError(f"{at}: there is no record in this database yet; start the agent once to make it")
        migrate.upgrade(conn)


def _expect_newest(reading: sa.Engine, at: connect.Place) -> None:
    with reading.connect() as conn:
        if not migrate.is_current(conn, str(at)):
            raise StoreError(
                f"{at}: the record is older than this program; start the agent once to bring it up to date"
            )
