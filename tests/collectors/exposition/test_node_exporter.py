"""The whole collector against a real node_exporter, whose numbers agree with those of psutil."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import psutil
import pytest

from collectors.exposition import ExpositionCollector
from collectors.host import HostCollector
from config.schema import ExpositionTarget, HostTarget, Settings
from duty.rates import derive
from duty.readings import GAPS, Look, Notes
from duty.targets import Target
from tests.loopback import free_port, until_open

EXPORTER = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")
pytestmark = [
    # It asks every mount of the machine, also those that another test lets hang.
    pytest.mark.xdist_group("mounts"),
    pytest.mark.system,
    pytest.mark.skipif(
        EXPORTER is None, reason="node_exporter is not installed (apt-get install prometheus-node-exporter)"
    ),
]
PATIENT = timedelta(seconds=30)
BEGAN = datetime(2026, 11, 23, tzinfo=UTC)


@asynccontextmanager
async def exporting() -> AsyncIterator[int]:
    """Run a node_exporter on a free port; it ends with the block."""
    port = free_port()
    assert EXPORTER is not None
    process = await asyncio.create_subprocess_exec(
        EXPORTER, f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await until_open(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


def looked(notes: Notes, after: float) -> Look:
    return Look("me", BEGAN + timedelta(seconds=after), timedelta(0), True, tuple(notes.readings), tuple(notes.facts))


async def test_its_numbers_agree_with_those_of_psutil() -> None:
    async with exporting() as port:
        url = f"http://127.0.0.1:{port}/metrics"
        there = ExpositionCollector(Settings(targets=(ExpositionTarget(kind="exposition", name="me", url=url),)))
        here = HostCollector(Settings(targets=(HostTarget(kind="host", name="me"),)))
        target, looks = Target("me", url, ("exposition",), "main"), []
        loop = asyncio.get_running_loop()
        start = loop.time()
        for _ in range(2):
            notes = Notes()
            await there.collect(target, notes, budget=PATIENT, full=True)
            looks.append(looked(notes, loop.time() - start))
            await asyncio.sleep(2)
        own = Notes()
        await here.collect(target, own, budget=PATIENT, full=True)
        await there.close()
    seen, same = derive(looks[1], looks[0]), looked(own, 0)
    assert notes.reached
    assert {gap.code for gap in notes.gaps} <= GAPS & {"not_offered"}

    def both(parameter: str, instance: str = "") -> tuple[float, float]:
        one, other = seen.number(parameter, instance), same.number(parameter, instance)
        assert one is not None, parameter
        assert other is not None, parameter
        return one, other

    for parameter, near in (("uptime", 5), ("load_1", 3), ("cpu_count", 0), ("memory_size", 0), ("swap_size", 0)):
        one, other = both(parameter)
        assert one == pytest.approx(other, abs=near), parameter
    for parameter, near in (("memory_used", 5), ("clock_synchronised", 0)):
        one, other = both(parameter)
        assert one == pytest.approx(other, abs=near), parameter
    mounts = {r.instance for r in seen.readings if r.parameter == "disk_used"}
    shared = mounts & {r.instance for r in same.readings if r.parameter == "disk_used"}
    assert shared
    for mount in shared:
        for parameter, near in (("disk_used", 1), ("inodes_used", 1), ("disk_size", 0)):
            one, other = both(parameter, mount)
            assert one == pytest.approx(other, abs=near), (parameter, mount)
    ports = {r.instance for r in seen.readings if r.parameter == "port_in_total"}
    assert ports
    for port_name in ports & psutil.net_if_stats().keys():
        one, other = both("port_in_total", port_name)
        assert one <= other
        assert both("port_mtu", port_name) == (one := both("port_mtu", port_name)[0], one)
        one, other = both("port_enabled", port_name)
        assert one == other, port_name
        one, other = both("port_up", port_name)
        assert one == other, port_name
    used = seen.number("cpu_used")
    assert used is not None
    assert 0 <= used <= 100
    facts = {fact.parameter: fact.text for fact in seen.facts}
    told = {fact.parameter: fact.text for fact in same.facts}
    assert (facts["name"], facts["version"]) == (told["name"], told["version"])
