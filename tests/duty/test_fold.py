"""How many looks make a failure, what recovers, what a parent explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from duty.findings import Finding, Rule, Severity
from duty.fold import REACH, Folded, Key, State, explained, fold, recorded, silent_parents
from duty.readings import Gap, Look
from duty.targets import Target

OK, NOTE, WARNING, CRITICAL = Severity.OK, Severity.NOTE, Severity.WARNING, Severity.CRITICAL
NIGHT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CPU: Key = ("core", "cpu", "")
RULE = Rule("cpu", "levels", "cpu_used", looks_warning=3, looks_critical=2, looks_back=2)
CORE = Target("core", "192.0.2.1", ("snmp",), "HZ1")
ACCESS = Target("access", "192.0.2.2", ("snmp",), "HZ1", depends_on=("core",))
TWICE = Target("twice", "192.0.2.3", ("snmp",), "HZ1", depends_on=("core", "spare"))
TARGETS = {target.name: target for target in (CORE, ACCESS, TWICE)}


def look(minute: float, target: str = "core", *, reached: bool = True, gap: str = "timeout", took: float = 0) -> Look:
    gaps = () if reached else (Gap("snmp", "", gap),)
    return Look(target, NIGHT + minute * MINUTE, timedelta(seconds=took), reached, gaps=gaps)


def found(severity: Severity, value: float | None = None, check: str = "cpu") -> Finding:
    return Finding(check, "", severity, "levels.high" if severity else "", "cpu_used", value, "%", 80.0)


def folded(states: Mapping[Key, State], minute: int, *findings: Finding, rule: Rule = RULE) -> Folded:
    return fold(states, look(minute), findings, {rule.name: rule}, TARGETS, {})


def run(*severities: Severity | None, rule: Rule = RULE) -> tuple[State, list[tuple[int, Severity]]]:
    """Fold a look each minute (None: nothing was found) and return the last state, and when it became what."""
    states: dict[Key, State] = {}
    became = []
    for minute, severity in enumerate(severities):
        findings = [] if severity is None else [found(severity)]
        done = folded(states, minute, *findings, rule=rule)
        states.update(done.states)
        became += [(minute, transition.after) for transition in done.transitions]
    return states.get(CPU, State()), became


@pytest.mark.parametrize(
    ("severities", "became"),
    [
        pytest.param([OK, WARNING, WARNING], [], id="two warnings are not enough"),
        pytest.param([WARNING] * 3, [(2, WARNING)], id="three are"),
        pytest.param([WARNING, WARNING, OK, WARNING, WARNING], [], id="a good look between begins anew"),
        pytest.param(
            [WARNING, None, None, WARNING, WARNING], [(4, WARNING)], id="what was not seen does not interrupt"
        ),
        pytest.param([CRITICAL] * 2, [(1, CRITICAL)], id="two critical looks are enough"),
        pytest.param([CRITICAL, WARNING, CRITICAL], [(2, WARNING)], id="a critical look is a warning too"),
        pytest.param(
            [WARNING, WARNING, WARNING, CRITICAL, CRITICAL],
            [(2, WARNING), (4, CRITICAL)],
            id="a warning becomes critical",
        ),
        pytest.param([*[WARNING] * 3, OK, OK], [(2, WARNING), (4, OK)], id="two good looks make it well"),
        pytest.param([*[WARNING] * 3, OK, WARNING, OK], [(2, WARNING)], id="they must follow each other"),
        pytest.param(
            [*[WARNING] * 3, OK, None, OK], [(2, WARNING), (5, OK)], id="what was not seen does not count against them"
        ),
        pytest.param([*[WARNING] * 3, *[None] * 9], [(2, WARNING)], id="what is no longer seen is not well"),
        pytest.param(
            [*[CRITICAL] * 2, WARNING, WARNING], [(1, CRITICAL), (3, WARNING)], id="critical eases to a warning"
        ),
        pytest.param([*[CRITICAL] * 2, WARNING, OK], [(1, CRITICAL), (3, OK)], id="it may ease by way of a warning"),
        pytest.param([*[CRITICAL] * 2, OK, WARNING], [(1, CRITICAL), (3, WARNING)], id="or come back half way"),
        pytest.param([NOTE, OK, NOTE], [(0, NOTE), (2, NOTE)], id="each note is told at once"),
    ],
)
def test_what_becomes_of_a_row_of_looks(severities: list[Severity | None], became: list[tuple[int, Severity]]) -> None:
    assert run(*severities)[1] == became


def test_a_check_of_one_look_speaks_at_once() -> None:
    assert run(CRITICAL, OK, rule=Rule("cpu", "levels", "cpu_used"))[1] == [(0, CRITICAL), (1, OK)]


def test_a_note_changes_no_severity() -> None:
    state, _ = run(NOTE)
    assert state.severity is OK
    assert state.since is None


def test_a_transition_says_what_it_was_and_shows_the_finding_behind_it() -> None:
    before = {CPU: State(warnings=2, bad_since=NIGHT)}
    (transition,) = folded(before, 2, found(WARNING, 81.5)).transitions
    assert (transition.key, transition.before, transition.after) == (CPU, OK, WARNING)
    assert transition.at == NIGHT + 2 * MINUTE
    assert transition.finding == found(WARNING, 81.5)


def test_a_state_says_since_when_and_how_bad() -> None:
    state, _ = run(OK, WARNING, WARNING, WARNING)
    assert (state.severity, state.since, state.bad_since) == (WARNING, NIGHT + 3 * MINUTE, NIGHT + MINUTE)
    assert (state.limit, state.reason) == (80.0, "levels.high")


def test_what_is_well_again_says_nothing_of_the_past() -> None:
    state, _ = run(*[WARNING] * 3, OK, OK)
    assert state == State(since=NIGHT + 4 * MINUTE)


def test_severity_is_no_part_of_the_key() -> None:
    states: dict[Key, State] = {}
    for minute, severity in enumerate([WARNING] * 3 + [CRITICAL] * 2):
        states.update(folded(states, minute, found(severity)).states)
    assert list(states) == [CPU]


def test_instances_are_counted_apart() -> None:
    one, other = replace(found(CRITICAL), instance="1"), replace(found(CRITICAL), instance="2")
    first = folded({}, 0, one, other)
    second = folded(first.states, 1, one)
    assert [transition.key for transition in second.transitions] == [("core", "cpu", "1")]


@pytest.mark.parametrize("severity", [WARNING, CRITICAL])
def test_what_stays_as_bad_as_it_was_is_written_once(severity: Severity) -> None:
    states: dict[Key, State] = {}
    for minute in range(10):
        states.update(folded(states, minute, found(severity, 97.0)).states)
    assert folded(states, 10, found(severity, 97.0)).states == {}
    assert folded(states, 10, found(severity, 98.0)).states.keys() == {CPU}


def test_a_value_that_sways_and_is_well_is_not_written() -> None:
    states = folded({}, 0, found(OK, 10.0)).states
    assert folded(states, 1, found(OK, 20.0)).states == {}


def test_a_switch_is_remembered_also_while_it_is_well() -> None:
    up = Finding("port", "1", OK, parameter="port_up", value=1, unit="bool")
    done = folded({}, 0, up, rule=Rule("port", "ports", "port_up"))
    assert done.states["core", "port", "1"].value == 1


REACHED = Rule(REACH, "absence", REACH, looks_warning=3, looks_critical=3, looks_back=2)


class Site:
    """Targets that are looked at one after the other, and what is known of them."""

    def __init__(self) -> None:
        self.states: dict[Key, State] = {}
        self.looked: dict[str, Look] = {}

    def see(self, minute: float, target: str, *, reached: bool, gap: str = "timeout", took: float = 0) -> None:
        seen = look(minute, target, reached=reached, gap=gap, took=took)
        self.looked[target] = seen
        findings = [Finding(REACH, "", OK)] if reached else []
        if seen.silent:
            findings = [Finding(REACH, "", CRITICAL, "absence.not_reached", f"gap.{gap}")]
        self.states.update(fold(self.states, seen, findings, {REACH: REACHED}, TARGETS, self.looked).states)

    def state(self, target: str) -> State:
        return self.states.get((target, REACH, ""), State())

    def down(self, target: str, *minutes: float) -> None:
        for minute in minutes:
            self.see(minute, target, reached=False)


def test_a_target_without_a_parent_fires_at_its_third_look() -> None:
    site = Site()
    site.down("core", 0, 1)
    assert site.state("core").severity is OK
    site.down("core", 2)
    assert site.state("core").severity is CRITICAL


def test_a_child_fires_when_its_parent_answers() -> None:
    site = Site()
    for minute in range(3):
        site.see(minute, "core", reached=True)
        site.down("access", minute)
    assert site.state("access").severity is CRITICAL


def test_a_child_waits_for_a_look_at_its_parent_that_began_after_it_failed() -> None:
    site = Site()
    site.see(-1, "core", reached=True)
    site.down("access", 0, 1, 2, 3)
    assert site.state("access").severity is OK
    site.see(3.5, "core", reached=True)
    site.down("access", 4)
    assert site.state("access").severity is CRITICAL


def test_a_parent_that_answered_while_the_childs_look_still_ran_may_have_died_since() -> None:
    site = Site()
    for minute in range(2):
        site.see(minute, "access", reached=False, took=10)
    site.see(0.1, "core", reached=True)
    site.see(2, "access", reached=False, took=10)
    assert site.state("access").severity is OK


def test_one_dead_switch_is_one_alert() -> None:
    site = Site()
    for minute in range(10):
        site.down("access", minute)
        site.down("core", minute)
    assert site.state("core").severity is CRITICAL
    assert (site.state("access").severity, site.state("access").suppressed) == (OK, True)


def test_what_comes_back_with_its_switch_was_never_an_alert() -> None:
    site = Site()
    for minute in range(5):
        site.down("core", minute)
        site.down("access", minute)
    site.see(5, "core", reached=True)
    site.down("access", 5, 6)
    assert site.state("access").severity is OK
    site.see(7, "access", reached=True)
    assert site.state("access") == State()


def test_what_stays_dead_when_its_switch_is_back_is_an_alert_of_its_own() -> None:
    site = Site()
    for minute in range(5):
        site.down("core", minute)
        site.down("access", minute)
    for minute in range(5, 8):
        site.see(minute, "core", reached=True)
        site.down("access", minute)
    assert (site.state("access").severity, site.state("access").suppressed) == (CRITICAL, False)


def test_an_alert_that_stands_is_not_taken_back_when_the_parent_dies_as_well() -> None:
    site = Site()
    for minute in range(3):
        site.see(minute, "core", reached=True)
        site.down("access", minute)
    for minute in range(3, 8):
        site.down("core", minute)
        site.down("access", minute)
    assert site.state("access").severity is CRITICAL


def test_what_was_suppressed_stays_so_after_a_restart_until_the_parent_is_seen() -> None:
    site = Site()
    for minute in range(5):
        site.down("core", minute)
        site.down("access", minute)
    site.looked.clear()
    before = site.state("access")
    site.down("access", 5, 6, 7, 8)
    assert site.state("access") == before


def test_a_parent_that_we_may_not_ask_explains_nothing() -> None:
    site = Site()
    for minute in range(3):
        site.see(minute, "core", reached=False, gap="not_permitted")
        site.down("access", minute)
    assert site.state("access").severity is CRITICAL


def test_only_the_check_that_a_target_answers_is_explained_by_a_parent() -> None:
    looked = {"core": look(5, reached=False)}
    rule = Rule("battery", "states", "on_battery")
    finding = Finding("battery", "", CRITICAL)
    done = fold({}, look(5, "access"), [finding], {"battery": rule}, TARGETS, looked)
    assert done.states["access", "battery", ""].severity is CRITICAL


DOWN, UP, UNASKED = False, True, None


@pytest.mark.parametrize(
    ("core", "spare", "answer"),
    [
        pytest.param((1, DOWN), (1, DOWN), True, id="none of them answers"),
        pytest.param((1, DOWN), (1, UP), False, id="the other way is open"),
        pytest.param((1, DOWN), (-1, DOWN), None, id="the other was not looked at since"),
        pytest.param((1, DOWN), (-1, UP), None, id="that it answered before says nothing"),
        pytest.param((1, UP), None, False, id="one that answers is enough"),
        pytest.param((1, DOWN), None, None, id="the other was never looked at"),
        pytest.param((1, DOWN), (1, UNASKED), False, id="the other cannot be asked by us"),
    ],
)
def test_two_parents_explain_only_together(
    core: tuple[int, bool | None], spare: tuple[int, bool | None] | None, answer: bool | None
) -> None:
    seen = {"core": core, "spare": spare}
    looked = {
        name: look(part[0], name, reached=part[1] is UP, gap="timeout" if part[1] is DOWN else "not_permitted")
        for name, part in seen.items()
        if part is not None
    }
    assert explained(TWICE, NIGHT, looked) is answer


def test_a_target_without_parents_is_never_explained() -> None:
    assert explained(CORE, NIGHT, {}) is False
    assert not silent_parents(CORE, {})


@pytest.mark.parametrize(
    ("looked", "silent"),
    [
        pytest.param({}, False, id="it was never looked at"),
        pytest.param({"core": look(0)}, False, id="it answered"),
        pytest.param({"core": look(0, reached=False)}, True, id="it was silent"),
        pytest.param({"core": look(0, reached=False, gap="crashed")}, False, id="our own collector failed"),
    ],
)
def test_a_sheet_is_suppressed_while_the_parents_are_silent(looked: dict[str, Look], silent: bool) -> None:
    assert silent_parents(ACCESS, looked) is silent


@pytest.mark.parametrize(
    ("severity", "looks", "confirmed", "expected"),
    [
        pytest.param(WARNING, (3, 3), OK, WARNING, id="what takes a few looks stands there at once"),
        pytest.param(WARNING, (15, 5), OK, NOTE, id="what must last is a note first"),
        pytest.param(WARNING, (15, 5), WARNING, WARNING, id="what has lasted stands there as it is"),
        pytest.param(CRITICAL, (15, 5), OK, CRITICAL, id="what is critical need not last as long"),
        pytest.param(CRITICAL, (15, 15), WARNING, WARNING, id="or is a warning until it has"),
        pytest.param(OK, (15, 15), CRITICAL, OK, id="what is well is well"),
        pytest.param(NOTE, (15, 15), OK, NOTE, id="a note is a note"),
    ],
)
def test_how_a_finding_stands_in_the_sheet(
    severity: Severity, looks: tuple[int, int], confirmed: Severity, expected: Severity
) -> None:
    rule = Rule("cpu", "levels", "cpu_used", looks_warning=looks[0], looks_critical=looks[1])
    assert recorded(found(severity), rule, confirmed) == replace(found(severity), severity=expected)
