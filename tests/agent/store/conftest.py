"""The store under test, once on SQLite and once on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.store.engine import Store
from tests.agent.store.cluster import Cluster, running


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running() as cluster:
        yield cluster


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the SQLite file of a test is."""
    return tmp_path / "state" / "nightduty.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.system)])
def url(request: pytest.FixtureRequest, file: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{file}"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.database()


@pytest.fixture
def opened() -> Iterator[Callable[..., Store]]:
    """``Store.open``, and closed after the test."""
    stores = []

    def open_one(url: str, agent: str = "hz1", *, create: bool = True, readonly: bool = False) -> Store:
        stores.append(Store.open(url, agent, create=create, readonly=readonly))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(url: str, opened: Callable[..., Store]) -> Store:
    return opened(url)


@pytest.fixture
def on_sqlite(file: Path, opened: Callable[..., Store]) -> Store:
    return opened(f"sqlite:///{file}")
