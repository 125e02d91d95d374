"""Maintenance that repeats: its windows ahead, by the clock of the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from duty.maintenance import Maintenance

WORK = Maintenance(
    "backup", "Asia/Shanghai", ("nas-*",), ("*",), ("*",), frozenset(range(7)), time(23), time(1, 30),
    date(2026, 5, 4), date(2026, 5, 6), "backups",
)  # fmt: skip
"""The fourth of May is a Monday."""


def shown(work: Maintenance, after: str, days: int) -> list[str]:
    begin = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return [f"{w.begin:%d %H:%M}-{w.end:%d %H:%M}" for w in work.windows(begin, begin + timedelta(days=days))]


def test_each_day_has_its_window_from_the_first_to_the_last() -> None:
    assert shown(WORK, "2026-05-01", 30) == ["04 15:00-04 17:30", "05 15:00-05 17:30", "06 15:00-06 17:30"]


def test_one_that_is_under_way_is_among_them_and_one_that_is_over_is_not() -> None:
    assert shown(WORK, "2026-05-04T16:00", 1) == ["04 15:00-04 17:30", "05 15:00-05 17:30"]
    assert shown(WORK, "2026-05-04T17:30", 1) == ["05 15:00-05 17:30"]


def test_only_on_its_days() -> None:
    sundays = replace(WORK, days=frozenset({6}), last=date(2026, 5, 31))
    assert shown(sundays, "2026-05-01", 20) == ["10 15:00-10 17:30", "17 15:00-17 17:30"]


def test_the_clock_of_the_site_counts_when_it_is_changed() -> None:
    berlin = replace(
        WORK, zone="Europe/Berlin", begin=time(2), end=time(4), first=date(2026, 3, 28), last=date(2026, 3, 30)
    )
    assert shown(berlin, "2026-03-27", 9) == ["28 01:00-28 03:00", "29 01:00-29 02:00", "30 00:00-30 02:00"]


def test_of_each_pattern_there_is_a_window_and_it_says_whose_it_is() -> None:
    both = replace(WORK, targets=("nas-1", "nas-2"), checks=("disk", "io"), last=WORK.first)
    windows = list(both.windows(datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)))
    assert [(w.target, w.check) for w in windows] == [
        ("nas-1", "disk"),
        ("nas-1", "io"),
        ("nas-2", "disk"),
        ("nas-2", "io"),
    ]
    assert {(w.by, w.rule, w.why) for w in windows} == {("settings", "backup", "backups")}
