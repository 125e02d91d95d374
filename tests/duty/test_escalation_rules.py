"""Rules that the operator writes: which alert goes by which steps, and whom those tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from duty.alerts import Alert, AlertState, TakePolicy, snoozed, taken
from duty.escalation import EscalationPolicy, EscalationRule, Page, Told, due_pages
from duty.findings import Finding, Severity
from duty.incidents import Grade
from duty.people import Contact, Person, Post
from duty.roster import Shift
from duty.steps import CRITICAL, Step, laid_out
from duty.which import Which

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 5, 3, 19, 10, tzinfo=UTC)
"""03:10 in Shanghai."""
FINDING = Finding("reach", "", Severity.CRITICAL, "reach.silent")
WARNING, CRIT = Severity.WARNING, Severity.CRITICAL
MINE = (Step(timedelta(0), Post.LEADER),)
GROUP = Contact("chat", "ops")
PEOPLE = {name: Person(name, name, contacts=(Contact("sms", name),)) for name in ("jia", "ding", "yi", "zu")}
ROSTER = [
    Shift("hz1", post, name, NIGHT - 48 * HOUR, NIGHT + 48 * HOUR)
    for post, name in ((Post.TECHNICIAN, "jia"), (Post.MANAGER, "yi"), (Post.LEADER, "zu"))
]
FALLBACK = (Contact("sms", "110"),)


def alert(severity: Severity = CRIT, *, target: str = "core-1", key: bool = True) -> Alert:
    return Alert(7, (target, "reach", ""), "hz1", severity, AlertState.FIRING, NIGHT, NIGHT, FINDING, key, wakes=True)


def by(*rules: EscalationRule) -> EscalationPolicy:
    return EscalationPolicy(zone="Asia/Shanghai", rules=rules)


def heard(
    policy: EscalationPolicy, minutes: int, one: Alert | None = None, took_at: int | None = None
) -> list[tuple[float, str]]:
    """Return after how many minutes whom is told, ``minutes`` long; at ``took_at`` somebody takes it."""
    current, pages = one or alert(), list[Page]()
    said: list[tuple[float, str]] = []
    for minute in range(minutes + 1):
        now = NIGHT + minute * MINUTE
        if minute == took_at:
            current = taken(current, "jia", now, TakePolicy())
        told = [Told(p.alert, p.fired, p.step, p.person, p.contact) for p in pages]
        new = due_pages(current, PEOPLE, ROSTER, FALLBACK, told, policy, now)
        said += [(minute, page.person or page.contact.address) for page in new]
        pages += new
    return said


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        pytest.param(EscalationRule(MINE), True, id="what says nothing takes everything"),
        pytest.param(EscalationRule(MINE, Which(severity=CRIT)), True, id="its severity"),
        pytest.param(EscalationRule(MINE, Which(severity=WARNING)), False, id="another severity"),
        pytest.param(EscalationRule(MINE, Which(key=True)), True, id="key equipment"),
        pytest.param(EscalationRule(MINE, Which(key=False)), False, id="only what is none"),
        pytest.param(EscalationRule(MINE, Which(targets=("acc-*", "core-*"))), True, id="one of its targets"),
        pytest.param(EscalationRule(MINE, Which(targets=("acc-*",))), False, id="other targets"),
        pytest.param(EscalationRule(MINE, Which(sites=("hz[12]",))), True, id="its site"),
        pytest.param(EscalationRule(MINE, Which(sites=("sh*",))), False, id="another site"),
        pytest.param(EscalationRule(MINE, Which(checks=("reach",))), True, id="its check"),
        pytest.param(EscalationRule(MINE, Which(checks=("disk",))), False, id="another check"),
        pytest.param(EscalationRule(MINE, hours=(time(22), time(7))), True, id="by night"),
        pytest.param(EscalationRule(MINE, hours=(time(7), time(22))), False, id="by day"),
        pytest.param(EscalationRule(MINE, grade=Grade.MAJOR), False, id="of a major incident, and there is none"),
    ],
)
def test_a_rule_decides_where_all_that_it_says_is_so(rule: EscalationRule, fits: bool) -> None:
    assert by(rule).steps(alert(), NIGHT) == (MINE if fits else CRITICAL)


def test_the_first_rule_that_fits_decides() -> None:
    other = (Step(timedelta(0), Post.MANAGER),)
    policy = by(EscalationRule(other, Which(targets=("acc-*",))), EscalationRule(MINE), EscalationRule(other))
    assert policy.steps(alert(), NIGHT) == MINE
    assert policy.steps(alert(target="acc-1"), NIGHT) == other


def test_an_incident_that_becomes_major_calls_those_above_at_once() -> None:
    policy = by(EscalationRule(MINE, grade=Grade.MAJOR))
    assert [page.person for page in due_pages(alert(), PEOPLE, ROSTER, FALLBACK, [], policy, NIGHT)] == ["jia"]
    pages = due_pages(alert(), PEOPLE, ROSTER, FALLBACK, [], policy, NIGHT, {7: Grade.MAJOR})
    assert [page.person for page in pages] == ["zu"]
    assert due_pages(alert(), PEOPLE, ROSTER, FALLBACK, [], policy, NIGHT, {8: Grade.MAJOR})[0].person == "jia"


def test_a_rule_for_the_day_ends_with_it() -> None:
    policy = by(EscalationRule(MINE, hours=(time(3), time(3, 30))))
    assert policy.steps(alert(), NIGHT + 19 * MINUTE) == MINE
    assert policy.steps(alert(), NIGHT + 20 * MINUTE) == CRITICAL


def test_what_can_never_concern_an_alert_is_not_kept_with_it() -> None:
    never, worse = EscalationRule(MINE, Which(targets=("acc-*",))), EscalationRule(MINE, Which(severity=CRIT))
    policy = by(never, worse)
    assert policy.of(alert(WARNING)).rules == (worse,), "it may become critical"
    assert policy.of(alert(target="acc-1")) is policy


def test_a_step_tells_a_person_by_name_or_a_group() -> None:
    steps = (Step(timedelta(0), person="ding"), Step(MINUTE, group=GROUP), Step(2 * MINUTE, person="nobody"))
    assert heard(by(EscalationRule(steps)), 5) == [(0, "ding"), (1, "ops"), (2, "110")]
    pages = due_pages(alert(), PEOPLE, ROSTER, FALLBACK, [], by(EscalationRule(steps)), NIGHT + MINUTE)
    assert [page.reason for page in pages] == ["step.person", "step.group"]


def test_a_step_that_repeats_tells_again_until_somebody_takes_it() -> None:
    steps = laid_out([(Step(timedelta(0), Post.TECHNICIAN), 10 * MINUTE, 4), (Step(5 * MINUTE, Post.MANAGER), None, 1)])
    policy = by(EscalationRule(steps))
    assert heard(policy, 60) == [(0, "jia"), (5, "yi"), (10, "jia"), (20, "jia"), (30, "jia")]
    assert heard(policy, 60, took_at=12) == [(0, "jia"), (5, "yi"), (10, "jia")]


def test_who_looks_late_tells_only_the_newest_of_a_step_that_repeats() -> None:
    steps = laid_out([(Step(timedelta(0), Post.TECHNICIAN), 10 * MINUTE, 20)])
    pages = due_pages(alert(), PEOPLE, ROSTER, FALLBACK, [], by(EscalationRule(steps)), NIGHT + 55 * MINUTE)
    assert [(page.person, page.step) for page in pages] == [("jia", 5)]


def test_what_is_told_until_the_end_goes_on_though_somebody_has_it() -> None:
    steps = laid_out([
        (Step(timedelta(0), Post.TECHNICIAN), None, 1),
        (Step(10 * MINUTE, group=GROUP, held=True), 20 * MINUTE, 20),
        (Step(15 * MINUTE, Post.LEADER), None, 1),
    ])  # fmt: skip
    policy = by(EscalationRule(steps))
    assert heard(policy, 55, took_at=2) == [(0, "jia"), (10, "ops"), (30, "ops"), (50, "ops")]
    mine = snoozed(taken(alert(), "jia", NIGHT, TakePolicy()), NIGHT + HOUR)
    assert due_pages(mine, PEOPLE, ROSTER, FALLBACK, [], policy, NIGHT + 30 * MINUTE) == [], "put off is put off"
    over = replace(mine, state=AlertState.RESOLVED, snoozed_until=None)
    assert due_pages(over, PEOPLE, ROSTER, FALLBACK, [], policy, NIGHT + 30 * MINUTE) == []


def test_a_channel_that_fails_is_not_told_to_the_group_on_it() -> None:
    fails = replace(alert(), key=("hz1", "channel", "chat"))
    policy = by(EscalationRule((Step(timedelta(0), group=GROUP),)))
    assert heard(policy, 0, fails) == [(0, "110")]


def test_a_first_step_for_a_reserve_has_somebody_in_their_place() -> None:
    steps = (Step(timedelta(0), Post.RESERVE), Step(MINUTE, Post.RESERVE))
    assert heard(by(EscalationRule(steps)), 5) == [(0, "yi")]
