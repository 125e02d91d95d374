"""How many messages a channel may carry, and what becomes of those that are too many."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.findings import Severity
from exporters.notify.budget import LINES_MOST, MINUTE, Budget, merge
from exporters.notify.port import Message
from tests.exporters.notify.receiver import NOW, message

SECOND = timedelta(seconds=1)


def told(title: str, severity: Severity = Severity.WARNING, key: str = "", **more: tuple[str, ...]) -> Message:
    return Message(title, ("detail",), "sms", severity, "【夜班值守】", more.get("mention", ()), (), key or title)


def test_there_is_room_up_to_the_budget_and_again_after_a_minute() -> None:
    budget = Budget(2)
    budget.spend(NOW)
    assert budget.room(NOW + SECOND)
    budget.spend(NOW + SECOND)
    assert not budget.room(NOW + 2 * SECOND)
    assert not budget.room(NOW + MINUTE - timedelta(microseconds=1))
    assert budget.room(NOW + MINUTE)
    assert budget.used(NOW + MINUTE) == 1


def test_a_restart_forgets_nothing() -> None:
    assert not Budget(2, [NOW, NOW - SECOND]).room(NOW + SECOND)
    assert Budget(2, [NOW - 2 * MINUTE, NOW]).room(NOW + SECOND)


def test_a_clock_that_was_set_back_does_not_close_the_channel() -> None:
    assert Budget(1, [NOW + timedelta(hours=3)]).room(NOW)


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


def test_one_message_stays_as_it_is() -> None:
    assert merge([message()]) == message()


def test_nothing_cannot_be_merged() -> None:
    with pytest.raises(ValueError, match="nothing to merge"):
        merge([])


def test_several_become_one_with_the_worst_first() -> None:
    merged = merge(
        [
            told("【夜班值守】🟠警告|A 风扇", mention=("1", "2")),
            told("【夜班值守】🔴严重|B 失联", Severity.CRITICAL, mention=("2", "3")),
        ]
    )
    assert merged.title == "【夜班值守】2 条告警"
    assert merged.lines == ("🔴严重|B 失联", "🟠警告|A 风扇")
    assert merged.severity is Severity.CRITICAL
    assert merged.mention == ("2", "3", "1")


def test_the_caller_may_word_the_first_line() -> None:
    assert (
        merge([told("a"), told("b")], "[Night duty] 2 alerts since 03:10").title == "[Night duty] 2 alerts since 03:10"
    )


def test_the_same_messages_have_the_same_key_in_any_order_and_others_another() -> None:
    one, two, three = told("a"), told("b"), told("c")
    assert merge([one, two]).key == merge([two, one]).key
    assert merge([one, two]).key != merge([one, three]).key


@given(st.lists(st.builds(told, st.text(max_size=2000), st.sampled_from(Severity)), min_size=2, max_size=300))
def test_what_is_merged_is_bounded_and_counts_what_it_leaves_out(messages: list[Message]) -> None:
    merged = merge(messages)
    assert str(len(messages)) in merged.title
    assert len(merged.lines) <= LINES_MOST + 1
    assert all(len(each.encode()) <= 300 for each in merged.lines)
    if len(messages) > LINES_MOST:
        assert merged.lines[-1] == f"+ {len(messages) - LINES_MOST}"
