"""What a profile can say of states, parts, other tables and conditions, read from a walk of a made-up device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collectors.snmp.decode import decode
from collectors.snmp.joined import join
from collectors.snmp.naming import Naming
from collectors.snmp.origins import origins
from collectors.snmp.port import Fetched, Value
from config.profile import Profile
from config.profiles import check_profile
from duty.readings import Notes, Origin

ACME = "1.3.6.1.4.1.99999"


Seen = tuple[dict[tuple[str, str], float], dict[tuple[str, str], str], dict[tuple[str, str], str]]
"""Readings, facts and gaps by parameter and instance."""


def read(fetched: Fetched, **profile: Any) -> Seen:
    made, notes = (Profile.model_validate({"title": "made up"} | profile, strict=False),), Notes()
    join(made, fetched)
    decode(made, fetched, notes)
    return (
        {(r.parameter, r.instance): r.value for r in notes.readings},
        {(f.parameter, f.instance): f.text for f in notes.facts},
        {(g.parameter, g.instance): g.code for g in notes.gaps},
    )


def read_columns(table: dict[str, Any], **cells: dict[str, Value]) -> Seen:
    return read(
        Fetched(columns={table["columns"][name]["oid"]: column for name, column in cells.items()}),
        tables={"it": table},
    )


def read_scalar(raw: Value, **scalar: Any) -> Seen:
    oid = f"{ACME}.1.0"
    return read(Fetched(scalars={oid: raw}), scalars={"it": {"oid": oid, **scalar}})


STATES = {"ok": {1: "online"}, "critical": {2: "failed"}, "told": {3: "spare"}, "absent": {4: "no disk"}}


def test_a_state_is_judged_and_told_in_the_words_of_the_device() -> None:
    table = {"called": "Disk", "columns": {"state": {"oid": f"{ACME}.1", "parameter": "health", "states": STATES}}}
    readings, facts, gaps = read_columns(table, state={"1": 1, "2": 2, "3": 3, "4": 4, "5": 9})
    assert readings == {("health", "Disk 1"): 0, ("health", "Disk 2"): 2}
    assert facts == {("health", "Disk 1"): "online", ("health", "Disk 2"): "failed", ("health", "Disk 3"): "spare"}
    assert gaps == {("health", "Disk 5"): "malformed"}


def test_the_codes_of_a_state_in_a_file_are_numbers(tmp_path: Path) -> None:
    (tmp_path / "it.yaml").write_text(
        "title: made up\n"
        "scalars:\n  it: {oid: 1.3.6.1.4.1.99999.1.0, parameter: health, states: {ok: {2: well, -1: new}}}\n"
    )
    states = check_profile(tmp_path / "it.yaml").scalars["it"].states
    assert states is not None
    assert dict(states.words) == {2: "well", -1: "new"}


def test_the_word_for_a_state_is_told_of_those_rows_only_that_it_is_about() -> None:
    state = {"oid": f"{ACME}.1", "states": STATES}
    table = {
        "columns": {
            "fan": {**state, "parameter": "fan_health", "only_if": {"index": ["1"]}},
            "other": {**state, "parameter": "health", "unless": {"index": ["1"]}},
        }
    }
    cells: dict[str, dict[str, Value]] = {f"{ACME}.1": {"1": 1, "2": 2}}
    readings, facts, _ = read(Fetched(columns=cells), tables={"it": table})
    assert readings == {("fan_health", "1"): 0, ("health", "2"): 2}
    assert facts == {("fan_health", "1"): "online", ("health", "2"): "failed"}


def test_a_state_in_words_is_read_whatever_their_case() -> None:
    states = {"ok": {"ok": "well"}, "critical": {"FAIL": "failed"}}
    readings, facts, _ = read_scalar(b" Fail", parameter="health", part="array", states=states)
    assert (readings, facts) == ({("health", "array"): 2}, {("health", "array"): "failed"})


def test_two_readings_of_a_row_are_told_apart_by_the_part() -> None:
    table = {
        "columns": {
            "entering": {"oid": f"{ACME}.1", "parameter": "voltage", "part": "input"},
            "leaving": {"oid": f"{ACME}.2", "parameter": "voltage", "part": "output", "scale": 0.1},
        }
    }
    readings, _, _ = read_columns(table, entering={"1": 230}, leaving={"1": 120})
    assert readings == {("voltage", "1 input"): 230, ("voltage", "1 output"): 12}


def test_a_number_in_words_is_found_and_one_that_cannot_be_true_is_nothing() -> None:
    found = {"parameter": "temperature", "find": r"(-?[0-9.]+) *C"}
    assert read_scalar(b"Inlet: 23.5 C", **found)[0] == {("temperature", ""): 23.5}
    assert read_scalar(b"Inlet: none", **found) == ({}, {}, {})
    assert read_scalar(-128, parameter="temperature", between=(-60, 200)) == ({}, {}, {})


def test_a_row_is_called_as_the_row_of_another_table_that_it_leads_to() -> None:
    table = {
        "instance": ["name", "rack"],
        "columns": {
            "entity": {"oid": f"{ACME}.1"},
            "name": {"oid": f"{ACME}.2", "by": "entity"},
            "rack": {"oid": f"{ACME}.3", "by": 1},
            "used": {"oid": f"{ACME}.4", "parameter": "cpu_used"},
        },
    }
    readings, _, _ = read_columns(
        table, entity={"1.7": 20, "2.7": 0}, name={"20": b"RE0"}, rack={"2": b"FPC2"}, used={"1.7": 5, "2.7": 6}
    )
    assert readings == {("cpu_used", "RE0"): 5, ("cpu_used", "FPC2"): 6}


def test_a_row_is_called_by_numbers_from_the_middle_of_its_index() -> None:
    # As LLDP-MIB has it: time, the port's number, and which of several neighbours.
    table = {
        "instance": ["port"],
        "columns": {
            "port": {"oid": "1.0.8802.1.1.2.1.3.7.1.4", "by": [2, 2]},
            "there": {"oid": "1.0.8802.1.1.2.1.4.1.1.9", "fact": "neighbour"},
        },
    }
    _, facts, _ = read_columns(table, port={"7": b"ge-0/0/7"}, there={"4711.7.1": b"core-1"})
    assert facts == {("neighbour", "ge-0/0/7"): "core-1"}


def test_two_tables_call_their_rows_by_the_same_column() -> None:
    columns = {"rack": {"oid": f"{ACME}.3", "by": 1}}
    tables = {
        "used": {"instance": ["rack"], "columns": columns | {"used": {"oid": f"{ACME}.4", "parameter": "cpu_used"}}},
        "warm": {"instance": ["rack"], "columns": columns | {"warm": {"oid": f"{ACME}.5", "parameter": "temperature"}}},
    }
    cells: dict[str, dict[str, Value]] = {
        f"{ACME}.3": {"1": b"left", "2": b"right"},
        f"{ACME}.4": {"1.1": 5, "2.1": 6},
        f"{ACME}.5": {"2.15": 40},
    }
    readings, _, _ = read(Fetched(columns=cells), tables=tables)
    assert readings == {("cpu_used", "left"): 5, ("cpu_used", "right"): 6, ("temperature", "right"): 40}


def test_what_a_number_is_depends_on_its_row() -> None:
    table = {
        "instance": ["what"],
        "columns": {
            "what": {"oid": f"{ACME}.1"},
            "kind": {"oid": f"{ACME}.2"},
            "value": {"oid": f"{ACME}.3"},
            "amps": {"oid": f"{ACME}.3", "parameter": "current", "scale": 0.1, "only_if": {"kind": ["1"]}},
        },
        "computed": [
            {"parameter": "temperature", "compute": "itself", "of": ["value"], "unless": {"kind": ["1"]}}
            | {"only_if": {"name": ["in*"]}},
            {"parameter": "power", "compute": "itself", "of": ["value"], "only_if": {"index": ["3"]}},
        ],
    }
    cells: dict[str, dict[str, Value]] = {
        "what": {"1": b"psu", "2": b"inlet", "3": b"board"},
        "kind": {"1": 1, "2": 2, "3": 3},
        "value": {"1": 42, "2": 21, "3": 90},
    }
    readings, _, _ = read_columns(table, **cells)
    assert readings == {("current", "psu"): 4.2, ("temperature", "inlet"): 21, ("power", "board"): 90}


def test_a_table_that_stands_in_counts_only_where_the_other_is_empty() -> None:
    tables = {
        "old": {"instead_of": "new", "columns": {"old": {"oid": f"{ACME}.1", "parameter": "cpu_used"}}},
        "new": {"columns": {"new": {"oid": f"{ACME}.2", "parameter": "cpu_used"}}},
    }
    both: dict[str, dict[str, Value]] = {f"{ACME}.1": {"1": 10}, f"{ACME}.2": {"2": 20}}
    assert read(Fetched(columns=both), tables=tables)[0] == {("cpu_used", "2"): 20}
    assert read(Fetched(columns={f"{ACME}.1": {"1": 10}}), tables=tables)[0] == {("cpu_used", "1"): 10}


def test_a_fact_that_is_a_code_is_told_by_its_word_and_only_where_it_has_one() -> None:
    table = {"columns": {"state": {"oid": f"{ACME}.1", "fact": "port_state", "words": {7: "lowerLayerDown"}}}}
    assert read_columns(table, state={"1": 1, "2": 7})[1] == {("port_state", "2"): "lowerLayerDown"}


LIMITS = {
    "columns": {
        "value": {"oid": f"{ACME}.1", "parameter": "temperature"},
        "severity": {"oid": f"{ACME}.2"},
        "warns": {"oid": f"{ACME}.3", "among": {"severity": ["10"]}},
        "alarms": {"oid": f"{ACME}.3", "absent": [0], "among": {"severity": ["20", "30"]}},
    },
    "limits": [{"parameter": "temperature", "warning": "warns", "critical": "alarms"}],
}


def test_a_row_takes_its_limits_from_the_several_rows_that_another_table_has_for_it() -> None:
    made, notes = (Profile.model_validate({"title": "made up", "tables": {"it": LIMITS}}, strict=False),), Notes()
    severities = {"7.1": 30, "7.2": 10, "7.3": 20, "8.1": 20, "9.1": 1}
    limits = {"7.1": 75, "7.2": 50, "7.3": 60, "8.1": 0, "9.1": 99}
    fetched = Fetched(columns={f"{ACME}.1": {"7": 20, "8": 21, "9": 22}, f"{ACME}.2": dict(severities)})
    fetched.columns[f"{ACME}.3"] = dict(limits)
    join(made, fetched)
    decode(made, fetched, notes)
    assert {r.instance: r.value for r in notes.readings} == {"7": 20, "8": 21, "9": 22}
    assert [(s.instance, s.warning, s.critical) for s in notes.stated] == [("7", 50, 60)]


def test_a_row_takes_each_of_its_readings_by_the_number_behind_its_index() -> None:
    table = {
        "instance": ["name"],
        "columns": {
            "name": {"oid": f"{ACME}.1"},
            "celsius": {"oid": f"{ACME}.2", "parameter": "optical_temperature", "among": {"index": ["*.5"]}},
            "volts": {"oid": f"{ACME}.2", "parameter": "voltage", "among": {"index": ["*.6"]}, "scale": 0.001},
        },
    }
    cells: dict[str, dict[str, Value]] = {"name": {"1": b"gi1", "2": b"gi2"}, "celsius": {"1.5": 41, "1.6": 3300}}
    readings, _, _ = read_columns(table, **cells)
    assert readings == {("optical_temperature", "gi1"): 41, ("voltage", "gi1"): pytest.approx(3.3)}
    made = (Profile.model_validate({"title": "made up", "tables": {"it": table}}, strict=False),)
    fetched = Fetched(columns={f"{ACME}.1": {"1": b"gi1"}, f"{ACME}.2": {"1.5": 41, "1.6": 3300}})
    join(made, fetched)
    assert origins(made, fetched, Naming())["voltage", "gi1"] == Origin(f"{ACME}.2.1.6", "")


def test_two_tables_may_lead_to_the_same_column() -> None:
    def table(column: str, way: dict[str, Any]) -> dict[str, Any]:
        name = {"oid": f"{ACME}.2", "by": "way"}
        value = {"oid": column, "parameter": "cpu_used"}
        return {"instance": ["name"], "columns": {"way": {"oid": f"{ACME}.1", **way}, "name": name, "value": value}}

    tables = {"whole": table(f"{ACME}.3", {}), "cores": table(f"{ACME}.4", {"by": 1})}
    fetched: dict[str, dict[str, Value]] = {f"{ACME}.1": {"7": 70}, f"{ACME}.2": {"70": b"CPU"}}
    fetched |= {f"{ACME}.3": {"7": 5}, f"{ACME}.4": {"7.0": 4, "7.1": 6}}
    readings = read(Fetched(columns=fetched), tables=tables)[0]
    assert readings == {("cpu_used", "CPU"): 5, ("cpu_used", "CPU#7.0"): 4, ("cpu_used", "CPU#7.1"): 6}


def test_light_in_milliwatts_is_told_in_decibels() -> None:
    table = {
        "columns": {"milliwatts": {"oid": f"{ACME}.1", "scale": 0.001}},
        "computed": [{"parameter": "optical_rx", "compute": "decibels", "of": ["milliwatts"]}],
    }
    readings, _, _ = read_columns(table, milliwatts={"1": 500, "2": 0})
    assert readings == {("optical_rx", "1"): pytest.approx(-3.0103, abs=1e-4), ("optical_rx", "2"): -40}


def test_a_number_has_as_many_decimals_as_another_column_says() -> None:
    table = {
        "columns": {"value": {"oid": f"{ACME}.1"}, "decimals": {"oid": f"{ACME}.2"}, "top": {"oid": f"{ACME}.3"}},
        "computed": [{"parameter": "current", "compute": "digits", "of": ["value", "decimals"]}],
        "limits": [{"parameter": "current", "critical": "top"}],
    }
    readings, _, gaps = read_columns(
        table, value={"1": 7467, "2": 229, "3": 1}, decimals={"1": 3, "2": 0, "3": 99}, top={"1": 16000}
    )
    assert readings == {("current", "1"): 7.467, ("current", "2"): 229}
    assert gaps == {("current", "3"): "malformed"}


def test_what_stands_behind_a_state_is_told_with_the_code_of_the_device() -> None:
    state = {"oid": f"{ACME}.1", "parameter": "health", "states": STATES}
    made = (Profile.model_validate({"title": "made up", "tables": {"it": {"columns": {"state": state}}}}),)
    fetched = Fetched(columns={f"{ACME}.1": {"1": 2, "3": 3}})
    assert origins(made, fetched, Naming()) == {
        ("health", "1"): Origin(f"{ACME}.1.1", "2"),
        ("health", "3"): Origin(f"{ACME}.1.3", "3"),
    }


def test_what_stands_behind_a_computed_number_is_what_the_device_has() -> None:
    profile = {
        "title": "made up",
        "scalars": {name: {"oid": f"{ACME}.{place}.0"} for place, name in enumerate(("old", "used", "size"), 1)},
        "computed": [
            {"parameter": "memory_used", "compute": "percent", "of": ["old", "size"]},
            {"parameter": "memory_used", "compute": "percent", "of": ["used", "size"]},
        ],
    }
    fetched = Fetched(scalars={f"{ACME}.2.0": 1, f"{ACME}.3.0": 4})
    made = (Profile.model_validate(profile, strict=False),)
    assert origins(made, fetched, Naming()) == {("memory_used", ""): Origin(f"{ACME}.2.0")}


def test_what_a_profile_could_not_make_comes_from_where_another_found_it() -> None:
    used = [{"parameter": "memory_used", "compute": "percent", "of": ["used", "size"]}]
    objects = {"used": {"oid": f"{ACME}.1.0"}, "size": {"oid": f"{ACME}.2.0"}}
    others = {"used": {"oid": f"{ACME}.3.0"}, "size": {"oid": f"{ACME}.4.0"}}
    made = tuple(
        Profile.model_validate({"title": "made up", "scalars": scalars, "computed": used}, strict=False)
        for scalars in (objects, others)
    )
    fetched = Fetched(scalars={f"{ACME}.1.0": 1, f"{ACME}.2.0": 2, f"{ACME}.4.0": 3})
    assert origins(made, fetched, Naming())["memory_used", ""] == Origin(f"{ACME}.1.0")
