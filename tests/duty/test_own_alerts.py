"""What is wrong with the watch itself becomes an alert once, and ends when it is known to be well."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from config.limits import shipped
from duty.alerts import Alert, begun
from duty.findings import Finding, Severity
from duty.own_alerts import (
    CHANNEL,
    CHECKS,
    CUT_OFF,
    PEER,
    SPACE,
    TERMS,
    WATCH,
    Condition,
    gap_finding,
    gap_of,
    may_wake,
    own_changes,
    terms,
    trouble,
)
from duty.people import Post
from duty.roster import Night, RosterGap, Shift, unmanned

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
KEY = ("hz1", CHANNEL, "chat")
FAILS = Finding(CHANNEL, "chat", Severity.WARNING, "channel.failing")


def opened(condition: Condition) -> list[Alert]:
    return [
        begun(change, n, "hz1", key_equipment=False, wakes=False)
        for n, change in enumerate(own_changes([], condition, NOW), 1)
    ]


def test_what_is_wrong_opens_once_and_what_is_well_ends_it() -> None:
    there = opened(Condition({KEY: FAILS}))
    assert [alert.key for alert in there] == [KEY]
    assert not own_changes(there, Condition({KEY: FAILS}), NOW)
    (change,) = own_changes(there, Condition(), NOW + HOUR)
    assert (change.key, change.after) == (KEY, Severity.OK)


def test_what_is_not_known_is_no_recovery() -> None:
    there = opened(Condition({KEY: FAILS}))
    assert not own_changes(there, Condition(unknown=frozenset({KEY})), NOW)
    assert not own_changes(there, Condition(unknown_checks=frozenset({CHANNEL})), NOW)


def test_a_target_of_the_settings_is_none_of_its_business() -> None:
    (other,) = opened(Condition({("db-1", "disk", "/"): FAILS}))
    assert not own_changes([other], Condition(), NOW)


def test_a_gap_comes_back_from_its_alert_as_it_was() -> None:
    gap = RosterGap("hz1", Post.MANAGER, NOW, NOW + 12 * HOUR)
    key, finding = gap_finding(gap, SHANGHAI)
    assert key == ("hz1", "roster_manager", "2026-11-23 20:00")
    (alert,) = opened(Condition({key: finding}))
    found = gap_of(alert, SHANGHAI)
    assert found is not None
    assert (found.begin, found.end, found.post) == (gap.begin, gap.end, gap.post)


def test_only_what_is_critical_may_wake_and_each_severity_of_a_check_has_its_own_terms() -> None:
    assert {each.severity for each in TERMS if each.wakes} == {Severity.CRITICAL}
    assert len({(each.check, each.severity) for each in TERMS}) == len(TERMS)
    assert may_wake(SPACE, Severity.CRITICAL)
    assert not may_wake(SPACE, Severity.WARNING)
    assert terms(SPACE, Severity.WARNING).severity is Severity.WARNING
    assert trouble(SPACE, "space.low").severity is Severity.CRITICAL, "the worst, where nothing else is said"


def test_a_slow_watch_has_three_intervals_and_a_fast_one_90_seconds() -> None:
    assert terms(WATCH).lasting(timedelta(seconds=10)) == timedelta(seconds=90)
    assert terms(WATCH).lasting(timedelta(minutes=5)) == timedelta(minutes=15)
    assert terms(CUT_OFF).lasting(timedelta(minutes=1)) == timedelta(minutes=2)


def test_what_becomes_worse_is_a_change_and_what_stays_is_none() -> None:
    key = ("hz1", SPACE, "")
    there = opened(Condition({key: trouble(SPACE, "space.low", severity=Severity.WARNING)}))
    (change,) = own_changes(there, Condition({key: trouble(SPACE, "space.low")}), NOW)
    assert (change.before, change.after) == (Severity.WARNING, Severity.CRITICAL)


def test_no_check_of_a_device_bears_the_name_of_one_of_the_watch() -> None:
    # Its alerts would be ended by the next beat, for the watch knows of nothing wrong.
    assert not set(CHECKS) & shipped().checks.keys()
    assert PEER in CHECKS


DOCUMENTED = re.compile(r"^\| (`[a-z_`, ]+`) \| (critical|warning) \| (yes|no) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
ELSEWHERE = {CUT_OFF: "two watches", WATCH: "90 s, or three watches", PEER: "`within`", "handover": "by `handover`"}
"""What the settings say of how long, or how often the watch looks."""


def test_the_documented_table_is_that_of_the_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text("utf-8")
    section = page.partition("## When the watch itself is in trouble")[2].partition("\n## ")[0]
    told = [
        (check, severity, wakes, after.strip())
        for checks, severity, wakes, after in DOCUMENTED.findall(section)
        for check in re.findall(r"[a-z_]+", checks)
    ]
    assert told == [
        (each.check, each.severity.name.lower(), "yes" if each.wakes else "no", _after(each.check, each.after))
        for each in TERMS
    ]


def _after(check: str, after: timedelta) -> str:
    return ELSEWHERE.get(check) or (f"{after // timedelta(minutes=1)} min" if after else "at once")


NIGHT = Night(time(20), time(8), "Asia/Shanghai")


def shift(day: int, begin: int, hours: int) -> Shift:
    start = datetime(2026, 11, day, begin, tzinfo=SHANGHAI).astimezone(UTC)
    return Shift("hz1", Post.TECHNICIAN, "li", start, start + hours * HOUR)


def missing(*shifts: Shift) -> list[tuple[str, str]]:
    found = unmanned(shifts, "hz1", Post.TECHNICIAN, NIGHT, NOW, NOW + 24 * HOUR)
    return [tuple(f"{at.astimezone(SHANGHAI):%d %H}" for at in (gap.begin, gap.end)) for gap in found]  # type: ignore[misc]


def test_a_night_that_nobody_holds_is_a_gap_and_the_day_of_a_night_roster_is_none() -> None:
    assert missing(shift(22, 20, 12)) == [("23 20", "24 08")]
    assert missing(shift(23, 20, 12)) == []
    assert missing(shift(23, 22, 10)) == [("23 20", "23 22")]


def test_where_the_days_are_held_a_day_is_a_gap_as_well() -> None:
    assert missing(shift(22, 8, 12), shift(23, 20, 12)) == [("24 08", "24 20")]


def test_a_post_that_is_on_no_roster_has_no_gaps() -> None:
    assert missing() == []
