"""What the agent has seen, as Prometheus text: the last state of everything, and nothing that is gone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from duty.findings import Severity
from duty.fold import State
from duty.parameters import PARAMETERS
from duty.readings import Gap, Look, Reading
from duty.rounds import Round, RoundState, SheetState, count
from duty.targets import Target
from exporters.metric_names import LONGEST, METRICS, metric
from exporters.prometheus import LastRound, Picture, render

NOW = datetime(2026, 1, 2, 20, 0, tzinfo=UTC)
CORE = Target("core", "192.0.2.1", ("snmp", "icmp"), "hq")
Labels = dict[str, str]


def text_of(picture: Picture) -> str:
    return b"".join(piece.encode() for piece in render(picture)).decode()


def samples(picture: Picture) -> dict[str, list[tuple[Labels, float]]]:
    found: dict[str, list[tuple[Labels, float]]] = {}
    for family in text_string_to_metric_families(text_of(picture)):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def seen(*readings: Reading, reached: bool = True, gaps: tuple[Gap, ...] = ()) -> Picture:
    look = Look("core", NOW, timedelta(seconds=1.5), reached, readings, gaps=gaps)
    return Picture(NOW, targets={"core": CORE}, looks={"core": look})


@pytest.mark.parametrize(
    ("parameter", "unit", "name"),
    [
        pytest.param("port_in_total", "B", "nightduty_port_in_bytes_total", id="a counter keeps _total at the end"),
        pytest.param("port_in_rate", "B/s", "nightduty_port_in_bytes_per_second", id="the unit of a rate says rate"),
        pytest.param("disk_reads_rate", "1/s", "nightduty_disk_reads_per_second", id="a rate of plain numbers"),
        pytest.param("disk_busy_rate", "s/s", "nightduty_disk_busy_ratio", id="seconds in a second are a ratio"),
        pytest.param("cpu_used", "%", "nightduty_cpu_used_ratio", id="per cent become a ratio"),
        pytest.param("port_speed", "bit/s", "nightduty_port_speed_bytes_per_second", id="bits become bytes"),
        pytest.param("http_bytes", "B", "nightduty_http_bytes", id="a unit is not said twice"),
        pytest.param("cpu_count", "1", "nightduty_cpus", id="_count belongs to histograms"),
        pytest.param("temperature", "Cel", "nightduty_temperature_celsius", id="degrees"),
        pytest.param("port_up", "bool", "nightduty_port_up", id="yes and no have no unit"),
    ],
)
def test_a_metric_is_named_by_its_base_unit(parameter: str, unit: str, name: str) -> None:
    assert metric(parameter, unit).name == name


def test_no_two_parameters_share_a_name_and_none_takes_one_of_the_agents_own() -> None:
    own = re.findall(r"^# TYPE (\S+)", text_of(Picture(NOW)), re.MULTILINE)
    names = [each.name for each in METRICS.values()] + own
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("reading", "name", "value"),
    [
        pytest.param(Reading("cpu_used", "", 50.3, "%"), "nightduty_cpu_used_ratio", 0.503, id="per cent as a ratio"),
        pytest.param(
            Reading("port_speed", "", 10**9, "bit/s"),
            "nightduty_port_speed_bytes_per_second",
            125e6,
            id="bits as bytes",
        ),
        pytest.param(Reading("temperature", "", -4.5, "Cel"), "nightduty_temperature_celsius", -4.5, id="below zero"),
        pytest.param(Reading("port_up", "", True, "bool"), "nightduty_port_up", 1, id="a True is written as 1"),
    ],
)
def test_a_reading_is_given_in_base_units(reading: Reading, name: str, value: float) -> None:
    assert samples(seen(reading))[name] == [({"target": "core", "site": "hq"}, value)]


def test_a_counter_is_written_out_to_its_last_digit() -> None:
    text = text_of(seen(Reading("port_in_total", "Gi0/1", 2**64 - 1, "B")))
    assert 'nightduty_port_in_bytes_total{target="core",site="hq",part="Gi0/1"} 18446744073709551615\n' in text
    assert "# TYPE nightduty_port_in_bytes_total counter\n" in text


def test_a_target_that_was_not_looked_at_yet_is_neither_up_nor_down() -> None:
    shown = samples(Picture(NOW, targets={"core": CORE}))
    assert "nightduty_target_up" not in shown
    assert shown["nightduty_targets"] == [({"site": "hq"}, 1)]


def test_a_target_that_did_not_answer_is_down_and_says_why() -> None:
    shown = samples(seen(reached=False, gaps=(Gap("snmp_time", "", "timeout"), Gap("uptime", "", "timeout"))))
    assert shown["nightduty_target_up"] == [({"target": "core", "site": "hq", "kind": "snmp"}, 0)]
    assert shown["nightduty_gaps"] == [({"target": "core", "site": "hq", "code": "timeout"}, 2)]
    assert shown["nightduty_target_look_seconds"] == [({"target": "core", "site": "hq"}, 1.5)]
    assert shown["nightduty_target_looked_timestamp_seconds"] == [({"target": "core", "site": "hq"}, NOW.timestamp())]


def test_a_gap_is_not_a_zero() -> None:
    assert "nightduty_temperature_celsius" not in samples(seen(gaps=(Gap("temperature", "", "not_offered"),)))


def test_what_left_the_settings_is_not_shown() -> None:
    gone = Picture(NOW, looks=seen(Reading("uptime", "", 1, "s")).looks)
    assert "core" not in text_of(gone)


@pytest.mark.parametrize(
    ("readings", "reason"),
    [
        pytest.param([Reading("uptime", "", float("nan"), "s")], "not_a_number", id="not a number"),
        pytest.param([Reading("uptime", "", float("inf"), "s")], "not_a_number", id="infinite"),
        pytest.param([Reading("uptime", "", 10**5000, "s")], "not_a_number", id="longer than can be written"),
        pytest.param(
            [Reading("load_5", "", 10**5000, "1"), Reading("load_5", "", 0.5, "1")],
            "not_a_number",
            id="such a one beside a good one",
        ),
        pytest.param([Reading("colour", "", 1, "1")], "unknown_parameter", id="a parameter that nobody knows"),
        pytest.param(
            [Reading("port_up", "a", 1, "bool"), Reading("port_up", "a\x00", 0, "bool")],
            "twice",
            id="two parts that are one when cleaned",
        ),
        pytest.param(
            [Reading("port_up", "", 1, "bool"), Reading("port_up", "\x00", 0, "bool")],
            "twice",
            id="a part that is nothing when cleaned, beside the target itself",
        ),
    ],
)
def test_a_reading_that_would_spoil_the_scrape_is_left_out_and_counted(readings: list[Reading], reason: str) -> None:
    shown = samples(seen(*readings, Reading("load_1", "", 2, "1")))
    assert [where["reason"] for where, n in shown["nightduty_readings_left_out"] if n] == [reason]
    assert shown["nightduty_load_1"] == [({"target": "core", "site": "hq"}, 2)]


def test_of_two_readings_of_one_name_the_first_is_shown() -> None:
    readings = [Reading("port_up", name, value, "bool") for name, value in (("b", 1), ("a", 0), ("b\x00", 0), ("c", 1))]
    shown = samples(seen(*readings))["nightduty_port_up"]
    assert [(where["part"], value) for where, value in shown] == [("b", 1), ("a", 0), ("c", 1)]


def test_all_lines_of_a_metric_stand_together_whatever_the_order_of_the_readings() -> None:
    names = ("core", "edge")
    readings = tuple(
        Reading(parameter, port, 1, "bool")
        for port in ("Gi0/1", "100%d %s")
        for parameter in ("port_up", "port_enabled")
    )
    picture = Picture(
        NOW,
        targets={name: replace(CORE, name=name) for name in names},
        looks={name: Look(name, NOW, timedelta(0), True, readings) for name in names},
    )
    lines = [line for line in text_of(picture).splitlines() if line.startswith("nightduty_port_")]
    assert lines == [
        f'nightduty_{metric}{{target="{name}",site="hq",part="{port}"}} 1'
        for metric in ("port_up", "port_enabled")
        for name in names
        for port in ("Gi0/1", "100%d %s")
    ]


def test_only_checks_that_are_not_well_have_a_line_of_their_own() -> None:
    shown = samples(
        Picture(
            NOW,
            states={
                ("core", "disk", "/var"): State(Severity.CRITICAL),
                ("core", "disk", "/"): State(Severity.OK),
                ("core", "reach", ""): State(Severity.OK, suppressed=True),
                ("core", "clock", ""): State(Severity.NOTE),
            },
        )
    )
    assert shown["nightduty_check_severity"] == [
        ({"target": "core", "check": "disk", "part": "/var"}, 3),
        ({"target": "core", "check": "clock"}, 1),
    ]
    counts = {where["severity"]: n for where, n in shown["nightduty_checks"]}
    assert counts == {"ok": 2, "note": 1, "warning": 0, "critical": 1}
    assert shown["nightduty_checks_suppressed"] == [({}, 1)]


def test_two_parts_with_the_same_cleaned_name_show_the_worse() -> None:
    states = {
        ("core", "ports", "a\x00"): State(Severity.CRITICAL),
        ("core", "ports", "a"): State(Severity.WARNING),
    }
    shown = samples(Picture(NOW, states=states))
    assert shown["nightduty_check_severity"] == [({"target": "core", "check": "ports", "part": "a"}, 3)]


def test_a_cadence_shows_its_rounds_its_last_round_and_its_next_slot() -> None:
    last = Round("hourly", NOW, RoundState.COMPLETE, begun=NOW, ended=NOW + timedelta(seconds=40), late=True)
    shown = samples(
        Picture(
            NOW,
            rounds={("hourly", RoundState.COMPLETE): 7, ("hourly", RoundState.OPEN): 1},
            last_rounds={"hourly": LastRound(last, count([SheetState.OK, SheetState.OK, SheetState.ABNORMAL]))},
            next_slots={"hourly": NOW + timedelta(hours=1)},
        )
    )
    rounds = {where["state"]: n for where, n in shown["nightduty_rounds_total"]}
    assert rounds == {"complete": 7, "partial": 0, "interrupted": 0, "missed": 0}
    sheets = {where["state"]: n for where, n in shown["nightduty_round_sheets"] if n}
    assert sheets == {"ok": 2, "abnormal": 1}
    hourly = {"cadence": "hourly"}
    assert shown["nightduty_round_open"] == [(hourly, 0)]
    assert shown["nightduty_round_late"] == [(hourly, 1)]
    assert shown["nightduty_round_last_slot_timestamp_seconds"] == [(hourly, NOW.timestamp())]
    assert shown["nightduty_round_last_ended_timestamp_seconds"] == [(hourly, NOW.timestamp() + 40)]
    assert shown["nightduty_round_next_slot_timestamp_seconds"] == [(hourly, NOW.timestamp() + 3600)]


def test_a_cadence_without_a_round_yet_counts_from_zero() -> None:
    shown = samples(Picture(NOW, next_slots={"hourly": NOW}))
    assert {n for _, n in shown["nightduty_rounds_total"]} == {0}


HOSTILE = st.text(st.characters(), max_size=400) | st.sampled_from(
    ["\ud800", '"} 1\nnightduty_target_up 0', "a\\", "\u202e\u2066", "\x1b[31m", "x" * 64_000, "\\n", "\u2028", "%d%"]
)


@given(name=HOSTILE, site=HOSTILE, part=HOSTILE, check=HOSTILE, cadence=HOSTILE, code=HOSTILE)
def test_no_string_of_a_device_or_person_breaks_the_text(
    name: str, site: str, part: str, check: str, cadence: str, code: str
) -> None:
    look = Look(name, NOW, timedelta(0), True, (Reading("port_up", part, 1, "bool"),), gaps=(Gap("uptime", "", code),))
    picture = Picture(
        NOW,
        targets={name: Target(name, "192.0.2.1", ("snmp",), site)},
        looks={name: look},
        states={(name, check, part): State(Severity.WARNING)},
        next_slots={cadence: NOW},
    )
    shown = samples(picture)
    assert [value for _, value in shown["nightduty_port_up"]] == [1]
    assert [value for _, value in shown["nightduty_target_up"]] == [1]
    for value in (value for found in shown.values() for where, _ in found for value in where.values()):
        assert len(value) <= LONGEST
        assert not re.search("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", value)


def test_each_parameter_is_shown_with_its_kind_and_a_line_of_help() -> None:
    picture = seen(*(Reading(parameter, "", 1, unit) for parameter, unit in PARAMETERS.items()))
    families = {family.name: family for family in text_string_to_metric_families(text_of(picture))}
    for parameter, each in METRICS.items():
        family = families[each.name.removesuffix("_total")]
        assert family.type == ("counter" if parameter.endswith("_total") else "gauge")
        assert parameter in family.documentation
