"""The store: one transaction a write, one writer, and one clear line for whatever goes wrong."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import connect, engine, journal, rounds, runs
from agent.store.engine import Store
from agent.store.verify import verify
from duty.errors import AlreadyRunning, NotFound, StoreError
from tests.agent.store.cluster import Cluster
from tests.agent.store.samples import NOW, whole_round

Open = Callable[..., Store]


async def test_an_error_undoes_the_whole_transaction(store: Store) -> None:
    def half(conn: Connection, agent: str) -> None:
        whole_round(conn, agent)
        raise NotFound("a target vanished")

    with pytest.raises(NotFound, match="a target vanished"):
        await store.write(half)
    assert await store.read(rounds.list_rounds, 1) == []
    await store.write(whole_round)


async def test_a_refused_row_is_a_store_error_and_the_next_write_goes_on(store: Store) -> None:
    await store.write(runs.begin_run, "one", "1.0", NOW)
    with pytest.raises(StoreError, match="the record refuses this: it is there already"):
        await store.write(runs.begin_run, "one", "1.0", NOW)
    await store.write(runs.beat, "one", NOW)


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match=r"read-only|takes no writes"):
        await store.read(runs.begin_run, "one", "1.0", NOW)


async def test_a_reader_sees_one_moment(store: Store) -> None:
    between = threading.Event()
    written = threading.Event()

    def twice(conn: Connection, agent: str) -> tuple[int, int]:
        before = len(rounds.list_rounds(conn, agent, 9))
        between.set()
        assert written.wait(10)
        return before, len(rounds.list_rounds(conn, agent, 9))

    reading = asyncio.create_task(store.read(twice))
    assert await asyncio.to_thread(between.wait, 10)
    await store.write(whole_round)
    written.set()
    assert await reading == (0, 0)
    assert len(await store.read(rounds.list_rounds, 9)) == 1


async def test_writes_are_done_in_the_order_in_which_they_were_asked_for(store: Store) -> None:
    asked = [store.write(journal.append, "signed", NOW, "王芳", str(n), {}) for n in range(50)]
    await asyncio.gather(*asked)
    assert [int(entry.result) for entry in await store.read(journal.entries, 50)] == list(reversed(range(50)))
    assert (store.progress, store.queue_depth) == (50, 0)


async def test_a_queue_that_is_full_says_so_at_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()

    def wait(conn: Connection, agent: str) -> bool:
        return gate.wait(10)

    asked = [asyncio.create_task(store.write(wait)) for _ in range(engine.WRITES_WAITING)]
    await asyncio.sleep(0)
    assert store.queue_depth == engine.WRITES_WAITING
    with pytest.raises(StoreError, match="1000 calls are waiting already"):
        await store.write(wait)
    gate.set()
    assert all(await asyncio.gather(*asked))
    assert store.progress == engine.WRITES_WAITING


async def test_a_write_whose_caller_gave_up_is_carried_out(store: Store) -> None:
    gate = threading.Event()

    def wait(conn: Connection, agent: str) -> bool:
        return gate.wait(10)

    first = asyncio.create_task(store.write(wait))
    second = asyncio.create_task(store.write(whole_round))
    await asyncio.sleep(0)
    first.cancel()
    second.cancel()
    gone = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(each) for each in gone] == [asyncio.CancelledError] * 2
    gate.set()
    await store.write(whole_round, NOW, "daily")
    assert len(await store.read(rounds.list_rounds, 9)) == 2


def test_closing_finishes_what_was_queued(url: str, opened: Open) -> None:
    async def leave() -> None:
        store = opened(url)
        asked = [asyncio.create_task(store.write(runs.begin_run, str(n), "1.0", NOW)) for n in range(20)]
        await asyncio.sleep(0)
        await asyncio.to_thread(store.close)
        await asyncio.gather(*asked)
        with pytest.raises(StoreError, match="the store is closed"):
            await store.write(runs.beat, "one", NOW)

    def count(conn: Connection, agent: str) -> int:
        return int(conn.execute(sa.text("SELECT count(*) FROM run")).scalar_one())

    asyncio.run(leave())
    assert opened(url).read_now(count) == 20


def test_the_record_is_there_after_a_restart(url: str, opened: Open) -> None:
    store = opened(url)
    store.write_now(whole_round)
    store.close()
    assert len(opened(url).read_now(rounds.list_rounds, 9)) == 1


def test_a_second_agent_is_refused_at_once(url: str, opened: Open) -> None:
    first = opened(url)
    with pytest.raises(AlreadyRunning, match=r"another agent .*: stop it first"):
        opened(url)
    first.close()
    opened(url)


def test_a_readonly_store_stands_beside_a_running_agent(url: str, opened: Open) -> None:
    store, beside = opened(url), opened(url, readonly=True)
    store.write_now(whole_round)
    assert len(beside.read_now(rounds.list_rounds, 9)) == 1
    with pytest.raises(StoreError, match="opened for reading only"):
        beside.write_now(whole_round)


def test_a_readonly_store_stands_alone(url: str, opened: Open) -> None:
    store = opened(url)
    store.write_now(whole_round)
    store.close()
    assert len(opened(url, readonly=True).read_now(rounds.list_rounds, 9)) == 1


def test_a_record_is_made_only_when_that_was_asked_for(url: str, opened: Open) -> None:
    for readonly in (False, True):
        with pytest.raises(StoreError, match="start the agent once"):
            opened(url, create=False, readonly=readonly)
    opened(url)


@pytest.mark.parametrize("readonly", [False, True])
def test_a_database_of_a_newer_program_is_refused(url: str, opened: Open, readonly: bool) -> None:
    def age(conn: Connection, agent: str) -> None:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    store = opened(url)
    store.write_now(age)
    store.close()
    with pytest.raises(StoreError, match=r"newer nightduty wrote this database \(form 9999.*install that version"):
        opened(url, readonly=readonly)


async def test_a_write_waits_until_another_process_unlocks_the_file(
    on_sqlite: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hurry(conn: Connection, agent: str) -> None:
        conn.exec_driver_sql("PRAGMA busy_timeout=10").all()

    await on_sqlite.write(hurry)
    monkeypatch.setattr(engine, "RETRY_S", 0.01)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asked = [asyncio.create_task(on_sqlite.write(journal.append, "signed", NOW, "", str(n), {})) for n in range(3)]
    await asyncio.sleep(0.1)
    assert await on_sqlite.read(journal.head) is None
    other.execute("COMMIT")
    other.close()
    assert [entry.seq for entry in await asyncio.gather(*asked)] == [1, 2, 3]


async def test_a_file_that_stays_locked_is_a_store_error(
    on_sqlite: Store, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hurry(conn: Connection, agent: str) -> None:
        conn.exec_driver_sql("PRAGMA busy_timeout=10").all()

    await on_sqlite.write(hurry)
    monkeypatch.setattr(engine, "PATIENCE_S", 0.05)
    monkeypatch.setattr(engine, "RETRY_S", 0.01)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process keeps the database locked"):
        await on_sqlite.write(whole_round)
    other.execute("COMMIT")
    other.close()
    await on_sqlite.write(whole_round)


async def test_a_question_without_end_is_given_up(url: str, opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "READ_LIMIT_S", 1)
    store = opened(url)
    forever = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"

    def ask(conn: Connection, agent: str) -> object:
        return conn.exec_driver_sql(forever).scalar()

    with pytest.raises(StoreError, match="took too long"):
        await store.read(ask)
    assert await store.read(journal.head) is None


@pytest.mark.system
async def test_a_write_goes_on_after_the_server_restarted(cluster: Cluster, opened: Open) -> None:
    url = cluster.database()
    store = opened(url)
    await store.write(whole_round)
    cluster.stop()
    asked = asyncio.create_task(store.write(whole_round, NOW, "daily"))
    await asyncio.to_thread(cluster.start)
    await asked
    assert len(await store.read(rounds.list_rounds, 9)) == 2
    with pytest.raises(AlreadyRunning):
        opened(url)


@pytest.mark.system
def test_an_agent_waits_for_the_session_of_the_one_before_to_end(cluster: Cluster, opened: Open) -> None:
    url = cluster.database()
    before = connect.writer(connect.place(url), "hz1")
    waits = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with ThreadPoolExecutor() as pool:
        with before.connect(), sa.create_engine(connect.place(url).url, poolclass=sa.NullPool).connect() as watching:
            starting = pool.submit(opened, url)
            while not watching.execute(waits).scalar() and not starting.done():
                sleep(0.01)
        before.dispose()
        assert starting.result()


@pytest.mark.system
async def test_a_transaction_that_lost_its_server_is_done_once_more(cluster: Cluster, opened: Open) -> None:
    store, tries = opened(cluster.database()), []

    def crash_once(conn: Connection, agent: str) -> None:
        whole_round(conn, agent)
        tries.append(agent)
        if len(tries) == 1:
            cluster.stop()
            cluster.start()
        whole_round(conn, agent, NOW, "daily")

    await store.write(crash_once)
    assert len(tries) == 2
    assert len(await store.read(rounds.list_rounds, 9)) == 2
    assert (await store.read(verify)).first_bad is None


@pytest.mark.system
async def test_a_server_that_stays_away_is_a_store_error(
    cluster: Cluster, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(cluster.database())
    monkeypatch.setattr(engine, "PATIENCE_S", 0.1)
    cluster.stop()
    try:
        with pytest.raises(StoreError, match="the server does not answer; the agent tries again by itself"):
            await store.write(whole_round)
        with pytest.raises(StoreError, match="the server does not answer"):
            await store.read(journal.head)
    finally:
        cluster.start()
    await store.write(whole_round)


@pytest.mark.system
def test_two_agents_share_a_server(cluster: Cluster, opened: Open) -> None:
    url = cluster.database()
    for name in ("hz1", "sh2"):
        opened(url, name).write_now(whole_round)
    assert len(opened(url, "sh2", readonly=True).read_now(rounds.list_rounds, 9)) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("", "cannot be read", id="nothing"),
        pytest.param("sqlite://", "of no kind we know", id="a database in memory"),
        pytest.param("sqlite:///:memory:", "of no kind we know", id="a database in memory by name"),
        pytest.param("mysql://root:geheim@db/x", "of no kind we know", id="a kind we do not have"),
    ],
)
def test_a_url_that_cannot_be_used_says_what_was_expected(opened: Open, url: str, said: str) -> None:
    with pytest.raises(StoreError, match=f"{said}, expected sqlite:////path or postgresql://host/name") as caught:
        opened(url)
    assert "geheim" not in str(caught.value)


def test_a_server_that_is_not_there_is_one_line_without_the_password(opened: Open) -> None:
    with pytest.raises(StoreError, match=r"^postgresql\+psycopg://agent:\*\*\*@[^\n]*does not answer[^\n]*$") as caught:
        opened("postgresql://agent:geheim@127.0.0.1:1/nightduty")
    assert "geheim" not in str(caught.value)
