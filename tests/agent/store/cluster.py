"""A private PostgreSQL for the tests: a cluster of its own, reached by a socket in its own directory."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest


class Cluster:
    """A running server, and as many databases in it as are asked for."""

    def __init__(self, programs: Path, home: Path) -> None:
        self._programs = programs
        self.home = home
        # The server refuses to be run by root.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._server: subprocess.Popen[bytes] | None = None
        self._made = 0

    def initialise(self) -> None:
        """Make the cluster's files."""
        command = f"{self._programs}/initdb -D {self.home}/data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync"
        subprocess.run(command.split(), check=True, capture_output=True, user=self._user, cwd=self.home)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = f"-c listen_addresses= -c unix_socket_directories={self.home} -c fsync=off -c full_page_writes=off"
        self._server = subprocess.Popen(
            f"{self._programs}/postgres -D {self.home}/data {settings}".split(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd=self.home,
        )
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self._address("postgres")).close()
                return
            except psycopg.OperationalError:
                assert self._server.poll() is None, "the server ended by itself"
                assert time.monotonic() < until, "the server does not answer"
                time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server at once, as a crash would."""
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(30)
            self._server = None

    def database(self) -> str:
        """Make an empty database and return its URL."""
        self._made += 1
        name = f"record_{self._made}"
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._address(name)

    def _address(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.home}"


@contextlib.contextmanager
def running() -> Iterator[Cluster]:
    """Run a cluster for the time being; skip where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    home = Path(tempfile.mkdtemp(prefix="nightduty-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    cluster = Cluster(found[-1], home)
    try:
        cluster.initialise()
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(home)
