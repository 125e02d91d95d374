"""How many messages a channel may carry."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exporters.notify.budget import MINUTE, Budget
from tests.exporters.notify.receiver import NOW

SECOND = timedelta(seconds=1)


def test_there_is_room_up_to_the_budget_and_again_after_a_minute() -> None:
    budget = Budget(2)
    budget.spend(NOW)
    assert budget.room(NOW + SECOND)
    budget.spend(NOW + SECOND)
    assert not budget.room(NOW + 2 * SECOND)
    assert not budget.room(NOW + MINUTE - timedelta(microseconds=1))
    assert budget.room(NOW + MINUTE)
    assert budget.used(NOW + MINUTE) == 1


def test_a_clock_that_was_set_back_does_not_close_the_channel() -> None:
    budget = Budget(1)
    budget.spend(NOW + timedelta(hours=3))
    assert budget.room(NOW)


@given(st.integers(1, 20), st.lists(st.integers(0, 30_000), max_size=200))
def test_no_minute_carries_more_than_the_budget(most: int, waits: list[int]) -> None:
    budget, now, sent = Budget(most), NOW, list[datetime]()
    for wait in waits:
        now += timedelta(milliseconds=wait)
        if budget.room(now):
            budget.spend(now)
            sent.append(now)
    for at in sent:
        assert sum(at <= other < at + MINUTE for other in sent) <= most
