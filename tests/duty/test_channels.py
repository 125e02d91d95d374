"""A channel's health, and when it is tested."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from duty.channels import ChannelState, accepted, due_tests, failed, tried

SHANGHAI = "Asia/Shanghai"
FIVE = time(17, 0)
NOW = datetime(2026, 11, 23, 17, 0, tzinfo=ZoneInfo(SHANGHAI)).astimezone(UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def test_it_fails_since_the_first_failure_after_what_it_accepted() -> None:
    well = accepted(ChannelState("sms"), NOW)
    bad = failed(well, "timeout", NOW + MINUTE)
    assert failed(bad, "timeout", NOW + 2 * MINUTE) is bad
    worse = failed(bad, "unreachable", NOW + 3 * MINUTE)
    assert (worse.failing_since, worse.error) == (NOW + MINUTE, "unreachable")
    again = accepted(worse, NOW + 4 * MINUTE)
    assert (again.failing_since, again.error, again.accepted_at) == (None, "", NOW + 4 * MINUTE)


def test_that_it_works_is_news_once_a_minute() -> None:
    well = accepted(ChannelState("sms"), NOW)
    assert accepted(well, NOW + 59 * SECOND) is well
    assert accepted(well, NOW + MINUTE).accepted_at == NOW + MINUTE
    assert accepted(well, NOW - HOUR).accepted_at == NOW - HOUR, "the clock was set back"


def test_a_test_changes_nothing_else() -> None:
    bad = failed(ChannelState("sms"), "timeout", NOW)
    assert tried(bad, "accepted", NOW) == ChannelState("sms", NOW, "timeout", None, NOW, "accepted")


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        pytest.param(NOW - SECOND, None, False, id="not before its time"),
        pytest.param(NOW, None, True, id="at its time, a new one"),
        pytest.param(NOW, NOW - timedelta(days=1), True, id="at its time, the one of yesterday"),
        pytest.param(NOW, NOW, False, id="once"),
        pytest.param(NOW + 30 * MINUTE, NOW + 5 * MINUTE, False, id="once, however often it is asked"),
        pytest.param(NOW + 59 * MINUTE, NOW - HOUR, True, id="made up for within the hour"),
        pytest.param(NOW + HOUR, NOW - HOUR, False, id="later is the next day"),
        pytest.param(NOW + timedelta(hours=23), NOW - HOUR, False, id="nor in the next night"),
        pytest.param(NOW + timedelta(days=1), NOW + MINUTE, True, id="and the next day"),
        pytest.param(NOW, NOW + 3 * HOUR, True, id="a test of the future, by a clock since set back"),
    ],
)
def test_a_test_is_due_once_a_day(now: datetime, last: datetime | None, due: bool) -> None:
    assert due_tests({"sms": last}, FIVE, SHANGHAI, now) == (["sms"] if due else [])


def test_a_test_is_due_once_a_day_through_the_change_of_the_clocks() -> None:
    now, last, made = datetime(2026, 10, 24, tzinfo=UTC), None, list[str]()
    while now < datetime(2026, 10, 27, tzinfo=UTC):
        if due_tests({"sms": last}, time(2, 30), "Europe/Berlin", now):
            last = now
            made.append(f"{now.astimezone(ZoneInfo('Europe/Berlin')):%d %H:%M}")
        now += MINUTE
    assert made == ["24 02:30", "25 02:30", "26 02:30"]


def test_only_the_ones_that_are_due_are_named() -> None:
    assert due_tests({"a": NOW, "b": None, "c": NOW - HOUR}, FIVE, SHANGHAI, NOW + MINUTE) == ["b", "c"]
