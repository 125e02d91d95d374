"""The daemon as a process among others: it takes in alerts, hands its journal on, and two of them watch each other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.soak.scene import Daemon, short_folder, until

MORE = """
hooks:
  alertmanager: {{token: "file:{folder}/token"}}
peers:
  other: {{token: "file:{folder}/token"}}
heartbeat: {{url: "file:{folder}/url", token: "file:{folder}/token", every: 10s, private: true}}
syslog: {{server: "127.0.0.1:{syslog}", tls: false}}
"""
TOKEN = "token-of-the-test"


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """Listen on a port and keep all that comes, of any number of connections."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            while True:
                try:
                    peer, _ = server.accept()
                except OSError:
                    return
                with peer:
                    while part := peer.recv(65536):
                        got.append(part)

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1], got
        server.shutdown(socket.SHUT_RDWR)


def keep(path: Path, secret: str) -> None:
    path.write_text(secret)
    path.chmod(0o600)


def test_what_passes_between_the_agent_and_others(folder: Path) -> None:
    with listening() as (syslog, got):
        daemon = Daemon(folder)
        console = f"http://127.0.0.1:{daemon.console_port}"
        keep(folder / "token", TOKEN)
        # It is its own peer here: what it sends is what another would have to take.
        keep(folder / "url", f"{console}/hooks/heartbeat/other")
        daemon.write_settings(
            "[{name: closed, kind: tcp, address: 127.0.0.1, port: 1}]", MORE.format(folder=folder, syslog=syslog)
        )
        try:
            daemon.start()
            alert = {"status": "firing", "labels": {"alertname": "Down", "severity": "critical", "instance": "closed"}}
            headers = {"Authorization": f"Bearer {TOKEN}"}
            payload = {"version": "4", "alerts": [alert | {"annotations": {"summary": "it is down"}}]}
            with httpx.Client(base_url=console, headers=headers, trust_env=False) as client:
                until(lambda: client.post("/hooks/alertmanager", json=payload).status_code == 200, 10, "it is taken")
                assert client.post("/hooks/reply", json={}).status_code == 404, "what is not set up is shut"
            listed = daemon.command("alerts", "--lang", "en")
            assert "Down: it is down (from Prometheus)" in listed.stdout
            until(lambda: b'kind="alerts_handed_in"' in b"".join(got), 20, "the journal is handed on")
            assert b'seq="1"' in b"".join(got), "from its first entry on"
            assert "heartbeat not sent" not in daemon.said()
            assert TOKEN not in daemon.said()
            assert TOKEN.encode() not in b"".join(got)
            assert daemon.stop() == 0
            assert "Traceback" not in daemon.said()
        finally:
            daemon.put_away()
