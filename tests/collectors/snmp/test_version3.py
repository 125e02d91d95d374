"""Our engine in version 3, against devices that forge, reboot, change and share the id of their engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from collectors.snmp.engine import OwnEngine
from collectors.snmp.port import Device, Fetched
from collectors.snmp.tables import Name
from collectors.snmp.usm import User
from config.schema import SnmpCredential
from config.secret import Secret
from tests.collectors.snmp.faulty_agent import Asked, number
from tests.collectors.snmp.secured_agent import (
    NOT_DECRYPTED,
    NOT_IN_TIME,
    UNKNOWN_ENGINE,
    UNKNOWN_USER,
    UNSUPPORTED_LEVEL,
    WRONG_DIGEST,
    SecuredAgent,
    secured_agent,
)

UPTIME, SCALAR = (1, 3, 6, 1, 2, 1, 1, 3, 0), "1.3.6.1.2.1.1.3.0"
COLUMN = "1.3.6.1.2.1.2.2.1.10"
TREE: dict[Name, bytes] = {
    UPTIME: number(4200, 0x43),
    **{(1, 3, 6, 1, 2, 1, 2, 2, 1, 10, row): number(row) for row in range(1, 8)},
}
AGES, AT_ONCE = timedelta(seconds=20), timedelta(seconds=0.2)


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH", "authenticates")
    monkeypatch.setenv("PRIV", "encrypts well")
    monkeypatch.setenv("OTHER", "something else")


@pytest.fixture
async def engine() -> AsyncIterator[OwnEngine]:
    engine = OwnEngine()
    yield engine
    await engine.close()


def credential(auth: str = "sha256", priv: str = "aes", *, password: str = "AUTH", context: str = "") -> SnmpCredential:
    given: dict[str, object] = {"version": "3", "user": "night", "auth": auth, "priv": priv, "context": context}
    if auth != "none":
        given["auth_password"] = Secret(f"env:{password}")
    if priv != "none":
        given["priv_password"] = Secret("env:PRIV")
    return SnmpCredential.model_validate(given)


async def fetch(
    engine: OwnEngine, agent: SecuredAgent, way: SnmpCredential, *, timeout: timedelta = AGES, retries: int = 0
) -> Fetched:
    into = Fetched()
    device = Device("127.0.0.1", agent.port, way, timeout, retries)
    await engine.fetch(device, (SCALAR,), (COLUMN,), into, budget=AGES)
    return into


def whole(got: Fetched) -> bool:
    return got.scalars == {SCALAR: 4200} and got.columns == {COLUMN: {str(row): row for row in range(1, 8)}}


@pytest.mark.parametrize("priv", ["none", "des", "aes", "aes192", "aes256", "aes192c", "aes256c"])
@pytest.mark.parametrize("auth", ["md5", "sha", "sha224", "sha256", "sha384", "sha512"])
async def test_reads_with_every_algorithm(engine: OwnEngine, auth: str, priv: str) -> None:
    way = credential(auth, priv)
    async with secured_agent(User(way), TREE) as agent:
        assert whole(await fetch(engine, agent, way))
        assert whole(await fetch(engine, agent, way))
    assert agent.reports == [UNKNOWN_ENGINE], "one discovery, for the device's clock came with it"


async def test_reads_what_is_open(engine: OwnEngine) -> None:
    way = credential("none", "none")
    async with secured_agent(User(way), TREE) as agent:
        assert whole(await fetch(engine, agent, way))


async def test_asks_in_the_context_of_the_settings(engine: OwnEngine) -> None:
    way = credential(context="vlan-7")
    async with secured_agent(User(way), TREE) as agent:
        assert whole(await fetch(engine, agent, way))
    assert agent.contexts == {b"vlan-7"}


def plain(agent: SecuredAgent, asked: Asked) -> bytes:
    return agent.message(asked.number, agent.pdu(asked), level=0)


def signed_only(agent: SecuredAgent, asked: Asked) -> bytes:
    return agent.message(asked.number, agent.pdu(asked), level=1)


def badly_signed(agent: SecuredAgent, asked: Asked) -> bytes:
    return agent.message(asked.number, agent.pdu(asked), spoiled=True)


def another_user(agent: SecuredAgent, asked: Asked) -> bytes:
    return agent.message(asked.number, agent.pdu(asked), name=b"day")


def another_message(agent: SecuredAgent, asked: Asked) -> bytes:
    return agent.message(asked.number ^ 1, agent.pdu(asked))


def truncated(agent: SecuredAgent, asked: Asked) -> bytes:
    return agent.good(asked)[:-5]


def unsigned_report(agent: SecuredAgent, asked: Asked) -> bytes:
    return agent.report(asked.number, NOT_IN_TIME)


FORGERIES = [plain, signed_only, badly_signed, another_user, another_message, truncated, unsigned_report]


@pytest.mark.parametrize("forged", FORGERIES)
async def test_a_forged_answer_is_none(engine: OwnEngine, forged: object) -> None:
    assert callable(forged)
    way = credential()
    async with secured_agent(User(way), TREE, lambda agent, asked: [forged(agent, asked)]) as agent:
        got = await fetch(engine, agent, way, timeout=AT_ONCE)
    assert not got.answered
    assert got.failure == "timeout"


@pytest.mark.parametrize("forged", FORGERIES)
async def test_the_true_answer_counts_though_a_forged_one_came_before_it(engine: OwnEngine, forged: object) -> None:
    assert callable(forged)
    way = credential()
    async with secured_agent(User(way), TREE, lambda agent, asked: [forged(agent, asked), agent.good(asked)]) as agent:
        assert whole(await fetch(engine, agent, way))


@pytest.mark.parametrize(
    ("boots", "time"),
    [
        pytest.param(4, 1, id="rebooted"),
        pytest.param(1, 1, id="its count of boots began anew"),
        pytest.param(3, 9000, id="its clock ran ahead"),
        pytest.param(3, 10, id="its clock was set back"),
    ],
)
async def test_a_device_that_started_again_is_asked_again(engine: OwnEngine, boots: int, time: int) -> None:
    way = credential()
    async with secured_agent(User(way), TREE) as agent:
        assert whole(await fetch(engine, agent, way))
        agent.boots, agent.time = boots, time
        assert whole(await fetch(engine, agent, way))
        assert whole(await fetch(engine, agent, way))
    assert agent.reports == [UNKNOWN_ENGINE, NOT_IN_TIME]


async def test_a_device_that_was_replaced_is_met_anew(engine: OwnEngine) -> None:
    way = credential()
    async with secured_agent(User(way), TREE) as agent:
        assert whole(await fetch(engine, agent, way))
        agent.engine_id, agent.boots, agent.time = b"\x80\0\x1f\x88\1other", 1, 7
        assert whole(await fetch(engine, agent, way))
    assert agent.reports == [UNKNOWN_ENGINE] * 3, "the first meeting, the refusal, the second meeting"


async def test_two_devices_with_one_engine_id_are_told_apart(engine: OwnEngine) -> None:
    one, other = credential(), credential(password="OTHER")
    async with secured_agent(User(one), TREE) as first, secured_agent(User(other), TREE) as second:
        second.boots, second.time = 90, 77
        for _ in range(3):
            assert whole(await fetch(engine, first, one))
            assert whole(await fetch(engine, second, other))
    assert first.reports == second.reports == [UNKNOWN_ENGINE]


@pytest.mark.parametrize(
    ("counter", "level", "code"),
    [
        pytest.param(UNSUPPORTED_LEVEL, 0, "credential_rejected", id="level"),
        pytest.param(UNKNOWN_USER, 0, "credential_rejected", id="user"),
        pytest.param(WRONG_DIGEST, 0, "credential_rejected", id="password to sign with"),
        pytest.param(NOT_DECRYPTED, 1, "credential_rejected", id="password to encrypt with"),
        pytest.param(NOT_IN_TIME, 1, "agent_fault", id="never in time"),
        pytest.param(UNKNOWN_ENGINE, 0, "agent_fault", id="never the same engine"),
        pytest.param(99, 0, "agent_fault", id="something unheard of"),
    ],
)
async def test_a_refusal_is_told_and_not_asked_for_ever(engine: OwnEngine, counter: int, level: int, code: str) -> None:
    def refuse(agent: SecuredAgent, asked: Asked) -> list[bytes]:
        return [agent.report(asked.number, counter, level=level)]

    way = credential()
    async with secured_agent(User(way), TREE, refuse) as agent:
        got = await fetch(engine, agent, way)
    assert (got.answered, got.failure) == (False, code)
    assert agent.answered <= 2


async def test_a_wrong_password_is_told(engine: OwnEngine) -> None:
    async with secured_agent(User(credential()), TREE) as agent:
        got = await fetch(engine, agent, credential(password="OTHER"))
    assert got.failure == "credential_rejected"


async def test_a_lost_discovery_is_sent_again(engine: OwnEngine) -> None:
    way = credential()
    async with secured_agent(User(way), TREE) as agent:
        hear = agent.datagram_received
        lost: list[bytes] = []

        def deaf_at_first(data: bytes, addr: object) -> None:
            lost.append(data) if not lost else hear(data, addr)

        agent.datagram_received = deaf_at_first  # type: ignore[method-assign]
        assert whole(await fetch(engine, agent, way, timeout=AT_ONCE, retries=20))
