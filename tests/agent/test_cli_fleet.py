"""Looking at many devices at once: a line of JSON for each, in their order, with where each number comes from."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.cli import run
from agent.cli.fleet import described, filed_as, read_list
from agent.cli.main import SETTINGS, USAGE
from collectors.snmp.device import SnmpCollector
from collectors.snmp.recorded import RecordedEngine, read_walk
from config.build import build_targets
from config.profile import Profile
from config.single import NAME, single
from duty.errors import SettingsError
from duty.readings import Notes, Origin, Reading
from tests.agent.test_cli_look import TREE, beside, faulty
from tests.collectors.snmp.faulty_agent import honest

WALK = (Path(__file__).parents[1] / "profiles" / "linux.walk").read_text("utf-8")


async def seen(walk: str) -> dict[str, Any]:
    settings, notes = single({"address": "192.0.2.1"}, {"community": "env:COMMUNITY"}), Notes(origins={})
    looking = SnmpCollector(settings, RecordedEngine(read_walk(walk, "a.walk")))
    target = build_targets(settings)[NAME]
    await looking.collect(target, notes, budget=timedelta(seconds=10), full=True)
    return described(notes)


async def test_each_number_says_where_it_comes_from() -> None:
    told = await seen(WALK)
    assert told["system"] == {
        "sysDescr": "Linux db-1 5.10.0-26-amd64 #1 SMP Debian 5.10.197-1 x86_64",
        "sysObjectID": "1.3.6.1.4.1.8072.3.2.10",
        "sysName": "db-1",
        "version": "5.10.0-26-amd64",
    }
    assert told["processors"] == [
        {"descr": "196608", "usage": 12, "oid": "1.3.6.1.2.1.25.3.3.1.2.196608"},
        {"descr": "196609", "usage": 20, "oid": "1.3.6.1.2.1.25.3.3.1.2.196609"},
        {"descr": "CPU", "usage": 16, "oid": "1.3.6.1.4.1.2021.11.11.0"},
    ]
    memory = told["memory"][0]  # the second counts caches as used
    assert (memory["perc"], memory["total"], memory["used"]) == (50, 2_048_000_000, 1_024_000_000)
    assert memory["oid"].startswith("1.3.6.1.4.1.2021.4.")
    (disk,) = told["storage"]
    assert (disk["descr"], disk["used"], disk["oid"]) == ("/", 250_000 * 4096, "1.3.6.1.2.1.25.2.3.1.6.31")
    assert sorted((p["ifIndex"], p["ifName"], p["ifOperStatus"]) for p in told["ports"]) == [
        (1, "lo", "up"),
        (2, "ens3", "up"),
    ]


async def test_a_port_that_does_not_say_whether_it_is_up_is_there() -> None:
    told = await seen(WALK.replace("1.3.6.1.2.1.2.2.1.8.2|2|1", "1.3.6.1.2.1.2.2.1.8.2|2|4\n1.3.6.1.2.1.2.2.1.7.2|2|1"))
    (port,) = (port for port in told["ports"] if port["ifName"] == "ens3")
    assert port == {"ifName": "ens3", "ifIndex": 2, "ifOperStatus": "unknown", "ifAdminStatus": "up"}


def test_sensors_come_in_the_units_of_their_class() -> None:
    notes = Notes(origins={("battery_time_left", ""): Origin("1.3.6.1.2.1.33.1.2.3.0")})
    notes.add(
        Reading("battery_time_left", "", 1800, "s"),
        Reading("fan_health", "Fan 1", 2, "health"),
        Reading("temperature", "Inlet", 31.5, "Cel"),
    )
    assert described(notes)["sensors"] == [
        {"class": "temperature", "descr": "Inlet", "value": 31.5},
        {"class": "runtime", "descr": "", "value": 30, "oid": "1.3.6.1.2.1.33.1.2.3.0"},
        {"class": "state", "descr": "Fan Fan 1", "state": "critical"},
    ]


def test_a_line_for_each_device_in_their_order(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    devices = tmp_path / "devices"
    with beside(faulty(honest(TREE))) as port:
        devices.write_text(
            f"# name, place, community\ncore 127.0.0.1:{port} public\n\nnowhere no-such-name.invalid:161 public\n"
        )
        assert run(["look", "--targets", str(devices), "--jsonl"]) == 0
    out, err = capsys.readouterr()
    first, second = map(json.loads, out.splitlines())
    assert (first["recording"], first["ports"][0]["ifName"]) == ("core", "Gi0/1")
    assert second == {"recording": "nowhere", "error": "name_not_found"}
    assert "public" not in out + err


@pytest.mark.parametrize("line", ["core", "core 192.0.2.1 public", "core 192.0.2.1:x public", "a b:1 c d"])
def test_a_line_that_is_no_device_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    devices = tmp_path / "devices"
    devices.write_text(f"core 192.0.2.1:161 public\n{line}\n")
    with pytest.raises(SettingsError) as told:
        read_list(devices)
    assert str(told.value).startswith(f"{devices}:2: not a device, expected NAME HOST:PORT COMMUNITY")


@pytest.mark.parametrize(
    "given", [(), ("192.0.2.1", "--jsonl"), ("192.0.2.1", "--targets", "x", "--jsonl"), ("--targets", "x")]
)
def test_one_device_or_many_and_not_both(capsys: pytest.CaptureFixture[str], given: tuple[str, ...]) -> None:
    assert run(["look", *given]) == USAGE
    assert "either ADDRESS, or --targets FILE with --jsonl" in capsys.readouterr().err


def test_a_list_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["look", "--targets", str(tmp_path / "none"), "--jsonl"]) == SETTINGS
    assert "cannot be read" in capsys.readouterr().err


def test_the_maker_is_filed_under_the_name_that_comparisons_have() -> None:
    def made(number: int, vendor: str, filed: str = "") -> Profile:
        match = [{"object_id": [f"1.3.6.1.4.1.{number}"]}]
        told = {"title": "made up", "vendor": vendor, "filed_as": filed, "match": match}
        return Profile.model_validate(told, strict=False)

    profiles = {"a": made(99998, "Acme-Power Ltd."), "b": made(99999, "Beta", "ups-other")}
    assert filed_as({"sysObjectID": "1.3.6.1.4.1.99998.1", "vendor": "acme"}, profiles) == "acmepowerltd"
    assert filed_as({"sysObjectID": "1.3.6.1.4.1.99999.1"}, profiles) == "ups-other"
    assert filed_as({"sysObjectID": "1.3.6.1.4.1.99997.1", "vendor": "Gamma Inc"}, profiles) == "gammainc"
