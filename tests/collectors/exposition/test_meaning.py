"""What samples mean by their map."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.exposition.body import Sample, parse
from collectors.exposition.meaning import COMPUTE, INSTANCES_MOST, Gathered, Meaning
from config.exposition import COMPUTATIONS, load_maps
from duty.parameters import FACTS, PARAMETERS
from duty.rates import derive
from duty.readings import GAPS, Look, Notes, Reading

NODE = Meaning(load_maps()["node_exporter"])
NOW = 1_700_000_000.0


def noted(text: str, *, services: Iterable[str] = (), meaning: Meaning = NODE, whole: bool = True) -> Notes:
    gathered = Gathered(meaning, services=tuple(services), now=NOW)
    for line in filter(None, text.splitlines()):
        gathered.take(parse(line.encode(), line.replace("{", " ").split()[0]))
    notes = Notes()
    gathered.write(notes, whole=whole, full=True)
    return notes


def numbers(notes: Notes) -> dict[tuple[str, str], int | float]:
    return {(reading.parameter, reading.instance): reading.value for reading in notes.readings}


def disk(mountpoint: str, device: str = "/dev/sda1", fstype: str = "ext4", size: int = 100) -> str:
    labels = f'{{device="{device}",fstype="{fstype}",mountpoint="{mountpoint}"}}'
    return (
        f"node_filesystem_size_bytes{labels} {size}\nnode_filesystem_free_bytes{labels} 30\n"
        f"node_filesystem_avail_bytes{labels} 25\nnode_filesystem_files{labels} 1000\n"
        f"node_filesystem_files_free{labels} 900\n"
    )


def test_every_computation_that_a_map_may_name_is_there() -> None:
    assert COMPUTE.keys() == COMPUTATIONS.keys()


def test_a_disk_is_counted_as_df_does() -> None:
    seen = numbers(noted(disk("/")))
    assert seen["disk_size", "/"] == 100
    assert seen["disk_free", "/"] == 25
    assert seen["disk_used", "/"] == pytest.approx(100 * 70 / 95)
    assert seen["inodes_used", "/"] == 10


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(disk("/run", fstype="tmpfs"), id="tmpfs"),
        pytest.param(disk("/mnt", fstype="nfs4"), id="a network's"),
        pytest.param(disk("/mnt", fstype="fuse.sshfs"), id="a program's"),
        pytest.param(disk("/snap/core/1", fstype="squashfs"), id="an image"),
        pytest.param(disk("/var/lib/docker/overlay2/x", fstype="ext4"), id="a container's"),
        pytest.param('node_network_mtu_bytes{device="lo"} 1500', id="the loopback"),
        pytest.param('node_network_mtu_bytes{device="veth12ab"} 1500', id="a container's port"),
        pytest.param('node_disk_read_bytes_total{device="loop3"} 7', id="a loop device"),
        pytest.param('node_disk_read_bytes_total{device="dm-0"} 7', id="a device over others"),
    ],
)
def test_what_is_no_thing_of_its_own_is_left_out(text: str) -> None:
    assert noted(text).readings == []


def test_a_device_mounted_twice_is_one_disk() -> None:
    seen = numbers(noted(disk("/srv/data") + disk("/") + disk("/boot", device="/dev/sda2")))
    assert {instance for parameter, instance in seen if parameter == "disk_used"} == {"/", "/boot"}


def test_an_empty_file_system_is_no_division_by_nothing() -> None:
    text = disk("/").replace(" 100\n", " 0\n").replace(" 30\n", " 0\n").replace(" 25\n", " 0\n")
    assert ("disk_used", "/") not in numbers(noted(text))


def test_a_clock_that_nobody_keeps_has_no_offset() -> None:
    kept = numbers(noted("node_timex_offset_seconds -0.25\nnode_timex_sync_status 1"))
    assert kept["clock_offset", ""] == 0.25
    lost = noted("node_timex_offset_seconds 0\nnode_timex_sync_status 0")
    assert numbers(lost) == {("clock_synchronised", ""): 0}
    assert ("clock_offset", "not_offered") in {(gap.parameter, gap.code) for gap in lost.gaps}


def test_a_port_is_up_by_its_carrier_and_enabled_by_its_flag() -> None:
    seen = numbers(
        noted(
            'node_network_up{device="tun0"} 0\nnode_network_carrier{device="tun0"} 1\n'
            'node_network_flags{device="tun0"} 4099\nnode_network_up{device="eth1"} 0\n'
            'node_network_flags{device="eth1"} 4098\nnode_network_speed_bytes{device="tun0"} -125000\n'
            'node_network_speed_bytes{device="eth1"} 1.25e+08\n'
        )
    )
    assert seen["port_up", "tun0"] == 1
    assert seen["port_enabled", "tun0"] == 1
    assert ("port_speed", "tun0") not in seen, "it does not know"
    assert (seen["port_up", "eth1"], seen["port_enabled", "eth1"]) == (0, 0)
    assert seen["port_speed", "eth1"] == 1_000_000_000


def test_the_limits_of_a_sensor_are_stated() -> None:
    chip = '{chip="platform_coretemp_0",sensor="temp1"}'
    notes = noted(
        f"node_hwmon_temp_celsius{chip} 45\nnode_hwmon_temp_max_celsius{chip} 80\n"
        f"node_hwmon_temp_crit_celsius{chip} 100\n"
        'node_hwmon_temp_celsius{chip="nvme",sensor="t"} 40\n'
        'node_hwmon_temp_crit_celsius{chip="nvme",sensor="t"} 65261\n'
    )
    assert [(s.instance, s.warning, s.critical) for s in notes.stated] == [("platform_coretemp_0 temp1", 80, 100)]
    assert numbers(notes)["temperature", "nvme t"] == 40


def test_facts_are_told_by_labels() -> None:
    notes = noted(
        'node_uname_info{nodename="db1",sysname="Linux",release="6.1"} 1\nnode_os_info{pretty_name="Debian"} 1'
    )
    assert {fact.parameter: fact.text for fact in notes.facts} == {
        "name": "db1", "version": "Linux 6.1", "system": "Debian"
    }  # fmt: skip


def unit(name: str, state: str) -> str:
    states = ("active", "activating", "deactivating", "failed", "inactive")
    return "".join(
        f'node_systemd_unit_state{{name="{name}",state="{each}",type="simple"}} {int(each == state)}\n'
        for each in states
    )


def test_only_the_services_that_were_chosen_are_judged() -> None:
    text = unit("nginx.service", "active") + unit("db.service", "failed") + unit("other.service", "inactive")
    seen = numbers(noted(text, services=["nginx.service", "db.service", "gone.service"]))
    assert seen == {
        ("service_running", "nginx.service"): 1,
        ("service_running", "db.service"): 0,
        ("service_running", "gone.service"): 0,
    }


def test_without_the_collector_of_systemd_a_service_is_unknown() -> None:
    notes = noted("node_load1 1", services=["nginx.service"])
    assert ("service_running", "nginx.service", "not_offered") in {
        (g.parameter, g.instance, g.code) for g in notes.gaps
    }


def test_on_a_page_that_was_cut_nothing_is_missing() -> None:
    text = unit("nginx.service", "active")
    notes = noted(text, services=["nginx.service", "db.service"], whole=False)
    assert numbers(notes) == {("service_running", "nginx.service"): 1}
    assert notes.gaps == []


def cpu(busy: float, idle: float) -> str:
    return "".join(
        f'node_cpu_seconds_total{{cpu="{n}",mode="{mode}"}} {value}\n'
        for n in range(4)
        for mode, value in (("user", busy), ("system", busy), ("idle", idle), ("iowait", 5))
    )


def test_how_much_of_the_processor_is_used_comes_of_two_looks() -> None:
    began = datetime(2026, 11, 23, tzinfo=UTC)
    first, second = (
        Look("a", began + timedelta(seconds=at), timedelta(0), True, tuple(noted(text).readings))
        for at, text in ((0, cpu(100, 1000)), (60, cpu(109, 1042)))
    )
    assert derive(first, None).number("cpu_used") is None
    derived = derive(second, first)
    assert derived.number("cpu_used") == pytest.approx(100 * 2 * 9 / 60)
    assert derived.number("cpu_count") == 4


def test_a_processor_that_tells_its_use_itself_is_believed() -> None:
    began = datetime(2026, 11, 23, tzinfo=UTC)
    own = (Reading("cpu_used", "", 12.0, "%"),)
    first, second = (
        Look("a", began + timedelta(seconds=at), timedelta(0), True, (*noted(text).readings, *own))
        for at, text in ((0, cpu(100, 1000)), (60, cpu(109, 1042)))
    )
    assert [r.value for r in derive(second, first).readings if r.parameter == "cpu_used"] == [12.0]


def test_of_a_series_that_comes_twice_the_first_counts() -> None:
    assert numbers(noted("node_load1 1\nnode_load1 2"))["load_1", ""] == 1


def test_no_numbers_are_gaps_in_the_end_never_zero() -> None:
    notes = noted("node_load1 NaN\nnode_memory_MemTotal_bytes +Inf\nnode_memory_MemAvailable_bytes 5")
    look = Look("a", datetime(2026, 11, 23, tzinfo=UTC), timedelta(0), True, tuple(notes.readings))
    derived = derive(look, None)
    assert all(math.isfinite(reading.value) for reading in derived.readings)
    told = {(gap.parameter, gap.code) for gap in derived.gaps}
    assert {("load_1", "not_a_number"), ("memory_size", "not_a_number"), ("memory_used", "not_a_number")} <= told


@pytest.mark.parametrize(
    ("age", "seen"),
    [pytest.param(299, True, id="of just now"), pytest.param(301, False, id="of five minutes ago")],
)
def test_a_sample_that_was_old_when_it_was_given_is_a_gap(age: int, seen: bool) -> None:
    notes = noted(f"node_load1 1 {(NOW - age) * 1000:.0f}")
    assert (("load_1", "") in numbers(notes)) is seen
    assert (("load_1", "stale") in {(gap.parameter, gap.code) for gap in notes.gaps}) is not seen


def test_a_time_that_is_no_number_is_old() -> None:
    assert "stale" in {gap.code for gap in noted("node_load1 1 NaN").gaps}


def test_a_line_of_nonsense_is_a_gap_of_its_parameter() -> None:
    notes = noted('node_load1 x\nnode_network_mtu_bytes{device="eth0} 1')
    assert {("load_1", "malformed"), ("port_mtu", "malformed")} <= {(g.parameter, g.code) for g in notes.gaps}


def test_a_table_without_end_ends() -> None:
    notes = noted("".join(f'node_network_mtu_bytes{{device="e{n}"}} 1500\n' for n in range(1000)))
    assert len(notes.readings) == INSTANCES_MOST
    assert ("port_up", "row_cap") in {(gap.parameter, gap.code) for gap in notes.gaps}


def test_hostile_labels_are_names_and_no_more() -> None:
    notes = noted('node_network_mtu_bytes{device="e\x1b[31m\\n' + "A" * 500 + '"} 1500')
    (reading,) = notes.readings
    assert reading.instance.isprintable()
    assert len(reading.instance) <= 255


LABEL = st.sampled_from(["device", "fstype", "mountpoint", "mode", "cpu", "chip", "sensor", "name", "state", "zz"])
SAMPLE = st.builds(
    Sample,
    st.sampled_from(sorted(NODE.metrics)),
    st.dictionaries(LABEL, st.text(max_size=8), max_size=5),
    st.none() | st.floats() | st.integers(-(2**64), 2**64),
    st.none() | st.floats(),
)


@given(st.lists(SAMPLE, max_size=40), st.booleans())
def test_whatever_a_page_says_it_becomes_known_parameters(samples: list[Sample], whole: bool) -> None:
    gathered, notes = Gathered(NODE, services=("a",), now=NOW), Notes()
    for sample in samples:
        gathered.take(sample)
    gathered.write(notes, whole=whole, full=True)
    for reading in notes.readings:
        assert reading.unit == PARAMETERS[reading.parameter]
        assert bool(reading.width) == reading.parameter.endswith("_total")
    assert {gap.code for gap in notes.gaps} <= GAPS
    assert {gap.parameter for gap in notes.gaps} <= PARAMETERS.keys()
    assert {fact.parameter for fact in notes.facts} <= FACTS
    places = [(reading.parameter, reading.instance) for reading in notes.readings]
    assert len(set(places)) == len(places)


def test_a_new_exporter_is_one_file(tmp_path: Path) -> None:
    (tmp_path / "ups.yaml").write_text(
        "title: A UPS\n"
        "families:\n"
        "  ups:\n"
        '    instance: "{ups}"\n'
        "    series:\n"
        "      charge: {metric: ups_charge_ratio, scale: 100, parameter: battery_charge}\n"
        "      left: {metric: 'ups:runtime_minutes', scale: 60, parameter: battery_time_left}\n",
        "utf-8",
    )
    meaning = Meaning(load_maps(tmp_path)["ups"])
    seen = numbers(noted('ups_charge_ratio{ups="u1"} 0.5\nups:runtime_minutes{ups="u1"} 12', meaning=meaning))
    assert seen == {("battery_charge", "u1"): 50, ("battery_time_left", "u1"): 720}
