"""Escalation policies are kept as they were, each content once."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from sqlalchemy import Connection

from agent.store import policies
from agent.store.engine import Store
from agent.store.schema import policies as table
from duty.escalation import EscalationPolicy, EscalationRule
from duty.findings import Severity
from duty.incidents import Grade
from duty.people import Contact, Post
from duty.steps import Step, laid_out
from duty.which import Which
from tests.agent.store.samples import HOSTILE

STEPS = laid_out(
    [
        (Step(timedelta(0), Post.TECHNICIAN, 2), timedelta(minutes=10), 3),
        (Step(timedelta(minutes=4, seconds=30), person=HOSTILE), None, 1),
        (Step(timedelta(minutes=5), group=Contact("chat", HOSTILE, "gsm"), held=True), None, 1),
    ]
)
POLICY = EscalationPolicy(
    quiet=(time(23, 30), time(6, 15)),
    zone="Asia/Shanghai",
    rules=(
        EscalationRule(STEPS, Which(Severity.CRITICAL, True, ("core-*",), ("hz1",), ("reach",)), Grade.MAJOR),
        EscalationRule(STEPS[:1], hours=(time(22), time(7))),
    ),
)


async def test_a_policy_comes_back_as_it_was(store: Store) -> None:
    said = await store.write(policies.put_policy, POLICY)
    assert await store.read(policies.load_policies, [said]) == {said: POLICY}
    plain = await store.write(policies.put_policy, EscalationPolicy())
    assert await store.read(policies.load_policies, [said, plain]) == {said: POLICY, plain: EscalationPolicy()}


async def test_each_content_is_kept_once_and_by_what_it_says(store: Store) -> None:
    said = await store.write(policies.put_policy, POLICY)
    assert await store.write(policies.put_policy, replace(POLICY)) == said
    assert await store.write(policies.put_policy, replace(POLICY, zone="Europe/Berlin")) != said


async def test_one_that_is_gone_or_was_changed_is_left_out(store: Store) -> None:
    said = await store.write(policies.put_policy, POLICY)

    def change(conn: Connection, agent: str) -> None:
        conn.execute(table.update().values(body=b"rubbish"))

    await store.write(change)
    assert await store.read(policies.load_policies, [said, "00" * 32]) == {}


async def test_what_another_agent_keeps_is_not_ours(store: Store) -> None:
    said = await store.write(lambda conn, agent: policies.put_policy(conn, "sh2", POLICY))
    assert await store.read(policies.load_policies, [said]) == {}
