"""Our engine reads what pysnmp reads: from a real snmpd in every way that it offers, and from recordings of devices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from collectors.snmp.engine import OwnEngine
from collectors.snmp.port import Device, Fetched, Oid
from collectors.snmp.reference import PysnmpEngine
from config.profiles import load_profiles
from config.schema import SnmpCredential
from config.secret import Secret
from tests.collectors.snmp.real_agent import SNMPD, snmpd
from tests.loopback import free_port
from tests.recordings import needs_recordings, served, unpack

PATIENT = timedelta(seconds=120)
AUTH = {"md5": "MD5", "sha": "SHA", "sha224": "SHA-224", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}
PRIV = {"none": "", "des": "DES", "aes": "AES", "aes192": "AES-192", "aes256": "AES-256"}
PRIV |= {"aes192c": "AES192C", "aes256c": "AES256C"}
USERS = (
    "".join(
        f'createUser {auth}-{priv} {AUTH[auth]} "authenticates" {PRIV[priv]}{" hides-well" if PRIV[priv] else ""}\n'
        f"rouser {auth}-{priv} {'priv' if PRIV[priv] else 'auth'}\n"
        for auth, priv in product(AUTH, PRIV)
    )
    + "createUser open\nrouser open noauth\n"
)
SYSTEM = [f"1.3.6.1.2.1.1.{number}.0" for number in (1, 2, 4, 5, 6, 7, 99)]
STILL = [f"1.3.6.1.2.1.2.2.1.{column}" for column in (1, 2, 3, 4, 5, 6, 7)]
STILL += [f"1.3.6.1.2.1.31.1.1.1.{column}" for column in (1, 14, 15, 17, 18, 77)]
"""What does not change between two looks."""
MOST_RECORDINGS = 100
MOST_ROWS = 40


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", "public")
    monkeypatch.setenv("AUTH", "authenticates")
    monkeypatch.setenv("PRIV", "hides-well")


def v3(auth: str, priv: str) -> SnmpCredential:
    given: dict[str, object] = {"version": "3", "user": f"{auth}-{priv}", "auth": auth, "priv": priv}
    given["auth_password"] = Secret("env:AUTH")
    if priv != "none":
        given["priv_password"] = Secret("env:PRIV")
    return SnmpCredential.model_validate(given)


async def both(device: Device, scalars: list[Oid], columns: list[Oid]) -> tuple[Fetched, Fetched]:
    """Return what our engine reads the second time, by plan, and what pysnmp reads. The first time it was the same."""
    found = []
    for engine in (OwnEngine(row_cap=MOST_ROWS), PysnmpEngine(row_cap=MOST_ROWS)):
        for _ in range(2 if isinstance(engine, OwnEngine) else 1):
            into = Fetched()
            await engine.fetch(device, scalars, columns, into, budget=PATIENT)
            found.append(into)
        await engine.close()
    first, ours, theirs = found
    assert (first.scalars, first.columns, first.gaps) == (ours.scalars, ours.columns, ours.gaps)
    return ours, theirs


@pytest.mark.system
@pytest.mark.soak
@pytest.mark.skipif(SNMPD is None, reason="snmpd is not installed (Debian: apt-get install snmpd)")
@pytest.mark.xdist_group("mounts")
async def test_reads_what_pysnmp_reads_from_snmpd(tmp_path: Path) -> None:
    ways = [SnmpCredential.model_validate({"version": v, "community": Secret("env:COMMUNITY")}) for v in ("1", "2c")]
    ways += [SnmpCredential(version="3", user="open")]
    ways += [v3(auth, priv) for auth, priv in product(AUTH, PRIV)]
    async with snmpd(tmp_path, USERS) as port:
        for way in ways:
            device = Device("127.0.0.1", port, way, timedelta(seconds=10), 0)
            ours, theirs = await both(device, SYSTEM, STILL)
            assert ours.columns[STILL[1]], way
            assert (ours.scalars, ours.columns, ours.gaps, ours.failure) == (
                theirs.scalars, theirs.columns, theirs.gaps, theirs.failure,
            ), way  # fmt: skip


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[tuple[int, list[str]]]:
    """Serve recordings; return the port, and their names, each of which is its community."""
    port = free_port()
    folder = unpack(tmp_path)
    names = sorted(path.name.partition(".snmprec")[0] for path in folder.rglob("*.snmprec*"))
    with served(folder, port):
        yield port, names[:: max(1, len(names) // MOST_RECORDINGS)][:MOST_RECORDINGS]


@pytest.mark.soak
@needs_recordings
async def test_reads_what_pysnmp_reads_from_recorded_devices(
    recorded: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, names = recorded
    columns = [c.oid for t in load_profiles()["interfaces"].tables.values() for c in t.columns.values()]
    compared = 0
    for name in names:
        monkeypatch.setenv("COMMUNITY", name)
        way = SnmpCredential(community=Secret("env:COMMUNITY"))
        ours, theirs = await both(Device("127.0.0.1", port, way, timedelta(seconds=5), 5), SYSTEM, columns)
        assert ours.answered, name
        assert (ours.scalars, ours.columns, ours.gaps) == (theirs.scalars, theirs.columns, theirs.gaps), name
        compared += len(ours.scalars) + sum(map(len, ours.columns.values()))
    assert compared > 10_000
