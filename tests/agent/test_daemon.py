"""The daemon as a process: what its operator sees when something is wrong around it."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.soak.scene import Daemon, rows, short_folder, until, untruths

HELD = "[{{name: held, kind: http, url: 'http://127.0.0.1:{port}/'}}]"


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
def daemon(folder: Path) -> Iterator[Daemon]:
    daemon = Daemon(folder)
    yield daemon
    daemon.put_away()


@pytest.fixture
def silence() -> Iterator[int]:
    """A port that takes connections and never says a word: a look at it lasts until its budget is spent."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(16)
        yield sock.getsockname()[1]


def test_a_second_agent_ends_at_once_and_the_first_goes_on(daemon: Daemon) -> None:
    daemon.start()
    second = daemon.command("run")
    assert second.returncode == 75
    assert second.stderr.count("\n") == 1
    assert f"process {daemon.running.pid}" in second.stderr
    inspected = daemon.command("inspect", "--lang", "en")
    assert (inspected.returncode, inspected.stderr) == (2, "")
    assert "not reached" in inspected.stdout
    assert daemon.command("status").returncode in {0, 2}
    assert daemon.stop() == 0
    assert untruths(daemon.database, "box") == []


def test_broken_settings_leave_the_old_ones_in_force_until_they_are_mended(daemon: Daemon) -> None:
    daemon.start()
    good = daemon.config.read_text()
    daemon.write_settings("[{name: two, kind: tcp}]")
    daemon.send(signal.SIGHUP)
    daemon.says("settings rejected")
    assert "nightduty.yaml:4: targets[two].port: nothing is written here, expected TCP port" in daemon.said()
    assert daemon.metric("nightduty_config_last_reload_success") == 0
    assert [target["name"] for target in daemon.ask("overview")["targets"]] == ["closed"]
    daemon.config.write_text(good.replace("name: closed", "name: another"))
    daemon.send(signal.SIGHUP)
    daemon.says("settings in force")
    assert daemon.metric("nightduty_config_last_reload_success") == 1
    assert [target["name"] for target in daemon.ask("overview")["targets"]] == ["another"]
    assert "Traceback" not in daemon.said()


def test_a_page_whose_port_is_taken_does_not_end_the_agent(daemon: Daemon) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", daemon.console_port))
        taken.listen()
        daemon.start()
        daemon.says(f"cannot listen on 127.0.0.1:{daemon.console_port}: Address already in use")
        assert daemon.ask("inspect") > 0
        until(lambda: daemon.get("/healthz").status_code == 200, 10, "the other page is served")
    assert daemon.stop() == 0


def test_a_stop_in_the_middle_of_a_round_is_quick_and_the_next_start_closes_it(folder: Path, silence: int) -> None:
    daemon = Daemon(folder, HELD.format(port=silence))
    try:
        daemon.start()
        # A fresh record: the round that the agent makes of itself waits for the target that says nothing.
        until(lambda: rows(daemon.database, "SELECT 1 FROM round WHERE state = 'open'"), 5, "a round is open")
        assert daemon.stop(within=10) == 0
        assert rows(daemon.database, "SELECT state FROM round") == [("open",)]
        assert rows(daemon.database, "SELECT reason FROM run WHERE ended IS NOT NULL") == [("stopped",)]
        daemon.start()
        states = rows(daemon.database, "SELECT state, reason FROM round ORDER BY number LIMIT 1")
        assert states == [("interrupted", "agent_down")]
        assert daemon.stop() == 0
        assert untruths(daemon.database, "box") == []
        assert "Traceback" not in daemon.said()
    finally:
        daemon.put_away()


def test_clients_that_go_away_before_they_are_answered_do_not_end_the_agent(daemon: Daemon) -> None:
    daemon.start()
    for _ in range(50):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(daemon.socket))
            client.sendall(b'{"verb": "overview"}\n')
    for page, port in (("/metrics", daemon.metrics_port), ("/", daemon.console_port)):
        for _ in range(10):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(f"GET {page} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 5)
    # It takes so many at once and no more; then there is room again.
    daemon.wait_ready()
    assert daemon.ask("inspect") > 0
    assert daemon.stop() == 0
    assert "Traceback" not in daemon.said()


def test_a_killed_agent_is_back_with_what_it_knew(daemon: Daemon) -> None:
    daemon.start()
    made = daemon.ask("inspect")
    daemon.kill()
    daemon.start()
    assert daemon.ask("sheet", number=made, target="closed")["sheet"]["state"] == "not_reached"
    assert rows(daemon.database, "SELECT criticals > 0 FROM state WHERE target = 'closed'") == [(1,)]
    assert daemon.stop() == 0
    assert untruths(daemon.database, "box") == []


@pytest.fixture(scope="module")
def record() -> Iterator[bytes]:
    """A database as an agent leaves it."""
    with short_folder() as folder:
        daemon = Daemon(folder)
        daemon.command("inspect")
        yield daemon.database.read_bytes()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        pytest.param(lambda whole: b"\xa5" * 100 + whole[100:], "its header is damaged", id="header overwritten"),
        pytest.param(lambda whole: whole[: len(whole) // 2], "damaged", id="cut in half"),
        pytest.param(lambda whole: b"", "the file is empty", id="emptied"),
        pytest.param(lambda whole: whole[:68] + b"\0\0\0\1" + whole[72:], "another program", id="of another program"),
    ],
)
def test_a_damaged_record_is_refused_and_left_as_it_is(
    daemon: Daemon, record: bytes, spoil: Callable[[bytes], bytes], words: str
) -> None:
    spoiled = spoil(record)
    daemon.database.parent.mkdir()
    daemon.database.write_bytes(spoiled)
    for command in ("run", "status"):
        refused = daemon.command(command)
        assert refused.returncode == 69
        assert refused.stderr.count("\n") == 1
        assert words in refused.stderr
        assert str(daemon.database) in refused.stderr
    assert daemon.database.read_bytes() == spoiled
