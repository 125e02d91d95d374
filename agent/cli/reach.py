"""Reach the record: through the daemon where one runs, else in the database itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from agent import bootstrap
from agent.clock import SteadyClock
from agent.control.client import NoDaemon, RemoteAlerts, RemoteReader, ask
from agent.services.alert_list import AlertReader, AlertRecord
from agent.services.orders import Orders
from agent.services.overview import Reader
from agent.services.read import RecordReader
from agent.store.engine import Store
from config.load import load


@asynccontextmanager
async def reading(config: Path) -> AsyncIterator[Reader]:
    """Give a reader of the record. Without a daemon the database is only read, and may be as old as its last run."""
    if (path := await find_daemon(config)) is not None:
        yield RemoteReader(path)
        return
    with _record(config) as (orders, store):
        yield RecordReader(orders, SteadyClock(), store)


@asynccontextmanager
async def alert_reading(config: Path) -> AsyncIterator[AlertReader]:
    """Give a reader of the alerts and the roster, as ``reading`` does of the rounds."""
    if (path := await find_daemon(config)) is not None:
        yield RemoteAlerts(path)
        return
    with _record(config) as (orders, store):
        yield AlertRecord(lambda: orders, SteadyClock(), store)


async def find_daemon(config: Path) -> Path | None:
    """Return the socket at which the daemon of these settings answers, None where none runs."""
    named = bootstrap.named_socket()
    if named is not None and await daemon_listens(named):
        # The daemon goes on under the old settings while the file is broken, and just then it is asked.
        return named
    path = bootstrap.socket_path(load(config))
    return path if await daemon_listens(path) else None


@contextmanager
def _record(config: Path) -> Iterator[tuple[Orders, Store]]:
    settings = load(config)
    store = bootstrap.open_store(settings, readonly=True)
    try:
        # Nothing is due while no daemon runs, so that it does not matter since when a cadence is in force.
        yield bootstrap.make_orders(settings, dict.fromkeys(settings.cadences, SteadyClock().now())), store
    finally:
        store.close()


async def daemon_listens(path: Path) -> bool:
    """Say whether a daemon answers at the socket."""
    try:
        async for _ in ask(path, "rounds", limit=1):
            pass
    except NoDaemon:
        return False
    return True
