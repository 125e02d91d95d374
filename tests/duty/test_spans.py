"""Spans of time as sets, held against sets of minutes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from duty.spans import Span, Spans, days, gaps, length, merged, shared, without

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def span(begin: int, end: int) -> Span:
    return BEGIN + begin * MINUTE, BEGIN + end * MINUTE


def minutes(spans: Spans) -> set[int]:
    return {n for begin, end in spans for n in range((begin - BEGIN) // MINUTE, (end - BEGIN) // MINUTE)}


any_spans = st.lists(st.builds(span, st.integers(0, 60), st.integers(0, 60)), max_size=6)


@given(any_spans, any_spans)
def test_they_do_what_sets_of_minutes_do(some: list[Span], others: list[Span]) -> None:
    one, other = merged(some), merged(others)
    assert minutes(one) == set().union(*(minutes((s,)) for s in some))
    assert minutes(shared(one, other)) == minutes(one) & minutes(other)
    assert minutes(without(one, other)) == minutes(one) - minutes(other)
    assert minutes(gaps(one, *span(10, 50))) == set(range(10, 50)) - minutes(one)
    assert length(one) == len(minutes(one)) * MINUTE


@given(any_spans, any_spans)
def test_they_stay_in_order_and_apart(some: list[Span], others: list[Span]) -> None:
    for spans in (merged(some), shared(merged(some), merged(others)), without(merged(some), merged(others))):
        assert spans == merged(spans)


def test_a_day_on_which_the_clocks_change_has_23_or_25_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begin, end = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 30, 22, tzinfo=UTC)
    assert [(day, length((s,))) for day, s in days(begin, end, berlin)] == [
        (date(2026, 3, 29), timedelta(hours=23)),
        (date(2026, 3, 30), timedelta(hours=24)),
    ]
