"""What follows from an open alert calls for nobody; what is held back itself holds back nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.inhibition import Inhibition, inhibited
from duty.which import Which

NOW = datetime(2026, 5, 4, 3, 10, tzinfo=UTC)
FINDING = Finding("reach", "", Severity.CRITICAL, "reach.silent")


def alert(number: int, target: str, check: str = "reach", site: str = "hz1") -> Alert:
    at = NOW + timedelta(seconds=number)
    return Alert(number, (target, check, ""), site, Severity.CRITICAL, AlertState.FIRING, at, at, FINDING)


def rule(source: str, target: str, *, same_site: bool = True, same_target: bool = False) -> Inhibition:
    return Inhibition(Which(targets=(source,)), Which(targets=(target,)), same_site, same_target)


def test_the_access_switches_are_quiet_while_the_core_is_down() -> None:
    core, access, other = alert(1, "core"), alert(2, "acc-1"), alert(3, "ups")
    assert inhibited([access, other, core], [rule("core", "acc-*")]) == {2: 1}
    over = replace(core, state=AlertState.RESOLVED)
    assert inhibited([access, other, over], [rule("core", "acc-*")]) == {}
    mine = replace(core, state=AlertState.ACKNOWLEDGED)
    assert inhibited([access, mine], [rule("core", "acc-*")]) == {2: 1}, "who has the core has what follows from it"


def test_another_site_and_another_target_are_not_meant_unless_the_rule_says_so() -> None:
    core, there = alert(1, "core"), alert(2, "acc-1", site="sh1")
    assert inhibited([core, there], [rule("core", "acc-*")]) == {}
    assert inhibited([core, there], [rule("core", "acc-*", same_site=False)]) == {2: 1}
    cpu = Inhibition(Which(checks=("reach",)), Which(checks=("cpu",)))
    assert inhibited([core, alert(2, "core", "cpu"), alert(3, "acc-1", "cpu")], [cpu]) == {2: 1}


def test_a_chain_holds_back_its_second_link_and_not_its_third() -> None:
    chain = [rule("a", "b"), rule("b", "c")]
    assert inhibited([alert(1, "c"), alert(2, "b"), alert(3, "a")], chain) == {2: 3}


def test_a_circle_leaves_its_oldest_free() -> None:
    circle = [rule("a", "b"), rule("b", "c"), rule("c", "a")]
    assert inhibited([alert(1, "b"), alert(2, "c"), alert(3, "a")], circle) == {2: 1}
    assert inhibited([alert(1, "a"), alert(2, "b")], [rule("*", "*")]) == {2: 1}
    assert inhibited([alert(1, "a")], [rule("*", "*")]) == {}, "nothing holds back itself"


names = st.sampled_from("abcdef")
sets = st.lists(names, min_size=1, max_size=3).map(tuple)
rules = st.lists(
    st.builds(
        lambda s, t, site: Inhibition(Which(targets=s), Which(targets=t), site, False), sets, sets, st.booleans()
    ),
    max_size=6,
)
alerts = st.lists(st.tuples(names, st.sampled_from(["hz1", "sh1"])), max_size=12).map(
    lambda of: [alert(n, target, site=site) for n, (target, site) in enumerate(of, 1)]
)


@given(alerts, rules)
def test_whatever_the_rules_each_is_held_back_by_a_free_one_and_nobody_else_is(
    there: list[Alert], these: list[Inhibition]
) -> None:
    held = inhibited(there, these)
    assert held == inhibited(there[::-1], these)
    by_number = {each.number: each for each in there}

    def holds(source: Alert, target: Alert) -> bool:
        return source is not target and any(
            r.source.means(source) and r.target.means(target) and r.shared(source) == r.shared(target) for r in these
        )

    for number, by in held.items():
        assert by not in held
        assert holds(by_number[by], by_number[number])
    free = [each for each in there if each.number not in held]
    assert not there or free
    for one in free:
        led = {one.number}
        while further := {b.number for a in there if a.number in led for b in there if holds(a, b)} - led:
            led |= further
        # Of an odd circle two neighbours are free: each link but one holds back the next.
        assert all(other.number in led for other in free if holds(other, one))


def test_a_thousand_that_all_hold_back_each_other_are_decided_at_once() -> None:
    many = [alert(n, "a") for n in range(1, 1001)]
    assert inhibited(many, [rule("*", "*")] * 10) == dict.fromkeys(range(2, 1001), 1)
