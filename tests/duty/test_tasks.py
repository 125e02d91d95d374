"""Tasks that outlast a shift: their order, their age, what may be planned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.roster import Night
from duty.tasks import LATEST, Origin, Plan, Priority, Task, carried, in_order
from duty.tours import changes_since

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
"""03:12 in Shanghai."""
HOUR = timedelta(hours=1)
NIGHTS = {
    "hz1": Night(time(20), time(8), "Asia/Shanghai"),
    "berlin": Night(time(22), time(6), "Europe/Berlin"),
}


def task(number: int, **more: object) -> Task:
    made = Task(number, "hz1", f"task {number}", Origin.HAND, Priority.NORMAL, NOW - HOUR, "wang")
    return replace(made, **more)  # type: ignore[arg-type]


def test_the_most_urgent_comes_first_then_what_is_due_first_then_the_oldest() -> None:
    tasks = [
        task(1),
        task(2, priority=Priority.LOW, due=NOW),
        task(3, due=NOW + 2 * HOUR),
        task(4, due=NOW + HOUR),
        task(5, priority=Priority.URGENT),
        task(6, opened=NOW - 2 * HOUR),
    ]
    assert [t.number for t in in_order(tasks)] == [5, 4, 3, 6, 1, 2]


def test_a_task_is_overdue_from_the_moment_on_until_it_is_closed() -> None:
    due = task(1, due=NOW)
    assert not due.overdue(NOW - timedelta(seconds=1))
    assert due.overdue(NOW)
    assert not replace(due, closed=NOW).overdue(NOW + HOUR)
    assert not task(2).overdue(NOW)


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        pytest.param(Plan(""), "no_title", id="without a title"),
        pytest.param(Plan("x"), "", id="a title is enough"),
        pytest.param(Plan("x", due=NOW), "past", id="due now"),
        pytest.param(Plan("x", due=NOW + HOUR), "", id="due later"),
        pytest.param(Plan("x", due=NOW + LATEST + HOUR), "too_far", id="a wrong year"),
    ],
)
def test_what_may_be_planned(plan: Plan, code: str) -> None:
    assert plan.fault(NOW) == code


def test_what_became_overdue_can_still_be_written_about() -> None:
    before = Plan("x", due=NOW - HOUR)
    assert replace(before, done="half").fault(NOW, before) == ""
    assert replace(before, due=NOW - 2 * HOUR).fault(NOW, before) == "past"


def test_each_change_of_a_plan_changes_its_mark() -> None:
    plan = Plan("x", "wang", NOW, Priority.LOW, "a", "b", "c")
    others = [
        replace(plan, title="y"),
        replace(plan, owner="li"),
        replace(plan, due=None),
        replace(plan, priority=Priority.URGENT),
        replace(plan, done="", next="ab"),
        replace(plan, needs="\ud800"),
    ]
    assert len({plan.mark, *(other.mark for other in others)}) == len(others) + 1
    assert plan.mark == replace(plan).mark


@given(
    st.lists(st.tuples(st.sampled_from(sorted(NIGHTS)), st.timedeltas(timedelta(0), timedelta(days=400))), max_size=8)
)
def test_a_tasks_age_is_the_changes_of_shift_since_it_was_opened(ages: list[tuple[str, timedelta]]) -> None:
    tasks = [task(n, site=site, opened=NOW - age) for n, (site, age) in enumerate(ages)]
    expected = {t.number: changes_since(NIGHTS[t.site], t.site, t.opened, NOW) for t in tasks}
    assert carried(tasks, NIGHTS, NOW) == expected


def test_a_closed_task_and_one_of_a_site_that_left_have_no_age() -> None:
    assert carried([task(1, closed=NOW), task(2, site="gone")], NIGHTS, NOW) == {}
