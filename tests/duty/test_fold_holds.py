"""What holds for alerts whatever is seen, in whatever order, and wherever the agent is stopped and started."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duty.findings import Finding, Rule, Severity
from duty.fold import REACH, Key, State, Transition, _count, fold
from duty.readings import Gap, Look
from duty.targets import Target

NIGHT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CPU: Key = ("core", "cpu", "")
CORE = Target("core", "192.0.2.1", ("snmp",), "HZ1")
SPARE = Target("spare", "192.0.2.2", ("snmp",), "HZ1")
CHILDREN = tuple(Target(name, "192.0.2.9", ("snmp",), "HZ1", depends_on=("core",)) for name in ("a", "b", "c"))
TARGETS = {target.name: target for target in (CORE, SPARE, *CHILDREN)}

severities = st.sampled_from([None, *Severity])
counts = st.integers(1, 4)
rules = st.builds(
    lambda warning, critical, back: Rule(
        "cpu", "levels", "cpu_used", looks_warning=warning, looks_critical=critical, looks_back=back
    ),
    counts,
    counts,
    counts,
)
values = st.none() | st.integers(0, 2**64) | st.floats(allow_nan=False, allow_infinity=False)
seen = st.lists(st.tuples(severities, values), max_size=30)


def stored(states: Mapping[Key, State]) -> dict[Key, State]:
    """Return the states as they come back from a record that knows text and numbers only."""
    restored = {}
    for key, state in states.items():
        row = json.loads(json.dumps(asdict(state), default=datetime.isoformat))
        for name in ("since", "bad_since"):
            row[name] = datetime.fromisoformat(row[name]) if row[name] else None
        restored[key] = State(**row | {"severity": Severity(row["severity"])})
    return restored


def cpu_look(
    states: Mapping[Key, State], minute: int, severity: Severity | None, value: float | None, rule: Rule
) -> tuple[dict[Key, State], tuple[Transition, ...]]:
    look = Look("core", NIGHT + minute * MINUTE, timedelta(0), True)
    findings = [] if severity is None else [Finding("cpu", "", severity, "x", "cpu_used", value, "%", 80.0)]
    done = fold(states, look, findings, {"cpu": rule}, TARGETS, {"core": look})
    return {**states, **done.states}, done.transitions


@given(rules, seen)
def test_nothing_becomes_better_without_having_been_seen_better(
    rule: Rule, seen: list[tuple[Severity | None, float | None]]
) -> None:
    states: dict[Key, State] = {}
    for minute, (severity, value) in enumerate(seen):
        before = states.get(CPU, State())
        states, _ = cpu_look(states, minute, severity, value, rule)
        after = states.get(CPU, State())
        if severity is None:
            assert after == before
        elif after.severity < before.severity:
            assert severity < before.severity
            assert severity <= after.severity or after.severity is Severity.OK


@given(rules, seen)
def test_it_takes_as_many_bad_looks_in_a_row_as_the_rule_says(
    rule: Rule, seen: list[tuple[Severity | None, float | None]]
) -> None:
    states: dict[Key, State] = {}
    bad: list[Severity] = []
    for minute, (severity, value) in enumerate(seen):
        before = states.get(CPU, State()).severity
        states, _ = cpu_look(states, minute, severity, value, rule)
        after = states.get(CPU, State()).severity
        if severity is not None:
            bad = [*bad, severity] if severity >= Severity.WARNING else []
        if after > before:
            enough = rule.looks_critical if after is Severity.CRITICAL else rule.looks_warning
            assert len(bad) >= enough
            assert all(severity >= after for severity in bad[-enough:])


@given(rules, seen, st.sets(st.integers(0, 29)))
def test_a_restart_at_any_point_changes_nothing(
    rule: Rule, seen: list[tuple[Severity | None, float | None]], restarts: set[int]
) -> None:
    kept: dict[Key, State] = {}
    restored: dict[Key, State] = {}
    for minute, (severity, value) in enumerate(seen):
        if minute in restarts:
            restored = stored(restored)
        kept, told = cpu_look(kept, minute, severity, value, rule)
        restored, told_again = cpu_look(restored, minute, severity, value, rule)
        assert (kept, told) == (restored, told_again)


@given(rules, seen)
def test_each_transition_goes_on_from_the_one_before(
    rule: Rule, seen: list[tuple[Severity | None, float | None]]
) -> None:
    states: dict[Key, State] = {}
    standing = Severity.OK
    for minute, (severity, value) in enumerate(seen):
        states, told = cpu_look(states, minute, severity, value, rule)
        assert len(told) <= 1
        for transition in told:
            assert transition.before is standing
            if transition.after is not Severity.NOTE:
                assert transition.after is not standing
                standing = transition.after
    assert states.get(CPU, State()).severity is standing


@given(rules, st.sampled_from([Severity.OK, Severity.WARNING, Severity.CRITICAL]), seen)
def test_what_does_not_change_is_not_written_again(
    rule: Rule, severity: Severity, seen: list[tuple[Severity | None, float | None]]
) -> None:
    states: dict[Key, State] = {}
    for minute, (earlier, value) in enumerate(seen):
        states, _ = cpu_look(states, minute, earlier, value, rule)
    for minute in range(30, 40):
        states, _ = cpu_look(states, minute, severity, 97.5, rule)
    assert cpu_look(states, 40, severity, 97.5, rule) == (states, ())


class Site:
    """A core switch and what stands behind it, each looked at once a minute, in an order that nobody chose."""

    def __init__(self, looks: int) -> None:
        self.rule = Rule(REACH, "absence", REACH, looks_warning=looks, looks_critical=looks, looks_back=2)
        self.states: dict[Key, State] = {}
        self.looked: dict[str, Look] = {}
        self.told: list[Transition] = []

    def see(self, name: str, began: datetime, *, reached: bool) -> None:
        took = timedelta(0) if reached else timedelta(seconds=10)
        look = Look(name, began, took, reached, gaps=() if reached else (Gap("snmp", "", "timeout"),))
        self.looked[name] = look
        finding = Finding(REACH, "", Severity.OK if reached else Severity.CRITICAL)
        done = fold(self.states, look, [finding], {REACH: self.rule}, TARGETS, self.looked)
        self.states.update(done.states)
        self.told += done.transitions

    def restart(self) -> None:
        """Lose all that is not recorded."""
        self.states, self.looked = stored(self.states), {}

    def severity(self, name: str) -> Severity:
        return self.states.get((name, REACH, ""), State()).severity


names = ("core", "a", "b", "c")
orders = st.permutations(names)
delays = st.fixed_dictionaries({name: st.floats(0, 20) for name in names})
minutes = st.lists(st.tuples(orders, delays, st.sets(st.sampled_from(names)), st.booleans()), max_size=15)


@given(counts, minutes)
def test_no_child_fires_before_a_look_at_its_parent_that_began_after_its_first_failure(
    looks: int, minutes: list[tuple[list[str], dict[str, float], set[str], bool]]
) -> None:
    site = Site(looks)
    first: dict[str, datetime | None] = dict.fromkeys(names)
    parent: list[Look] = []
    for number, (order, delay, down, restarts) in enumerate(minutes):
        if restarts:
            site.restart()
        for name in order:
            began = NIGHT + number * MINUTE + timedelta(seconds=delay[name])
            first[name] = (first[name] or began) if name in down else None
            before = site.severity(name)
            site.see(name, began, reached=name not in down)
            if name == "core":
                parent.append(site.looked[name])
            elif site.severity(name) > before:
                failed = first[name]
                assert failed is not None
                assert any(look.began > failed and look.reached for look in parent)


@given(counts, st.integers(0, 5), minutes, st.booleans())
def test_one_dead_switch_is_one_alert_in_whatever_order_its_children_are_looked_at(
    looks: int, died: int, minutes: list[tuple[list[str], dict[str, float], set[str], bool]], restarts: bool
) -> None:
    site = Site(looks)
    # A look asks some seconds after it began (a name had to be resolved); it fails if the switch was dead by then.
    death = NIGHT + died * MINUTE + timedelta(seconds=10)
    for number, (order, delay, slow, stopped) in enumerate(minutes):
        if stopped and restarts:
            site.restart()
        for name in order:
            began = NIGHT + number * MINUTE + timedelta(seconds=delay[name])
            asked = began + timedelta(seconds=9 if name in slow and name != "core" else 0)
            site.see(name, began, reached=asked < death)
    assert {transition.key[0] for transition in site.told} <= {"core"}


@given(counts, minutes, st.sets(st.sampled_from(["a", "b", "c"])))
def test_when_all_is_quiet_the_same_is_known_with_and_without_restarts(
    looks: int, minutes: list[tuple[list[str], dict[str, float], set[str], bool]], dead: set[str]
) -> None:
    through, stopped = Site(looks), Site(looks)
    for number, (order, delay, down, restarts) in enumerate(minutes):
        if restarts:
            stopped.restart()
        for name in order:
            for site in (through, stopped):
                began = NIGHT + number * MINUTE + timedelta(seconds=delay[name])
                site.see(name, began, reached=name not in down)
    for number in range(len(minutes), len(minutes) + looks + 3):
        for name in names:
            for site in (through, stopped):
                site.see(name, NIGHT + number * MINUTE, reached=name not in dead)
    assert {name for name in names if through.severity(name)} == dead
    assert {name for name in names if stopped.severity(name)} == dead


@given(counts, st.lists(st.tuples(orders, orders, st.sets(st.sampled_from(names))), max_size=15))
def test_the_order_of_looks_at_targets_that_do_not_depend_on_each_other_does_not_matter(
    looks: int, minutes: list[tuple[list[str], list[str], set[str]]]
) -> None:
    one, other = Site(looks), Site(looks)
    for number, (order, another, down) in enumerate(minutes):
        # The core is looked at first, and is up: what is behind it does not depend on anything then.
        for site, names_ in ((one, order), (other, another)):
            site.see("core", NIGHT + number * MINUTE, reached=True)
            for name in names_:
                if name != "core":
                    site.see(name, NIGHT + number * MINUTE, reached=name not in down)
    assert one.states == other.states


@given(rules, seen, st.sampled_from(["%", "bool"]))
def test_only_what_changes_is_told_and_all_that_does(
    rule: Rule, seen: list[tuple[Severity | None, float | None]], unit: str
) -> None:
    # Against the rule without its short way for what goes on well, which counts anew at each look.
    states: dict[Key, State] = {}
    for minute, (severity, value) in enumerate(seen):
        look = Look("core", NIGHT + minute * MINUTE, timedelta(0), True)
        for finding in [] if severity is None else [Finding("cpu", "", severity, "x", "cpu_used", value, unit, 80.0)]:
            before = states.get(CPU, State())
            done = fold(states, look, [finding], {"cpu": rule}, TARGETS, {"core": look})
            after = _count(before, finding, rule, look.began)
            if after == before:
                assert not done.states
            else:
                assert (done.states[CPU].value, done.states[CPU].bad_since) == (after.value, after.bad_since)
            states |= done.states
