"""Traps of version 3: proved, or refused, whatever pysnmp would make of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from collectors.snmp.trap_users import Opened, TrapUser, envelope
from config.schema import SnmpCredential
from config.secret import Typed

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("snmptrap") is None, reason="snmptrap is not installed (Debian: snmp)"),
]

OURS: Final = bytes.fromhex("80004fb805") + b"the agent"
STRONG: Final = SnmpCredential(
    version="3", user="strong", auth="sha256", auth_password=Typed("authenticates"), priv="aes",
    priv_password=Typed("encrypts well"),
)  # fmt: skip
SIGNED: Final = SnmpCredential(version="3", user="signed", auth="sha", auth_password=Typed("authenticates"))
PLAIN: Final = SnmpCredential(version="3", user="plain")
Written = Callable[..., bytes]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Have net-snmp write a trap of version 3, and return its bytes."""

    def write(engine: str = "8000000001020304", *, user: str = "strong", password: str = "authenticates") -> bytes:
        level = {"strong": "authPriv", "signed": "authNoPriv", "plain": "noAuthNoPriv"}[user]
        auth = "SHA-256" if user == "strong" else "SHA"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
            ear.bind(("127.0.0.1", 0))
            ear.settimeout(10)
            subprocess.run(
                ["snmptrap", "-v3", "-e", f"0x{engine}", "-u", user, "-l", level, "-a", auth, "-A", password,
                 "-x", "AES", "-X", "encrypts well", f"127.0.0.1:{ear.getsockname()[1]}", "", "1.3.6.1.6.3.1.1.5.3"],
                env={**os.environ, "SNMP_PERSISTENT_DIR": str(tmp_path), "MIBS": ""},
                check=True, timeout=20,
            )  # fmt: skip
            return ear.recv(65_535)

    return write


def trap_user(credential: SnmpCredential = STRONG) -> TrapUser:
    return TrapUser(credential, OURS, 1)


def opened(user: TrapUser, data: bytes, sender: str = "10.0.0.1", now: float = 1000.0) -> Opened:
    return user.open(data, envelope(data), sender, now)


@pytest.mark.parametrize("credential", [pytest.param(each, id=each.user) for each in (STRONG, SIGNED, PLAIN)])
def test_a_trap_of_an_engine_that_nobody_named_is_read_at_every_level(
    written: Written, credential: SnmpCredential
) -> None:
    found = opened(trap_user(credential), written(user=credential.user))
    assert (found.refused, found.answer) == ("", b"")
    assert found.trap is not None
    assert found.trap.oid == "1.3.6.1.6.3.1.1.5.3"


def test_an_old_trap_that_is_sent_once_more_is_refused(written: Written) -> None:
    user, data = trap_user(), written()
    assert opened(user, data).trap is not None
    assert opened(user, data, now=1140.0).trap is not None, "within what the network may take"
    assert opened(user, data, now=1200.0).refused == "wrong_credential"


def test_whoever_forges_an_address_without_the_password_displaces_nobody(written: Written) -> None:
    user, good = trap_user(), written()
    assert opened(user, good).trap is not None
    forged = [written(f"80000000ffff000{n}", password="another one") for n in range(3)]
    assert opened(user, forged[0], now=1020.0).refused == "wrong_credential"
    # To make keys costs time, so an address has a new engine now and then only.
    assert [opened(user, each, now=1021.0).refused for each in forged[1:]] == ["crowded", "crowded"]
    assert opened(user, written(), now=1022.0).trap is not None


def test_a_device_that_was_replaced_is_another_engine_and_is_heard(written: Written) -> None:
    user = trap_user()
    assert opened(user, written()).trap is not None
    assert opened(user, written("80000000aabbccdd"), now=1020.0).trap is not None
