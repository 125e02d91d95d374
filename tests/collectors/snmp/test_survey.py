"""Asking addresses that nobody told us about: recorded devices behind a port, and what one hears at loopback."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.snmp.engine import OwnEngine
from collectors.snmp.knock import knocking
from collectors.snmp.port import Device, Fetched, Oid
from collectors.snmp.recorded import RecordedEngine, read_walk
from collectors.snmp.survey import Surveyor, Way
from collectors.snmp.usm import User
from config.profiles import load_profiles
from config.schema import SnmpCredential
from config.secret import Secret
from duty.discovery import Found, Unmet
from duty.topology import Neighbour
from tests.collectors.snmp.faulty_agent import agent
from tests.collectors.snmp.secured_agent import secured_agent

WALKS = Path(__file__).parents[2] / "profiles"
SEEN = "1.0.8802.1.1.2.1.4.1.1.9.0.1.1|4|core-1\n1.0.8802.1.1.2.1.3.1.0|2|4\n1.0.8802.1.1.2.1.3.2.0|4x|001122334455\n"
OLD, NEW = (SnmpCredential(community=Secret(f"env:{name}")) for name in ("OLD", "NEW"))
WAY = Way(161, timedelta(seconds=0.2), 2)


class Network:
    """A network of recorded devices, each of which takes one credential."""

    def __init__(self, walk: str, *, takes: SnmpCredential, failure: str = "timeout", lost: int = 0) -> None:
        self.device = RecordedEngine(read_walk(walk, "a.walk"))
        self.takes, self.failure, self.lost = takes, failure, lost
        self.asked: list[tuple[str, SnmpCredential, Sequence[Oid]]] = []

    async def fetch(
        self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], into: Fetched, *, budget: timedelta
    ) -> None:
        self.asked.append((device.address, device.credential, (*scalars, *columns)))
        assert device.retries == 0
        if device.address != "10.0.0.1" or device.credential is not self.takes or self.lost:
            self.lost = max(0, self.lost - 1)
            into.failure = self.failure
            return
        await self.device.fetch(device, scalars, columns, into, budget=budget)

    async def close(self) -> None:
        pass


async def silence(address: str, port: int, timeout: timedelta) -> Unmet:
    return Unmet.SILENT


def surveyor(network: Network) -> Surveyor:
    return Surveyor(network, silence, load_profiles(), {"old": OLD, "new": NEW}, WAY)


async def test_a_device_is_known_by_the_first_credential_that_fits() -> None:
    network = Network((WALKS / "huawei-vrp.walk").read_text("utf-8") + SEEN, takes=NEW)
    found = await surveyor(network).ask("10.0.0.1")
    assert isinstance(found, Found)
    assert (found.credential, found.vendor, found.family, found.profile) == ("new", "Huawei", "VRP", "huawei-vrp")
    assert found.model
    assert found.serial
    assert (found.chassis, found.neighbours) == (("00:11:22:33:44:55",), (Neighbour(name="core-1"),))
    assert found.broken == ""
    # One packet by the credential that does not fit, sent twice; nobody but this address.
    assert [credential for _, credential, _ in network.asked[:3]] == [OLD, OLD, NEW]
    assert {address for address, _, _ in network.asked} == {"10.0.0.1"}
    assert all(len(oids) == 3 for _, _, oids in network.asked[:3])


async def test_a_lost_packet_costs_nothing_and_a_silence_later_is_told() -> None:
    network = Network((WALKS / "linux.walk").read_text("utf-8"), takes=OLD, lost=1)
    found = await surveyor(network).ask("10.0.0.1")
    assert isinstance(found, Found)
    assert (found.name, found.profile, found.role, found.broken) == ("db-1", "linux", "server", "")
    network.takes = SnmpCredential()
    assert await surveyor(network).ask("10.0.0.1") is Unmet.SILENT


@pytest.mark.parametrize(
    ("failure", "what"),
    [("timeout", Unmet.SILENT), ("credential_rejected", Unmet.REFUSED), ("unreachable", Unmet.UNSENT)],
)
async def test_silence_a_refusal_and_no_way_are_three_things(failure: str, what: Unmet) -> None:
    assert await surveyor(Network("", takes=OLD, failure=failure)).ask("10.0.0.2") is what


async def at_once() -> None:
    """Wait for no turn."""


async def test_a_knock_tells_a_closed_port_and_a_foreign_agent_from_silence() -> None:
    knock = knocking(at_once)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert await knock("127.0.0.1", port, timedelta(seconds=0.2)) is Unmet.SILENT
    assert await knock("127.0.0.1", port, timedelta(seconds=5)) is Unmet.CLOSED
    async with secured_agent(User(SnmpCredential(version="3", user="somebody")), {}) as there:
        assert await knock("127.0.0.1", there.port, timedelta(seconds=5)) is Unmet.REFUSED


async def test_each_request_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD", "public")
    turns = 0

    async def turn() -> None:
        nonlocal turns
        turns += 1

    engine = OwnEngine(turn=turn)
    async with agent(lambda asked: []) as there:
        way = Way(there.port, timedelta(seconds=0.1), 3)
        asking = Surveyor(engine, silence, {}, {"old": OLD}, way)
        assert await asking.ask("127.0.0.1") is Unmet.SILENT
        await asking.close()
        assert turns == len(there.requests) == 3
