"""The SQLite file: refused when it is damaged, never made anew, never changed by a refusal."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from agent.store import files, journal
from agent.store.engine import Store
from agent.store.verify import verify
from duty.errors import StoreError
from tests.agent.store.samples import NOW, whole_round

Open = Callable[..., Store]


@pytest.fixture
def left(file: Path, opened: Open) -> Path:
    """A file that an agent has left behind."""
    store = opened(f"sqlite:///{file}")
    store.write_now(whole_round, NOW, "hourly", tuple(f"target-{n}" for n in range(100)))
    store.close()
    return file


def refused(opened: Open, file: Path, said: str) -> None:
    """Assert that the file is refused, by a writer and by a reader, and stays what it was."""
    before = {path.name: path.read_bytes() for path in file.parent.iterdir() if path.suffix != ".lock"}
    for readonly in (False, True):
        with pytest.raises(StoreError, match=said) as caught:
            opened(f"sqlite:///{file}", readonly=readonly)
        assert str(file) in str(caught.value)
        assert "\n" not in str(caught.value)
    after = {path.name: path.read_bytes() for path in file.parent.iterdir() if path.suffix not in {".lock", ".db-shm"}}
    assert {name: content for name, content in after.items() if content or name in before} == before


def test_only_its_owner_may_read_the_file(left: Path) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in left.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(left.parent.stat().st_mode) == 0o700


def test_the_log_beside_the_file_is_its_owners_too(file: Path, opened: Open) -> None:
    opened(f"sqlite:///{file}").write_now(whole_round)
    assert {stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()} == {0o600}
    assert file.with_name(file.name + "-wal").exists()


def test_a_name_with_odd_characters_is_a_name(tmp_path: Path, opened: Open) -> None:
    file = tmp_path / "50% #1 值 班.db"
    opened(f"sqlite:///{file}").write_now(whole_round)
    assert file.exists()


def test_the_settings_that_make_it_durable_are_in_force(on_sqlite: Store) -> None:
    def ask(conn: Connection, agent: str) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "trusted_schema", "busy_timeout", "mmap_size")
        more = ("auto_vacuum", "journal_size_limit")
        return {name: conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names + more}

    assert on_sqlite.write_now(ask) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "busy_timeout": 5000,
        "mmap_size": 0,
        "auto_vacuum": 2,
        "journal_size_limit": 64 * 1024 * 1024,
    }


@pytest.mark.parametrize(
    ("at", "content", "said"),
    [
        pytest.param(0, os.urandom(100), "not a database, or its header is damaged", id="the header"),
        pytest.param(0, b"\0" * 4096, "not a database, or its header is damaged", id="the first page"),
        pytest.param(4096, os.urandom(60_000), "the database is damaged", id="the middle"),
    ],
)
def test_a_damaged_file_is_refused_and_kept(left: Path, opened: Open, at: int, content: bytes, said: str) -> None:
    with left.open("r+b") as file:
        file.seek(at)
        file.write(content)
    refused(opened, left, f"{said}; the file was left as it is; .*nightduty restore")


def test_a_file_cut_short_is_refused(left: Path, opened: Open) -> None:
    os.truncate(left, left.stat().st_size // 2)
    refused(opened, left, "the database is damaged; .*nightduty restore")


def test_an_empty_file_is_no_fresh_start(left: Path, opened: Open) -> None:
    os.truncate(left, 0)
    refused(opened, left, "the file is empty; .*nightduty restore")


def test_a_damaged_file_with_a_log_is_kept_with_its_log(file: Path, opened: Open, tmp_path: Path) -> None:
    store = opened(f"sqlite:///{file}")
    store.write_now(whole_round)
    copy = tmp_path / "copy" / file.name
    copy.parent.mkdir()
    for name in (file.name, file.name + "-wal"):
        (copy.parent / name).write_bytes((file.parent / name).read_bytes())
    # With the first page in the log too, the file's own header does not matter; without, it does.
    os.truncate(copy.with_name(copy.name + "-wal"), 32)
    with copy.open("r+b") as damaged:
        damaged.write(b"\0" * 100)
    refused(opened, copy, "not a database, or its header is damaged")


def test_another_programs_database_is_refused(tmp_path: Path, opened: Open) -> None:
    file = tmp_path / "contacts.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE contact (name TEXT)")
    connection.close()
    refused(opened, file, "belongs to another program; correct the URL")


def test_a_log_without_its_file_is_not_taken_for_a_fresh_start(file: Path, opened: Open) -> None:
    file.parent.mkdir()
    file.with_name(file.name + "-wal").write_bytes(b"what was not taken in")
    with pytest.raises(StoreError, match=r"is gone, but its log nightduty\.db-wal is there"):
        opened(f"sqlite:///{file}")
    assert not file.exists()


def test_what_a_killed_start_left_is_cleared_away(file: Path, opened: Open) -> None:
    file.parent.mkdir()
    file.with_name(file.name + ".new").write_bytes(b"half")
    opened(f"sqlite:///{file}").write_now(whole_round)
    assert not file.with_name(file.name + ".new").exists()


def test_a_large_file_is_looked_over_only_for_a_while(
    left: Path, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOOKING_OVER_S", -1.0)
    assert opened(f"sqlite:///{left}").read_now(verify).first_bad is None


def test_a_directory_that_cannot_be_written_is_one_line(tmp_path: Path, opened: Open) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot make its directory"):
        opened(f"sqlite:///{tmp_path}/file/nightduty.db")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    mount = tmp_path / "disk"
    mount.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "nightduty", mount], check=True)
    yield mount
    subprocess.run(["umount", mount], check=True)


def test_a_full_disk_loses_nothing_and_the_store_goes_on_by_itself(small_disk: Path, opened: Open) -> None:
    store = opened(f"sqlite:///{small_disk}/nightduty.db")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 300_000)
    acknowledged = []

    def fill() -> None:
        while True:
            note = {"note": os.urandom(20_000).hex()}
            acknowledged.append(store.write_now(journal.append, "signed", NOW, "王芳", "ok", note))

    with pytest.raises(StoreError, match=r"nightduty\.db: the disk is full; free some space"):
        fill()
    with pytest.raises(StoreError, match="the disk is full"):
        store.write_now(journal.append, "signed", NOW, "王芳", "ok", {"note": os.urandom(200_000).hex()})
    assert len(acknowledged) > 5
    assert store.read_now(verify).entries == len(acknowledged)
    ballast.unlink()
    store.write_now(journal.append, "signed", NOW, "王芳", "ok", {})
    found = store.read_now(verify)
    assert (found.entries, found.first_bad) == (len(acknowledged) + 1, None)
    # The space is used up before the store closes, for taking the log in needs some.
    store.close()
    assert opened(f"sqlite:///{small_disk}/nightduty.db").read_now(verify).entries == len(acknowledged) + 1


def test_a_read_only_file_system_is_one_line(small_disk: Path, opened: Open) -> None:
    opened(f"sqlite:///{small_disk}/nightduty.db").close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(StoreError, match=r"cannot write .*nightduty.db.lock: Read-only file system"):
        opened(f"sqlite:///{small_disk}/nightduty.db")


def test_a_full_disk_at_the_first_start_leaves_nothing_half_made(small_disk: Path, opened: Open) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(b"\0" * 8_000_000)
    with pytest.raises(StoreError, match=r"disk is full|No space left"):
        opened(f"sqlite:///{small_disk}/nightduty.db")
    ballast.unlink()
    opened(f"sqlite:///{small_disk}/nightduty.db").write_now(whole_round)
