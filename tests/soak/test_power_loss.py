"""The power goes at any moment of the store's life, and nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.store import (
    incident_tables,  # noqa: F401 - its tables belong to the same metadata
    migrate,
)
from agent.store.engine import Store
from agent.store.schema import metadata
from agent.store.verify import verify
from tests.soak.disk import Call, Disk, record

pytestmark = pytest.mark.soak

IMAGES = 5000
SEED = 20_260_102
FIRST = {*metadata.tables, "alembic_version", "sqlite_sequence"}
SECOND = FIRST | {f"later_{n}" for n in range(5)}
LATER = f"""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{migrate.newest()}"
def upgrade():
    for n in range(5):
        op.create_table(f"later_{{n}}", sa.Column("a", sa.Integer))
    op.execute("UPDATE sheet SET took_us = took_us")
    op.add_column("journal", sa.Column("later", sa.Integer))
"""


@pytest.fixture(scope="module")
def migrations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The migrations of the next version, which adds five tables and a column."""
    steps = tmp_path_factory.mktemp("next") / "migrations"
    shutil.copytree(migrate.MIGRATIONS, steps, ignore=shutil.ignore_patterns("__pycache__"))
    (steps / "versions" / "9999_later.py").write_text(LATER)
    return steps


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory, migrations: Path) -> tuple[Path, list[Call]]:
    """A life of the store, from its first start over commits to an upgrade and on: where, and every call it made."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (Debian: apt-get install strace)")
    home = tmp_path_factory.mktemp("life")
    state = home / "state"
    writer = [sys.executable, "-m", "tests.soak.writer", str(state / "nightduty.db"), str(migrations)]
    return state, record(writer, home / "calls")


def crashes(life: tuple[Path, list[Call]], rate: float) -> Iterator[tuple[dict[str, bytes], int]]:
    """Yield what is left on the disk, and how many commits were acknowledged, for crashes after each call."""
    state, calls = life
    disk, acknowledged, chance, owed = Disk(state), 0, random.Random(SEED), 0.0
    for call in calls:
        if call.name == "said":
            assert call.data == b"ack\n", call.data
            acknowledged += 1
        elif disk.do(call):
            owed += rate
            while owed >= 1:
                owed -= 1
                # All and nothing of what was not synced are the two ends; most crashes lie between.
                yield disk.left(chance, chance.choice((0.0, 1.0, 0.1, 0.5, 0.5, 0.9))), acknowledged


def test_no_loss_of_power_damages_the_file_or_loses_what_was_acknowledged(
    life: tuple[Path, list[Call]], migrations: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "MIGRATIONS", migrations)
    state, calls = life
    disk = Disk(state)
    changes = sum(disk.do(call) for call in calls if call.name != "said")
    found = Counter[str]()
    for number, (files, acknowledged) in enumerate(crashes(life, IMAGES / changes * 1.02)):
        image = tmp_path / str(number)
        image.mkdir()
        for name, content in files.items():
            (image / name).write_bytes(content)
        where = f"image {number} of seed {SEED}, {acknowledged} acknowledged"
        found[examine(image / "nightduty.db", acknowledged, where)] += 1
        if number % 25 == 0:
            come_back(image / "nightduty.db", acknowledged, where)
        shutil.rmtree(image)
    print(f"\n{found.total()} crashes at {changes} places: {dict(found)}")
    assert found.total() >= IMAGES
    assert set(found) == {"not made yet", "first form", "second form"}


def examine(file: Path, acknowledged: int, where: str) -> str:
    """Look at what is left as SQLite sees it; return which form it has."""
    if not file.exists():
        assert acknowledged == 0, where
        return "not made yet"
    connection = sqlite3.connect(file)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], where
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == [], where
        (entries,) = connection.execute("SELECT count(*) FROM journal").fetchone()
        assert acknowledged <= entries <= acknowledged + 1, f"{where}, {entries} there"
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        (form,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        assert tables == (SECOND if form == "9999" else FIRST), where
        return "second form" if form == "9999" else "first form"
    finally:
        connection.close()


def come_back(file: Path, acknowledged: int, where: str) -> None:
    """Start an agent on what is left: it takes it up, its journal is whole, and it goes on writing."""
    store = Store.open(f"sqlite:///{file}", "hz1")
    try:
        found = store.read_now(verify)
        assert found.first_bad is None, f"{where}: {found.why}"
        assert found.entries >= acknowledged, where
    finally:
        store.close()


def test_the_model_of_the_disk_can_find_a_loss(life: tuple[Path, list[Call]], tmp_path: Path) -> None:
    """Had the store not synced its log, the same crashes would lose what was acknowledged."""
    state, calls = life
    careless = [call for call in calls if call.name != "sync" or not call.path.endswith("-wal")]
    lost = 0
    for number, (files, acknowledged) in enumerate(crashes((state, careless), 0.02)):
        image = tmp_path / str(number)
        image.mkdir()
        for name, content in files.items():
            (image / name).write_bytes(content)
        try:
            examine(image / "nightduty.db", acknowledged, "careless")
        except (AssertionError, sqlite3.DatabaseError):
            lost += 1
    assert lost > 0
