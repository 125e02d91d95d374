"""Escalation: a tick decides what is new, and nothing twice; each alert goes by the policy that it opened with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.services.escalate import escalate
from agent.services.raise_alerts import raise_alerts
from agent.store import alerts, told
from agent.store.schema import policies
from duty.alerts import fired_again
from duty.findings import Finding, Severity
from duty.fold import Transition
from duty.people import Post
from duty.steps import Step
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


async def test_a_thousand_that_open_at_once_keep_one_policy_by_a_query_or_two(desk: Desk) -> None:
    store, orders, now = desk.station.store, desk.station.orders, desk.clock.now()
    finding = Finding("reach", "", Severity.CRITICAL, "timeout")
    keys = [("access", "reach", str(n)) for n in range(1000)]
    storm = [Transition(key, now, Severity.OK, Severity.CRITICAL, finding) for key in keys]
    asked: list[str] = []

    def raise_them(conn: Connection, agent: str) -> None:
        note = lambda conn, cursor, statement, *rest: asked.append(statement)  # noqa: E731
        sa.event.listen(conn, "before_cursor_execute", note)
        raise_alerts(conn, agent, storm, orders)
        sa.event.remove(conn, "before_cursor_execute", note)

    await store.write(raise_them)
    opened = await store.read(alerts.open_alerts)
    assert len(opened) == 1001
    assert len({alert.policy for alert in opened if alert.key[0] == "access"}) == 1
    assert sum("escalation_policy" in statement for statement in asked) == 1
    assert len(asked) < 10

    kept = await store.read(lambda conn, agent: conn.execute(sa.select(sa.func.count()).select_from(policies)).scalar())
    assert kept == 1


async def test_one_from_before_policies_were_kept_goes_by_the_one_in_force(desk: Desk) -> None:
    store, now = desk.station.store, desk.clock.now()
    (before,) = await store.read(alerts.open_alerts)
    assert before.policy == ""
    policy = replace(desk.station.orders.policy("hz1"), critical=(Step(timedelta(0), Post.LEADER),))
    orders = replace(desk.station.orders, escalation={"hz1": policy})
    assert await store.write(escalate, orders, now) == 1
    assert [page.person for page in await store.read(told.told, 1)] == ["zu"]
