"""Of what nobody is told, and when it calls anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.silences import Silence, SilenceKind, covering, in_maintenance, silence_ended, silenced

NOW = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FOUND = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.0, "%", 85.0)
ALERT = Alert(7, ("db-1", "disk", "/var"), "hz1", Severity.WARNING, AlertState.FIRING, NOW, NOW, FOUND)


def quiet(
    begin: int, end: int, ended: int | None = None, target: str = "db-*", site: str = "*", check: str = "*",
    kind: SilenceKind = SilenceKind.SILENCE,
) -> Silence:  # fmt: skip
    at = None if ended is None else NOW + ended * MINUTE
    return Silence(1, kind, target, site, check, NOW + begin * MINUTE, NOW + end * MINUTE, "li", "known", at)


@pytest.mark.parametrize(
    ("silence", "at", "holds"),
    [
        pytest.param(quiet(0, 30), 0, True, id="from its begin"),
        pytest.param(quiet(0, 30), 30, False, id="its end is not part of it"),
        pytest.param(quiet(5, 30), 0, False, id="not before"),
        pytest.param(quiet(0, 30, ended=10), 10, False, id="not after somebody ended it"),
        pytest.param(quiet(0, 30, target="web-*"), 0, False, id="another target"),
        pytest.param(quiet(0, 30, site="hz2"), 0, False, id="another site"),
        pytest.param(quiet(0, 30, check="cpu"), 0, False, id="another check"),
        pytest.param(quiet(0, 30, target="*", site="hz1", check="disk"), 0, True, id="all three patterns fit"),
    ],
)
def test_when_a_silence_holds(silence: Silence, at: int, holds: bool) -> None:
    assert (silenced(ALERT, [silence], NOW + at * MINUTE) is silence) is holds


def test_of_two_the_longer_is_named() -> None:
    short, long = quiet(0, 10), quiet(0, 60)
    assert silenced(ALERT, [short, long], NOW + MINUTE) is long


def test_what_lasts_beyond_its_silence_calls_anew_and_once() -> None:
    silence = quiet(5, 30)
    assert not silence_ended(ALERT, [silence], NOW + 20 * MINUTE)
    assert silence_ended(ALERT, [silence], NOW + 30 * MINUTE)
    assert not silence_ended(ALERT, [silence, quiet(0, 60)], NOW + 30 * MINUTE), "another one holds"
    again = Alert(7, ALERT.key, "hz1", Severity.WARNING, AlertState.FIRING, NOW, NOW + 30 * MINUTE, FOUND)
    assert not silence_ended(again, [silence], NOW + 40 * MINUTE)


@given(
    st.lists(st.tuples(st.integers(-60, 60), st.integers(1, 90), st.none() | st.integers(-60, 150)), max_size=5),
    st.integers(0, 150),
)
def test_it_never_calls_anew_while_a_silence_holds(spans: list[tuple[int, int, int | None]], at: int) -> None:
    silences = [quiet(begin, begin + length, ended) for begin, length, ended in spans]
    now = NOW + at * MINUTE
    assert not (silenced(ALERT, silences, now) and silence_ended(ALERT, silences, now))


def test_only_maintenance_of_the_whole_target_makes_it_not_judged() -> None:
    at = NOW + MINUTE
    works = SilenceKind.MAINTENANCE
    assert in_maintenance("db-1", "hz1", [quiet(0, 30, kind=works)], at)
    assert not in_maintenance("db-1", "hz1", [quiet(0, 30)], at)
    assert not in_maintenance("db-1", "hz1", [quiet(0, 30, check="disk", kind=works)], at)
    assert not in_maintenance("web-1", "hz1", [quiet(0, 30, kind=works)], at)


@given(
    st.lists(st.sampled_from(["db-1", "db-*", "*", "db-[12]", "?b-1", "web"])),
    st.lists(st.sampled_from(["db-1", "db-2", "web"])),
)
def test_many_are_asked_at_once_as_each_of_each(patterns: list[str], names: list[str]) -> None:
    quiet = [
        Silence(n, SilenceKind.SILENCE, pattern, "*", "disk" if n % 2 else "*", NOW, NOW + MINUTE, "jia", "known")
        for n, pattern in enumerate(patterns)
    ]
    alerts = [replace(ALERT, number=n, key=(name, "disk" if n % 3 else "cpu", "")) for n, name in enumerate(names)]
    each = {a.number: [s for s in quiet if s.covers(a.key[0], a.site, a.key[1])] for a in alerts}
    assert covering(alerts, quiet) == {number: found for number, found in each.items() if found}
