"""A site out of reach is told apart from dead devices, and from one dead switch with everything behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duty.cut_off import LEAST, Reach, reaches
from duty.findings import Finding, Rule, Severity
from duty.fold import REACH, Key, State, fold
from duty.readings import Gap, Look
from duty.targets import Target

NOW = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def flat(many: int) -> list[Target]:
    return [Target(f"t{n}", "192.0.2.1", ("icmp",), "hz1") for n in range(many)]


def look(name: str, at: datetime, *, answers: bool) -> Look:
    return Look(name, at, SECOND, answers, gaps=() if answers else (Gap("icmp", "", "timeout"),))


def seen(targets: Sequence[Target], *answers: bool | None) -> Reach:
    (reach,) = reaches(targets).values()
    for target, answer in zip(targets, answers, strict=False):
        if answer is not None:
            reach.note(look(target.name, NOW, answers=answer))
    return reach


def test_it_is_cut_off_when_four_of_five_are_silent() -> None:
    assert seen(flat(10), *[False] * 8).cut_off is True
    assert seen(flat(10), *[False] * 7, *[True] * 3).cut_off is False


def test_it_is_not_known_until_enough_have_been_looked_at() -> None:
    assert seen(flat(10), *[False] * 7).cut_off is None
    assert seen(flat(10), True, True, True).cut_off is False


def test_of_a_few_targets_nothing_can_be_said() -> None:
    assert seen(flat(LEAST - 1), *[False] * (LEAST - 1)).cut_off is False


def test_one_dead_switch_with_everything_behind_it_is_the_switch() -> None:
    core = Target("core", "192.0.2.1", ("icmp",), "hz1")
    behind = [Target(f"t{n}", "192.0.2.1", ("icmp",), "hz1", depends_on=("core",)) for n in range(9)]
    assert seen([core, *behind], *[False] * 10).cut_off is False
    assert seen([core, *flat(9)], *[False] * 10).cut_off is True


def test_this_machine_itself_does_not_count() -> None:
    here = Target("monitor", "localhost", ("host",), "hz1")
    (reach,) = reaches([here, *flat(5)]).values()
    assert "monitor" not in reach.targets


def test_since_when_is_the_look_that_made_it_so() -> None:
    targets = flat(5)
    (reach,) = reaches(targets).values()
    for n, target in enumerate(targets):
        reach.note(look(target.name, NOW + n * SECOND, answers=False))
    assert reach.since == NOW + 3 * SECOND
    reach.note(look("t0", NOW + MINUTE, answers=True))
    reach.note(look("t1", NOW + MINUTE, answers=True))
    assert reach.since is None


RULES = {REACH: Rule(REACH, "absence", REACH, looks_warning=3, looks_critical=3, looks_back=2)}


@given(st.integers(5, 12), st.randoms(use_true_random=False))
def test_whatever_the_order_of_looks_no_target_of_a_site_that_is_cut_off_fires(many: int, random: object) -> None:
    targets = {target.name: target for target in flat(many)}
    (reach,) = reaches(targets.values()).values()
    states: dict[Key, State] = {}
    looked: dict[str, Look] = {}
    names = list(targets)
    for minute in range(8):
        random.shuffle(names)  # type: ignore[attr-defined]  # hypothesis's Random
        for place, name in enumerate(names):
            at = look(name, NOW + minute * MINUTE + place * SECOND, answers=minute == 0)
            looked[name] = at
            reach.note(at)
            bad = Severity.OK if at.reached else Severity.CRITICAL
            found = Finding(REACH, "", bad, "" if at.reached else "absence.not_reached")
            done = fold(states, at, [found], RULES, targets, looked, cut_off=reach.cut_off)
            states |= done.states
            assert not done.transitions
    assert all(state.suppressed for state in states.values())
