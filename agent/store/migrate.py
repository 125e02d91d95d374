"""The database's form: which one it has, whether this program knows it, and how it is brought to the newest."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from duty.errors import StoreError

MIGRATIONS = Path(__file__).parent / "migrations"


def form(conn: Connection) -> str | None:
    """Return the revision that the database is at; None for one without tables of ours."""
    return MigrationContext.configure(conn).get_current_revision()


def newest() -> str:
    """Return the revision that this program works with."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if head is None:
        raise StoreError(f"there are no migrations in {MIGRATIONS}; the program is not installed whole")
    return head


def is_current(conn: Connection, where: str) -> bool:
    """Say whether the database is at the newest form; StoreError for one that a newer program made."""
    found = form(conn)
    if found is not None:
        try:
            ScriptDirectory(str(MIGRATIONS)).get_revision(found)
        except CommandError as error:
            raise StoreError(
                f"{where}: a newer nightduty wrote this database (form {found}, this one knows {newest()}); "
                "install that version, or restore a backup from before"
            ) from error
    return found == newest()


def upgrade(conn: Connection, to: str = "head") -> None:
    """Bring the database to the newest form, inside the transaction that ``conn`` is in."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = conn
    command.upgrade(settings, to)
