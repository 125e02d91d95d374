"""Tasks: open until somebody closes them, whatever shift it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.store import alerts, tasks
from agent.store.engine import Store
from duty.alerts import Alert, AlertState
from duty.errors import NotFound
from duty.findings import Finding, Severity
from duty.tasks import Origin, Plan, Priority, Task
from tests.agent.store.samples import HOSTILE, HOUR, NOW

FAN = Plan("换风扇", "王芳", NOW + 8 * HOUR, Priority.URGENT, "已报修", "等备件", "维保")
PLAIN = Plan("look at the UPS")


async def test_a_task_comes_back_as_it_was(store: Store) -> None:
    plan = Plan(HOSTILE, HOSTILE, NOW, Priority.LOW, HOSTILE, HOSTILE, HOSTILE)
    made = await store.write(tasks.add_task, HOSTILE, plan, HOSTILE, NOW)
    expected = Task(
        1, HOSTILE, HOSTILE, Origin.HAND, Priority.LOW, NOW, HOSTILE, HOSTILE, NOW, None, HOSTILE, HOSTILE, HOSTILE
    )
    assert made == expected
    assert made.plan == plan
    assert await store.read(tasks.get_task, 1) == expected


async def test_a_task_made_of_an_alert_is_found_from_it(store: Store) -> None:
    found = Finding("fan", "2", Severity.CRITICAL, "states.bad")
    alert = Alert(0, ("core", "fan", "2"), "hz1", found.severity, AlertState.FIRING, NOW, NOW, found, wakes=True)
    number = (await store.write(alerts.put_alert, alert)).number
    made = await store.write(tasks.add_task, "hz1", FAN, "王芳", NOW, number)
    await store.write(tasks.add_task, "hz1", PLAIN, "王芳", NOW)
    assert (made.origin, made.alert) == (Origin.ALERT, number)
    assert await store.read(tasks.tasks_of_alert, number) == [made]
    assert await store.read(tasks.tasks_of_alert, number + 1) == []


async def test_an_open_task_is_changed_and_a_closed_one_is_not(store: Store) -> None:
    made = await store.write(tasks.add_task, "hz1", FAN, "王芳", NOW)
    other = replace(FAN, owner="李娜", due=None, done="备件已到")
    assert await store.write(tasks.change_task, made.number, other)
    assert (await store.read(tasks.get_task, made.number)).plan == other
    assert await store.write(tasks.close_task, made.number, "李娜", "换好了", NOW + HOUR)
    assert not await store.write(tasks.change_task, made.number, FAN)
    assert not await store.write(tasks.close_task, made.number, "王芳", "again", NOW + 2 * HOUR)
    closed = await store.read(tasks.get_task, made.number)
    assert (closed.plan, closed.closed, closed.closed_by, closed.word) == (other, NOW + HOUR, "李娜", "换好了")


async def test_a_closed_task_is_opened_again_as_old_as_it_was(store: Store) -> None:
    made = await store.write(tasks.add_task, "hz1", FAN, "王芳", NOW)
    assert not await store.write(tasks.reopen_task, made.number), "it is open"
    await store.write(tasks.close_task, made.number, "李娜", "done", NOW + HOUR)
    assert await store.write(tasks.reopen_task, made.number)
    assert await store.read(tasks.get_task, made.number) == made


async def test_open_and_closed_tasks_are_listed_by_site(store: Store) -> None:
    a, b, c = [
        await store.write(tasks.add_task, site, PLAIN, "王芳", NOW + n * HOUR)
        for n, site in enumerate(("hz1", "hz2", "hz1"))
    ]
    assert await store.read(tasks.open_tasks) == [a, b, c]
    assert await store.read(tasks.open_tasks, "hz1") == [a, c]
    for task, hours in ((c, 4), (a, 5)):
        await store.write(tasks.close_task, task.number, "王芳", "done", NOW + hours * HOUR)
    assert await store.read(tasks.open_tasks) == [b]
    numbers = [t.number for t in await store.read(tasks.closed_tasks, NOW, 9)]
    assert numbers == [a.number, c.number], "the last one first"
    assert [t.number for t in await store.read(tasks.closed_tasks, NOW, 1)] == [a.number]
    assert await store.read(tasks.closed_tasks, NOW, 9, "hz2") == []
    assert [t.number for t in await store.read(tasks.closed_tasks, NOW + 5 * HOUR, 9)] == [a.number]


async def test_open_and_overdue_are_counted(store: Store) -> None:
    assert await store.read(tasks.count_open, NOW) == (0, 0)
    for plan in (PLAIN, FAN, replace(FAN, due=NOW + 2 * HOUR), FAN):
        await store.write(tasks.add_task, "hz1", plan, "王芳", NOW)
    await store.write(tasks.close_task, 4, "王芳", "done", NOW)
    assert await store.read(tasks.count_open, NOW) == (3, 0)
    assert await store.read(tasks.count_open, NOW + 2 * HOUR) == (3, 1)
    assert await store.read(tasks.count_open, NOW + 9 * HOUR) == (3, 2)


async def test_another_agents_tasks_are_its_own(store: Store) -> None:
    theirs = await store.write(lambda conn, agent: tasks.add_task(conn, "sh2", "hz1", FAN, "王芳", NOW))
    assert await store.read(tasks.open_tasks) == []
    assert await store.read(tasks.count_open, NOW) == (0, 0)
    assert not await store.write(tasks.change_task, theirs.number, PLAIN)
    assert not await store.write(tasks.close_task, theirs.number, "王芳", "done", NOW)
    with pytest.raises(NotFound, match=f"there is no task {theirs.number}"):
        await store.read(tasks.get_task, theirs.number)
