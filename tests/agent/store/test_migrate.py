"""The migrations lead to the tables that the code works with, all at once or not at all."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from agent.store import (
    connect,
    incident_tables,  # noqa: F401 - its tables belong to the same metadata
    migrate,
)
from agent.store.engine import Store
from agent.store.schema import metadata


async def test_the_migrations_make_the_tables_that_the_code_works_with(store: Store) -> None:
    def differences(conn: Connection, agent: str) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata))

    assert await store.read(differences) == []


async def test_on_sqlite_the_tables_are_word_for_word_the_same(on_sqlite: Store) -> None:
    """STRICT and WITHOUT ROWID are not seen by the comparison above."""

    def made(conn: Connection, agent: str) -> set[str]:
        rows = conn.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'sqlite_sequence'")
        # A column that was added later stands elsewhere, and without a space before the last bracket.
        return {" ".join(sorted(re.split(r"[\s,()]+", sql))) for (sql,) in rows if "alembic_version" not in sql}

    engine = sa.create_engine("sqlite://")
    with engine.begin() as conn:
        metadata.create_all(conn)
        expected = made(conn, "")
    engine.dispose()
    assert await on_sqlite.read(made) == expected


def test_there_is_one_newest_form() -> None:
    assert ScriptDirectory(str(migrate.MIGRATIONS)).get_heads() == [migrate.newest()]


def test_every_natural_key_names_the_agent() -> None:
    # A sheet's agent is its round's; a surrogate number is no natural key.
    of_a_round = {"sheet", "sheet_body"}
    for table in metadata.sorted_tables:
        keys = [key for key in table.constraints if isinstance(key, sa.UniqueConstraint)]
        if table.autoincrement_column is None and table.name not in of_a_round:
            keys.append(table.primary_key)  # type: ignore[arg-type]  # it has columns too
        assert all("agent" in key.columns for key in keys), table.name


def test_a_migration_that_fails_midway_leaves_the_old_form(
    url: str, opened: Callable[..., Store], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The next version adds a table and dies before the second."""
    opened(url).close()
    steps = tmp_path / "migrations"
    (steps / "versions").mkdir(parents=True)
    for source in (*migrate.MIGRATIONS.glob("*.py"), *migrate.MIGRATIONS.glob("versions/*.py")):
        (steps / source.relative_to(migrate.MIGRATIONS)).write_text(source.read_text())
    (steps / "versions" / "9999_half.py").write_text(
        "from alembic import op\nimport sqlalchemy as sa\n"
        f"revision, down_revision = '9999', '{migrate.newest()}'\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('a', sa.Integer))\n"
        "    op.drop_table('look_at_nothing')\n"
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", steps)
    with pytest.raises(Exception, match="look_at_nothing"):
        opened(url)
    monkeypatch.undo()
    names = opened(url).read_now(lambda conn, agent: set(sa.inspect(conn).get_table_names()))
    assert names == {*metadata.tables, "alembic_version"}


def test_a_writer_begins_every_transaction_by_itself(tmp_path: Path) -> None:
    """The driver would begin none before DDL, and half a migration would stay."""
    path = tmp_path / "x.db"
    sqlite3.connect(path).close()
    path.touch()
    engine = connect.writer(connect.place(f"sqlite:///{path}"), "hz1")
    with engine.connect() as conn:
        conn.exec_driver_sql("CREATE TABLE gone (a)")
        conn.rollback()
        assert sa.inspect(conn).get_table_names() == []
    engine.dispose()
