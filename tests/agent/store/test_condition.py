"""What the doctor is told of the database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from agent.store import condition
from agent.store.engine import Store
from tests.agent.store.samples import whole_round


def test_a_sound_file_is_said_to_be_sound(on_sqlite: Store, file: Path) -> None:
    on_sqlite.write_now(whole_round)
    found = on_sqlite.read_now(condition.check)
    assert (found.engine, found.version, found.trouble) == ("SQLite", sqlite3.sqlite_version, "")
    assert (found.journal_mode, found.log_size) == ("wal", file.with_name("nightduty.db-wal").stat().st_size)
    assert found.size > 100_000


@pytest.mark.parametrize(
    ("fixed", "warned"),
    [
        pytest.param((99, 0, 0), ("wal_reset_bug",), id="older than the remedy"),
        pytest.param(sqlite3.sqlite_version_info, (), id="the remedy itself"),
    ],
)
async def test_a_sqlite_that_can_spoil_files_is_warned_of(
    on_sqlite: Store, monkeypatch: pytest.MonkeyPatch, fixed: tuple[int, ...], warned: tuple[str, ...]
) -> None:
    monkeypatch.setattr(condition, "WAL_RESET_FIXED", fixed)
    assert (await on_sqlite.read(condition.check)).warnings == warned


async def test_damage_is_told_in_one_line(on_sqlite: Store, file: Path) -> None:
    await on_sqlite.write(whole_round)
    other = sqlite3.connect(file)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (page,) = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sheet_body'").fetchone()
    (size,) = other.execute("PRAGMA page_size").fetchone()
    other.close()
    with file.open("r+b") as damaged:
        damaged.seek((page - 1) * size)
        damaged.write(b"\xff" * size)
    found = await on_sqlite.read(condition.check)
    assert found.trouble
    assert "\n" not in found.trouble


@pytest.mark.system
async def test_a_server_without_fsync_is_warned_of(url: str, store: Store) -> None:
    """The tests' own server runs without it."""
    if url.startswith("postgresql"):
        found = await store.read(condition.check)
        assert (found.engine, found.warnings) == ("PostgreSQL", ("not_durable",))
        assert found.version.startswith("1")
        assert found.size > 1_000_000
