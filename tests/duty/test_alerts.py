"""An alert's life: it fires, somebody takes it, it is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import (
    Alert,
    AlertState,
    TakePolicy,
    begun,
    closed,
    expired,
    fired_again,
    given_back,
    moved,
    snoozed,
    taken,
)
from duty.findings import Finding, Severity
from duty.fold import Transition

OK, NOTE, WARNING, CRITICAL = Severity
NIGHT = datetime(2026, 5, 4, 19, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
KEY = ("core", "cpu", "")


def change(after: Severity, at: datetime = NIGHT, before: Severity = OK) -> Transition:
    return Transition(KEY, at, before, after, Finding("cpu", "", after, "levels.high", "cpu_used", 97.0, "%", 90.0))


def alert(severity: Severity = CRITICAL, *, wakes: bool = True) -> Alert:
    return begun(change(severity), 7, "hz1", key_equipment=True, wakes=wakes)


def took(severity: Severity = CRITICAL) -> Alert:
    return taken(alert(severity), "甲", NIGHT + MINUTE, TakePolicy())


def test_it_begins_by_calling_for_somebody() -> None:
    new = alert()
    assert (new.state, new.severity, new.taken_by, new.open) == (AlertState.FIRING, CRITICAL, "", True)
    assert new.opened == new.fired == NIGHT


@pytest.mark.parametrize(
    ("severity", "holds"),
    [pytest.param(CRITICAL, HOUR, id="critical: an hour"), pytest.param(WARNING, 4 * HOUR, id="warning: four hours")],
)
def test_who_takes_it_has_it_until_the_acknowledgement_expires(severity: Severity, holds: timedelta) -> None:
    mine = took(severity)
    assert (mine.state, mine.taken_by, mine.taken_at) == (AlertState.ACKNOWLEDGED, "甲", NIGHT + MINUTE)
    end = NIGHT + MINUTE + holds
    assert not expired(mine, end - timedelta(microseconds=1))
    assert expired(mine, end)


def test_it_expires_when_the_shift_changes_but_not_by_the_change_before_it_was_taken() -> None:
    mine = took(WARNING)
    assert expired(mine, NIGHT + HOUR, handover=NIGHT + HOUR)
    assert not expired(mine, NIGHT + HOUR, handover=NIGHT + HOUR + MINUTE)
    assert not expired(mine, NIGHT + HOUR, handover=NIGHT)
    assert not expired(mine, NIGHT + MINUTE, handover=NIGHT + MINUTE)


def test_an_expired_one_is_free_and_counts_from_then() -> None:
    again = fired_again(took(), NIGHT + HOUR)
    assert (again.state, again.fired, again.opened) == (AlertState.FIRING, NIGHT + HOUR, NIGHT)
    assert (again.taken_by, again.taken_at, again.expires) == ("", None, None)
    assert not expired(again, NIGHT + 9 * HOUR)


def test_what_nobody_has_cannot_expire() -> None:
    assert not expired(alert(), NIGHT + 99 * HOUR, handover=NIGHT + HOUR)


def test_it_can_be_taken_over_and_keeps_the_word_that_was_said() -> None:
    first = taken(alert(), "甲", NIGHT, TakePolicy(), "looking at it")
    second = taken(first, "乙", NIGHT + MINUTE, TakePolicy())
    assert (second.taken_by, second.word, second.expires) == ("乙", "looking at it", NIGHT + MINUTE + HOUR)


def test_who_gives_it_back_makes_it_call_again() -> None:
    free = given_back(took(), NIGHT + 2 * MINUTE)
    assert (free.state, free.taken_by, free.fired) == (AlertState.FIRING, "", NIGHT + 2 * MINUTE)


@pytest.mark.parametrize("before", [pytest.param(alert(WARNING), id="free"), pytest.param(took(WARNING), id="taken")])
def test_a_worse_severity_fires_again_whoever_had_it(before: Alert) -> None:
    later = NIGHT + 5 * MINUTE
    worse = moved(snoozed(before, NIGHT + HOUR), change(CRITICAL, later, WARNING))
    assert (worse.state, worse.severity, worse.fired, worse.taken_by) == (AlertState.FIRING, CRITICAL, later, "")
    assert worse.snoozed_until is None
    assert worse.opened == NIGHT


def test_a_warning_that_becomes_critical_may_then_wake_somebody() -> None:
    warning = alert(WARNING, wakes=False)
    assert moved(warning, change(CRITICAL, before=WARNING), wakes=True).wakes
    assert not moved(warning, change(CRITICAL, before=WARNING)).wakes


def test_one_that_eased_stays_with_whoever_has_it() -> None:
    eased = moved(took(), change(WARNING, NIGHT + 5 * MINUTE, CRITICAL))
    assert (eased.state, eased.severity, eased.taken_by) == (AlertState.ACKNOWLEDGED, WARNING, "甲")
    assert eased.expires == NIGHT + MINUTE + HOUR


def test_a_recovery_ends_it_and_remembers_who_had_it() -> None:
    over = moved(took(), change(OK, NIGHT + 9 * MINUTE, CRITICAL))
    assert (over.state, over.resolved, over.taken_by, over.open) == (
        AlertState.RESOLVED,
        NIGHT + 9 * MINUTE,
        "甲",
        False,
    )


def test_a_note_is_no_recovery() -> None:
    assert moved(took(), change(NOTE, NIGHT + 9 * MINUTE, CRITICAL)) == took()


def test_an_old_link_does_not_open_again_what_is_over() -> None:
    over = moved(took(), change(OK, NIGHT + 9 * MINUTE, CRITICAL))
    later = NIGHT + HOUR
    assert taken(over, "乙", later, TakePolicy()) == over
    assert given_back(over, later) == over
    assert fired_again(over, later) == over
    assert snoozed(over, later) == over
    assert moved(over, change(CRITICAL, later)) == over


def test_a_snoozed_one_calls_anew_from_the_end_of_the_snooze() -> None:
    quiet = snoozed(alert(), NIGHT + HOUR)
    assert (quiet.snoozed_until, quiet.fired, quiet.state) == (NIGHT + HOUR, NIGHT + HOUR, AlertState.FIRING)


def test_a_snooze_puts_off_the_end_of_an_acknowledgement_but_not_the_handover() -> None:
    mine = snoozed(took(), NIGHT + 3 * HOUR)
    assert mine.taken_by == "甲"
    assert not expired(mine, NIGHT + 2 * HOUR)
    assert expired(mine, NIGHT + 3 * HOUR)
    assert expired(mine, NIGHT + 2 * HOUR, handover=NIGHT + 2 * HOUR)


steps = st.lists(st.sampled_from(["take", "back", "snooze", "again", "ok", "note", "warning", "critical"]), max_size=20)


def lived(steps: list[str]) -> list[Alert]:
    """Return an alert as it was after each of these, a minute apart."""
    life = [alert(WARNING)]
    for minute, step in enumerate(steps, 1):
        now, last = NIGHT + minute * MINUTE, life[-1]
        if step == "take":
            life.append(taken(last, "甲", now, TakePolicy()))
        elif step == "back":
            life.append(given_back(last, now))
        elif step == "snooze":
            life.append(snoozed(last, now + 30 * MINUTE))
        elif step == "again":
            life.append(fired_again(last, now))
        else:
            life.append(moved(last, change(Severity[step.upper()], now)))
    return life


@given(steps)
def test_whatever_happens_it_is_over_only_by_an_ok_and_then_for_good(steps: list[str]) -> None:
    life = lived(steps)
    assert [it.open for it in life] == ["ok" not in steps[:place] for place in range(len(life))]


@given(steps)
def test_whatever_happens_somebody_has_it_or_it_calls(steps: list[str]) -> None:
    for it in lived(steps):
        assert (it.state is AlertState.ACKNOWLEDGED) is (it.expires is not None)
        if it.state is AlertState.ACKNOWLEDGED:
            assert it.taken_by
            assert expired(it, NIGHT + 99 * HOUR)
        if it.state is AlertState.FIRING:
            assert not it.taken_by
            assert it.fired >= it.opened


def test_who_closes_it_by_hand_says_what_was_done() -> None:
    over = closed(took(), "乙", NIGHT + HOUR, "board changed")
    assert (over.state, over.resolved, over.taken_by, over.word) == (
        AlertState.RESOLVED,
        NIGHT + HOUR,
        "乙",
        "board changed",
    )
    assert (over.expires, over.snoozed_until) == (None, None)


def test_what_is_over_is_not_closed_once_more() -> None:
    over = moved(took(), change(OK, NIGHT + HOUR, CRITICAL))
    assert closed(over, "乙", NIGHT + 2 * HOUR, "late") is over
