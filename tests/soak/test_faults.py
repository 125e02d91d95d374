"""What goes wrong around a running agent: it says so, loses nothing and goes on by itself when it is over."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from agent.clock import SteadyClock
from tests.soak.scene import COMMAND, ROOT, Daemon, environment, journal, rows, short_folder, until, untruths

pytestmark = pytest.mark.soak

KILLS = 10
SEED = 20261124


CLOSED = "[{name: closed, kind: tcp, address: 127.0.0.1, port: 1}]"
INSPECTIONS = "SELECT state FROM round WHERE cadence = 'inspection' ORDER BY number"
FAILURE_OF_CLOSED = """SELECT 1 FROM "transition" WHERE target = 'closed' AND after = 3"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
def daemon(folder: Path) -> Iterator[Daemon]:
    daemon = Daemon(folder)
    yield daemon
    daemon.put_away()


@contextmanager
def listening() -> Iterator[tuple[socket.socket, int]]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(64)
        yield sock, sock.getsockname()[1]


def wait_for_second(number: int) -> None:
    """Wait for this second of a minute, or one of the four after it: the agent's rounds come by the wall clock."""
    clock = SteadyClock()
    until(lambda: number <= clock.now().second < number + 5, 61, f"it is the second {number} of a minute")


def looks(daemon: Daemon) -> float:
    """Return how many looks the agent has made since its start."""
    return daemon.metric("nightduty_looks_total")


def test_ten_kills_of_the_daemon_while_rounds_are_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(SEED)
    with listening() as (_, port):
        daemon = Daemon(
            folder,
            "[{name: here, kind: host}, {name: loop, kind: icmp, address: 127.0.0.1}, "
            f"{{name: open, kind: tcp, address: 127.0.0.1, port: {port}}}, "
            "{name: closed, kind: tcp, address: 127.0.0.1, port: 1, depends_on: [open]}]",
        )
        try:
            answered: list[int] = []
            for _ in range(KILLS):
                daemon.launch()
                daemon.wait_ready(within=10)
                answered.append(daemon.ask("inspect"))
                asking = subprocess.Popen(
                    [*COMMAND, "inspect", "--json", "--config", str(daemon.config)],
                    cwd=ROOT,
                    env=environment(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                )
                time.sleep(chance.uniform(0.2, 2.5))
                daemon.kill()
                said = asking.communicate(timeout=30)[1].decode()
                assert "Traceback" not in said, said
                assert untruths(daemon.database, "box") == []
            daemon.start()
            until(
                lambda: not rows(daemon.database, "SELECT 1 FROM round WHERE state = 'open'"),
                20,
                "what was open is closed, and the round of a full hour is made",
            )
            assert daemon.stop() == 0
            kept = dict(rows(daemon.database, "SELECT number, state FROM round"))
            lost = [number for number in answered if kept.get(number) != "complete"]
            assert lost == [], "a round that was answered for is in the record"
            wrong = untruths(daemon.database, "box")
            with capsys.disabled():
                print(f"\nfaults survived: {KILLS} of {KILLS}; rounds {len(kept)}, untruthful {len(wrong)}")
            assert wrong == []
            assert "Traceback" not in daemon.said()
        finally:
            daemon.put_away()


def test_a_locked_database_stops_the_record_and_not_the_watch(daemon: Daemon) -> None:
    daemon.write_settings(CLOSED, "cadences: {inspection: {interval: 1m, window: 1m}}\n")
    daemon.start()
    daemon.says("round by_hand")
    wait_for_second(50)
    with closing(sqlite3.connect(daemon.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        # One may have been made already, where the start went over a full minute.
        begun = rows(daemon.database, INSPECTIONS)
        # Over the full minute, at which a round is due that cannot begin.
        wait_for_second(2)
        before = looks(daemon)
        until(lambda: looks(daemon) >= before + 2, 30, "the watch goes on")
        assert daemon.get("/healthz").status_code == 200
        assert daemon.ask("overview")["targets"]
        wait_for_second(25)
        assert rows(daemon.database, INSPECTIONS) == begun
        other.execute("ROLLBACK")
    made = until(lambda: rows(daemon.database, INSPECTIONS)[len(begun) :], 20, "the round that was due is made")
    assert made != [("missed",)]
    # Three looks in a row make a failure of it, and of these some were made while nothing could be written.
    until(lambda: rows(daemon.database, FAILURE_OF_CLOSED), 30, "what was seen meanwhile is written")
    assert daemon.stop() == 0
    assert untruths(daemon.database, "box") == []
    assert "Traceback" not in daemon.said()


def test_a_database_that_stays_locked_does_not_keep_the_agent_from_stopping(daemon: Daemon) -> None:
    daemon.start()
    daemon.says("round by_hand")
    with closing(sqlite3.connect(daemon.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        before = looks(daemon)
        until(lambda: looks(daemon) >= before + 2, 40, "the watch has something to write")
        # Within the half minute that a service manager gives it.
        assert daemon.stop(within=25) == 0
        other.execute("ROLLBACK")
    assert "Traceback" not in daemon.said()
    daemon.start()
    assert daemon.stop() == 0
    assert untruths(daemon.database, "box") == []


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of a few megabytes where the agent keeps its record."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    state = folder / "state"
    state.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(state)], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr.decode().strip()}")
    yield state
    subprocess.run(["umount", "-l", str(state)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to its last byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (65536, 512, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast


def test_a_full_disk_stops_the_record_until_there_is_room(small_disk: Path, daemon: Daemon) -> None:
    try:
        daemon.start()
        daemon.ask("inspect")
        ((rounds_before,),) = rows(daemon.database, "SELECT count(*) FROM round")
        ballast = fill(small_disk)
        daemon.says("the disk is full", within=60)
        before = looks(daemon)
        until(lambda: looks(daemon) >= before + 2, 40, "the watch goes on")
        refused = daemon.command("inspect")
        assert refused.returncode == 69
        assert "the disk is full" in refused.stderr
        assert refused.stderr.count("\n") == 1
        assert daemon.get("/healthz").status_code == 200
        assert daemon.get("/sign-in", page="console").status_code == 200
        assert daemon.command("status", "--json").returncode in {0, 2}
        # Settings that are broken as well: that cannot be written down, and ends nothing.
        good = daemon.config.read_text()
        daemon.config.write_text("targets: 5\n")
        daemon.send(signal.SIGHUP)
        daemon.says("settings rejected")
        until(lambda: daemon.get("/healthz").status_code == 200, 5, "the agent lives on")
        daemon.config.write_text(good)
        ballast.unlink()
        daemon.says("the record is written again", within=60)
        assert daemon.ask("inspect") > 0
        ((rounds_after,),) = rows(daemon.database, "SELECT count(*) FROM round")
        assert rounds_after == rounds_before + 1
        until(lambda: rows(daemon.database, FAILURE_OF_CLOSED), 30, "what was seen meanwhile is written")
        assert daemon.stop() == 0
        assert untruths(daemon.database, "box") == []
        assert "Traceback" not in daemon.said()
    finally:
        daemon.put_away()


def test_sheets_of_a_round_that_was_made_on_a_full_disk_are_not_lost(small_disk: Path, folder: Path) -> None:
    with listening() as (_, port):
        daemon = Daemon(folder, f"[{{name: held, kind: http, url: 'http://127.0.0.1:{port}/'}}]")
        try:
            daemon.start()
            # The first round of a fresh record is open, for its target takes its time; then the disk is full.
            until(lambda: rows(daemon.database, "SELECT 1 FROM round WHERE state = 'open'"), 5, "a round is open")
            ballast = fill(small_disk)
            daemon.says("the record cannot be written", within=40)
            assert rows(daemon.database, "SELECT state FROM round") == [("open",)]
            ballast.unlink()
            until(
                lambda: rows(daemon.database, "SELECT 1 FROM round WHERE number = 1 AND state = 'complete'"),
                30,
                f"the round is closed: {daemon.said()}",
            )
            assert rows(daemon.database, "SELECT state FROM sheet WHERE round = 1") == [("not_reached",)]
            assert daemon.stop() == 0
            assert untruths(daemon.database, "box") == []
            assert "Traceback" not in daemon.said()
        finally:
            daemon.put_away()


def test_a_pause_of_the_machine_is_noticed_and_told(daemon: Daemon) -> None:
    daemon.write_settings(CLOSED, "cadences: {inspection: {interval: 1m, window: 10s}}\n")
    daemon.start()
    # Stopped before the full minute and awake after its window: that round is missed, and the record says why.
    wait_for_second(40)
    daemon.send(signal.SIGSTOP)
    time.sleep(38)
    daemon.send(signal.SIGCONT)
    daemon.says("agent paused")
    query = "SELECT reason FROM round WHERE state = 'missed'"
    assert until(lambda: rows(daemon.database, query), 10, "the missed round is written") == [("agent_paused",)]
    assert daemon.get("/healthz").status_code == 200
    assert daemon.stop() == 0
    assert untruths(daemon.database, "box") == []


@pytest.fixture
def set_clock(folder: Path) -> dict[str, str]:
    """An environment in which the wall clock is set by writing to FOLDER/wall."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not installed (Debian: apt-get install libfaketime)")
    (folder / "wall").write_text("+0")
    return {
        "LD_PRELOAD": str(library),
        "DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_TIMESTAMP_FILE": str(folder / "wall"),
        "FAKETIME_NO_CACHE": "1",
    }


@pytest.mark.parametrize("hours", [pytest.param(3, id="ahead"), pytest.param(-3, id="back")])
def test_a_wall_clock_that_is_set_makes_no_round_twice(daemon: Daemon, set_clock: dict[str, str], hours: int) -> None:
    daemon.start(env=set_clock)
    daemon.ask("inspect")
    before = looks(daemon)
    (daemon.folder / "wall").write_text(f"{hours:+d}h")
    daemon.says("clock stepped")
    until(lambda: looks(daemon) >= before + 2, 40, "the watch goes on")
    missed = rows(daemon.database, "SELECT cadence, reason FROM round WHERE state = 'missed'")
    assert missed == [("inspection", "clock_stepped")] * (3 if hours > 0 else 0) or (len(missed) == 2 and hours > 0)
    ((step,),) = rows(daemon.database, "SELECT step_us FROM clock_step")
    assert abs(step / 3.6e9 - hours) < 0.01
    assert [round(said["seconds"] / 3600) for said in journal(daemon.database, "box", "clock_stepped")] == [hours]
    assert daemon.ask("inspect") > 0
    assert daemon.stop() == 0
    assert untruths(daemon.database, "box") == []
    assert "Traceback" not in daemon.said()


def test_too_few_open_files_are_survived(daemon: Daemon) -> None:
    if shutil.which("prlimit") is None:
        pytest.skip("prlimit is not installed (Debian: util-linux)")
    daemon.start()
    subprocess.run(["prlimit", "--pid", str(daemon.running.pid), "--nofile=40:40"], check=True)
    crowd = [socket.create_connection(("127.0.0.1", daemon.console_port)) for _ in range(60)]
    try:
        # Over a beat of the watch.
        time.sleep(12)
        assert daemon.running.poll() is None
    finally:
        for each in crowd:
            each.close()
    daemon.wait_ready()
    until(lambda: daemon.get("/healthz").status_code == 200, 20, "the pages are served again")
    assert daemon.ask("inspect") > 0
    assert daemon.stop() == 0
    assert untruths(daemon.database, "box") == []
