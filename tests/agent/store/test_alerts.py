"""Alerts: one open for each key, taken by one person, with a timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store import alerts, timeline
from agent.store.engine import Store
from agent.store.schema import alerts as rows
from agent.store.timeline import AlertEvent, EventKind
from duty.alerts import Alert, AlertState, TakePolicy, moved, taken
from duty.errors import NotFound, StoreError
from duty.findings import Finding, Severity
from duty.fold import Transition
from tests.agent.store.samples import HOSTILE, HOUR, NOW

FINDING = Finding("octets", HOSTILE, Severity.CRITICAL, "levels.high", "octets_in", 2**64 - 1, "B", 1e9)
POLICY = TakePolicy()


def fresh(target: str = "core", at_hour: int = 0) -> Alert:
    at = NOW + at_hour * HOUR
    key = (target, "octets", HOSTILE)
    return Alert(0, key, "hz1", Severity.WARNING, AlertState.FIRING, at, at, FINDING, key_equipment=True, wakes=True)


def over(alert: Alert) -> Alert:
    return moved(alert, Transition(alert.key, NOW + HOUR, alert.severity, Severity.OK, FINDING))


async def test_an_alert_comes_back_as_it_was(store: Store) -> None:
    everything = replace(
        taken(fresh(), HOSTILE, NOW, POLICY, word=HOSTILE), snoozed_until=NOW + HOUR, resolved=NOW + 2 * HOUR
    )
    put = await store.write(alerts.put_alert, everything)
    assert put == replace(everything, number=1)
    assert await store.read(alerts.get_alert, 1) == put


async def test_new_alerts_get_numbers_of_their_own(store: Store) -> None:
    assert [(await store.write(alerts.put_alert, fresh(target))).number for target in "abc"] == [1, 2, 3]


async def test_a_changed_alert_takes_the_place_of_the_older(store: Store) -> None:
    put = await store.write(alerts.put_alert, fresh())
    worse = replace(put, severity=Severity.CRITICAL, fired=NOW + HOUR)
    assert await store.write(alerts.put_alert, worse) == worse
    assert await store.read(alerts.open_alerts) == [worse]


async def test_a_key_has_one_open_alert(store: Store) -> None:
    put = await store.write(alerts.put_alert, fresh())
    with pytest.raises(StoreError, match="alert 1 is open for core octets"):
        await store.write(alerts.put_alert, fresh())
    await store.write(alerts.put_alert, over(put))
    assert (await store.write(alerts.put_alert, fresh(at_hour=2))).number == 2


async def test_the_database_itself_refuses_a_second_open_alert(store: Store) -> None:
    await store.write(alerts.put_alert, fresh())

    def second(conn: Connection, agent: str) -> None:
        columns = [column.name for column in rows.c if column.name != "number"]
        conn.execute(rows.insert().from_select(columns, sa.select(*(rows.c[name] for name in columns))))

    with pytest.raises(StoreError):
        await store.write(second)
    assert len(await store.read(alerts.open_alerts)) == 1


async def test_what_is_resolved_stays_resolved(store: Store) -> None:
    put = await store.write(alerts.put_alert, fresh())
    closed = await store.write(alerts.put_alert, over(put))
    with pytest.raises(NotFound, match="there is no open alert 1"):
        await store.write(alerts.put_alert, put)
    assert await store.read(alerts.get_alert, 1) == closed


async def test_an_alert_that_is_not_there_is_said_to_be_missing(store: Store) -> None:
    with pytest.raises(NotFound, match="there is no alert 7"):
        await store.read(alerts.get_alert, 7)
    with pytest.raises(NotFound, match="there is no open alert 7"):
        await store.write(alerts.put_alert, replace(fresh(), number=7))


async def test_the_open_alert_of_a_key_is_found(store: Store) -> None:
    put = await store.write(alerts.put_alert, fresh())
    assert await store.read(alerts.open_alert, put.key) == put
    assert await store.read(alerts.open_alert, ("core", "octets", "")) is None
    await store.write(alerts.put_alert, over(put))
    assert await store.read(alerts.open_alert, put.key) is None


async def test_of_two_who_take_it_at_once_one_gets_it(store: Store) -> None:
    seen = await store.write(alerts.put_alert, fresh())
    by_wang, by_li = taken(seen, "王芳", NOW, POLICY), taken(seen, "李雷", NOW, POLICY)
    assert await store.write(alerts.change_alert, seen, by_wang)
    assert not await store.write(alerts.change_alert, seen, by_li)
    assert await store.read(alerts.get_alert, 1) == by_wang


async def test_of_two_who_take_it_over_at_once_one_gets_it(store: Store) -> None:
    """It is taken before and after, and fires no other time: only whose it is tells the two apart."""
    seen = await store.write(alerts.put_alert, taken(fresh(), "王芳", NOW, POLICY))
    by_li, by_han = taken(seen, "李雷", NOW, POLICY), taken(seen, "韩梅梅", NOW, POLICY)
    assert await store.write(alerts.change_alert, seen, by_li)
    assert not await store.write(alerts.change_alert, seen, by_han)
    assert await store.read(alerts.get_alert, 1) == by_li


async def test_a_take_from_before_it_fired_again_does_not_count(store: Store) -> None:
    seen = await store.write(alerts.put_alert, fresh())
    await store.write(alerts.put_alert, replace(seen, severity=Severity.CRITICAL, fired=NOW + HOUR))
    assert not await store.write(alerts.change_alert, seen, taken(seen, "王芳", NOW, POLICY))


async def test_a_recovered_alert_cannot_be_taken(store: Store) -> None:
    seen = await store.write(alerts.put_alert, fresh())
    closed = await store.write(alerts.put_alert, over(seen))
    assert not await store.write(alerts.change_alert, seen, taken(seen, "王芳", NOW, POLICY))
    assert await store.read(alerts.get_alert, 1) == closed


async def test_a_change_leaves_what_came_in_between(store: Store) -> None:
    """The failure eases while somebody looks at it and snoozes it."""
    seen = await store.write(alerts.put_alert, replace(fresh(), severity=Severity.CRITICAL))
    eased = await store.write(alerts.put_alert, replace(seen, severity=Severity.WARNING))
    assert await store.write(alerts.change_alert, seen, replace(seen, snoozed_until=NOW + HOUR))
    assert await store.read(alerts.get_alert, 1) == replace(eased, snoozed_until=NOW + HOUR)


async def test_a_change_that_changes_nothing_still_says_whether_it_was_in_time(store: Store) -> None:
    seen = await store.write(alerts.put_alert, fresh())
    assert await store.write(alerts.change_alert, seen, seen)
    await store.write(alerts.put_alert, over(seen))
    assert not await store.write(alerts.change_alert, seen, seen)


async def test_an_alert_cannot_become_another(store: Store) -> None:
    seen = await store.write(alerts.put_alert, fresh())
    with pytest.raises(ValueError, match="alert 1 cannot become alert 2"):
        await store.write(alerts.change_alert, seen, replace(seen, number=2))


async def test_alerts_are_listed_newest_first(store: Store) -> None:
    a, b, c = [await store.write(alerts.put_alert, fresh(target)) for target in "abc"]
    b = await store.write(alerts.put_alert, over(b))
    assert await store.read(alerts.list_alerts, 9) == [c, b, a]
    assert await store.read(alerts.list_alerts, 1, before=3) == [b]
    assert await store.read(alerts.list_alerts, 9, state=AlertState.FIRING) == [c, a]
    assert await store.read(alerts.list_alerts, 9, target="b") == [b]
    assert await store.read(alerts.open_alerts) == [a, c]


async def test_an_alert_from_outside_says_who_handed_it_over(store: Store) -> None:
    theirs = await store.write(alerts.put_alert, replace(fresh("b"), source="prometheus", said="<b>\ud800 slow"))
    await store.write(alerts.put_alert, replace(theirs, severity=Severity.CRITICAL))
    kept = await store.read(alerts.get_alert, theirs.number)
    assert (kept.source, kept.said, kept.severity) == ("prometheus", "<b>\ud800 slow", Severity.CRITICAL)


async def test_the_timeline_tells_who_did_what_in_its_order(store: Store) -> None:
    one, other = [await store.write(alerts.put_alert, fresh(target)) for target in "ab"]
    # The clock was set back between the two: the order is that of writing.
    first = await store.write(timeline.add_event, one.number, NOW, EventKind.FIRED, "agent", data={"value": 2**64})
    await store.write(timeline.add_event, other.number, NOW, EventKind.FIRED, "agent")
    second = await store.write(
        timeline.add_event,
        one.number,
        NOW - timedelta(minutes=1),
        EventKind.COMMENTED,
        "王芳",
        HOSTILE,
        {"to": [HOSTILE]},
    )
    assert await store.read(timeline.events, one.number) == [first, second]
    assert second == AlertEvent(
        second.number, one.number, NOW - timedelta(minutes=1), EventKind.COMMENTED, "王芳", HOSTILE, {"to": [HOSTILE]}
    )


async def test_an_event_needs_its_alert(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.write(timeline.add_event, 7, NOW, EventKind.FIRED, "agent")


async def test_another_agents_alerts_are_its_own(store: Store) -> None:
    theirs = await store.write(lambda conn, agent: alerts.put_alert(conn, "sh2", fresh()))
    ours = await store.write(alerts.put_alert, fresh())
    assert await store.read(alerts.open_alerts) == [ours]
    assert await store.read(alerts.list_alerts, 9) == [ours]
    assert not await store.write(alerts.change_alert, theirs, taken(theirs, "王芳", NOW, POLICY))
    with pytest.raises(NotFound):
        await store.read(alerts.get_alert, theirs.number)
