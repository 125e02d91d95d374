"""What goes wrong in a database, said in one line: what, where, and what to do next."""

from __future__ import annotations

import sqlite3

from sqlalchemy import exc

from duty.errors import StoreError

KEPT = "the file was left as it is; put a backup in its place with: nightduty restore"

# The first that an error's name begins with; the names are https://sqlite.org/rescode.html.
SQLITE = {
    "SQLITE_FULL": "the disk is full; free some space, the agent goes on by itself",
    "SQLITE_IOERR": "the disk reports an error; look at the kernel's messages with: dmesg",
    "SQLITE_READONLY": "the file or its file system is read-only; remount it or correct the permissions",
    "SQLITE_BUSY": "another process keeps the database locked; find it with: fuser",
    "SQLITE_LOCKED": "another process keeps the database locked; find it with: fuser",
    "SQLITE_CANTOPEN": "the file cannot be opened; look at the permissions of it and of its directory",
    "SQLITE_PERM": "the file cannot be opened; look at its permissions",
    "SQLITE_CORRUPT": f"the database is damaged; {KEPT}",
    "SQLITE_NOTADB": f"this is not a database, or its header is damaged; {KEPT}",
    "SQLITE_INTERRUPT": "the question took too long and was given up",
    "SQLITE_CONSTRAINT": "the record refuses this: it is there already, or what it belongs to is not",
}

# The first that an error's SQLSTATE begins with; none at all is a connection that failed.
POSTGRESQL = {
    "53100": "the server's disk is full; free some space, the agent goes on by itself",
    "25006": "the server takes no writes; the agent needs the primary",
    "57014": "the question took too long and was given up",
    "23": "the record refuses this: it is there already, or what it belongs to is not",
    "28": "the user or the password was not accepted; correct the URL in the settings",
    "3D": "there is no such database; create it, or correct the URL in the settings",
    "42501": "the user may not do this; give it the right to create tables in the database",
    "57P": "the server is stopping or starting; the agent tries again by itself",
    "08": "the server does not answer; the agent tries again by itself",
}
AWAY = ("57P", "08", "53300")


def explain(error: BaseException, where: str) -> StoreError:
    """Turn a database's error into one line. ``where`` is the file, or the URL without its password."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        advice = _advice(SQLITE, _name(cause))
    elif hasattr(cause, "sqlstate"):
        advice = _advice(POSTGRESQL, cause.sqlstate or "08")
    else:
        advice = ""
    # A server's message has several lines and quotes what it was asked to store.
    said = next(iter(str(cause).splitlines()), type(cause).__name__)[:200]
    return StoreError(f"{where}: {advice} ({said})" if advice else f"{where}: {said}")


def may_pass(error: BaseException) -> bool:
    """Say whether waiting may help: the database is locked by another process, or the server is away for a moment."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return _name(cause).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    # The driver has no SQLSTATE for a server that cannot be reached, or that closed the connection.
    return hasattr(cause, "sqlstate") and (cause.sqlstate or "08").startswith(AWAY)


def _cause(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error


def _name(error: BaseException) -> str:
    return getattr(error, "sqlite_errorname", None) or ""


def _advice(table: dict[str, str], code: str) -> str:
    return next((advice for prefix, advice in table.items() if code.startswith(prefix)), "")
