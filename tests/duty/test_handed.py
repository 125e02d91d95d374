"""Alerts of others as we understand them: what they are about, how bad they are, and what a report changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import Alert, begun, moved
from duty.findings import Severity
from duty.handed import Directory, Handed, host_of, moves, read, severity_of
from duty.targets import Site, Target

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SITES = {name: Site(name, name, "UTC") for name in ("hz1", "hz2")}
TARGETS = {
    "core": Target("core", "10.0.0.1", ("snmp",), "hz2", key=True),
    "web": Target("web", "https://www.example.com/health", ("http",), "hz1"),
    "six": Target("six", "2001:db8::1", ("icmp",), "hz1"),
}
DIRECTORY = Directory(TARGETS, SITES)
OK, WARNING, CRITICAL = Severity.OK, Severity.WARNING, Severity.CRITICAL


def cut(text: str, longest: int) -> str:
    return text[:longest]


def sent(status: str = "firing", **labels: str) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": "HostDown", "severity": "critical", "instance": "10.0.0.1:9100"} | labels,
        "annotations": {"summary": "it is down"},
        "fingerprint": "abc",
    }


def understood(alert: Any) -> Handed:
    found = read(alert, DIRECTORY, cut)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("labels", "target", "site"),
    [
        pytest.param({}, "core", "hz2", id="by its address, whatever the port"),
        pytest.param({"instance": "CORE"}, "core", "hz2", id="by its name"),
        pytest.param({"instance": "core:9100"}, "core", "hz2", id="by its name with a port"),
        pytest.param({"instance": "10.9.9.9:9100", "host": "core"}, "core", "hz2", id="by another label"),
        pytest.param({"instance": "https://www.example.com/login"}, "web", "hz1", id="by the host of a page"),
        pytest.param({"instance": "[2001:db8::1]:9100"}, "six", "hz1", id="by IPv6 with a port"),
        pytest.param({"instance": "2001:DB8::1"}, "six", "hz1", id="by IPv6"),
        pytest.param({"instance": "db-1:9100"}, "db-1:9100", "hz1", id="unknown: the label's own text"),
        pytest.param({"instance": "db-1:9100", "site": "hz2"}, "db-1:9100", "hz2", id="unknown, with a site"),
        pytest.param({"instance": "db-1:9100", "site": "moon"}, "db-1:9100", "hz1", id="and an unknown site"),
        pytest.param({"instance": "", "job": "etcd"}, "etcd", "hz1", id="about no machine"),
        pytest.param({"instance": ""}, "alertmanager", "hz1", id="about nothing"),
    ],
)
def test_what_an_alert_is_about(labels: dict[str, str], target: str, site: str) -> None:
    found = understood(sent(**labels))
    assert (found.key[0], found.site) == (target, site)
    assert found.key[1] == "alertmanager:HostDown"


def test_the_same_failure_has_the_same_key_and_another_has_another() -> None:
    key = understood(sent(device="sda")).key
    assert understood(sent("resolved", device="sda", severity="warning")).key == key
    assert understood(sent(device="sda", instance="core")).key == key, "however the target is called"
    assert understood(sent(device="sdb")).key != key


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", CRITICAL), ("Page", CRITICAL), ("disaster", CRITICAL), ("High", CRITICAL), ("灾难", CRITICAL),
        ("warning", WARNING), ("average", WARNING), ("", WARNING), ("sev3", WARNING), ("whatever", WARNING),
        ("info", None), ("none", None), ("Information", None), ("Not classified", None),
    ],
)  # fmt: skip
def test_how_bad_a_word_is(word: str, severity: Severity | None) -> None:
    assert severity_of(word) is severity


@pytest.mark.parametrize(
    ("labels", "wakes"),
    [
        pytest.param({}, True, id="critical on key equipment"),
        pytest.param({"severity": "warning"}, False, id="a warning never"),
        pytest.param({"instance": "db-1"}, False, id="critical on what we do not know"),
        pytest.param({"instance": "db-1", "wake": "true"}, True, id="critical, and its rule says so"),
        pytest.param({"severity": "warning", "wake": "true"}, False, id="a warning, whatever its rule says"),
    ],
)
def test_what_may_wake_somebody(labels: dict[str, str], wakes: bool) -> None:
    assert understood(sent(**labels)).wakes is wakes


def test_zabbix_is_told_by_its_label() -> None:
    found = understood(sent(source="zabbix"))
    assert (found.source, found.key[1]) == ("zabbix", "zabbix:HostDown")
    assert understood(sent(source="zabbix", device="x")).key == found.key, "its trigger tells problems apart"
    assert understood(sent(source="zabbix") | {"fingerprint": "abd"}).key != found.key


@pytest.mark.parametrize(
    "alert",
    [None, 1, "x", [], {}, {"status": "firing"}, {"status": "firing", "labels": []}, sent("pending"),
     sent(alertname=""), sent(severity="info"), {"status": ["firing"], "labels": {"alertname": "x"}}],
)  # fmt: skip
def test_what_is_no_alert_of_ours_is_left_alone(alert: object) -> None:
    assert read(alert, DIRECTORY, cut) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


@given(JSON, JSON, st.sampled_from(["firing", "resolved"]), st.text(st.characters(), min_size=1))
def test_whatever_comes_is_read_or_left_alone(labels: object, notes: object, status: str, name: str) -> None:
    read({"status": status, "labels": labels, "annotations": notes}, DIRECTORY, cut)
    extra = labels if isinstance(labels, dict) else {}
    found = read({"status": status, "labels": {"alertname": name} | extra, "annotations": notes}, DIRECTORY, cut)
    assert found is None or len(found.said) <= 200


def carried(before: Alert | None, *reports: Handed) -> Alert | None:
    transition = moves(before, reports, NOW)
    if transition is None:
        return before
    if before is None:
        return replace(begun(transition, 1, "hz1", key_equipment=False, wakes=False), source=reports[-1].source)
    after = moved(before, transition)
    return after if after.open else None


def state(alert: Alert | None) -> Severity:
    return alert.severity if alert else OK


BASE = understood(sent())
FIRES = {WARNING: replace(BASE, severity=WARNING), CRITICAL: BASE}
ENDS = {severity: replace(report, firing=False) for severity, report in FIRES.items()}


@pytest.mark.parametrize(
    ("reports", "states"),
    [
        pytest.param([FIRES[WARNING], FIRES[WARNING], ENDS[WARNING]], [WARNING, WARNING, OK], id="once is enough"),
        pytest.param([FIRES[WARNING], FIRES[CRITICAL], ENDS[CRITICAL], ENDS[WARNING]],
                     [WARNING, CRITICAL, WARNING, OK], id="two rules of one name"),
        pytest.param([FIRES[CRITICAL], FIRES[WARNING], FIRES[WARNING], ENDS[WARNING], ENDS[CRITICAL]],
                     [CRITICAL, CRITICAL, CRITICAL, CRITICAL, OK], id="the lesser one ends first"),
        pytest.param([ENDS[CRITICAL], FIRES[WARNING]], [OK, WARNING], id="an end of what we never heard of"),
    ],
)  # fmt: skip
def test_the_worst_that_fires_counts_and_it_is_over_with_the_last(
    reports: list[Handed], states: list[Severity]
) -> None:
    alert, seen = None, []
    for report in reports:
        alert = carried(alert, report)
        seen.append(state(alert))
    assert seen == states


def test_one_problem_of_zabbix_is_as_bad_as_its_newest_word() -> None:
    zabbix = {severity: replace(report, source="zabbix") for severity, report in FIRES.items()}
    over = replace(zabbix[WARNING], firing=False)
    alert, seen = None, []
    for report in (zabbix[CRITICAL], zabbix[WARNING], over):
        alert = carried(alert, report)
        seen.append(state(alert))
    assert seen == [CRITICAL, WARNING, OK]


@given(st.lists(st.sampled_from([*FIRES.values(), *ENDS.values()]), max_size=12), st.randoms())
def test_one_request_or_many_make_the_same_of_it(reports: list[Handed], dice: Any) -> None:
    alone = None
    for report in reports:
        alone = carried(alone, report)
    together, left = None, list(reports)
    while left:
        many = dice.randint(1, len(left))
        together, left = carried(together, *left[:many]), left[many:]
    assert state(alone) == state(together)


@pytest.mark.parametrize(
    ("text", "host"),
    [("a", "a"), ("a:1", "a"), ("http://a:1/x?y", "a"), ("http://u:p@a/", "a"), ("[::1]:9", "::1"), ("::1", "::1"),
     ("", ""), ("://", ""), (":9100", ""), ("http://[::1", "")],
)  # fmt: skip
def test_the_host_of_an_address(text: str, host: str) -> None:
    assert host_of(text) == host
