"""Raw values to readings, facts and gaps, by a profile."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.snmp.decode import decode, wanting
from collectors.snmp.measure import EACH, WHOLE, measured, measured_all
from collectors.snmp.port import Fetched, Value
from config.profile import COMPUTATIONS, Object, Profile, chain
from config.profiles import load_profiles
from duty.parameters import FACTS, PARAMETERS
from duty.readings import GAPS, Fact, Gap, Notes, Reading

Columns = dict[str, dict[str, Value]]

IF, IFX, HR = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.25.2.3.1"
RAM, DISK = "1.3.6.1.2.1.25.2.1.2", "1.3.6.1.2.1.25.2.1.4"
LOAD = "1.3.6.1.2.1.25.3.3.1.2"
UCD = "1.3.6.1.4.1.2021"


def seen(*profiles: str, fetched: Fetched) -> Notes:
    notes = Notes()
    decode(chain(load_profiles(), profiles), fetched, notes)
    return notes


def ports(columns: Columns, **gaps: str) -> Notes:
    return seen("interfaces", fetched=Fetched(columns=columns, gaps=dict(gaps)))


def values(notes: Notes, parameter: str) -> dict[str, int | float]:
    return {reading.instance: reading.value for reading in notes.readings if reading.parameter == parameter}


def codes(notes: Notes) -> dict[tuple[str, str], str]:
    return {(gap.parameter, gap.instance): gap.code for gap in notes.gaps}


NAMES: Columns = {f"{IFX}.1": {"1": b"eth0", "2": b"eth1"}}


@pytest.mark.parametrize(
    ("given_object", "raw", "expected"),
    [
        pytest.param({}, 5, 5, id="a number is itself"),
        pytest.param({"scale": 0.01}, 4250, 42.5, id="scaled down"),
        pytest.param({"scale": 1e6}, 2**62, 2**62 * 10**6, id="scaled up, and still exact"),
        pytest.param({"scale": -1, "offset": 100}, 87, 13, id="turned about"),
        pytest.param({}, b"0.52", 0.52, id="a number as text"),
        pytest.param({}, b" 17 ", 17, id="a whole number as text"),
        pytest.param({}, b"12,5", "malformed", id="text that is no number"),
        pytest.param({}, b"", "malformed", id="empty text"),
        pytest.param({}, "1.3.6", "malformed", id="an identifier"),
        pytest.param({}, math.nan, "not_a_number", id="not a number"),
        pytest.param({}, math.inf, "not_a_number", id="infinite"),
        pytest.param({"scale": 1e300}, 1e300, "not_a_number", id="infinite once scaled"),
        pytest.param({"absent": [0, 65535]}, 65535, "", id="nothing there, says the device"),
        pytest.param({"map": {1: 1, 2: 0}}, 2, 0, id="a code that is known"),
        pytest.param({"map": {1: 1, 4: None}}, 4, "not_offered", id="a code for: I do not know"),
        pytest.param({"map": {1: 1}}, 9, "malformed", id="a code that does not exist"),
        pytest.param({"unsigned": True}, -2, 2**32 - 2, id="a size that wrapped below zero"),
        pytest.param({"width": 64}, 2**64 - 1, 2**64 - 1, id="the largest counter"),
        pytest.param({"width": 32}, 2**32, "malformed", id="a counter beyond its width"),
        pytest.param({"width": 32}, -1, "malformed", id="a counter below zero"),
        pytest.param({"width": 64}, 1.5, "malformed", id="a counter with a fraction"),
    ],
)
def test_one_value(given_object: dict[str, Any], raw: Value, expected: int | float | str) -> None:
    given_object["absent"] = tuple(given_object.get("absent", ()))
    number = measured(Object(oid="1.3.6.1", **given_object), raw)
    assert number == expected
    assert isinstance(number, str) == isinstance(expected, str)


@given(
    raws=st.lists(
        st.sampled_from([0, 1, 2, 9, -2, 2**31, 2**32 - 1, 2**32, 2**64 - 1, 2**64, b"7", b"x", "1.3.6", 1.5, math.inf])
        | st.integers(0, 2**64)
    ),
    said=st.fixed_dictionaries(
        {
            "width": st.sampled_from([0, 32, 64]),
            "scale": st.sampled_from([1, 10**6, 0.01, 1.5]),
            "offset": st.sampled_from([0, 100, 0.5]),
            "map": st.sampled_from([{}, {1: 1, 2: 0, 9: None}]),
            "absent": st.sampled_from([(), (0, 2**32 - 1)]),
            "unsigned": st.booleans(),
        }
    ),
)
def test_a_column_is_measured_as_its_values_are(raws: list[Value], said: dict[str, Any]) -> None:
    column = Object(oid="1.3.6.1", **said)
    together, alone = measured_all(column, raws), [measured(column, raw) for raw in raws]
    assert [*map(repr, together)] == [*map(repr, alone)], "to the last bit, whole numbers whole"


@settings(deadline=None)
@given(st.one_of(st.integers(-(2**70), 2**70), st.floats(), st.binary(max_size=40), st.text(max_size=20)))
def test_any_value_is_a_finite_number_or_a_known_gap(raw: Value) -> None:
    for profile in load_profiles().values():
        for given_object in (*profile.scalars.values(), *_columns(profile)):
            number = measured(given_object, raw)
            assert number in ("", *GAPS) if isinstance(number, str) else math.isfinite(number)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(1, 1, id="up"),
        pytest.param(2, 0, id="down"),
        pytest.param(5, 0, id="dormant carries nothing"),
        pytest.param(6, 0, id="its module was pulled out"),
        pytest.param(7, 0, id="without its lower layer"),
        pytest.param(4, None, id="unknown is not down"),
        pytest.param(99, None, id="a code that there is not"),
    ],
)
def test_whether_a_port_is_up(status: int, expected: int | None) -> None:
    notes = ports({f"{IFX}.1": {"1": b"eth0"}, f"{IF}.8": {"1": status}})
    assert values(notes, "port_up").get("eth0") == expected
    assert (("port_up", "eth0") in codes(notes)) == (expected is None)


def test_a_counter_of_64_bits_goes_before_one_of_32() -> None:
    columns: Columns = {f"{IFX}.6": {"1": 2**40}, f"{IF}.10": {"1": 7, "2": 9}}
    notes = ports(NAMES | columns)
    totals = [r for r in notes.readings if r.parameter == "port_in_total"]
    assert totals == [
        Reading("port_in_total", "eth0", 2**40, "B", 64),
        Reading("port_in_total", "eth1", 9, "B", 32),
    ]


def test_a_counter_that_could_not_be_seen_is_not_replaced_by_another() -> None:
    columns: Columns = {f"{IFX}.6": {"1": 2**40}, f"{IF}.10": {"1": 7, "2": 9}}
    notes = ports(NAMES | columns, **{f"{IFX}.6": "timeout"})
    assert values(notes, "port_in_total") == {"eth0": 2**40}, "what came is kept"
    assert codes(notes)["port_in_total", ""] == "timeout"
    assert ("port_in_total", "eth1") not in codes(notes), "said once for the column"


def test_a_stand_in_is_wanted_only_where_the_first_is_missing() -> None:
    table = load_profiles()["interfaces"].tables["ports"]
    both = NAMES | {f"{IFX}.{column}": {"1": 1, "2": 1} for column in (6, 7, 10, 11, 15)}
    assert wanting(table, Fetched(columns=dict(both))) == []
    assert wanting(table, Fetched(columns=both | {f"{IFX}.6": {"1": 1}})) == [f"{IF}.10"]
    assert wanting(table, Fetched(columns=both | {f"{IFX}.15": {"1": 0, "2": 10}})) == [f"{IF}.5"]
    broke_off = Fetched(columns=both | {f"{IFX}.6": {"1": 1}}, gaps={f"{IFX}.6": "timeout"})
    assert wanting(table, broke_off) == []
    nothing = Fetched(gaps=dict.fromkeys((f"{IFX}.{column}" for column in (1, 6)), "not_offered"))
    assert f"{IF}.10" in wanting(table, nothing), "no row is known yet"
    assert f"{IF}.10" not in wanting(table, Fetched(gaps={f"{IFX}.6": "timeout"}))


def test_stand_ins_are_wanted_of_a_table_that_shows_nothing_else() -> None:
    table = load_profiles()["eaton-ups"].tables["output of Eaton"]
    first = [table.columns[name].oid for name in ("upsOutputVoltage", "upsOutputCurrent", "upsOutputPower")]
    assert table.columns["xupsOutputVoltage"].oid in wanting(table, Fetched(gaps=dict.fromkeys(first, "not_offered")))
    assert table.columns["xupsOutputVoltage"].oid not in wanting(table, Fetched(gaps=dict.fromkeys(first, "timeout")))


@pytest.mark.parametrize(
    ("columns", "speed"),
    [
        pytest.param({f"{IFX}.15": {"1": 10_000}}, 10**10, id="in Mbit/s"),
        pytest.param({f"{IFX}.15": {"1": 0}, f"{IF}.5": {"1": 64_000}}, 64_000, id="slow, in bit/s"),
        pytest.param({f"{IFX}.15": {"1": 0}, f"{IF}.5": {"1": 0}}, None, id="none is none, not zero"),
        pytest.param({f"{IF}.5": {"1": 4294967295}}, None, id="stuck at its largest is not known"),
        pytest.param(
            {f"{IFX}.15": {"1": 4294967295}, f"{IF}.5": {"1": 4294967295}}, None, id="both stuck are not known"
        ),
        pytest.param({f"{IFX}.15": {"1": 0}, f"{IF}.5": {"1": 4294967295}}, None, id="none and stuck are not known"),
    ],
)
def test_the_speed_of_a_port(columns: Columns, speed: int | None) -> None:
    assert values(ports(NAMES | columns), "port_speed").get("eth0") == speed


@pytest.mark.parametrize(
    ("columns", "instances"),
    [
        pytest.param({f"{IFX}.1": {"1": b"Gi0/1"}, f"{IF}.2": {"1": b"long"}}, ["Gi0/1"], id="by ifName"),
        pytest.param({f"{IFX}.1": {"1": b""}, f"{IF}.2": {"1": b"long"}}, ["long"], id="else by ifDescr"),
        pytest.param({}, ["1"], id="else by its index"),
        pytest.param({f"{IFX}.1": {"1": "端口".encode("gbk")}}, ["端口"], id="in GBK"),
        pytest.param({f"{IFX}.1": {"1": b"a\x1b[31m\r\nb"}}, ["a\\x1b[31m  b"], id="without control characters"),
        pytest.param({f"{IFX}.1": {"1": b"x" * 60_000}}, ["x" * 254 + "…"], id="not without end"),
    ],
)
def test_how_a_port_is_called(columns: Columns, instances: list[str]) -> None:
    status: Columns = {f"{IF}.8": {"1": 1}}
    assert list(values(ports(status | columns), "port_up")) == instances


def test_two_ports_of_one_name_stay_apart() -> None:
    names: dict[str, Value] = {"1": b"eth", "2": b"eth", "3": b"eth#2", "4": b"other"}
    notes = ports({f"{IFX}.1": names, f"{IF}.8": dict.fromkeys(names, 1)})
    assert list(values(notes, "port_up")) == ["eth#1", "eth#2", "eth#2#3", "other"]


@pytest.mark.parametrize(
    ("columns", "instances"),
    [
        pytest.param(
            {f"{IFX}.1": {"1": b"eth", "2": b"eth"}, f"{IF}.2": {"1": b"left", "2": b"right"}},
            ["left", "right"],
            id="by ifDescr where that tells them apart",
        ),
        pytest.param(
            {f"{IFX}.1": {"1": b"eth", "2": b"eth"}, f"{IF}.2": {"1": b"same", "2": b"same"}},
            ["eth#1", "eth#2"],
            id="else by their index",
        ),
        pytest.param(
            {f"{IFX}.1": {"1": b"eth", "2": b"eth", "3": b"left"}, f"{IF}.2": {"1": b"left", "2": b"right"}},
            ["eth#1", "right", "left"],
            id="never by the name of another",
        ),
        pytest.param(
            {f"{IFX}.1": {"1": b"", "2": b""}, f"{IF}.2": {"1": b"same", "2": b"same"}},
            ["same#1", "same#2"],
            id="without an ifName at all",
        ),
    ],
)
def test_ports_of_one_name_are_told_apart(columns: Columns, instances: list[str]) -> None:
    notes = ports(columns | {f"{IF}.8": {"1": 1, "2": 1, "3": 1}})
    assert [name for name in values(notes, "port_up") if name != "3"] == instances


def test_a_port_whose_index_moved_keeps_its_name() -> None:
    before = ports({f"{IFX}.1": {"7": b"Gi0/1", "8": b"Gi0/2"}, f"{IF}.8": {"7": 1, "8": 2}})
    after = ports({f"{IFX}.1": {"9": b"Gi0/2", "12": b"Gi0/1"}, f"{IF}.8": {"9": 2, "12": 1}})
    assert values(before, "port_up") == values(after, "port_up") == {"Gi0/1": 1, "Gi0/2": 0}


@pytest.mark.parametrize(
    ("status", "expected"),
    [(1, {}), (2, {"eth0": 0}), (3, {"eth0": 1}), (None, {})],
    ids=["unknown is not half", "half", "full", "not an Ethernet port"],
)
def test_the_duplex_of_a_port(status: int | None, expected: dict[str, int]) -> None:
    duplex: Columns = {} if status is None else {"1.3.6.1.2.1.10.7.2.1.19": {"1": status}}
    assert values(ports(NAMES | duplex), "port_full_duplex") == expected


def test_ports_whose_names_did_not_come_are_left_out_rather_than_called_otherwise() -> None:
    notes = ports({f"{IFX}.1": {"1": b"eth0"}, f"{IF}.8": {"1": 1, "2": 1}}, **{f"{IFX}.1": "timeout"})
    assert values(notes, "port_up") == {"eth0": 1}
    assert codes(notes)["port_up", ""] == "timeout"


def test_a_port_tells_its_facts() -> None:
    columns: Columns = {
        f"{IF}.1": {"1": 1},
        f"{IF}.6": {"1": bytes.fromhex("00e0fc123456"), "2": b""},
        f"{IFX}.18": {"1": "至核心".encode(), "2": b"  "},
    }
    notes = ports(NAMES | columns)
    assert notes.facts == [
        Fact("port_index", "eth0", "1"),
        Fact("port_address", "eth0", "00:e0:fc:12:34:56"),
        Fact("port_alias", "eth0", "至核心"),
    ]


def storage(rows: dict[str, tuple[str, bytes, int, int, int]]) -> Notes:
    columns: Columns = {
        f"{HR}.{place}": {index: row[at] for index, row in rows.items()} for at, place in enumerate((2, 3, 4, 5, 6))
    }
    return seen("host-resources", fetched=Fetched(columns=columns))


def test_disks_and_memory_are_rows_of_one_table() -> None:
    notes = storage(
        {
            "1": (RAM, b"Physical Memory", 65536, 1000, 400),
            "2": ("1.3.6.1.2.1.25.2.1.3", b"Virtual Memory", 65536, 2000, 400),
            "31": (DISK, b"C:\\ Label:  Serial Number 1a2b", 4096, 1000, 250),
            "32": (DISK, b"/snap/core/1", 4096, 10, 10),
            "33": ("1.3.6.1.2.1.25.2.1.7", b"D:\\", 2048, 100, 100),
        }
    )
    disk = "C:\\ Label:  Serial Number 1a2b"
    assert values(notes, "memory_size") == {"": 65_536_000}
    assert values(notes, "memory_available") == {"": 600 * 65536}
    assert values(notes, "memory_used") == {"": 40}
    assert values(notes, "memory_free") == {"": 60}
    assert values(notes, "disk_size") == {disk: 4_096_000}
    assert values(notes, "disk_free") == {disk: 750 * 4096}
    assert values(notes, "disk_used") == {disk: 25}


def test_a_disk_whose_size_wrapped_is_as_large_as_it_is() -> None:
    notes = storage({"1": (DISK, b"/data", 4096, -1_000_000_000, 1_000_000_000)})
    assert values(notes, "disk_size") == {"/data": (2**32 - 10**9) * 4096}


def test_of_a_disk_of_no_size_there_is_no_share() -> None:
    notes = storage({"1": (DISK, b"/empty", 4096, 0, 0)})
    assert values(notes, "disk_used") == {}
    assert ("disk_used", "/empty") not in codes(notes)


def test_more_used_than_there_is_cannot_be() -> None:
    notes = storage({"1": (DISK, b"/odd", 4096, 10, 11)})
    assert codes(notes) | {("disk_used", "/odd"): "malformed", ("disk_free", "/odd"): "malformed"} == codes(notes)
    assert values(notes, "disk_used") == {}


def test_processors_are_counted_and_averaged() -> None:
    notes = seen("host-resources", fetched=Fetched(columns={LOAD: {"1": 10, "2": 30, "3": 20}}))
    assert values(notes, "cpu_used") == {"": 20}
    assert values(notes, "cpu_count") == {"": 3}


def test_a_counter_that_stands_in_may_be_at_zero() -> None:
    counters: Columns = {f"{IFX}.6": {"1": 5}, f"{IF}.10": {"1": 5, "2": 0}}
    assert values(ports({**NAMES, **counters}), "port_in_total") == {"eth0": 5, "eth1": 0}


def test_what_is_made_of_readings_alone_is_not_offered_where_there_are_no_rows() -> None:
    made = {"parameter": "disk_used", "compute": "percent_left", "of": ["disk_free", "disk_size"]}
    columns = {
        "free": {"oid": f"{HR}.6", "parameter": "disk_free"},
        "size": {"oid": f"{HR}.5", "parameter": "disk_size"},
    }
    profile = Profile.model_validate_json(
        json.dumps({"title": "disks", "tables": {"disks": {"columns": columns, "computed": [made]}}})
    )
    notes = Notes()
    decode((profile,), Fetched(gaps={f"{HR}.5": "not_offered", f"{HR}.6": "not_offered"}), notes)
    assert codes(notes) == dict.fromkeys([("disk_free", ""), ("disk_size", ""), ("disk_used", "")], "not_offered")


@pytest.mark.parametrize("code", ["timeout", "row_cap", "not_offered", "budget_spent"])
def test_half_the_processors_make_no_average(code: str) -> None:
    columns: Columns = {} if code == "not_offered" else {LOAD: {"1": 10}}
    notes = seen("host-resources", fetched=Fetched(columns=columns, gaps={LOAD: code}))
    assert values(notes, "cpu_used") == {}
    assert codes(notes)["cpu_used", ""] == code


def memory(**scalars: int) -> Fetched:
    places = {"total": 5, "free": 6, "buffer": 14, "cached": 15, "kernel": 27, "swap": 3, "swap_free": 4}
    asked = {f"{UCD}.4.{place}.0": name for name, place in places.items()}
    return Fetched(
        scalars={oid: scalars[name] for oid, name in asked.items() if name in scalars},
        gaps={oid: "not_offered" for oid, name in asked.items() if name not in scalars},
    )


def test_memory_of_linux_is_without_its_caches() -> None:
    fetched = memory(total=1000, free=100, buffer=50, cached=250)
    fetched.columns |= {f"{HR}.2": {"1": RAM}, f"{HR}.4": {"1": 1024}, f"{HR}.5": {"1": 1000}, f"{HR}.6": {"1": 900}}
    notes = seen("ucd", fetched=fetched)
    assert values(notes, "memory_available") == {"": 400 * 1024}
    assert values(notes, "memory_used") == {"": 60}, "not the 90 % of the general table"
    assert values(notes, "memory_free") == {"": 40}


def test_the_kernels_own_word_on_memory_goes_first() -> None:
    notes = seen("ucd", fetched=memory(total=1000, free=100, buffer=50, cached=250, kernel=300))
    assert values(notes, "memory_used") == {"": 70}


def test_the_general_value_does_not_stand_in_for_a_special_one_that_timed_out() -> None:
    fetched = memory(total=1000, free=100, buffer=50, cached=250)
    fetched.gaps[f"{UCD}.4.6.0"] = "timeout"
    del fetched.scalars[f"{UCD}.4.6.0"]
    fetched.columns |= {f"{HR}.2": {"1": RAM}, f"{HR}.4": {"1": 1024}, f"{HR}.5": {"1": 1000}, f"{HR}.6": {"1": 900}}
    notes = seen("ucd", fetched=fetched)
    assert values(notes, "memory_used") == {}
    assert codes(notes)["memory_used", ""] == "timeout"


def test_a_machine_without_swap_has_no_share_of_it_in_use() -> None:
    notes = seen("ucd", fetched=memory(swap=0, swap_free=0))
    assert values(notes, "swap_size") == {"": 0}
    assert values(notes, "swap_used") == {}
    assert ("swap_used", "") not in codes(notes)


def test_what_one_profile_offers_is_not_missing_for_another() -> None:
    fetched = memory()
    fetched.columns |= {f"{HR}.2": {"1": RAM}, f"{HR}.4": {"1": 1024}, f"{HR}.5": {"1": 1000}, f"{HR}.6": {"1": 900}}
    notes = seen("ucd", fetched=fetched)
    assert values(notes, "memory_used") == {"": 90}
    assert ("memory_used", "") not in codes(notes)
    assert codes(notes)["swap_size", ""] == "not_offered"


def test_what_was_not_asked_for_leaves_no_gap() -> None:
    assert seen("ucd", "interfaces", fetched=Fetched()) == Notes()


def test_text_where_a_number_should_be_is_shown_in_the_gap() -> None:
    notes = seen("system", fetched=Fetched(scalars={"1.3.6.1.2.1.1.3.0": b"soon\x1b"}))
    assert notes.gaps == [Gap("uptime", "", "malformed", "soon\\x1b")]


def test_everything_that_can_be_asked_for_can_be_computed() -> None:
    assert set(COMPUTATIONS) == set(EACH) | set(WHOLE)


RAW = st.one_of(st.integers(-(2**65), 2**65), st.floats(), st.binary(max_size=8), st.sampled_from([RAM, DISK]))


@settings(deadline=None, max_examples=20)
@given(st.data())
def test_whatever_a_device_says_only_known_words_come_out(data: st.DataObject) -> None:
    profiles = chain(load_profiles(), ("system", "interfaces", "host-resources", "ucd"))
    fetched = Fetched()
    for profile in profiles:
        for scalar in profile.scalars.values():
            _say(data, fetched, scalar.oid, fetched.scalars)
        for column in _columns(profile):
            if column.oid not in fetched.gaps:
                rows = data.draw(st.dictionaries(st.sampled_from(["1", "2", "3.4"]), RAW, max_size=3))
                fetched.columns[column.oid] = rows
                _say(data, fetched, column.oid, {})
    notes = Notes()
    decode(profiles, fetched, notes)
    keys = [(reading.parameter, reading.instance) for reading in notes.readings]
    assert len(keys) == len(set(keys))
    assert all(PARAMETERS[r.parameter] == r.unit and math.isfinite(r.value) for r in notes.readings)
    assert all(0 <= r.value <= 100 for r in notes.readings if r.parameter in ("disk_used", "memory_used"))
    assert {fact.parameter for fact in notes.facts} <= FACTS
    assert {gap.code for gap in notes.gaps} <= GAPS
    assert not {(gap.parameter, gap.instance) for gap in notes.gaps if gap.instance} & set(keys)


def _columns(profile: Profile) -> list[Object]:
    return [column for table in profile.tables.values() for column in table.columns.values()]


def _say(data: st.DataObject, fetched: Fetched, oid: str, values: dict[str, Value]) -> None:
    if data.draw(st.booleans()):
        values[oid] = data.draw(RAW)
    else:
        fetched.gaps[oid] = data.draw(st.sampled_from(["not_offered", "timeout", "row_cap", "agent_fault"]))
