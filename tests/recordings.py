"""Recordings of real devices: unpacked, and served on loopback. They are no part of the project."""

from __future__ import annotations

import os
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import Final

import pytest

RECORDINGS: Final = os.environ.get("SNMP_RECORDINGS", "")
"""A folder with recordings.tar.xz and the snmprec_responder.py that serves them; its scorer stands beside them."""

needs_recordings = pytest.mark.skipif(
    not RECORDINGS, reason="SNMP_RECORDINGS names no folder with recordings of devices"
)


def unpack(into: Path) -> Path:
    """Unpack the recordings; return the folder that they stand in."""
    with tarfile.open(Path(RECORDINGS) / "recordings.tar.xz") as packed:
        packed.extractall(into, filter="data")
    return into / "recordings"


@contextmanager
def served(folder: Path, port: int, *options: str) -> Iterator[str]:
    """Serve the recordings below a folder, each by its name as the community; give what the responder says of it."""
    command = [sys.executable, str(Path(RECORDINGS) / "snmprec_responder.py"), "--data", str(folder)]
    command += ["--listen", f"127.0.0.1:{port}", *options]
    with Popen(command, stdout=PIPE, stderr=DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline()
        finally:
            process.terminate()
