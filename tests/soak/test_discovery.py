"""A hundred recordings of real devices, served at once as a fleet: found, proposed, accepted as settings, inspected."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli import run
from config.load import parse
from config.targets import SnmpTarget
from tests.loopback import free_port
from tests.recordings import needs_recordings, served, unpack

FLEET = 100
SPARE = 20
"""Addresses of the range at which nobody is."""
LLDP, CDP = b"1.0.8802.1.1.2.1.4.1.1.", b"1.3.6.1.4.1.9.9.23.1.2.1.1."
SIGHTED = 60
"""As many of the fleet see neighbours; the others are taken evenly from all."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, dict[str, str]]]:
    """Serve the fleet; return the port, and which recording answers at which address."""
    folder = unpack(tmp_path_factory.mktemp("fleet"))
    files = {path.name.removesuffix(".snmprec"): path for path in sorted(folder.rglob("*.snmprec"))}
    sighted = [name for name, path in files.items() if any(oid in path.read_bytes() for oid in (LLDP, CDP))]
    names = sighted[:SIGHTED]
    others = [name for name in files if name not in set(sighted)]
    names += others[:: len(others) // (FLEET - len(names))][: FLEET - len(names)]
    at = {f"127.80.0.{number}": name for number, name in enumerate(names, start=1)}
    port = free_port()
    (folder / "map").write_text("".join(f"{address}:{port} {name}\n" for address, name in at.items()))
    with served(folder, free_port(), "--map", str(folder / "map")) as said:
        assert f"{FLEET} mapped endpoints" in said
        yield port, at


@pytest.mark.soak
@needs_recordings
def test_a_fleet_is_found_proposed_accepted_and_inspected(
    fleet: tuple[int, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    port, at = fleet
    monkeypatch.setenv("SITE", "public")
    monkeypatch.delenv("NIGHTDUTY_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    last = FLEET + SPARE
    asked = ["discover", f"127.80.0.1-127.80.0.{last}", "--port", str(port), "--community", "env:SITE", "--lang", "en"]
    # Recordings are read when they are first asked for, which a device does not do.
    status = run([*asked, "--rate", "100", "--timeout", "5", "--retries", "3", "--json", "--output", "fleet.yaml"])
    said = json.loads(capsys.readouterr().out)

    assert (status, said["asked"], said["silent"], len(said["closed"])) == (0, last, 0, SPARE)
    assert sorted(address for device in said["devices"] for address in device["addresses"]) == sorted(at)
    assert sum(bool(device["neighbours"]) for device in said["devices"]) > SIGHTED / 2
    assert sum(bool(device["vendor"]) for device in said["devices"]) > FLEET / 10

    text = Path("fleet.yaml").read_text("utf-8")
    targets = [target for target in parse(text, "fleet.yaml").targets if isinstance(target, SnmpTarget)]
    assert [target.address for target in targets] == [device["address"] for device in said["devices"]]
    # They come from networks of all the world: where one sees another they stood beside each other.
    beside = {device["name"]: device["beside"] for device in said["devices"]}
    assert all(set(target.depends_on) <= set(beside[target.name]) for target in targets)
    assert sum(bool(target.depends_on) for target in targets) == sum(root["devices"] - 1 for root in said["roots"])

    assert any(target.depends_on for target in targets)

    assert run(["check-config", "fleet.yaml"]) == 0
    capsys.readouterr()
    # 2 would be: one of them was not reached. What the devices report of themselves is theirs.
    assert run(["inspect", "--config", "fleet.yaml", "--json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)
