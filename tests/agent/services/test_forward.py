"""The journal handed on by syslog: whole, in order, whatever breaks on the way, and to nobody else."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from agent.services import forward
from agent.services.forward import BATCH, PLACE, Forwarder
from agent.store import forwards, journal
from agent.store.engine import Store
from duty.errors import NotifyError
from exporters.syslog_wire import Wire
from tests.agent.services.log_server import LogServer, certificate, serving

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path / 'nightduty.db'}", "hz1")
    yield store
    store.close()


def write(conn: Connection, agent: str, many: int, word: str) -> None:
    for n in range(many):
        journal.append(conn, agent, "alert_taken", NOW, "甲", "ok", {"n": n, "word": word})


async def note(store: Store, many: int, word: str = "") -> None:
    await store.write(write, many, word)


def forwarder(store: Store, server: LogServer, ca: Path | None = None, host: str = "127.0.0.1") -> Forwarder:
    wire = Wire(host, server.port, tls=ca is not None, ca=ca, settle=0.05)
    return Forwarder(store, wire, host="monitor", facility="local0")


async def all_of_it(each: Forwarder, tries: int = 30) -> int:
    """Forward until there is nothing left, as ``keep`` does but without waiting; return how often it failed."""
    failed = 0
    for _ in range(tries):
        try:
            if not await each.forward():
                return failed
        except NotifyError:
            failed += 1
    raise AssertionError("it never ended")


def numbers(server: LogServer) -> list[int]:
    found = [re.search(rb' seq="(\d+)"', content) for content in server.messages]
    return [int(each[1]) for each in found if each]


async def test_the_journal_arrives_whole_and_in_order_over_tls(store: Store, tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    await note(store, BATCH + 50)
    async with serving((pem, key)) as server:
        each = forwarder(store, server, pem)
        assert await all_of_it(each) == 0
        assert numbers(server) == list(range(1, BATCH + 51))
        assert server.connections == 1, "the connection is kept"
        await note(store, 1, '甲\n]"\\')
        await all_of_it(each)
        await each._wire.close()
    assert numbers(server)[-1] == BATCH + 51
    last = server.messages[-1]
    assert b"\xef\xbb\xbf" in last
    assert b"\n" not in last
    assert 'actor="甲"'.encode() in last
    entry, _ = (await store.read(forwards.waiting, "another", 1000))[-1]
    assert f'hash="{entry.hash}"'.encode() in last, "whoever has the lines can walk the chain"


async def test_a_server_that_goes_in_the_middle_gets_the_rest_and_nothing_is_missing(store: Store) -> None:
    await note(store, 3 * BATCH)
    async with serving() as server:
        server.closes_after = BATCH + 7
        each = forwarder(store, server)
        assert await all_of_it(each) >= 1
        await each._wire.close()
    seen = numbers(server)
    assert sorted(set(seen)) == list(range(1, 3 * BATCH + 1))
    first = list(dict.fromkeys(seen))
    assert first == sorted(first), "each for the first time in order; what comes twice bears the same number"


async def test_a_restart_of_the_agent_goes_on_where_it_was(store: Store) -> None:
    await note(store, BATCH + 10)
    async with serving() as server:
        first = forwarder(store, server)
        await first.forward()
        await first._wire.close()
        second = forwarder(store, server)
        await all_of_it(second)
        await second._wire.close()
    assert numbers(server) == list(range(1, BATCH + 11))
    assert await store.read(forwards.reached, PLACE) == BATCH + 10


async def test_a_restart_of_the_server_loses_nothing(store: Store, tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    await note(store, 10)
    async with serving((pem, key)) as server:
        each = forwarder(store, server, pem)
        await all_of_it(each)
        await server.stop()
        await note(store, 10)
        with pytest.raises(NotifyError):
            await each.forward()
        with pytest.raises(NotifyError):
            await each.forward()
        assert await store.read(forwards.reached, PLACE) == 10
        await server.start()
        await all_of_it(each)
        await each._wire.close()
        assert sorted(set(numbers(server))) == list(range(1, 21))


@pytest.mark.parametrize(
    ("host", "days", "trusted"),
    [
        pytest.param("127.0.0.1", 1, False, id="signed by nobody we know"),
        pytest.param("other.example.com", 1, True, id="of another server"),
        pytest.param("127.0.0.1", -1, True, id="expired"),
    ],
)
async def test_a_certificate_that_is_not_right_gets_nothing(
    store: Store, tmp_path: Path, host: str, days: int, trusted: bool
) -> None:
    pem, key = certificate(tmp_path, host, days=days)
    another, _ = certificate(tmp_path, "127.0.0.1", days=2)
    await note(store, 1)
    async with serving((pem, key)) as server:
        each = forwarder(store, server, pem if trusted else another)
        with pytest.raises(NotifyError, match="tls_failed"):
            await each.forward()
    assert server.messages == []
    assert await store.read(forwards.reached, PLACE) == 0


async def test_an_outage_is_said_once_and_waited_out_longer_each_time(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await note(store, 1)
    async with serving() as server:
        await server.stop()
        each = forwarder(store, server)
        pauses = []
        with caplog.at_level(logging.INFO):
            for _ in range(12):
                await each._go_on()
                pauses.append(each.pause())
            assert len(caplog.records) == 1
            assert "not handed on by syslog" in caplog.text
            await server.start()
            await each._go_on()
            assert "handed on by syslog again" in caplog.text
        await each._wire.close()
    assert all(0 < pause <= forward.LONGEST_PAUSE_S for pause in pauses)
    assert pauses[-1] >= forward.LONGEST_PAUSE_S / 2
    assert each.pause() == forward.EVERY_S


async def test_what_was_pruned_goes_out_without_its_words(store: Store) -> None:
    await note(store, 1)
    await store.write(lambda conn, agent: conn.exec_driver_sql("DELETE FROM journal_body"))
    async with serving() as server:
        each = forwarder(store, server)
        await all_of_it(each)
        await each._wire.close()
    assert server.messages[0].endswith(b'"]')


async def test_the_cursor_never_goes_back(store: Store) -> None:
    for seq in (5, 3):
        await store.write(forwards.advance, PLACE, seq)
    assert await store.read(forwards.reached, PLACE) == 5
