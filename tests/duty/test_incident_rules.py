"""When alerts are an incident: each rule that is shipped fires on what it is for, and not on what is near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.incident_rules import SHIPPED, IncidentRule, cases
from duty.incidents import Grade, IncidentClass
from duty.targets import Port, Target

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def target(name: str, *, site: str = "hz1", key: bool = False, on: str = "", twin: str = "") -> Target:
    ports = (Port("XGE1/0/1", uplink=True), Port("GE0/0/9", circuit="Z-1"), Port("GE0/0/8"))
    return Target(
        name,
        "192.0.2.1",
        ("snmp",),
        site,
        key=key,
        depends_on=tuple(on.split()),
        redundant_with=twin,
        ports=ports,
    )


def targets(*these: Target) -> dict[str, Target]:
    return {each.name: each for each in these}


def alert(
    name: str,
    check: str = "reach",
    instance: str = "",
    *,
    number: int = 1,
    minutes: float = 1,
    severity: Severity = Severity.CRITICAL,
    value: float | None = None,
    key: bool = False,
    site: str = "hz1",
) -> Alert:
    """An alert that has been open for so many minutes."""
    opened = NOW - minutes * MINUTE
    finding = Finding(check, instance, severity, "", "", value)
    firing = AlertState.FIRING
    return Alert(
        number, (name, check, instance), site, severity, firing, opened, opened, finding, key_equipment=key, wakes=True
    )


def found(alerts: Sequence[Alert], known: dict[str, Target], rules: Sequence[IncidentRule] = SHIPPED) -> list[str]:
    """Return which rules say that it is an incident."""
    return [case.rule.name for case in cases(alerts, rules, known, NOW)]


CORE = target("core", key=True)
HALL = targets(CORE, *(target(f"srv-{n}") for n in range(9)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        pytest.param(alert("core", key=True, minutes=5), ["core_down"], id="key equipment, silent for 5 minutes"),
        pytest.param(alert("core", key=True, minutes=4.9), [], id="not yet: it may be starting again"),
        pytest.param(alert("srv-1", minutes=500), [], id="one of many servers is no incident"),
        pytest.param(
            alert("core", key=True, minutes=9, severity=Severity.WARNING), [], id="a warning of key equipment"
        ),
        pytest.param(alert("core", "cpu", key=True, minutes=30), ["key_failing"], id="key equipment, half an hour"),
        pytest.param(alert("core", "cpu", key=True, minutes=29), [], id="less than half an hour"),
        pytest.param(alert("srv-1", "port", "XGE1/0/1", minutes=5), ["uplink_down"], id="an uplink"),
        pytest.param(alert("srv-1", "port", "XGE1/0/1 lane 2", minutes=5), ["uplink_down"], id="a lane of an uplink"),
        pytest.param(alert("srv-1", "port", "GE0/0/9", minutes=5), ["uplink_down"], id="a circuit"),
        pytest.param(alert("srv-1", "port", "GE0/0/8", minutes=99), [], id="a port that is named, and an access port"),
        pytest.param(alert("srv-1", "port", "GE0/0/1", minutes=99), [], id="a port of which nothing is said"),
        pytest.param(alert("srv-1", "port_in_errors", "XGE1/0/1", minutes=99), [], id="errors on an uplink"),
        pytest.param(alert("gone", "port", "XGE1/0/1", minutes=99), [], id="a target that left the settings"),
    ],
)
def test_network_failures(of: Alert, expected: list[str]) -> None:
    assert found([of], HALL) == expected


ALARMS = (
    *("Smoke", "smoke detector 2", "Fire", "fire alarm", "zone 2 fire", "Zone2-Fire-1", "leak", "Water leak rope"),
    *("Flooding", "water", "Water 2", "water detector hall", "System Board Intrusion"),
    *("烟感1", "2号感烟探测器", "火警", "机房火灾报警", "水浸", "精密空调漏水", "红外入侵报警"),
)
NO_ALARMS = (
    *("firewalld", "firewall module", "FireWire 0", "misfire counter", "campfire", "Water in", "chilled water valve"),
    *("door", "防火墙电源", "入侵检测模块", "烟台出口板卡"),
)


@pytest.mark.parametrize("name", ALARMS)
def test_smoke_fire_water_and_intrusion_are_a_major_security_accident(name: str) -> None:
    (case,) = cases([alert("env", "part", name, severity=Severity.WARNING)], SHIPPED, HALL, NOW)
    assert case.rule.name == "fire_water_intrusion"
    assert (case.rule.kind, case.rule.grade) == (IncidentClass.SECURITY, Grade.MAJOR)


@pytest.mark.parametrize("name", NO_ALARMS)
def test_what_only_sounds_like_fire_or_water_is_none(name: str) -> None:
    assert found([alert("env", "part", name)], HALL) == []


def test_a_process_called_smoke_is_no_fire() -> None:
    assert found([alert("srv-1", "process", "smokeping")], HALL) == []


def test_a_battery_that_is_short_counts_on_battery_only() -> None:
    short = alert("ups", "battery_left", severity=Severity.WARNING, value=840.0)
    on_battery = alert("ups", "battery", number=2)
    assert found([short], HALL) == []
    assert found([short, on_battery], HALL) == ["battery_short"]
    assert found([short, replace(on_battery, key=("ups-2", "battery", ""))], HALL) == []
    assert found([short, replace(on_battery, calm_since=NOW)], HALL) == []
    assert found([short, replace(on_battery, state=AlertState.RESOLVED)], HALL) == []


@pytest.mark.parametrize(("seconds", "expected"), [(900.0, ["battery_short"]), (901.0, []), (None, [])])
def test_fifteen_minutes_left_are_short_as_the_limit_says(seconds: float | None, expected: list[str]) -> None:
    """Many count in whole minutes, and the alert has the value with which it opened."""
    short = alert("ups", "battery_left", severity=Severity.WARNING, value=seconds)
    assert found([short, alert("ups", "battery", number=2)], HALL) == expected


def silent(*names: str) -> list[Alert]:
    return [alert(name, number=number) for number, name in enumerate(names, 1)]


def test_a_fifth_of_a_site_that_is_silent_is_a_major_incident() -> None:
    assert found(silent("srv-1", "srv-2"), HALL) == []
    assert found(silent("srv-1", "srv-2", "srv-3"), HALL) == ["site_share"]
    fifteen = HALL | targets(*(target(f"more-{n}") for n in range(5)))
    assert found(silent("srv-1", "srv-2", "srv-3"), fifteen) == ["site_share"]
    assert found(silent("srv-1", "srv-2", "srv-3"), fifteen | targets(target("one-more"))) == []


def test_a_lone_target_of_two_is_no_share_of_a_site() -> None:
    assert found(silent("a"), targets(target("a"), target("b"))) == []
    assert found(silent("a", "b"), targets(target("a"), target("b"))) == []


def test_what_stands_behind_a_dead_switch_counts_though_it_raises_no_alert() -> None:
    hall = HALL | targets(target("access"), target("srv-1", on="access"), target("srv-2", on="access"))
    (case,) = cases(silent("access"), SHIPPED, hall, NOW)
    assert (case.rule.name, case.target, case.alerts) == ("site_share", "access", (1,))


def test_what_stands_behind_two_dead_switches_counts_when_both_are_dead() -> None:
    both = ("sw-1", "sw-2")
    hall = targets(*map(target, both), *(target(f"srv-{n}", on="sw-1 sw-2") for n in range(3)))
    assert found(silent("sw-1"), hall) == []
    assert found(silent("sw-1", "sw-2"), hall) == ["site_share"]


def test_another_check_or_another_site_is_no_share_of_this_one() -> None:
    assert found([alert(f"srv-{n}", "cpu", number=n) for n in range(1, 7)], HALL) == []
    elsewhere = HALL | targets(*(target(f"ber-{n}", site="ber") for n in range(20)))
    theirs = [alert(f"ber-{n}", number=n, site="ber") for n in range(2)]
    assert found([*theirs, *silent("srv-1", "srv-2")], elsewhere) == []


def test_a_site_that_is_cut_off_is_one_incident() -> None:
    (case,) = cases([alert("hz1", "cut_off")], SHIPPED, HALL, NOW)
    assert (case.rule.name, case.site) == ("site_share", "hz1")
    assert found([alert("hz1", "cut_off")], {}) == []


PAIR = targets(target("fw-1", twin="fw-2"), target("fw-2"), target("other"))


def test_a_pair_is_down_when_both_are() -> None:
    assert found(silent("fw-1"), PAIR) == []
    assert found(silent("fw-2", "other"), PAIR) == []
    (case,) = cases(silent("fw-2", "fw-1"), SHIPPED[3:4], PAIR, NOW)
    assert (case.rule.name, case.target, case.alerts) == ("pair_down", "fw-2", (1, 2))


def test_both_may_name_each_other_and_it_is_one_pair() -> None:
    mutual = targets(target("fw-1", twin="fw-2"), target("fw-2", twin="fw-1"))
    assert found(silent("fw-1", "fw-2"), mutual) == ["pair_down"]


def test_of_a_pair_at_two_sites_each_site_has_the_incident() -> None:
    wide = targets(target("dc-1", twin="dc-2"), target("dc-2", site="ber"))
    here, there = silent("dc-1")[0], alert("dc-2", number=2, site="ber")
    assert found([here], wide) == []
    assert [(c.site, c.alerts) for c in cases([here, there], SHIPPED, wide, NOW)] == [("ber", (2,)), ("hz1", (1,))]


def test_what_is_well_for_the_moment_does_not_count() -> None:
    calm = replace(alert("core", key=True, minutes=50), flapping=True, calm_since=NOW - MINUTE)
    assert found([calm], HALL) == []
    assert found([replace(calm, calm_since=None)], HALL) == ["core_down", "key_failing"]
    assert found([replace(each, calm_since=NOW) for each in silent("srv-1", "srv-2", "srv-3")], HALL) == []


@pytest.mark.parametrize("pattern", ["*电源*", "psu ?"])
def test_a_rule_of_ones_own_sees_how_a_part_is_called_and_what_was_said_of_it(pattern: str) -> None:
    rule = IncidentRule("power", IncidentClass.OTHER, Grade.GENERAL, checks=("part",), instances=(pattern,))
    theirs = replace(alert("srv-1", "part", "PSU 1"), said="机柜电源 lost")
    assert found([theirs], HALL, [rule]) == ["power"]


def test_a_rule_of_ones_own_can_name_targets_and_sites() -> None:
    rule = IncidentRule("db", IncidentClass.NETWORK, Grade.MAJOR, targets=("srv-[12]",), sites=("hz*",))
    down = [alert(f"srv-{n}", number=n + 1) for n in range(4)]
    assert [case.target for case in cases(down, [rule], HALL, NOW)] == ["srv-1", "srv-2"]
    assert found([alert("srv-1", site="ber")], HALL, [rule]) == []


def test_what_makes_it_major_goes_first_and_then_the_order_in_which_rules_are_written() -> None:
    grades = {"a": Grade.GENERAL, "b": Grade.MAJOR, "c": Grade.MAJOR}
    rules = [IncidentRule(name, IncidentClass.OTHER, grade) for name, grade in grades.items()]
    assert found(silent("srv-1"), HALL, rules) == ["b", "c", "a"]


def test_a_case_began_with_its_first_alert() -> None:
    late, early = alert("srv-1", number=1, minutes=2), alert("srv-2", number=2, minutes=9)
    (case,) = cases([late, early, alert("srv-3", number=3)], SHIPPED, HALL, NOW)
    assert (case.target, case.began, case.alerts) == ("srv-2", early.opened, (2, 1, 3))


alerts_at_random = st.lists(
    st.builds(
        lambda name, check, minutes, severity, calm: replace(
            alert(name, check, "XGE1/0/1", minutes=minutes, severity=severity, value=600, key=name == "core"),
            calm_since=NOW if calm else None,
        ),
        st.sampled_from([*HALL, "gone"]),
        st.sampled_from(["reach", "port", "battery", "battery_left", "cpu"]),
        st.integers(0, 60),
        st.sampled_from([Severity.WARNING, Severity.CRITICAL]),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda each: each.key,
).map(lambda these: [replace(each, number=number) for number, each in enumerate(these, 1)])


@given(alerts_at_random, st.randoms())
def test_the_order_of_alerts_does_not_matter(alerts: list[Alert], random: Random) -> None:
    mixed = list(alerts)
    random.shuffle(mixed)
    assert cases(mixed, SHIPPED, HALL, NOW) == cases(alerts, SHIPPED, HALL, NOW)


@given(alerts_at_random)
def test_a_case_has_alerts_that_fail_now_at_its_site_and_none_twice(alerts: list[Alert]) -> None:
    failing = {each.number: each for each in alerts if each.calm_since is None}
    for case in cases(alerts, SHIPPED, HALL, NOW):
        assert case.alerts
        assert len(set(case.alerts)) == len(case.alerts)
        assert case.began == min(failing[number].opened for number in case.alerts)
        assert all(NOW - failing[number].opened >= case.rule.lasting for number in case.alerts)


@given(alerts_at_random, st.integers(1, 100))
def test_a_failure_that_lasts_is_not_less_of_an_incident(alerts: list[Alert], minutes: int) -> None:
    before = {(case.rule.name, case.target) for case in cases(alerts, SHIPPED, HALL, NOW)}
    after = {(case.rule.name, case.target) for case in cases(alerts, SHIPPED, HALL, NOW + minutes * MINUTE)}
    assert before <= after
