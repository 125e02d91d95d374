"""From settings to the values of duty."""

from datetime import UTC, datetime, time, timedelta

import pytest

from config.build import build_cadences, build_rules, build_sites, build_targets, fingerprint
from config.load import parse
from config.schema import Settings
from duty.findings import Limits, Rule
from duty.targets import Maintainer, Port, Site, Target

SINCE = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXT = """
sites:
  hz1: {title: 杭州一, zone: Asia/Shanghai}
  ber: {zone: Europe/Berlin}
maintainers:
  acme: {hotline: 400-000-0000}
credentials:
  switches: {community: env:C}
targets:
  - {kind: host, name: monitor}
  - kind: snmp
    name: core-1
    address: 192.0.2.1
    credential: switches
    site: ber
    room: A
    rack: A01
    unit: U40
    asset: ZC-1
    serial: "0042"
    maintainer: acme
    business: 核心
    key: true
    depends_on: [monitor]
    ports: [{match: "Gi0/*", uplink: true, rate: 1G}]
  - {kind: snmp, name: quiet, address: 192.0.2.2, credential: switches, ping: false, role: server}
  - {kind: http, name: web, url: "https://www.example.com/"}
cadences:
  inspection: {}
  night: {interval: 30m, anchor: "20:00", hours: ["20:00", "08:00"], site: ber, targets: [core-1], window: 5m}
"""


@pytest.fixture
def settings() -> Settings:
    return parse(TEXT, "settings.yaml")


def rule(settings: Settings, target: str, check: str) -> Rule:
    return next(rule for rule in build_rules(settings, target) if rule.name == check)


def names(settings: Settings, target: str) -> set[str]:
    return {rule.name for rule in build_rules(settings, target)}


def test_sites_have_a_title_of_their_own_or_their_name(settings: Settings) -> None:
    assert list(build_sites(settings).values()) == [
        Site("hz1", "杭州一", "Asia/Shanghai"),
        Site("ber", "ber", "Europe/Berlin"),
    ]


def test_a_target_has_all_that_the_file_says_of_it(settings: Settings) -> None:
    assert build_targets(settings)["core-1"] == Target(
        name="core-1",
        address="192.0.2.1",
        looks=("snmp", "icmp"),
        site="ber",
        room="A",
        rack="A01",
        unit="U40",
        asset="ZC-1",
        serial="0042",
        maintainer=Maintainer("acme", "400-000-0000"),
        business="核心",
        key=True,
        depends_on=("monitor",),
        ports=(Port("Gi0/*", uplink=True, rate=1_000_000_000),),
    )


def test_a_target_without_a_site_stands_at_the_first(settings: Settings) -> None:
    assert build_targets(settings)["monitor"].site == "hz1"


def test_a_device_that_is_not_pinged_is_looked_at_by_snmp_alone(settings: Settings) -> None:
    assert build_targets(settings)["quiet"].looks == ("snmp",)
    assert "snmp_silent" not in names(settings, "quiet")
    assert "snmp_silent" in names(settings, "core-1")


def test_a_page_is_addressed_by_its_url(settings: Settings) -> None:
    assert build_targets(settings)["web"].address == "https://www.example.com/"


def test_cadences_run_by_the_clock_of_their_site(settings: Settings) -> None:
    hourly, night = build_cadences(settings, SINCE)
    assert (hourly.interval, hourly.zone, hourly.window) == (timedelta(hours=1), "Asia/Shanghai", timedelta(minutes=10))
    assert (hourly.hours, hourly.targets, hourly.since) == (None, None, SINCE)
    assert (night.zone, night.anchor, night.hours) == ("Europe/Berlin", time(20), (time(20), time(8)))
    assert night.targets == ("core-1",)


def test_each_cadence_is_in_force_since_its_own_moment(settings: Settings) -> None:
    later = SINCE + timedelta(days=1)
    assert [c.since for c in build_cadences(settings, {"inspection": SINCE, "night": later})] == [SINCE, later]


def test_limits_differ_by_role(settings: Settings) -> None:
    assert rule(settings, "monitor", "cpu").limits == Limits(90, None, 10)
    assert rule(settings, "core-1", "cpu").limits == Limits(80, 90, 10)
    assert "memory" in names(settings, "monitor")
    assert "memory_used" not in names(settings, "monitor")
    assert "memory" not in names(settings, "core-1")
    assert "memory" in names(settings, "quiet"), "its role is written, not that of its kind"


def test_the_narrowest_place_wins_field_by_field() -> None:
    settings = parse(
        TEXT.replace("    key: true\n", "    key: true\n    checks: {cpu: {gap: 1}}\n")
        + "checks:\n"
        + "  cpu: {warning: 70, critical: 95, gap: 7, looks_back: 9}\n"
        + "  by_profile:\n"
        + "    network: {cpu: {warning: 71, gap: 8}}\n"
        + "    interfaces: {cpu: {warning: 72}}\n",
        "x",
    )
    found = rule(settings, "core-1", "cpu")
    assert found.limits == Limits(warning=72, critical=95, gap=1)
    assert (found.looks_back, found.looks_warning, found.looks_critical) == (9, 15, 5)
    assert rule(settings, "monitor", "cpu").limits == Limits(warning=70, critical=95, gap=7)


def test_what_the_operator_writes_for_all_wins_over_what_is_shipped_for_a_profile() -> None:
    settings = parse(TEXT + "checks: {cpu: {warning: 60}}\n", "x")
    assert rule(settings, "core-1", "cpu").limits.warning == 60


def test_null_takes_a_limit_away_and_leaving_it_out_does_not() -> None:
    settings = parse(TEXT + "checks: {disk: {critical: null}, inodes: {warning: 80}}\n", "x")
    assert rule(settings, "monitor", "disk").limits == Limits(85, None, 3)
    assert rule(settings, "monitor", "inodes").limits == Limits(80, 97, 3)


def test_a_check_that_is_off_for_all_may_be_on_for_one() -> None:
    text = TEXT.replace("{kind: host, name: monitor}", "{kind: host, name: monitor, checks: {disk: {off: false}}}")
    settings = parse(text + "checks: {disk: {off: true}}\n", "x")
    assert "disk" in names(settings, "monitor")
    assert "disk" not in names(settings, "core-1")


def test_an_unknown_target_has_no_rules(settings: Settings) -> None:
    with pytest.raises(KeyError, match="core-9"):
        build_rules(settings, "core-9")


def test_the_fingerprint_is_the_same_for_the_same_settings_however_written(settings: Settings) -> None:
    assert fingerprint(settings) == fingerprint(parse("# a remark\n" + TEXT + "watch: {interval: 60s}\n", "y"))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("watch: {interval: 2m}\n", id="an interval"),
        pytest.param("checks: {disk: {warning: 80}}\n", id="a limit"),
        pytest.param("checks: {disk: {critical: null}}\n", id="a limit taken away"),
        pytest.param("metrics: {token: env:T}\n", id="a reference"),
    ],
)
def test_the_fingerprint_tells_any_change(settings: Settings, change: str) -> None:
    assert fingerprint(settings) != fingerprint(parse(TEXT + change, "x"))


def test_the_fingerprint_does_not_know_what_a_secret_is(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(settings)
    monkeypatch.setenv("C", "canary")
    assert fingerprint(settings) == before
