"""What comes and goes is one alert, until it has been well for long enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import STEADY, Alert, AlertState, TakePolicy, begun, calmed, moved, taken
from duty.escalation import EscalationPolicy, rings
from duty.findings import Finding, Severity
from duty.fold import Transition

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
NIGHT = datetime(2026, 5, 4, 12, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEY = ("core", "port", "XGE0/0/1")


def change(after: Severity, minute: int, before: Severity = OK) -> Transition:
    found = Finding("port", "XGE0/0/1", after, "ports.down", "port_up", 0, "bool")
    return Transition(KEY, NIGHT + minute * MINUTE, before, after, found)


def opened(last: int | None = None, minute: int = 0) -> Alert:
    over = None if last is None else NIGHT + last * MINUTE
    return begun(change(CRITICAL, minute), 7, "hz1", key_equipment=True, wakes=True, last=over)


def test_what_comes_back_within_half_an_hour_is_flapping() -> None:
    assert not opened().flapping
    assert not opened(last=-30).flapping
    assert opened(last=-29).flapping


def test_it_is_over_when_it_has_been_well_for_as_long_and_was_over_when_it_became_well() -> None:
    calm = moved(opened(last=-5), change(OK, 10, CRITICAL))
    assert calm.open
    assert calm.calm_since == NIGHT + 10 * MINUTE
    assert calmed(calm, NIGHT + 39 * MINUTE) is calm
    over = calmed(calm, NIGHT + 40 * MINUTE)
    assert (over.state, over.resolved) == (AlertState.RESOLVED, NIGHT + 10 * MINUTE)


def test_while_it_is_well_it_calls_nobody_and_bad_again_it_goes_on_where_it_was() -> None:
    policy, calm = EscalationPolicy(), moved(opened(last=-5), change(OK, 10, CRITICAL))
    assert not rings(calm, policy, NIGHT + 11 * MINUTE)
    bad = moved(calm, change(CRITICAL, 12))
    assert rings(bad, policy, NIGHT + 12 * MINUTE)
    assert bad.fired == NIGHT, "no new call for what was told already"
    assert calmed(bad, NIGHT + 600 * MINUTE) is bad


def test_bad_again_and_worse_it_calls_anew() -> None:
    light = begun(change(WARNING, 0), 7, "hz1", key_equipment=True, wakes=True, last=NIGHT - MINUTE)
    worse = moved(moved(light, change(OK, 5, WARNING)), change(CRITICAL, 8))
    assert (worse.severity, worse.fired) == (CRITICAL, NIGHT + 8 * MINUTE)


def test_who_has_taken_it_has_it_for_hours() -> None:
    policy = TakePolicy()
    assert taken(opened(last=-5), "li", NIGHT, policy).expires == NIGHT + policy.warning
    assert taken(opened(), "li", NIGHT, policy).expires == NIGHT + policy.critical


@given(st.lists(st.tuples(st.integers(1, 120), st.booleans()), max_size=20))
def test_it_never_ends_while_it_is_bad_nor_sooner_than_it_has_been_well_for_long_enough(
    steps: list[tuple[int, bool]],
) -> None:
    alert, minute, well_since = opened(last=-5), 0, None
    for wait, well in steps:
        minute += wait
        now = NIGHT + minute * MINUTE
        alert = calmed(alert, now)
        assert alert.open == (well_since is None or now - well_since < STEADY)
        if not alert.open:
            return
        if well != (well_since is not None):
            alert = moved(alert, change(OK if well else CRITICAL, minute, CRITICAL if well else OK))
            well_since = now if well else None
