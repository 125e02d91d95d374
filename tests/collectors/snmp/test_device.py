"""Looking at a device: what is asked, what is kept, and what is said when it falls silent on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from collectors.snmp.device import SnmpCollector
from collectors.snmp.port import Device, Fetched, Oid, Value
from collectors.snmp.tables import Name
from config.schema import Settings, SnmpCredential, SnmpTarget
from config.secret import Secret
from duty.errors import CollectError
from duty.readings import Gap, Notes
from duty.targets import Target
from tests.collectors.snmp.faulty_agent import Asked, agent, honest, number, octets

UPTIME, NAMES, STATUS, LOAD = (
    "1.3.6.1.2.1.1.3.0",
    "1.3.6.1.2.1.31.1.1.1.1",
    "1.3.6.1.2.1.2.2.1.8",
    "1.3.6.1.2.1.25.3.3.1.2",
)
HIGH_COUNTER, LOW_COUNTER = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.2.2.1.10"
TARGET = Target("switch", "192.0.2.1", ("snmp",), "main")
BUDGET = timedelta(seconds=20)


class ScriptedEngine:
    """Answers from what is written down; what stands in ``silent`` never answers."""

    def __init__(
        self,
        scalars: Mapping[Oid, Value] = {},
        columns: Mapping[Oid, Mapping[str, Value]] = {},
        *,
        silent: Sequence[Oid] = (),
        failure: str = "timeout",
    ) -> None:
        self._scalars = scalars
        self._columns = columns
        self._silent = silent
        self._failure = failure
        self.asked: list[tuple[Oid, ...]] = []
        self.closed = False

    async def fetch(
        self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], into: Fetched, *, budget: timedelta
    ) -> None:
        asked = (*scalars, *columns)
        self.asked.append(asked)
        into.failure = self._failure if set(asked) & set(self._silent) else ""
        if into.failure:
            into.gaps |= dict.fromkeys(asked, into.failure)
            return
        into.answered = True
        into.spent = timedelta(seconds=0.25)
        into.scalars |= {oid: self._scalars[oid] for oid in scalars if oid in self._scalars}
        into.columns |= {oid: dict(self._columns[oid]) for oid in columns if oid in self._columns}
        into.gaps |= {oid: "not_offered" for oid in asked if oid not in self._scalars and oid not in self._columns}

    async def close(self) -> None:
        self.closed = True


def collector(engine: ScriptedEngine | None, *profiles: str, port: int = 161) -> SnmpCollector:
    target = SnmpTarget(
        name="switch",
        kind="snmp",
        address="127.0.0.1",
        port=port,
        credential="area",
        profiles=profiles or ("system", "interfaces", "host-resources", "ucd"),
        timeout=timedelta(seconds=0.5),
        retries=0,
    )
    return SnmpCollector(
        Settings(credentials={"area": SnmpCredential(community=Secret("env:COMMUNITY"))}, targets=(target,)), engine
    )


async def look(engine: ScriptedEngine, *profiles: str, full: bool = True) -> Notes:
    notes = Notes()
    await collector(engine, *profiles).collect(TARGET, notes, budget=BUDGET, full=full)
    return notes


def values(notes: Notes) -> dict[tuple[str, str], int | float]:
    return {(reading.parameter, reading.instance): reading.value for reading in notes.readings}


async def test_reads_what_its_profiles_know() -> None:
    notes = await look(ScriptedEngine({UPTIME: 4200}, {NAMES: {"1": b"eth0"}, STATUS: {"1": 1}, LOAD: {"7": 12}}))
    assert notes.reached
    assert values(notes) == {
        ("uptime", ""): 42,
        ("port_up", "eth0"): 1,
        ("cpu_used", ""): 12,
        ("cpu_core_used", "7"): 12,
        ("cpu_count", ""): 1,
        ("snmp_time", ""): 0.25,
    }


async def test_asks_for_the_profiles_of_the_target_and_no_more() -> None:
    engine = ScriptedEngine({UPTIME: 4200})
    await look(engine, "system")
    assert len(engine.asked) == 1
    assert all(oid.startswith("1.3.6.1.2.1.1.") for oid in engine.asked[0])


async def test_the_watch_leaves_out_what_only_the_inspection_needs() -> None:
    engine = ScriptedEngine({UPTIME: 4200})
    await look(engine, "system", full=False)
    assert engine.asked == [(UPTIME,)]


async def test_the_watch_does_not_ask_again_for_what_the_inspection_did_not_find() -> None:
    engine = ScriptedEngine({UPTIME: 4200}, {NAMES: {"1": b"eth0"}})
    looking = collector(engine)
    asked: list[bool] = []
    for full in (True, False, True):
        engine.asked.clear()
        await looking.collect(TARGET, Notes(), budget=BUDGET, full=full)
        asked.append(any(LOAD in request for request in engine.asked))
    assert asked == [True, False, True]


async def test_a_column_that_two_tables_share_is_fetched_once() -> None:
    engine = ScriptedEngine({UPTIME: 4200})
    await look(engine)
    asked = [oid for request in engine.asked for oid in request]
    assert "1.3.6.1.2.1.25.2.3.1.5" in asked
    assert len(asked) == len(set(asked))


async def test_a_counter_of_32_bits_is_asked_for_only_where_there_is_none_of_64() -> None:
    names = {NAMES: {"1": b"eth0", "2": b"eth1"}}
    engine = ScriptedEngine({UPTIME: 1}, names | {HIGH_COUNTER: {"1": 5, "2": 6}, LOW_COUNTER: {"1": 5, "2": 6}})
    await look(engine, "interfaces")
    assert LOW_COUNTER not in {oid for request in engine.asked for oid in request}
    engine = ScriptedEngine({UPTIME: 1}, names | {HIGH_COUNTER: {"1": 5}, LOW_COUNTER: {"1": 5, "2": 6}})
    notes = await look(engine, "interfaces")
    assert {r.instance: r.width for r in notes.readings if r.parameter == "port_in_total"} == {"eth0": 64, "eth1": 32}


@pytest.mark.parametrize("code", ["timeout", "credential_rejected", "unreachable", "budget_spent"])
async def test_a_device_that_never_answers_is_not_reached_and_not_asked_again(code: str) -> None:
    engine = ScriptedEngine(silent=(UPTIME,), failure=code)
    notes = Notes()
    with pytest.raises(CollectError, match=f"^{code}: 127.0.0.1$"):
        await collector(engine).collect(TARGET, notes, budget=BUDGET, full=True)
    assert notes == Notes()
    assert len(engine.asked) == 1


async def test_a_table_that_stays_silent_is_named_and_the_others_are_read() -> None:
    engine = ScriptedEngine({UPTIME: 4200}, {LOAD: {"7": 12}}, silent=(STATUS,))
    notes = await look(engine)
    assert Gap("snmp", "", "timeout", "ports") in notes.gaps
    assert Gap("port_up", "", "timeout") in notes.gaps
    assert values(notes)["cpu_used", ""] == 12
    assert notes.reached


async def test_a_device_that_went_silent_for_good_is_left_alone() -> None:
    engine = ScriptedEngine({UPTIME: 4200}, silent=(STATUS, LOAD))
    notes = await look(engine)
    assert len(engine.asked) == 3, "scalars, ports, processors, and no more"
    assert Gap("disk_used", "", "timeout") in notes.gaps
    assert values(notes)["uptime", ""] == 42


async def test_what_was_seen_survives_a_look_that_is_cut_off() -> None:
    class NeverReturns(ScriptedEngine):
        async def fetch(
            self, device: Device, scalars: Sequence[Oid], columns: Sequence[Oid], into: Fetched, *, budget: timedelta
        ) -> None:
            await super().fetch(device, scalars, columns, into, budget=budget)
            if columns:
                await asyncio.Event().wait()

    notes = Notes()
    looking = asyncio.create_task(
        collector(NeverReturns({UPTIME: 4200}, {NAMES: {"1": b"eth0"}, STATUS: {"1": 1}})).collect(
            TARGET, notes, budget=BUDGET, full=True
        )
    )
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert notes.reached
    assert values(notes)["port_up", "eth0"] == 1


async def test_closing_closes_the_engine() -> None:
    engine = ScriptedEngine()
    await collector(engine).close()
    assert engine.closed


async def test_hostile_strings_come_out_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", "public")
    tree: dict[Name, bytes] = {
        (1, 3, 6, 1, 2, 1, 1, 1, 0): octets(b"x" * 5000),
        (1, 3, 6, 1, 2, 1, 1, 3, 0): number(4200, 0x43),
        (1, 3, 6, 1, 2, 1, 1, 5, 0): octets(b"\x1b]0;owned\x07\r\nname\xff\xfe"),
        (1, 3, 6, 1, 2, 1, 1, 6, 0): octets("gnp.\u202eexe".encode()),
    }
    async with agent(honest(tree)) as heard:
        looking = collector(None, "system", port=heard.port)
        notes = Notes()
        await looking.collect(TARGET, notes, budget=BUDGET, full=True)
        await looking.close()
    facts = {fact.parameter: fact.text for fact in notes.facts}
    assert len(facts["description"]) == 255
    assert facts["name"] == "\\x1b]0;owned\\x07  name\\xff\\xfe"
    assert facts["location"] == "gnp.\\u202eexe"


async def test_a_device_that_dies_on_the_way_gives_what_it_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", "public")
    answer = honest({(1, 3, 6, 1, 2, 1, 1, 3, 0): number(4200, 0x43)})
    asked: list[Asked] = []

    def dies(request: Asked) -> Sequence[bytes]:
        asked.append(request)
        return list(answer(request)) if len(asked) == 1 else []

    async with agent(dies) as heard:
        looking = collector(None, port=heard.port)
        notes = Notes()
        await looking.collect(TARGET, notes, budget=BUDGET, full=False)
        await looking.close()
    assert values(notes)["uptime", ""] == 42
    assert [gap for gap in notes.gaps if gap.parameter == "snmp"] == [Gap("snmp", "", "timeout", "processors")]
    assert len(asked) <= 4, "two silent tables are enough"
