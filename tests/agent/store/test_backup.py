"""A backup while the agent writes, and the way back."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import (
    incident_tables,  # noqa: F401 - its tables belong to the same metadata
    journal,
    looks,
    rounds,
    runs,
    sheets,
    states,
)
from agent.store.backup import backup, restore
from agent.store.engine import Store
from agent.store.schema import metadata
from agent.store.verify import verify
from duty.errors import AlreadyRunning, StoreError
from duty.fold import State
from tests.agent.store.samples import HOSTILE, HOUR, NOW, look, whole_round
from tests.agent.store.test_states import change

Open = Callable[..., Store]


def fill(store: Store) -> None:
    """Put a row of every kind into the store."""
    store.write_now(runs.begin_run, "one", "1.0", NOW)
    store.write_now(runs.record_step, "one", NOW, HOUR)
    store.write_now(whole_round)
    store.write_now(rounds.record_missed, "hourly", NOW + HOUR, "overrun", NOW)
    (number,) = store.write_now(looks.put_looks, [look()], "evidence")
    store.write_now(states.put_states, {("core", "octets", HOSTILE): State(value=2**64 - 1, since=NOW)})
    store.write_now(states.put_transitions, [change(0)], number)


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    def everything(conn: Connection, agent: str) -> dict[str, list[tuple[object, ...]]]:
        return {
            table.name: sorted((tuple(row) for row in conn.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }

    return store.read_now(everything)


def test_what_was_backed_up_comes_back(url: str, opened: Open, tmp_path: Path) -> None:
    store = opened(url)
    fill(store)
    before = contents(store)
    backup(url, tmp_path / "copy")
    store.write_now(whole_round, NOW + 2 * HOUR)
    store.close()
    kept = restore(tmp_path / "copy", url)
    assert kept is not None
    again = opened(url)
    assert contents(again) == before
    assert again.write_now(rounds.open_round, "hourly", NOW + 2 * HOUR, ["a"], NOW, False, "") == 3


def test_what_was_there_before_is_kept(url: str, opened: Open, tmp_path: Path) -> None:
    store = opened(url)
    backup(url, tmp_path / "copy")
    fill(store)
    before = contents(store)
    store.close()
    kept = restore(tmp_path / "copy", url)
    assert opened(f"sqlite:///{kept}", readonly=True).read_now(verify).entries == 2
    assert contents(opened(f"sqlite:///{kept}", readonly=True)) == before


def test_a_backup_goes_into_an_empty_place(url: str, opened: Open, tmp_path: Path, file: Path) -> None:
    other = opened(f"sqlite:///{tmp_path}/other.db")
    fill(other)
    backup(f"sqlite:///{tmp_path}/other.db", tmp_path / "copy")
    file.parent.mkdir()
    assert restore(tmp_path / "copy", url) is None
    assert contents(opened(url)) == contents(other)


def test_a_backup_made_while_the_agent_writes_is_a_prefix(url: str, opened: Open, tmp_path: Path) -> None:
    store, enough = opened(url), threading.Event()

    def write() -> None:
        hour = 0
        while not enough.is_set():
            store.write_now(whole_round, NOW + hour * HOUR)
            hour += 1

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for n in range(5):
            backup(url, tmp_path / f"copy-{n}")
    finally:
        enough.set()
        writing.join()
    whole = [entry.hash for entry in reversed(store.read_now(journal.entries, 100_000))]
    heads = []
    for n in range(5):
        copy = opened(f"sqlite:///{tmp_path}/copy-{n}", readonly=True)
        found = copy.read_now(verify)
        assert found.first_bad is None
        assert [entry.hash for entry in reversed(copy.read_now(journal.entries, 100_000))] == whole[: found.entries]
        assert len(copy.read_now(rounds.list_rounds, 100_000)) == found.entries
        heads.append(found.entries)
    assert heads == sorted(heads)
    assert len(whole) > heads[-1] > 0


def test_a_backup_is_one_file_that_only_its_owner_may_read(url: str, opened: Open, tmp_path: Path) -> None:
    opened(url)
    (tmp_path / "to").mkdir()
    backup(url, tmp_path / "to" / "copy")
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["copy"]
    assert stat.S_IMODE((tmp_path / "to" / "copy").stat().st_mode) == 0o600


def test_a_backup_writes_over_nothing(url: str, opened: Open, tmp_path: Path) -> None:
    opened(url)
    (tmp_path / "copy").write_text("precious")
    with pytest.raises(StoreError, match="copy exists already"):
        backup(url, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "precious"


def test_a_backup_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no record"):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "copy")
    with pytest.raises(StoreError, match="no/copy"):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "no" / "copy")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_journal_is_backed_up_and_told(url: str, opened: Open, tmp_path: Path) -> None:
    def forge(conn: Connection, agent: str) -> None:
        conn.execute(sa.text("UPDATE journal SET actor = 'nobody'"))

    store = opened(url)
    store.write_now(whole_round)
    store.write_now(forge)
    with pytest.raises(StoreError, match="copy is written, but what it holds is not whole: entry 1 was changed"):
        backup(url, tmp_path / "copy")
    store.close()
    with pytest.raises(StoreError, match="this backup is not whole, nothing was changed: entry 1 was changed"):
        restore(tmp_path / "copy", url)


def test_nothing_is_restored_under_a_running_agent(url: str, opened: Open, tmp_path: Path) -> None:
    store = opened(url)
    fill(store)
    before = contents(store)
    backup(url, tmp_path / "copy")
    with pytest.raises(AlreadyRunning, match="stop it first"):
        restore(tmp_path / "copy", url)
    assert contents(store) == before


@pytest.mark.parametrize("damage", ["header", "middle", "empty"])
def test_a_damaged_backup_changes_nothing(url: str, opened: Open, tmp_path: Path, damage: str) -> None:
    store = opened(url)
    store.write_now(whole_round, NOW, "hourly", tuple(f"target-{n}" for n in range(100)))
    backup(url, tmp_path / "copy")
    before = contents(store)
    store.close()
    with (tmp_path / "copy").open("r+b") as copy:
        copy.seek(0 if damage == "header" else 4096)
        copy.write(os.urandom(60_000))
        if damage == "empty":
            copy.truncate(0)
    with pytest.raises(StoreError, match=r"copy: .*(damaged|empty)"):
        restore(tmp_path / "copy", url)
    assert contents(opened(url)) == before


def test_a_damaged_database_is_kept_and_replaced(file: Path, opened: Open, tmp_path: Path) -> None:
    url = f"sqlite:///{file}"
    store = opened(url)
    fill(store)
    before = contents(store)
    backup(url, tmp_path / "copy")
    store.close()
    file.write_bytes(b"\0" * 5000)
    assert restore(tmp_path / "copy", url) == file.with_name("nightduty.db.replaced-1")
    assert file.with_name("nightduty.db.replaced-1").read_bytes() == b"\0" * 5000
    assert contents(opened(url)) == before


def test_the_log_of_a_killed_agent_stays_with_its_file(file: Path, opened: Open, tmp_path: Path) -> None:
    url = f"sqlite:///{file}"
    store = opened(url)
    store.write_now(whole_round)
    backup(url, tmp_path / "copy")
    store.write_now(whole_round, NOW + HOUR)
    # What a killed agent leaves: the file and its log, as they are in the middle of its life.
    left = {path.name: path.read_bytes() for path in file.parent.iterdir() if not path.name.endswith("-shm")}
    store.close()
    for name, content in left.items():
        (file.parent / name).write_bytes(content)
    kept = restore(tmp_path / "copy", url)
    assert len(opened(url).read_now(rounds.list_rounds, 9)) == 1
    assert len(opened(f"sqlite:///{kept}", readonly=True).read_now(rounds.list_rounds, 9)) == 2


@pytest.mark.parametrize("cut_at", ["nightduty.db-wal", "nightduty.db", "nightduty.db.new"])
def test_a_restore_cut_short_keeps_the_agent_from_starting_until_it_is_done(
    file: Path, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_at: str
) -> None:
    """The power goes just before the file ``cut_at`` gets its new name."""
    url, rename = f"sqlite:///{file}", Path.rename
    store = opened(url)
    fill(store)
    before = contents(store)
    backup(url, tmp_path / "copy")
    store.close()
    file.with_name("nightduty.db-wal").touch()

    def cut(path: Path, to: Path) -> Path:
        if path.name == cut_at:
            raise KeyboardInterrupt
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", cut)
    with pytest.raises(KeyboardInterrupt):
        restore(tmp_path / "copy", url)
    monkeypatch.undo()
    with pytest.raises(StoreError, match="a restore was cut short; run it again"):
        opened(url)
    restore(tmp_path / "copy", url)
    assert contents(opened(url)) == before
    kept = file.with_name("nightduty.db.replaced-1")
    assert contents(opened(f"sqlite:///{kept}", readonly=True)) == before


def test_a_backup_needs_no_log_beside_it(file: Path, opened: Open, tmp_path: Path) -> None:
    store = opened(f"sqlite:///{file}")
    store.write_now(whole_round)
    backup(f"sqlite:///{file}", tmp_path / "copy")
    connection = sqlite3.connect(tmp_path / "copy")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()
    assert store.read_now(sheets.read_sheet, 1, "a") is not None
