"""Escalation: a tick decides what is new, and nothing twice."""

from __future__ import annotations

from datetime import timedelta

from agent.services.escalate import escalate
from agent.store import alerts, told
from duty.alerts import fired_again
from tests.agent.services.test_deliver import Desk, desk

__all__ = ["desk"]


async def test_a_step_is_decided_once_for_each_firing(desk: Desk) -> None:
    store, now = desk.station.store, desk.clock.now()
    assert await store.write(escalate, desk.station.orders, now) == 1
    assert await store.write(escalate, desk.station.orders, now) == 0
    before = await store.read(alerts.get_alert, 1)
    await store.write(alerts.change_alert, before, fired_again(before, now + timedelta(seconds=1)))
    assert await store.write(escalate, desk.station.orders, now + timedelta(seconds=1)) == 1
    assert await store.write(escalate, desk.station.orders, now + timedelta(seconds=1)) == 0


async def test_what_is_read_for_all_alerts_is_what_is_read_for_one(desk: Desk) -> None:
    store, now = desk.station.store, desk.clock.now() + timedelta(minutes=6)
    await store.write(escalate, desk.station.orders, now)
    alert = await store.read(alerts.get_alert, 1)
    of_one = await store.read(told.told, 1)
    assert len(of_one) == 3
    assert await store.read(told.told_by_alert, {1: alert.fired}) == {1: of_one}
