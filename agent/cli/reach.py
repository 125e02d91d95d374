"""Reach the record: through the daemon where one runs, else in the database itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agent import bootstrap
from agent.clock import SteadyClock
from agent.control.client import NoDaemon, RemoteReader, ask
from agent.services.overview import Reader
from agent.services.read import RecordReader
from config.load import load


@asynccontextmanager
async def reading(config: Path) -> AsyncIterator[Reader]:
    """Give a reader of the record. Without a daemon the database is only read, and may be as old as its last run."""
    named = bootstrap.named_socket()
    if named is not None and await daemon_listens(named):
        # The daemon goes on under the old settings while the file is broken, and just then it is asked.
        yield RemoteReader(named)
        return
    settings = load(config)
    path = bootstrap.socket_path(settings)
    if await daemon_listens(path):
        yield RemoteReader(path)
        return
    store = bootstrap.open_store(settings, readonly=True)
    try:
        clock = SteadyClock()
        # Nothing is due while no daemon runs, so that it does not matter since when a cadence is in force.
        orders = bootstrap.make_orders(settings, dict.fromkeys(settings.cadences, clock.now()))
        yield RecordReader(orders, clock, store)
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
