"""Spans of time as sets: put together, cut, taken from one another and measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from duty.roster import UTC

Span = tuple[datetime, datetime]
"""From a moment to before another, both instants in UTC."""

Spans = tuple[Span, ...]
"""In order, none empty, no two that touch."""


def merged(spans: Iterable[Span]) -> Spans:
    """Return what any of the spans covers; one that ends before it begins covers nothing."""
    found: list[Span] = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return tuple(found)


def shared(spans: Spans, others: Spans) -> Spans:
    """Return what both cover."""
    found: list[Span] = []
    mine, theirs = 0, 0
    while mine < len(spans) and theirs < len(others):
        begin, end = max(spans[mine][0], others[theirs][0]), min(spans[mine][1], others[theirs][1])
        if begin < end:
            found.append((begin, end))
        if spans[mine][1] <= others[theirs][1]:
            mine += 1
        else:
            theirs += 1
    return tuple(found)


def without(spans: Spans, others: Spans) -> Spans:
    """Return what the first cover and the others do not."""
    if not spans or not others:
        return spans
    return shared(spans, gaps(others, spans[0][0], spans[-1][1]))


def gaps(spans: Spans, begin: datetime, end: datetime) -> Spans:
    """Return what the spans leave between two moments."""
    edges = [begin, *(edge for span in spans for edge in span), end]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return merged((max(left, begin), min(right, end)) for left, right in pairs)


def length(spans: Iterable[Span]) -> timedelta:
    """Return how long they are together."""
    return sum((end - begin for begin, end in spans), timedelta(0))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the moment at which a day begins by the clock of a zone."""
    # Through UTC, for arithmetic on local times ignores the change of the clocks.
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def days(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[date, Span]]:
    """Yield the days between two moments by the clock of a zone, each with its span; one may have 23 or 25 hours."""
    day = begin.astimezone(zone).date()
    while (start := midnight(day, zone)) < end:
        yield day, (max(start, begin), min(midnight(day + timedelta(days=1), zone), end))
        day += timedelta(days=1)
