"""The whole SNMP collector against a real snmpd that tells of this very machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from collectors.snmp.device import SnmpCollector
from config.schema import Settings, SnmpCredential, SnmpTarget
from config.secret import Secret
from duty.errors import CollectError
from duty.parameters import PARAMETERS
from duty.readings import GAPS, Notes, Reading
from duty.targets import Target
from tests.collectors.snmp.real_agent import SNMPD, snmpd

pytestmark = [
    # It asks every mount of the machine, also those that another test lets hang.
    pytest.mark.xdist_group("mounts"),
    pytest.mark.system,
    pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed (Debian: apt-get install snmpd)"),
]
PATIENT = timedelta(seconds=30)
DEVICE = Target("me", "127.0.0.1", ("snmp",), "main")


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOD", "public")
    monkeypatch.setenv("AUTH", "authenticates")
    monkeypatch.setenv("PRIV", "encrypts well")
    monkeypatch.setenv("WRONG", "something else")


def v3(user: str, auth: str, priv: str = "none", *, password: str = "AUTH") -> SnmpCredential:
    given = {"version": "3", "user": user, "auth": auth, "auth_password": Secret(f"env:{password}"), "priv": priv}
    if priv != "none":
        given["priv_password"] = Secret("env:PRIV")
    return SnmpCredential.model_validate(given)


async def look(port: int, credential: SnmpCredential, *, timeout: timedelta = PATIENT, full: bool = True) -> Notes:
    target = SnmpTarget(
        name="me", kind="snmp", address="127.0.0.1", port=port, credential="c", timeout=timeout, retries=0
    )
    collector = SnmpCollector(Settings(credentials={"c": credential}, targets=(target,)))
    notes = Notes()
    try:
        await collector.collect(DEVICE, notes, budget=PATIENT, full=full)
    finally:
        await collector.close()
    return notes


def number(notes: Notes, parameter: str, instance: str = "") -> float:
    return next(r.value for r in notes.readings if (r.parameter, r.instance) == (parameter, instance))


@pytest.mark.parametrize(
    "credential",
    [
        pytest.param(lambda: SnmpCredential(community=Secret("env:GOOD")), id="2c"),
        pytest.param(lambda: SnmpCredential(version="1", community=Secret("env:GOOD")), id="1"),
        pytest.param(lambda: v3("strong", "sha256", "aes"), id="3 with SHA-256 and AES-128"),
        pytest.param(lambda: v3("older", "sha", "aes"), id="3 with SHA-1 and AES-128"),
        pytest.param(lambda: v3("signed", "sha512"), id="3 with SHA-512, not encrypted"),
    ],
)
async def test_reads_this_machine(tmp_path: Path, credential: object) -> None:
    assert callable(credential)
    async with snmpd(tmp_path) as port:
        notes = await look(port, credential())
    assert notes.reached
    assert number(notes, "port_up", "lo") == 1
    assert {r.instance for r in notes.readings if r.parameter == "port_up"} == set(psutil.net_if_addrs())
    assert number(notes, "port_in_total", "lo") > 0
    assert number(notes, "memory_size") == pytest.approx(psutil.virtual_memory().total, rel=0.01)
    assert 0 < number(notes, "memory_used") < 100
    assert number(notes, "memory_used") + number(notes, "memory_free") == pytest.approx(100)
    assert number(notes, "disk_size", "/") == pytest.approx(psutil.disk_usage("/").total, rel=0.01)
    assert 0 <= number(notes, "disk_used", "/") <= 100
    assert 0 <= number(notes, "inodes_used", "/") <= 100
    assert number(notes, "load_1") >= 0
    assert number(notes, "uptime") >= 0
    assert number(notes, "process_count") > 1
    assert number(notes, "snmp_time") > 0
    facts = {(fact.parameter, fact.instance): fact.text for fact in notes.facts}
    assert facts["location", ""] == "Room 3"
    assert facts["contact", ""] == "the night shift"
    assert facts["port_index", "lo"] == "1"


async def test_says_only_what_all_others_know(tmp_path: Path) -> None:
    async with snmpd(tmp_path) as port:
        notes = await look(port, SnmpCredential(community=Secret("env:GOOD")))
    assert [r for r in notes.readings if PARAMETERS.get(r.parameter) != r.unit] == []
    assert {gap.code for gap in notes.gaps} <= GAPS
    keys = [(r.parameter, r.instance) for r in notes.readings]
    assert len(keys) == len(set(keys))


async def test_counters_have_64_bits_in_2c_and_32_in_1(tmp_path: Path) -> None:
    def width(notes: Notes) -> set[int]:
        return {r.width for r in notes.readings if r.parameter == "port_in_total"}

    async with snmpd(tmp_path) as port:
        assert width(await look(port, SnmpCredential(community=Secret("env:GOOD")))) == {64}
        assert width(await look(port, SnmpCredential(version="1", community=Secret("env:GOOD")))) == {32}


async def test_the_watch_asks_for_less_than_the_inspection(tmp_path: Path) -> None:
    async with snmpd(tmp_path) as port:
        notes = await look(port, SnmpCredential(community=Secret("env:GOOD")), full=False)
    assert not notes.facts
    assert number(notes, "port_up", "lo") == 1
    assert not any(isinstance(r, Reading) and r.parameter == "port_mtu" for r in notes.readings)


@pytest.mark.parametrize(
    ("credential", "code"),
    [
        pytest.param(lambda: SnmpCredential(community=Secret("env:WRONG")), "timeout", id="community: only silence"),
        pytest.param(lambda: v3("nobody", "sha256", "aes"), "credential_rejected", id="user"),
        pytest.param(lambda: v3("strong", "sha256", "aes", password="WRONG"), "credential_rejected", id="password"),
        pytest.param(lambda: v3("strong", "sha", "aes"), "credential_rejected", id="digest"),
        pytest.param(lambda: v3("strong", "sha256"), "credential_rejected", id="no encryption"),
    ],
)
async def test_a_wrong_credential_is_told(tmp_path: Path, credential: object, code: str) -> None:
    assert callable(credential)
    async with snmpd(tmp_path) as port:
        with pytest.raises(CollectError, match=f"^({code}): 127.0.0.1") as caught:
            await look(port, credential(), timeout=timedelta(seconds=1))
    assert "something else" not in str(caught.value)
