"""The cursor of what was handed on, what somebody was asked, and alerts of others: the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from agent.store import alerts, asked, batches, forwards, handed, journal, outbox
from agent.store.engine import Store
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.people import Contact

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WAY = Contact("sms", "1")


def entry(conn: Connection, agent: str, n: int) -> None:
    journal.append(conn, agent, "told", NOW, "甲\x00\ud800", "ok", {"n": n})


async def test_what_waits_comes_in_order_with_what_it_says(store: Store) -> None:
    for n in range(5):
        await store.write(entry, n)
    found = await store.read(forwards.waiting, "syslog", 3)
    assert [(e.seq, said) for e, said in found] == [(1, {"n": 0}), (2, {"n": 1}), (3, {"n": 2})]
    await store.write(forwards.advance, "syslog", 3)
    await store.write(forwards.advance, "another", 1)
    assert [e.seq for e, _ in await store.read(forwards.waiting, "syslog", 9)] == [4, 5]
    await store.write(forwards.advance, "syslog", 2)
    assert await store.read(forwards.reached, "syslog") == 3


def alert(target: str, source: str = "") -> Alert:
    found = Finding("reach", "", Severity.CRITICAL, "x")
    state = AlertState.FIRING
    return Alert(0, (target, "reach", ""), "hz1", Severity.CRITICAL, state, NOW, NOW, found, source=source)


async def ask(store: Store, number: int, minutes: int, person: str = "jia", *, sent: bool = True) -> None:
    """Write that somebody was asked to take an alert, and whether the message went out."""
    at = NOW + timedelta(minutes=minutes)
    message = outbox.Outgoing(key=f"{number}-{person}", event="fired", contact=WAY, person=person, alert=number)
    await store.write(outbox.enqueue, [replace(message, fired=NOW)], at)
    if sent:
        for batch in await store.write(batches.lease, "run", at, 9):
            await store.write(batches.mark_sent, batch.key, "run", "", at)


async def test_what_somebody_was_asked_last_and_what_still_calls(store: Store) -> None:
    for target in ("a", "b", "c", "d"):
        await store.write(alerts.put_alert, alert(target))
    assert await store.read(asked.asked_last, "jia") == []
    await ask(store, 1, 1)
    await ask(store, 2, 2)
    await ask(store, 3, 3, "yi")
    await ask(store, 4, 4, sent=False)
    assert await store.read(asked.asked_last, "jia") == [2]
    assert await store.read(asked.still_asked, "jia") == [1, 2], "what did not go out was not asked"


async def test_alerts_of_others_are_counted_while_they_are_open(store: Store) -> None:
    await store.write(alerts.put_alert, alert("a"))
    theirs = await store.write(alerts.put_alert, alert("b", "zabbix"))
    assert await store.read(handed.count_open) == 1
    await store.write(alerts.put_alert, replace(theirs, state=AlertState.RESOLVED, resolved=NOW))
    assert await store.read(handed.count_open) == 0
