"""This machine, as the collector sees it and as the kernel's own files have it."""

import asyncio
import os
import socket
import threading
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from collectors.host import HostCollector
from config.schema import Settings
from duty.parameters import FACTS, PARAMETERS
from duty.readings import GAPS, Notes
from duty.targets import Target

BUDGET = timedelta(seconds=30)
HERE = Target("here", "localhost", ("host",), "main")


def collector(**options: object) -> HostCollector:
    return HostCollector(Settings.model_validate({"targets": ({"name": "here", "kind": "host", **options},)}))


async def look(with_: HostCollector, *, full: bool = True) -> Notes:
    notes = Notes()
    await with_.collect(HERE, notes, budget=BUDGET, full=full)
    return notes


def values(notes: Notes, parameter: str) -> dict[str, int | float]:
    return {r.instance: r.value for r in notes.readings if r.parameter == parameter}


def diskstats() -> dict[str, list[str]]:
    return {line[2]: line for line in map(str.split, Path("/proc/diskstats").read_text().splitlines())}


def words(path: str) -> list[str]:
    return Path(path).read_text().split()


async def test_everything_it_writes_is_in_the_list_of_parameters() -> None:
    notes = await look(collector(processes=("python*",), services=("ssh.service",)))
    assert notes.reached
    assert {(r.parameter, r.unit) for r in notes.readings} <= set(PARAMETERS.items())
    assert {f.parameter for f in notes.facts} <= FACTS
    assert {g.parameter for g in notes.gaps} <= PARAMETERS.keys()
    assert {g.code for g in notes.gaps} <= GAPS
    assert len({(r.parameter, r.instance) for r in notes.readings}) == len(notes.readings)
    assert {r.width for r in notes.readings if r.parameter.endswith("_total")} == {64}


async def test_the_machine_is_as_proc_has_it() -> None:
    before = float(words("/proc/uptime")[0])
    notes = await look(collector())
    after = float(words("/proc/uptime")[0])
    # /proc cuts the hundredths.
    assert before <= values(notes, "uptime")[""] <= after + 0.01
    assert values(notes, "load_15")[""] == pytest.approx(float(words("/proc/loadavg")[2]), abs=0.5)
    assert values(notes, "cpu_count")[""] == os.cpu_count()
    assert values(notes, "process_count")[""] >= 1
    assert values(notes, "memory_used")[""] + values(notes, "memory_free")[""] == pytest.approx(100)
    assert values(notes, "memory_available")[""] <= values(notes, "memory_size")[""]


async def test_disks_count_on_from_what_the_kernel_said_before() -> None:
    before = diskstats()
    notes = await look(collector())
    after = diskstats()
    for name, value in values(notes, "disk_read_total").items():
        assert int(before[name][5]) * 512 <= value <= int(after[name][5]) * 512
        assert int(before[name][12]) / 1000 <= values(notes, "disk_busy_total")[name] <= int(after[name][12]) / 1000


async def test_ports_are_the_interfaces_without_the_loopback() -> None:
    before = set(os.listdir("/sys/class/net"))
    notes = await look(collector())
    after = set(os.listdir("/sys/class/net"))
    ports = values(notes, "port_up").keys()
    # Interfaces may come and go meanwhile.
    assert (before & after) - {"lo"} - {"bonding_masters"} <= ports <= (before | after) - {"lo"}
    for name in ports & after:
        assert values(notes, "port_mtu")[name] == int(words(f"/sys/class/net/{name}/mtu")[0])
        assert values(notes, "port_enabled")[name] == int(words(f"/sys/class/net/{name}/flags")[0], 16) & 1


async def test_facts_come_with_the_full_look_only() -> None:
    host = collector()
    full, watch = await look(host), await look(host, full=False)
    facts = {f.parameter: f.text for f in full.facts}
    assert facts["name"] == socket.gethostname()
    assert facts["version"] == f"Linux {os.uname().release}"
    assert {"system", "processor"} <= facts.keys()
    assert watch.facts == []
    assert {r.parameter for r in watch.readings} >= {"load_1", "memory_used", "disk_used"}


async def test_the_first_look_has_no_zero_where_processor_use_is_not_known_yet() -> None:
    notes = await look(collector())
    (gap,) = [g for g in notes.gaps if g.parameter == "cpu_used"]
    assert (gap.code, values(notes, "cpu_used")) == ("first_look", {})


async def test_two_looks_at_the_same_time_do_not_disturb_each_other() -> None:
    two = Settings.model_validate({"targets": tuple({"name": n, "kind": "host"} for n in ("here", "there"))})
    host, here, there = HostCollector(two), Notes(), Notes()
    await asyncio.gather(
        host.collect(HERE, here, budget=BUDGET, full=False),
        host.collect(Target("there", "localhost", ("host",), "main"), there, budget=BUDGET, full=False),
    )
    assert {r.parameter for r in here.readings} == {r.parameter for r in there.readings}
    assert "hung" not in {g.code for g in here.gaps + there.gaps}


async def test_a_defect_in_one_part_is_raised_after_the_others_were_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(psutil, "sensors_temperatures", fail)
    notes = Notes()
    with pytest.raises(ZeroDivisionError, match="a defect"):
        await collector().collect(HERE, notes, budget=BUDGET, full=True)
    assert {"load_1", "memory_used", "disk_used"} <= {r.parameter for r in notes.readings}


async def test_a_part_that_the_system_refuses_is_a_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(psutil, "sensors_temperatures", refuse)
    notes = await look(collector())
    assert ("temperature", "not_permitted") in {(g.parameter, g.code) for g in notes.gaps}


async def test_a_part_that_never_answers_is_a_gap_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, notes = threading.Event(), Notes()
    monkeypatch.setattr(psutil, "sensors_temperatures", lambda: gate.wait(30) and {})
    await collector().collect(HERE, notes, budget=timedelta(seconds=1), full=False)
    assert ("temperature", "hung") in {(g.parameter, g.code) for g in notes.gaps}
    assert {"load_1", "memory_used"} <= {r.parameter for r in notes.readings}
    gate.set()
