"""Traps and informs of net-snmp, in all versions, sent to a running agent; and what is refused of what is forged."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.scene import Daemon, rows, short_folder, until

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("snmptrap") is None, reason="snmptrap is not installed (Debian: snmp)"),
    pytest.mark.xdist_group("net-snmp"),
]

SETTINGS = """
credentials:
  lab: {{community: "env:COMMUNITY"}}
  strong: {{version: "3", user: strong, auth: sha256, auth_password: "env:AUTH", priv: aes, priv_password: "env:PRIV"}}
traps: {{listen: "127.0.0.1:{port}", credentials: [strong]}}
"""
TARGETS = (
    "[{name: switch, kind: snmp, address: 127.0.0.1, port: 1, credential: lab, ping: false,"
    " timeout: 200ms, retries: 0}]"
)
SECRETS = {"COMMUNITY": "public", "AUTH": "authenticates", "PRIV": "encrypts well"}

LINK_DOWN, COLD_START = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.1"
GE7 = ("1.3.6.1.2.1.31.1.1.1.1.7", "s", "GE0/0/7")
APC = "1.3.6.1.4.1.318"
SENDER = ("-e", "0x80001f8880a1b2c3d4")


def community(version: str, words: str = "public") -> tuple[str, ...]:
    return (f"-v{version}", "-c", words)


def user(level: str = "authPriv", password: str = "authenticates") -> tuple[str, ...]:
    return (
        "-v3", "-u", "strong", "-l", level, "-a", "SHA-256", "-A", password, "-x", "AES", "-X", "encrypts well",
    )  # fmt: skip


class Site:
    """An agent that hears traps, and net-snmp to send them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_udp_port()
        self.daemon = Daemon(folder)
        self.daemon.write_settings(TARGETS, SETTINGS.format(port=self.port))

    def send(self, command: str, *words: str, what: tuple[str, ...] = ("", LINK_DOWN, *GE7), source: str = "") -> int:
        """Send something, and return net-snmp's exit status: of an inform 0 says that it was answered."""
        found = shutil.which(command)
        assert found is not None
        informs = ("-r", "0", "-t", "2") if command == "snmpinform" else ()
        forged = (f"--clientaddr={source}",) if source else ()
        done = subprocess.run(
            [found, *words, *informs, *forged, f"127.0.0.1:{self.port}", *what],
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(self.folder), "MIBS": ""},
            capture_output=True,
            timeout=20,
            check=False,
        )
        return done.returncode

    def on_record(self) -> list[tuple[str, str, str, int]]:
        """Return what the record has: source, name, what it is about, how many."""
        return rows(self.daemon.database, "SELECT source, code, about, count FROM trap ORDER BY number")

    def counted(self, outcome: str) -> int:
        """Return how many datagrams came to this."""
        page = self.daemon.get("/metrics").text
        head = f'nightduty_traps_total{{outcome="{outcome}"'
        (value,) = [line.split()[-1] for line in page.splitlines() if line.startswith(head)]
        return int(float(value))


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with short_folder() as folder:
        site = Site(folder)
        site.daemon.start(env=SECRETS)
        yield site
        site.daemon.put_away()


@pytest.mark.parametrize(
    ("command", "words", "what"),
    [
        pytest.param("snmptrap", community("1"), (APC, "127.0.0.1", "2", "0", "", *GE7), id="trap v1"),
        pytest.param("snmptrap", community("2c"), ("", LINK_DOWN, *GE7), id="trap v2c"),
        pytest.param("snmptrap", (*user(), *SENDER), ("", LINK_DOWN, *GE7), id="trap v3"),
        pytest.param("snmpinform", community("2c"), ("", LINK_DOWN, *GE7), id="inform v2c"),
        pytest.param("snmpinform", user(), ("", LINK_DOWN, *GE7), id="inform v3"),
    ],
)
def test_is_heard_in_every_version_and_has_its_target_looked_at(
    site: Site, command: str, words: tuple[str, ...], what: tuple[str, ...]
) -> None:
    before = site.counted("accepted")
    assert site.send(command, *words, what=what) == 0
    until(lambda: site.counted("accepted") == before + 1, 10, "it was taken")
    until(lambda: site.daemon.metric("nightduty_trap_looks_total") > 0, 10, "its target was looked at")
    until(lambda: sum(count for *_, count in site.on_record()) == before + 1, 10, "it is on record")
    assert {line[:3] for line in site.on_record()} == {("127.0.0.1", "link_down", "GE0/0/7")}


@pytest.mark.parametrize(
    ("command", "words", "source", "outcome"),
    [
        pytest.param("snmptrap", community("1", "guessed"), "", "wrong_credential", id="v1, a guessed community"),
        pytest.param("snmptrap", community("2c", "guessed"), "", "wrong_credential", id="v2c, a guessed community"),
        pytest.param("snmpinform", community("2c", "guessed"), "", "wrong_credential", id="an inform with it"),
        pytest.param("snmptrap", community("2c"), "127.0.0.2", "unknown_source", id="v2c from elsewhere"),
        pytest.param("snmpinform", community("2c"), "127.0.0.2", "unknown_source", id="an inform from elsewhere"),
        pytest.param("snmptrap", (*user(), *SENDER), "127.0.0.2", "unknown_source", id="v3 from elsewhere"),
        pytest.param("snmpinform", user(), "127.0.0.2", "unknown_source", id="an inform of v3 from elsewhere"),
        pytest.param("snmptrap", (*user(password="a wrong one"), *SENDER), "", "wrong_credential", id="v3, password"),
        pytest.param("snmpinform", user(password="a wrong one"), "", "wrong_credential", id="an inform of v3 with it"),
        pytest.param("snmptrap", (*user("authNoPriv"), *SENDER), "", "wrong_credential", id="v3 in clear text"),
        pytest.param("snmptrap", (*user("noAuthNoPriv"), *SENDER), "", "wrong_credential", id="v3 without proof"),
    ],
)
def test_what_is_forged_is_refused_counted_and_not_answered(
    site: Site, command: str, words: tuple[str, ...], source: str, outcome: str
) -> None:
    accepted, refused = site.counted("accepted"), site.counted(outcome)
    what = (APC, "127.0.0.1", "0", "0", "") if "-v1" in words else ("", COLD_START)
    status = site.send(command, *words, what=what, source=source)
    assert status == (1 if command == "snmpinform" else 0), "only an inform waits for an answer"
    until(lambda: site.counted(outcome) > refused, 10, "it was counted")
    assert site.counted("accepted") == accepted
    assert "cold_start" not in {code for _, code, *_ in site.on_record()}


def test_the_doctor_and_the_log_tell_of_a_port_that_is_taken() -> None:
    with short_folder() as folder:
        site = Site(folder)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", site.port))
            site.daemon.start(env=SECRETS)
            try:
                site.daemon.says(f"traps: cannot listen on 127.0.0.1:{site.port}: Address already in use")
                told = site.daemon.command("doctor", "--lang", "en")
                assert f"No traps are heard: cannot listen on 127.0.0.1:{site.port}" in " ".join(told.stdout.split())
                assert "Free the port" in told.stdout
                assert site.daemon.metric("nightduty_traps_listening") == 0
                assert site.daemon.metric("nightduty_looks_total") > 0, "the rest goes on"
            finally:
                site.daemon.put_away()


def test_who_may_send_follows_a_reload() -> None:
    with short_folder() as folder:
        site = Site(folder)
        site.daemon.start(env=SECRETS)
        try:
            assert site.send("snmpinform", *community("2c"), source="127.0.0.2") == 1
            more = TARGETS.replace("ping: false", "ping: false, trap_addresses: [127.0.0.2]")
            site.daemon.write_settings(more, SETTINGS.format(port=site.port))
            site.daemon.send(signal.SIGHUP)
            site.daemon.says("settings in force")
            until(lambda: site.send("snmpinform", *community("2c"), source="127.0.0.2") == 0, 20, "it is believed")
            until(lambda: {line[0] for line in site.on_record()} == {"127.0.0.2"}, 10, "it is on record")
        finally:
            site.daemon.put_away()


def test_without_the_setting_there_is_no_port() -> None:
    with short_folder() as folder:
        site = Site(folder)
        site.daemon.write_settings(TARGETS, SETTINGS.format(port=site.port).partition("traps:")[0])
        site.daemon.start(env=SECRETS)
        try:
            assert site.send("snmpinform", *community("2c")) == 1
            assert "nightduty_traps" not in site.daemon.get("/metrics").text
        finally:
            site.daemon.put_away()
