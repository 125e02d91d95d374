"""Hints: which targets are looked at for them, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from agent.services.hints import AT_ONCE, MOST, REST, Hints

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def test_many_hints_are_one_look() -> None:
    hints = Hints()
    assert all(hints.take("core") for _ in range(100))
    assert hints.due(NOW, set()) == ["core"]
    assert hints.due(NOW, set()) == []
    assert hints.looks == 1


def test_what_comes_while_it_is_looked_at_is_one_more_look_afterwards() -> None:
    hints = Hints()
    hints.take("core")
    hints.due(NOW, set())
    hints.take("core")
    assert hints.due(NOW + REST, {"core"}) == [], "still under way"
    hints.ended("core")
    assert hints.due(NOW + REST, set()) == ["core"]


def test_a_target_that_never_stops_is_looked_at_after_a_rest() -> None:
    hints = Hints()
    found = []
    for second in range(60):
        hints.take("core")
        found += hints.due(NOW + timedelta(seconds=second), set())
        hints.ended("core")
    assert len(found) == 60 / REST.total_seconds()


def test_a_few_at_a_time_in_the_order_in_which_they_came() -> None:
    hints = Hints()
    names = [f"sw-{n}" for n in range(AT_ONCE + 3)]
    for name in names:
        hints.take(name)
    assert hints.due(NOW, set()) == names[:AT_ONCE]
    assert hints.due(NOW, set()) == []
    hints.ended("sw-0")
    assert hints.due(NOW, set()) == [names[AT_ONCE]]


def test_a_bounded_number_waits() -> None:
    hints = Hints()
    assert [hints.take(f"sw-{n}") for n in range(MOST + 1)].count(False) == 1
    assert hints.take("sw-0"), "who waits already may say so again"


def test_a_clock_that_was_set_back_stops_nothing() -> None:
    hints = Hints()
    hints.take("core")
    hints.due(NOW, set())
    hints.ended("core")
    hints.take("core")
    assert hints.due(NOW - timedelta(hours=1), set()) == ["core"]
