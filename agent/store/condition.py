"""How the database is: its version, its size, what is known to be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

WAL_RESET_FIXED = (3, 51, 3)
"""SQLite before it can spoil a file when two connections write or take the log in at once; we have one that does."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The state of a database. Sizes are bytes; ``journal_mode`` and ``log_size`` are SQLite's only.

    ``trouble`` is what its own check found ("" for nothing); ``warnings`` are codes: "wal_reset_bug", "not_durable".
    """

    engine: str
    version: str
    size: int
    free: int = 0
    log_size: int = 0
    journal_mode: str = ""
    trouble: str = ""
    warnings: tuple[str, ...] = ()


def check(conn: Connection, agent: str) -> Condition:
    """Examine the database for the doctor; on SQLite this reads the whole file. StoreError if it cannot be read."""
    return _sqlite(conn) if conn.dialect.name == "sqlite" else _postgresql(conn)


def _sqlite(conn: Connection) -> Condition:
    def pragma(name: str) -> str:
        return str(conn.exec_driver_sql(f"PRAGMA {name}").scalar())

    version, mode, found = str(conn.scalar(sa.func.sqlite_version())), pragma("journal_mode"), pragma("quick_check(1)")
    page = int(pragma("page_size"))
    (path,) = [row.file for row in conn.exec_driver_sql("PRAGMA database_list") if row.name == "main"]
    warnings = []
    if tuple(int(part) for part in version.split(".")) < WAL_RESET_FIXED:
        warnings.append("wal_reset_bug")
    if mode != "wal":
        warnings.append("not_durable")
    return Condition(
        engine="SQLite",
        version=version,
        size=page * int(pragma("page_count")),
        free=page * int(pragma("freelist_count")),
        log_size=_size(Path(f"{path}-wal")),
        journal_mode=mode,
        trouble="" if found == "ok" else " ".join(found.split())[:200],
        warnings=tuple(warnings),
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _postgresql(conn: Connection) -> Condition:
    def show(name: str) -> str:
        return str(conn.exec_driver_sql(f"SHOW {name}").scalar())

    size = conn.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database())))
    # With fsync off, what the server acknowledged is gone when the power is.
    durable = show("fsync") == "on" and show("full_page_writes") == "on"
    return Condition(
        engine="PostgreSQL",
        version=show("server_version").split()[0],
        size=int(size or 0),
        warnings=() if durable else ("not_durable",),
    )
