"""Connections to the database, each set up as we need it: one that writes, some that only read."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.pool import QueuePool

from agent.store import lock
from duty.errors import StoreError

BUSY_S = 5.0
READ_LIMIT_S = 30
"""How long the console's reading may take: SQLite's write-ahead log grows as long as somebody reads."""

WRITER = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
    f"journal_size_limit={64 * 1024 * 1024}",
)
READER = ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the database is. As text it is fit to be shown: a URL without its password."""

    url: sa.URL
    path: Path | None

    def __str__(self) -> str:
        return str(self.path or self.url)


def place(url: str) -> Place:
    """Read the URL of the settings: ``sqlite:////path/to/file`` or ``postgresql://user@host/name``."""
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError as error:
        raise StoreError(
            "the database's URL cannot be read, expected sqlite:////path or postgresql://host/name"
        ) from error
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:" and not parsed.query:
        return Place(parsed, Path(parsed.database).absolute())
    if kind in {"postgresql", "postgres"}:
        if find_spec("psycopg") is None:
            raise StoreError("PostgreSQL's driver is not installed; install it with: pip install nightduty[postgresql]")
        return Place(parsed.set(drivername="postgresql+psycopg"), None)
    raise StoreError(f"the database {parsed} is of no kind we know, expected sqlite:////path or postgresql://host/name")


def file(path: Path) -> Place:
    """Return the place that a SQLite file is."""
    return Place(sa.make_url("sqlite://"), path)


def writer(at: Place, agent: str | None) -> sa.Engine:
    """Make the engine of the one connection that writes. On PostgreSQL it holds the agent's lock while it lives."""
    if at.path is not None:
        path = at.path
        engine = _engine(at, 1, lambda: sqlite(path, "rw", *WRITER))
        # The default, deferred, would fail at once with "busy" where a reader becomes a writer.
        event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    return _engine(at, 1, lambda: postgresql(at, agent, "-c synchronous_commit=on -c lock_timeout=5s"))


def readers(at: Place, many: int, *, hurried: bool = True) -> sa.Engine:
    """Make the engine of the connections that only read, each transaction one moment; ``hurried`` ones are cut off."""
    if at.path is not None:
        path = at.path
        engine = _engine(at, many, lambda: sqlite(path, "ro", *READER))
        event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN"))
        return engine
    options = "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    if hurried:
        options += f" -c statement_timeout={READ_LIMIT_S}s"
    return _engine(at, many, lambda: postgresql(at, None, options))


def _engine(at: Place, many: int, connect: object) -> sa.Engine:
    return sa.create_engine(
        at.url,
        creator=connect,
        poolclass=QueuePool,
        pool_size=many,
        max_overflow=0,
        pool_pre_ping=at.path is None,
        # What stands in a statement is what people wrote: it must not reach a log.
        hide_parameters=True,
    )


def sqlite(path: Path, mode: str, *pragmas: str) -> sqlite3.Connection:
    """Open a SQLite file that exists, without the driver's own transactions; ``mode`` is "rw" or "ro"."""
    uri = f"file:{quote(str(path))}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


def postgresql(at: Place, agent: str | None, options: str) -> object:
    """Open a PostgreSQL session, with the lock of ``agent`` if it is to write."""
    import psycopg  # An extra, that an installation on SQLite does without.

    address = at.url.set(drivername="postgresql").render_as_string(hide_password=False)
    # A session whose machine has died would hold the lock for hours; the server notices in 25 seconds like this.
    alive = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    connection = psycopg.connect(
        address,
        options=f"{options} {alive}",
        application_name="nightduty",
        connect_timeout=5,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=20_000,
    )
    try:
        if agent is not None:
            lock.claim(connection, agent)
            connection.commit()
    except BaseException:
        connection.close()
        raise
    return connection


def hurry(conn: sa.Connection) -> None:
    """Have SQLite give up what this transaction asks, once it has taken too long."""
    until = monotonic() + READ_LIMIT_S
    raw: Any = conn.connection.dbapi_connection
    raw.set_progress_handler(lambda: monotonic() > until, 100_000)
