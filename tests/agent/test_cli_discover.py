"""The command that looks for devices: a small network at loopback becomes settings that the agent takes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from agent.cli import run
from agent.cli.main import SETTINGS, USAGE
from collectors.snmp.tables import Name
from config.load import parse
from config.targets import SnmpTarget
from tests.agent.test_cli_look import beside
from tests.collectors.snmp.faulty_agent import Asked, Behaviour, Heard, agent, honest, identifier, number, octets

HERE = "127.77.0"
VRP = "Huawei Versatile Routing Platform Software VRP (R) software, Version 5.170 (S6730 V200R021C00SPC100)"
Ran = Callable[..., tuple[int, str, str]]


def device(name: str, mac: str, *seen: tuple[str, str], serial: str = "") -> dict[Name, bytes]:
    """Make a switch that sees others: the chassis of each, and its port."""
    system, lldp = (1, 3, 6, 1, 2, 1, 1), (1, 0, 8802, 1, 1, 2, 1)
    tree = {
        (*system, 1, 0): octets(VRP.encode()),
        (*system, 2, 0): identifier((1, 3, 6, 1, 4, 1, 2011, 2, 23, 1)),
        (*system, 5, 0): octets(name.encode()),
        (*lldp, 3, 1, 0): number(4),
        (*lldp, 3, 2, 0): octets(bytes.fromhex(mac)),
    }
    for place, (chassis, port) in enumerate(seen, start=1):
        tree |= {
            (*lldp, 4, 1, 1, 4, 0, place, 1): number(4),
            (*lldp, 4, 1, 1, 5, 0, place, 1): octets(bytes.fromhex(chassis)),
            (*lldp, 4, 1, 1, 7, 0, place, 1): octets(port.encode()),
        }
    if serial:
        entity = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
        tree |= {(*entity, 5, 1): number(3), (*entity, 11, 1): octets(serial.encode())}
        tree |= {(*entity, 13, 1): octets(b"S6730-H48X6C")}
    return tree


CORE, ACCESS, LAST, FAR = "00e0fc000001", "00e0fc000002", "00e0fc000003", "00e0fc000009"
NETWORK = {
    f"{HERE}.1": device("core-1", CORE, (ACCESS, "GE0/0/1"), (LAST, "GE0/0/1"), serial="2102350"),
    f"{HERE}.2": device("access\x1b[31m 楼1", ACCESS, (CORE, "XGE0/0/2"), (FAR, "GE0/0/9")),
    f"{HERE}.3": device("access-3", LAST, (CORE, "XGE0/0/3")),
    f"{HERE}.101": device("core-1", CORE, serial="2102350"),
}
"""A core with two addresses, two switches below it; one of them sees a device that nobody named."""


def taking(community: bytes, behave: Behaviour) -> Behaviour:
    return lambda asked: behave(asked) if asked.community == community else []


def network(behaviours: Mapping[str, Behaviour], heard: list[Heard]) -> Callable[[], AbstractAsyncContextManager[int]]:
    """Serve each address at one port of them all."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[int]:
        port = 0
        async with AsyncExitStack() as stack:
            for address, behave in behaviours.items():
                heard.append(await stack.enter_async_context(agent(behave, address=address, port=port)))
                port = heard[0].port
            yield port

    return opened


@pytest.fixture
def nightduty(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ran:
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("SITE", "s3cret")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("NIGHTDUTY_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)

    def ran(*given: str) -> tuple[int, str, str]:
        capsys.readouterr()
        status = run(list(given))
        return status, *capsys.readouterr()

    return ran


@pytest.fixture
def port() -> Iterator[str]:
    with beside(network({at: taking(b"s3cret", honest(tree)) for at, tree in NETWORK.items()}, [])) as port:
        yield port


def discover(nightduty: Ran, port: str, *given: str) -> tuple[int, str, str]:
    patience = ("--timeout", "2", "--retries", "0", "--rate", "1000", "--lang", "en")
    return nightduty("discover", f"{HERE}.1-{HERE}.3", f"{HERE}.101", "--port", port, *patience, *given)


def targets(text: str) -> dict[str, SnmpTarget]:
    return {target.name: target for target in parse(text, "f").targets if isinstance(target, SnmpTarget)}


def test_without_settings_a_network_becomes_settings_that_are_accepted(nightduty: Ran, port: str) -> None:
    status, out, err = discover(nightduty, port, "--community", "env:SITE")
    assert status == 0
    assert {name: target.depends_on for name, target in targets(out).items()} == {
        "core-1": (), "access-x1b-31m-楼1": ("core-1",), "access-3": ("core-1",),
    }  # fmt: skip
    assert "# taken for the root of 3 devices: it has the most neighbours (2)" in out
    assert f"# the same device: {HERE}.101" in out
    assert "depends_on: [core-1]  # core-1 XGE0/0/3" in out
    assert "# Huawei, VRP, S6730-H48X6C" in out
    assert "s3cret" not in out + err
    assert "\x1b" not in out + err
    assert "Huawei  VRP" in err
    assert "devices: 3, of them not in the settings: 3" in err
    Path("new.yaml").write_text(out, "utf-8")
    assert nightduty("check-config", "new.yaml")[0] == 0


SETTINGS_TEXT = f"""\
# ours
sites: {{hz1: {{zone: Asia/Shanghai}}}}
credentials:
  wrong: {{community: env:WRONG}}
  right: {{community: env:SITE}}   # since 2024
targets:
  - kind: snmp
    name: heart          # never rename
    address: {HERE}.1
    port: PORT
    credential: right

  # - kind: icmp
checks: {{}}
"""


@pytest.mark.skipif(shutil.which("patch") is None, reason="there is no patch (Debian: apt-get install patch)")
def test_with_settings_it_is_a_diff_that_patch_takes(
    nightduty: Ran, port: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WRONG", "not this")
    file = tmp_path / "site.yaml"
    file.write_text(before := SETTINGS_TEXT.replace("PORT", port), "utf-8")
    status, out, err = discover(nightduty, port, "--config", str(file), "--timeout", "0.3")
    assert (status, file.read_text("utf-8")) == (0, before), "it changes nothing by itself"
    assert "heart (in the settings)" in err
    subprocess.run(["patch", str(file)], input=out, text=True, check=True, capture_output=True)
    after = file.read_text("utf-8")
    assert [line for line in out.splitlines()[2:] if line.startswith("-")] == []
    assert "right: {community: env:SITE}   # since 2024" in after
    assert "# heart: taken for the root of 3 devices" in after
    found = targets(after)
    assert {name: (t.depends_on, t.credential) for name, t in found.items()} == {
        "heart": ((), "right"), "access-x1b-31m-楼1": (("heart",), "right"), "access-3": (("heart",), "right"),
    }  # fmt: skip
    assert nightduty("check-config", str(file))[0] == 0
    # Nothing is left to propose.
    assert discover(nightduty, port, "--config", str(file), "--credential", "right")[:2] == (0, "")


def test_a_file_of_new_entries_and_what_was_typed_stands_in_it_by_reference(nightduty: Ran, port: str) -> None:
    status, out, err = discover(nightduty, port, "--community", "s3cret", "--output", "new.yaml", "--root", "access-3")
    assert (status, out) == (0, "")
    assert "new.yaml" in err
    text = Path("new.yaml").read_text("utf-8")
    assert "s3cret" not in text + err
    assert "community: env:NIGHTDUTY_COMMUNITY  # typed on the command line" in text
    assert targets(text)["core-1"].depends_on == ("access-3",)
    status, out, err = discover(nightduty, port, "--community", "s3cret", "--output", "new.yaml")
    assert (status, out) == (USAGE, "")
    assert "is there already" in err


def test_for_machines(nightduty: Ran, port: str) -> None:
    status, out, err = discover(nightduty, port, "--community", "env:SITE", "--json", f"{HERE}.200")
    said = json.loads(out)
    assert (status, err) == (0, "")
    assert (said["asked"], said["silent"], said["closed"]) == (5, 0, [f"{HERE}.200"])
    core = said["devices"][0]
    assert (core["name"], core["vendor"], core["model"]) == ("core-1", "Huawei", "S6730-H48X6C")
    assert core["addresses"] == [f"{HERE}.1", f"{HERE}.101"]
    assert said["devices"][1]["neighbours"][1]["chassis"] == "00:e0:fc:00:00:09"
    assert targets(said["proposal"]).keys() == {device["name"] for device in said["devices"]}


def test_only_the_addresses_named_are_asked(nightduty: Ran) -> None:
    lldp = (1, 0, 8802, 1, 1, 2, 1, 4)
    tree = device("core-1", CORE, (FAR, "GE0/0/9"))
    tree[*lldp, 2, 1, 3, 0, 1, 1, 1, 4, 127, 77, 0, 9] = number(2)
    heard: list[Heard] = []
    with beside(network({f"{HERE}.1": honest(tree), f"{HERE}.9": honest(device("far", FAR))}, heard)) as port:
        status, out, _ = nightduty(
            "discover", f"{HERE}.1", "--port", port, "--community", "env:SITE", "--rate", "1000", "--lang", "en"
        )
    assert (status, list(targets(out))) == (0, ["core-1"])
    assert heard[0].requests
    assert heard[1].requests == []


def test_nobody_and_a_credential_that_does_not_fit_have_their_status(nightduty: Ran, port: str) -> None:
    status, out, err = discover(nightduty, port, "--community", "public", "--timeout", "0.2")
    assert (status, out) == (2, "")
    assert "did not answer: 4 (a wrong community looks the same)" in err


def test_a_device_that_falls_silent_is_proposed_and_told(nightduty: Ran) -> None:
    def first_only(asked: Asked) -> list[bytes]:
        return list(honest(NETWORK[f"{HERE}.1"])(asked)) if len(asked.names) == 3 else []

    with beside(network({f"{HERE}.1": first_only}, [])) as port:
        status, out, err = nightduty(
            "discover", f"{HERE}.1", "--port", port, "--community", "env:SITE", "--timeout", "0.2", "--lang", "zh"
        )
    assert (status, list(targets(out))) == (1, ["core-1"])
    assert f"{HERE}.1 没有问完就不再应答" in err


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        pytest.param(["10.0.0.0/8"], USAGE, "RANGE: 10.0.0.0/8 has more than 65,536 addresses", id="too many"),
        pytest.param(["core-1"], USAGE, "'core-1' is not a range", id="a name"),
        pytest.param([], USAGE, "RANGE", id="no range"),
        pytest.param(["10.0.0.1"], SETTINGS, "credentials: there is none to try", id="no credential"),
        pytest.param(
            ["10.0.0.1", "--credential", "x"], USAGE, "x is not in the settings; there is none", id="no such credential"
        ),
        pytest.param(["10.0.0.1", "--community", "env:NONE"], SETTINGS, "the environment has no NONE", id="no secret"),
        pytest.param(["10.0.0.1", "--user", "a", "--priv", "aes"], USAGE, "--priv: priv without auth", id="no auth"),
        pytest.param(["10.0.0.1", "--rate", "0"], USAGE, "--rate", id="no rate"),
        pytest.param(["10.0.0.1", "-c", "none.yaml"], SETTINGS, "none.yaml:1: cannot be read", id="no such settings"),
    ],
)
def test_wrong_use_is_told_in_a_line(nightduty: Ran, given: list[str], status: int, said: str) -> None:
    found, out, err = nightduty("discover", *given)
    assert (found, out) == (status, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_settings_that_cannot_be_added_to_are_told_before_anybody_is_asked(nightduty: Ran, tmp_path: Path) -> None:
    file = tmp_path / "site.yaml"
    file.write_text("sites: {hz1: {zone: UTC}}\ntargets: [{kind: icmp, name: a, address: 10.0.0.1}]\n")
    heard: list[Heard] = []
    with beside(network({f"{HERE}.1": honest({})}, heard)) as port:
        status, out, err = nightduty(
            "discover", f"{HERE}.1", "--port", port, "-c", str(file), "--community", "env:SITE"
        )
    assert (status, out, heard[0].requests) == (SETTINGS, "", [])
    assert f"{file}:2: targets: written in brackets" in err
