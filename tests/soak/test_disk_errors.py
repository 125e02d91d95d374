"""A disk that reports errors: no commit is acknowledged that was not kept, and the store goes on afterwards."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        pytest.param("fdatasync", "EIO", "the disk reports an error", id="what was written cannot be synced"),
        pytest.param("pwrite64", "EIO", "the disk reports an error", id="what is to be written is refused"),
        pytest.param("pwrite64", "ENOSPC", "the disk is full", id="there is no space"),
        pytest.param("pwrite64", "EROFS", "the disk reports an error", id="the file system turned read-only"),
    ],
)
def test_a_failing_disk_is_told_and_loses_nothing(tmp_path: Path, call: str, error: str, said: str) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed (Debian: apt-get install strace)")
    file = tmp_path / "nightduty.db"
    inject = f"{call}:error={error}:when=120..130" if call == "pwrite64" else f"{call}:error={error}:when=12..14"
    strace = ["strace", "-f", "-o", "/dev/null", "-P", f"{file}-wal", "-e", f"trace={call}", "-e", f"inject={inject}"]
    writer = [sys.executable, "-m", "tests.soak.writer", str(file)]
    lines = subprocess.run([*strace, *writer], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    failed = [line for line in lines if line != "ack"]
    assert failed
    assert all(re.fullmatch(f"error {re.escape(str(file))}: {said}.*", line) for line in failed), failed
    assert lines[-1] == "ack"
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM journal").fetchone() == (lines.count("ack"),)
    connection.close()
