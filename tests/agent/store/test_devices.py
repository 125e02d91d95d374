"""Screens in the record: let in by the digest of a token, put out again, and let in anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.store import devices
from agent.store.devices import Device
from agent.store.engine import Store
from duty.errors import NotFound, StoreError

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
TOKEN, ANOTHER = "ab" * 32, "cd" * 32


@pytest.fixture
async def let_in(store: Store) -> Store:
    await store.write(devices.put_device, "wall-1", TOKEN, "uid:0", NOW)
    return store


async def test_a_screen_is_found_by_its_digest(let_in: Store) -> None:
    assert await let_in.read(devices.find_device, TOKEN) == "wall-1"
    assert await let_in.read(devices.find_device, ANOTHER) is None
    assert await let_in.read(devices.list_devices) == [Device("wall-1", NOW, "uid:0", None)]


async def test_a_screen_that_was_revoked_is_not_found_and_stays_listed(let_in: Store) -> None:
    later = NOW + timedelta(hours=1)
    await let_in.write(devices.revoke_device, "wall-1", later)
    assert await let_in.read(devices.find_device, TOKEN) is None
    assert await let_in.read(devices.list_devices) == [Device("wall-1", NOW, "uid:0", later)]
    with pytest.raises(NotFound, match="there is no screen wall-1"):
        await let_in.write(devices.revoke_device, "wall-1", later)


async def test_a_screen_comes_again_with_another_token_only_after_it_was_revoked(let_in: Store) -> None:
    with pytest.raises(StoreError, match="there is a screen wall-1 already"):
        await let_in.write(devices.put_device, "wall-1", ANOTHER, "uid:0", NOW)
    await let_in.write(devices.revoke_device, "wall-1", NOW)
    await let_in.write(devices.put_device, "wall-1", ANOTHER, "uid:0", NOW)
    assert await let_in.read(devices.find_device, TOKEN) is None
    assert await let_in.read(devices.find_device, ANOTHER) == "wall-1"


async def test_another_agents_screens_are_its_own(let_in: Store) -> None:
    assert await let_in.read(lambda conn, agent: devices.find_device(conn, "sh2", TOKEN)) is None
