"""Which rounds are due now, which are missed, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.rounds import MISSED_REASONS, Absence, Cadence, Due, due

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai


def hourly(name: str = "hourly", *, since: datetime = NIGHT, interval: timedelta = HOUR) -> Cadence:
    return Cadence(name, interval, "Asia/Shanghai", since)


def test_the_first_slot_is_due_at_once() -> None:
    assert due([hourly()], {}, [], NIGHT) == [Due(hourly(), NIGHT, make=True)]


def test_nothing_is_due_between_slots() -> None:
    assert due([hourly()], {"hourly": NIGHT}, [], NIGHT + 59 * MINUTE) == []


def test_a_round_may_begin_until_its_window_ends() -> None:
    assert due([hourly()], {}, [], NIGHT + 10 * MINUTE)[0].make
    assert due([hourly()], {}, [], NIGHT + 10 * MINUTE + timedelta(seconds=1)) == [
        Due(hourly(), NIGHT, make=False, reason="overrun")
    ]


@pytest.mark.parametrize("reason", ["agent_down", "agent_paused", "clock_stepped"])
def test_what_came_while_the_agent_was_away_is_missed_for_that_reason(reason: str) -> None:
    now = NIGHT + 3 * HOUR + 30 * MINUTE
    away = Absence(NIGHT + 30 * MINUTE, now, reason)
    found = due([hourly()], {"hourly": NIGHT}, [away], now)
    assert [(d.slot, d.make, d.reason) for d in found] == [(NIGHT + n * HOUR, False, reason) for n in (1, 2, 3)]


def test_the_newest_slot_is_made_late_when_the_agent_comes_back_within_its_window() -> None:
    now = NIGHT + 2 * HOUR + 5 * MINUTE
    found = due([hourly()], {"hourly": NIGHT}, [Absence(NIGHT + 30 * MINUTE, now, "agent_down")], now)
    assert found == [
        Due(hourly(), NIGHT + HOUR, make=False, reason="agent_down"),
        Due(hourly(), NIGHT + 2 * HOUR, make=True, late=True),
    ]


def test_a_round_that_waited_for_the_one_before_is_not_late() -> None:
    assert not due([hourly()], {}, [Absence(NIGHT - HOUR, NIGHT, "agent_down")], NIGHT + 5 * MINUTE)[0].late


def test_each_of_several_absences_explains_its_own_slots() -> None:
    down = Absence(NIGHT, NIGHT + 90 * MINUTE, "agent_down")
    paused = Absence(NIGHT + 100 * MINUTE, NIGHT + 125 * MINUTE, "agent_paused")
    found = due([hourly()], {}, [down, paused], NIGHT + 3 * HOUR + 30 * MINUTE)
    assert [d.reason for d in found] == ["agent_down", "agent_down", "agent_paused", "overrun"]


def test_a_clock_set_back_makes_no_round_twice() -> None:
    assert due([hourly()], {"hourly": NIGHT + 5 * HOUR}, [], NIGHT + 2 * HOUR) == []


def test_a_changed_interval_invents_no_missed_rounds() -> None:
    changed = NIGHT + 5 * HOUR + 20 * MINUTE
    denser = hourly(since=changed, interval=15 * MINUTE)
    assert due([denser], {"hourly": NIGHT + 5 * HOUR}, [], changed + 9 * MINUTE) == []
    assert [d.slot for d in due([denser], {"hourly": NIGHT + 5 * HOUR}, [], changed + 10 * MINUTE)] == [
        NIGHT + 5 * HOUR + 30 * MINUTE
    ]


def test_two_cadences_come_in_the_order_of_their_slots() -> None:
    plans = [hourly("b"), hourly("a"), hourly("quarter", interval=15 * MINUTE)]
    found = due(plans, {}, [], NIGHT + 20 * MINUTE)
    assert [(d.cadence.name, d.slot - NIGHT) for d in found] == [
        ("a", timedelta(0)),
        ("b", timedelta(0)),
        ("quarter", timedelta(0)),
        ("quarter", 15 * MINUTE),
    ]


def test_of_two_slots_within_one_window_only_the_newer_is_made() -> None:
    plan = replace(hourly(interval=15 * MINUTE), window=20 * MINUTE)
    found = due([plan], {"hourly": NIGHT - 15 * MINUTE}, [], NIGHT + 16 * MINUTE)
    assert [(d.slot, d.make, d.reason) for d in found] == [
        (NIGHT, False, "overrun"),
        (NIGHT + 15 * MINUTE, True, ""),
    ]


def test_a_year_away_is_a_year_of_missed_slots_and_no_more() -> None:
    now = NIGHT + timedelta(days=365) + 30 * MINUTE
    found = due([hourly()], {"hourly": NIGHT}, [Absence(NIGHT, now, "agent_down")], now)
    assert len(found) == 365 * 24
    assert {d.reason for d in found} == {"agent_down"}


steps = st.lists(st.timedeltas(timedelta(seconds=1), timedelta(hours=5)), min_size=1, max_size=40)
plans = st.tuples(
    st.sampled_from([timedelta(minutes=n) for n in (10, 15, 60, 120)]),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda after: datetime(2026, 1, 1, tzinfo=UTC) + after),
)


@given(plans, steps, st.booleans())
def test_each_slot_comes_exactly_once_in_whatever_steps_time_goes_on(
    plan: tuple[timedelta, str, datetime], steps: list[timedelta], away: bool
) -> None:
    interval, zone, since = plan
    cadence = Cadence("plan", interval, zone, since)
    last: dict[str, datetime] = {}
    now, called = since, list[Due]()
    for step in steps:
        before, now = now, now + step
        found = due([cadence], last, [Absence(before, now, "agent_paused")] if away else [], now)
        for item in found:
            last["plan"] = item.slot
            assert item.make == (item is found[-1] and now - item.slot <= cadence.window)
            assert item.make or item.reason in MISSED_REASONS
        called += found
    assert [item.slot for item in called] == list(cadence.slots(since - timedelta(microseconds=1), now))
