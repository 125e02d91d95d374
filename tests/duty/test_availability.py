"""How long something answered in a month, how long it did not, and how long nobody can say."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.availability import APART, Change, Course, Seen, bad_spans, course, hidden
from duty.findings import Severity
from duty.operations import Month
from duty.spans import Span, Spans, length
from duty.targets import Target

OK, NOTE, WARNING, CRITICAL = Severity
HOUR = timedelta(hours=1)
BEGIN, END = Month(2026, 11).span(ZoneInfo("Asia/Shanghai"))


def at(hours: float) -> datetime:
    return BEGIN + hours * HOUR


def span(begin: float, end: float) -> Span:
    return at(begin), at(end)


hours = st.integers(-10, 730)
spans = st.lists(st.builds(span, hours, hours), max_size=5)
severities = st.sampled_from(Severity)
courses = st.lists(st.tuples(st.builds(at, hours), severities), max_size=12)


def test_a_month_without_changes_is_100_per_cent() -> None:
    month = course(BEGIN, END, OK, ())
    assert (month.share, month.observed, month.lost) == (1.0, 720 * HOUR, timedelta(0))


def test_two_hours_of_720() -> None:
    month = course(BEGIN, END, OK, [(at(10), CRITICAL), (at(11), NOTE), (at(12), OK)])
    assert (month.lost, month.failures) == (2 * HOUR, (span(10, 12),))
    assert month.share == pytest.approx(1 - 2 / 720)


def test_what_was_down_before_the_month_is_down_from_its_first_moment() -> None:
    assert course(BEGIN, END, CRITICAL, [(at(3), OK)]).lost == 3 * HOUR


def test_what_is_still_down_is_down_to_the_end() -> None:
    assert course(BEGIN, END, OK, [(at(718), CRITICAL)]).lost == 2 * HOUR


def test_time_without_the_agent_is_neither_up_nor_down() -> None:
    month = course(BEGIN, END, OK, [(at(10), CRITICAL), (at(20), OK)], unknown=[span(15, 115)])
    assert (month.lost, month.unseen, month.observed) == (5 * HOUR, 100 * HOUR, 620 * HOUR)
    assert month.share == pytest.approx(1 - 5 / 620)


def test_maintenance_is_not_held_against_it_and_shown_apart() -> None:
    month = course(BEGIN, END, OK, [(at(10), CRITICAL), (at(14), OK)], maintenance=[span(9, 13)])
    assert (month.lost, month.maintained) == (1 * HOUR, 4 * HOUR)
    assert month.share == pytest.approx(1 - 1 / 716)
    within = course(BEGIN, END, OK, [(at(10), CRITICAL), (at(12), OK)], maintenance=[span(9, 13)])
    assert (within.lost, within.failures, within.share) == (timedelta(0), (), 1.0)


def test_a_month_that_nobody_saw_has_no_availability() -> None:
    assert course(BEGIN, END, OK, (), unknown=[(BEGIN, END)]).share is None
    assert course(BEGIN, END, OK, (), maintenance=[(BEGIN, END)]).share is None


@given(severities, courses, spans, spans)
def test_every_moment_is_counted_once(before: Severity, changes: list[Change], away: Spans, worked: Spans) -> None:
    month = course(BEGIN, END, before, changes, unknown=away, maintenance=worked)
    assert month.observed + month.unseen == END - BEGIN
    assert timedelta(0) <= month.lost <= month.observed - month.maintained
    assert month.share is None or 0 <= month.share <= 1


@given(severities, courses, spans, spans, st.integers(1, 719))
def test_a_month_cut_in_two_adds_up(
    before: Severity, changes: list[Change], away: Spans, worked: Spans, cut: int
) -> None:
    def part(begin: datetime, end: datetime, first: Severity) -> Course:
        inside = [change for change in changes if begin <= change[0] < end]
        return course(begin, end, first, inside, unknown=away, maintenance=worked)

    middle = at(cut)
    earlier = [c for c in sorted(changes, key=lambda change: change[0]) if BEGIN <= c[0] < middle and c[1] is not NOTE]
    one, other = part(BEGIN, middle, before), part(middle, END, earlier[-1][1] if earlier else before)
    whole = part(BEGIN, END, before)
    assert one.lost + other.lost == whole.lost
    assert one.unseen + other.unseen == whole.unseen
    assert one.maintained + other.maintained == whole.maintained
    assert one.length + other.length == whole.length


@pytest.mark.parametrize(
    ("month", "expected"), [(Month(2026, 3), 31 * 24 - 1), (Month(2026, 10), 31 * 24 + 1), (Month(2026, 11), 720)]
)
def test_a_month_in_which_the_clocks_change_is_an_hour_off(month: Month, expected: int) -> None:
    begin, end = month.span(ZoneInfo("Europe/Berlin"))
    assert course(begin, end, OK, ()).observed == expected * HOUR


def test_what_stands_behind_a_silent_switch_is_not_known() -> None:
    targets = {
        "core": Target("core", "", (), "hz1"),
        "spare": Target("spare", "", (), "hz1"),
        "access": Target("access", "", (), "hz1", depends_on=("core",)),
        "server": Target("server", "", (), "hz1", depends_on=("access",)),
        "twin": Target("twin", "", (), "hz1", depends_on=("core", "spare")),
    }
    down: dict[str, Spans] = {"core": (span(10, 20),), "spare": (span(18, 30),), "access": (span(8, 12),)}
    assert hidden(targets, down) == {
        "core": (),
        "spare": (),
        "access": (span(12, 20),),
        "server": (span(8, 20),),
        "twin": (span(18, 20),),
    }


def test_a_circle_of_parents_hides_nothing_for_ever() -> None:
    circle = {"a": Target("a", "", (), "x", depends_on=("b",)), "b": Target("b", "", (), "x", depends_on=("a",))}
    assert hidden(circle, {"a": (span(1, 2),)})["b"] == (span(1, 2),)


def test_nothing_is_known_before_the_first_look_and_after_the_last() -> None:
    looks = [span(24 * day, 24 * day + 23) for day in range(10, 20)]
    assert Seen(looks, still=False).unseen(BEGIN, END) == (span(0, 240), span(24 * 19 + 23, 720))


def test_a_target_that_left_the_settings_and_came_back_was_not_looked_at_in_between() -> None:
    looks = [span(0, 100), span(300, 719)]
    assert Seen(looks).unseen(BEGIN, END) == (span(100, 300),)


def test_a_daily_round_is_often_enough() -> None:
    looks = [span(24 * day + 8, 24 * day + 8) for day in range(-1, 31)]
    assert length(Seen(looks).unseen(BEGIN, END)) == timedelta(0)
    assert timedelta(hours=25) < APART


def test_nothing_seen_at_all_is_nothing_known() -> None:
    assert Seen().unseen(BEGIN, END) == ((BEGIN, END),)


def test_a_clock_that_was_set_back_does_not_confuse_it() -> None:
    assert bad_spans(BEGIN, END, OK, [(at(5), OK), (at(4), CRITICAL)]) == (span(4, 5),)
