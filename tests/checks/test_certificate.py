"""How long a certificate still lasts, measured by its own life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checks.certificate import judge
from checks.judge import judge as judge_all
from checks.seen import Seen
from config.build import build_rules
from config.schema import HttpTarget, Settings
from duty.findings import Finding, Limits, Rule, Severity
from duty.fold import State
from duty.readings import Look, Reading
from duty.targets import Target
from duty.waking import may_wake

OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL
DAY = 86400
SETTINGS = Settings(targets=(HttpTarget(kind="http", name="web", url="https://web/", key=True),))
RULES = {rule.name: rule for rule in build_rules(SETTINGS, "web")}
RULE = RULES["certificate"]
WEB = Target("web", "https://web/", ("http",), "HZ1", key=True)
NIGHT = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def seen(left: float, life: float | None, before: Severity = OK) -> Seen:
    readings = [Reading("certificate_left", "", left * DAY, "s")]
    readings += [] if life is None else [Reading("certificate_life", "", life * DAY, "s")]
    look = Look("web", NIGHT, timedelta(), True, tuple(readings))
    return Seen(look, WEB, {("web", "certificate", ""): State(before)})


@pytest.mark.parametrize(
    ("left", "life", "severity"),
    [
        pytest.param(31, 398, OK, id="a month is left of a year's"),
        pytest.param(30, 398, WARNING, id="30 days are left of a year's"),
        pytest.param(7, 398, CRITICAL, id="a week is left"),
        pytest.param(29, 47, OK, id="30 days would be a warning for good where it lives for 47"),
        pytest.param(15.6, 47, WARNING, id="a third is left of 47 days"),
        pytest.param(7.1, 47, WARNING, id="more than a week is left of 47 days"),
        pytest.param(7, 47, CRITICAL, id="a week is left of 47 days"),
        pytest.param(5.5, 6, OK, id="a week would be critical for good where it lives for 6 days"),
        pytest.param(1.9, 6, WARNING, id="a third is left of 6 days"),
        pytest.param(0.9, 6, CRITICAL, id="a sixth is left of 6 days"),
        pytest.param(20, None, WARNING, id="of an unknown life the limits count"),
        pytest.param(20, 0, WARNING, id="a life of nothing is none"),
    ],
)
def test_severity(left: float, life: float | None, severity: Severity) -> None:
    (finding,) = judge(RULE, seen(left, life))
    assert (finding.severity, finding.reason) == (severity, "certificate.ends" if severity else "")


def test_the_limit_told_is_the_one_in_force() -> None:
    (finding,) = judge(RULE, seen(10, 47))
    assert finding.limit == pytest.approx(47 / 3 * DAY)


def test_a_limit_that_a_person_set_stands_as_it_is() -> None:
    rule = Rule(
        "certificate", "certificate", "certificate_left", RULE.limits, raised=(("", Limits(3 * DAY, DAY, below=True)),)
    )
    (finding,) = judge(rule, seen(4, 6))
    assert finding.severity is OK


@pytest.mark.parametrize("before", [OK, WARNING, CRITICAL])
def test_an_expired_one_is_left_to_its_own_check(before: Severity) -> None:
    assert list(judge(RULE, seen(-1, 90, before))) == []


def all_findings(left: float) -> dict[str, Finding]:
    found = judge_all(seen(left, 90), RULES.values())
    return {finding.check: finding for finding in found if finding.severity}


def test_one_that_ends_in_six_days_does_not_wake_and_one_that_expired_does() -> None:
    ending, expired = all_findings(6), all_findings(-0.01)
    assert ending.keys() == {"certificate"}
    assert not may_wake(ending["certificate"], RULES["certificate"], WEB, NIGHT, "Asia/Shanghai")
    assert expired.keys() == {"certificate_expired"}, "one cause is one alert"
    assert may_wake(expired["certificate_expired"], RULES["certificate_expired"], WEB, NIGHT, "Asia/Shanghai")


def test_an_operator_may_switch_off_each() -> None:
    target = HttpTarget.model_validate(
        {"kind": "http", "name": "web", "url": "https://web/", "checks": {"certificate_expired": {"off": True}}}
    )
    names = {rule.name for rule in build_rules(Settings(targets=(target,)), "web")}
    assert "certificate" in names
    assert "certificate_expired" not in names
