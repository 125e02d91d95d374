"""The command line: what it answers, with which exit status, and that what goes wrong is one line and no traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from agent.cli import run
from tests.soak.scene import ROOT, Daemon, environment, short_folder


class Closed(BaseHTTPRequestHandler):
    """A page under repair: it answers, and not as it should."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    status: int
    out: str
    err: str


@pytest.fixture
def nightduty(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run a command in this process; what it does not catch itself ends the test."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("LC_ALL", "LC_MESSAGES", "NIGHTDUTY_CONFIG", "STATE_DIRECTORY", "RUNTIME_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)

    def ran(*words: str) -> Done:
        capsys.readouterr()
        status = run(list(words))
        return Done(status, *capsys.readouterr())

    return ran


@pytest.fixture(scope="module")
def town() -> Iterator[dict[str, str]]:
    """Targets that are well, abnormal and not there."""
    with socket.socket() as open_port, ThreadingHTTPServer(("127.0.0.1", 0), Closed) as page:
        open_port.bind(("127.0.0.1", 0))
        open_port.listen(64)
        Thread(target=page.serve_forever, daemon=True).start()
        yield {
            "open": f"{{name: open, kind: tcp, address: 127.0.0.1, port: {open_port.getsockname()[1]}}}",
            "repair": f"{{name: repair, kind: http, url: 'http://127.0.0.1:{page.server_port}/'}}",
            "closed": "{name: closed, kind: tcp, address: 127.0.0.1, port: 1}",
        }
        page.shutdown()


@pytest.fixture(scope="module")
def house(town: dict[str, str]) -> Iterator[Daemon]:
    """Settings with all of them, without a daemon, and one round made by hand."""
    with short_folder() as folder:
        house = Daemon(folder, f"[{', '.join(town.values())}]")
        house.command("inspect")
        yield house


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


def on(house: Daemon, *words: str) -> list[str]:
    return [*words, "--config", str(house.config)]


@pytest.mark.parametrize(
    ("names", "status"),
    [
        pytest.param(["open"], 0, id="all well"),
        pytest.param(["open", "repair"], 1, id="something is abnormal"),
        pytest.param(["open", "repair", "closed"], 2, id="something is not reached, which goes before abnormal"),
    ],
)
def test_the_exit_status_of_inspect_tells_how_the_targets_are(
    nightduty: Callable[..., Done], house: Daemon, names: list[str], status: int
) -> None:
    done = nightduty(*on(house, "inspect", *names, "--json"))
    assert (done.status, done.err) == (status, "")
    view = json.loads(done.out)
    assert {sheet["target"] for sheet in view["sheets"]} == set(names)
    assert view["column"]["round"]["state"] == "complete"


def test_inspect_is_read_by_a_plain_json_tool(house: Daemon) -> None:
    done = shell(f"{NIGHTDUTY} inspect --json --config {house.config} | {sys.executable} -m json.tool")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["sheets"]) == 3


@pytest.mark.parametrize(
    "words", ["status --json", "rounds --json", "show open --json", "export 1 --format json", "doctor --json"]
)
def test_what_is_for_machines_is_json_and_nothing_else(
    nightduty: Callable[..., Done], house: Daemon, words: str
) -> None:
    done = nightduty(*on(house, *words.split()))
    assert json.loads(done.out)
    assert done.err == ""


def test_a_round_is_exported_as_a_table_with_a_line_for_each_reading(
    nightduty: Callable[..., Done], house: Daemon
) -> None:
    done = nightduty(*on(house, "export", "1"))
    assert (done.status, done.err) == (0, "")
    lines = list(csv.DictReader(io.StringIO(done.out)))
    assert {line["target"] for line in lines} == {"open", "repair", "closed"}
    assert [line["value"] for line in lines if line["parameter"] == "http_status"] == ["503"]
    # What could not be seen has no value: not a zero, nothing.
    assert [(line["value"], line["unit"]) for line in lines if line["kind"] == "gap"] == [("refused", "")]


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(house: Daemon) -> None:
    done = shell(f"{NIGHTDUTY} export 1 --format json --config {house.config} | head -n 1")
    assert (done.stdout, done.stderr) == ("{\n", "")


NIGHTDUTY = f"{sys.executable} -m agent"


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(line, shell=True, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("inspekt", id="no such command"),
        pytest.param("inspect --unknown", id="no such option"),
        pytest.param("export", id="an argument is missing"),
        pytest.param("export three", id="a number that is none"),
        pytest.param(f"export {10**30}", id="a number that no round can have"),
        pytest.param("rounds --limit -1", id="fewer than none"),
        pytest.param("export 1 --format xml", id="a format that is not known"),
        pytest.param("status --lang xx", id="a language that is not spoken"),
        pytest.param("status --config", id="an option without its value"),
        pytest.param("status --config /tmp", id="a folder for a file"),
    ],
)
def test_wrong_use_is_one_line_and_64(nightduty: Callable[..., Done], words: str) -> None:
    done = nightduty(*words.split())
    assert (done.status, done.out) == (64, "")
    assert done.err.count("\n") == 1, done.err


def one_line(done: Done, status: int, words: str) -> None:
    """Expect an exit status, and one line with these words on standard error; never a traceback."""
    assert done.status == status, done.err
    assert words in done.err
    assert done.err.count("\n") == 1, done.err


def test_settings_that_cannot_be_read_are_named(nightduty: Callable[..., Done], folder: Path) -> None:
    one_line(nightduty("run", "--config", str(folder / "none.yaml")), 78, "cannot be read: No such file")
    spoiled = folder / "spoiled.yaml"
    spoiled.write_bytes(b"agent: \xff\n")
    one_line(nightduty("status", "--config", str(spoiled)), 78, "spoiled.yaml:1: not UTF-8")


def test_what_is_not_there_is_said(nightduty: Callable[..., Done], house: Daemon) -> None:
    one_line(nightduty(*on(house, "inspect", "nobody")), 69, "no target named nobody")
    one_line(nightduty(*on(house, "show", "nobody")), 69, "no sheet of nobody")
    one_line(nightduty(*on(house, "export", "999")), 69, "no round 999")


@pytest.mark.parametrize("words", ["status", "rounds", "show closed", "export 1", "verify", "doctor"])
def test_without_a_record_it_is_said_how_to_make_one(nightduty: Callable[..., Done], folder: Path, words: str) -> None:
    fresh = Daemon(folder)
    one_line(nightduty(*on(fresh, *words.split())), 69, "there is no record; start the agent once")
    assert not fresh.database.parent.exists()


def test_the_record_of_a_newer_program_is_refused_and_left_alone(
    nightduty: Callable[..., Done], house: Daemon, folder: Path
) -> None:
    newer = Daemon(folder)
    newer.database.parent.mkdir()
    shutil.copy(house.database, newer.database)
    with closing(sqlite3.connect(newer.database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    content = newer.database.read_bytes()
    for words in ("inspect", "status"):
        one_line(nightduty(*on(newer, words)), 69, "newer")
    assert newer.database.read_bytes() == content


def test_a_folder_whose_path_is_too_long_for_a_socket_is_named_by_the_daemon(
    nightduty: Callable[..., Done], folder: Path
) -> None:
    deep = folder / ("d" * 100)
    deep.mkdir()
    agent = Daemon(deep)
    one_line(process(agent, "run"), 69, "cannot listen at")
    assert nightduty(*on(agent, "inspect")).status == 2


def process(agent: Daemon, *words: str, before: tuple[str, ...] = ()) -> Done:
    done = agent.command(*words, before=before)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def powerless() -> tuple[str, ...]:
    """How to run a command so that a file's mode counts, for root too."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root may do anything, and setpriv (Debian: util-linux) is not there to take that away")
    return ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")


def test_a_state_folder_that_cannot_be_written_is_named(folder: Path, powerless: tuple[str, ...]) -> None:
    mine = Daemon(folder)
    folder.chmod(0o500)
    one_line(process(mine, "run", before=powerless), 69, "state: cannot make this folder: Permission denied")
    folder.chmod(0o700)
    mine.database.parent.mkdir(0o500)
    one_line(process(mine, "run", before=powerless), 69, "Permission denied; the agent needs a directory of its own")


def test_settings_of_somebody_else_are_not_read(folder: Path, powerless: tuple[str, ...]) -> None:
    mine = Daemon(folder)
    mine.config.chmod(0)
    one_line(process(mine, "status", before=powerless), 78, "cannot be read: Permission denied")


def test_a_daemon_of_somebody_else_cannot_be_asked(folder: Path, powerless: tuple[str, ...]) -> None:
    mine = Daemon(folder)
    mine.database.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(mine.socket))
        sock.listen()
        mine.socket.chmod(0)
        for words in ("status", "inspect"):
            one_line(process(mine, words, before=powerless), 69, "you may not talk to the daemon")
