"""Rows that are about ports: the light in their fibres by ENTITY-SENSOR-MIB, and tables by a port's index."""

from __future__ import annotations

import json

import pytest

from collectors.snmp.decode import decode
from collectors.snmp.port import Fetched, Value
from config.profile import Profile, chain
from config.profiles import load_profiles
from duty.readings import Gap, Notes, Stated

Columns = dict[str, dict[str, Value]]

IF_NAME, IF_DESCR, UP = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.8"
ENTITY, SENSOR, ALIAS = "1.3.6.1.2.1.47.1.1.1.1", "1.3.6.1.2.1.99.1.1.1", "1.3.6.1.2.1.47.1.3.2.1.2"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1"
WATTS, CELSIUS, DBM = 6, 8, 14
RX = "Eth1/1 Rx Power"
PLUGGED_IN: Columns = {ALIAS: {"70.0": f"{IF_INDEX}.8"}}
"""The physical entity 70 is the port with the index 8."""
PORTS: Columns = {
    IF_NAME: {"7": b"Eth1/1", "8": b"Eth1/2"},
    IF_DESCR: {"7": b"Ethernet1/1", "8": b"Ethernet1/2"},
    UP: {"7": 1, "8": 1},
}


def sensor(
    row: int,
    words: str,
    value: int,
    *,
    kind: int = DBM,
    scale: int = 9,
    precision: int = 2,
    status: int = 1,
    inside: int = 0,
) -> Columns:
    """One sensor as ENTITY-MIB and ENTITY-SENSOR-MIB have it."""
    cells: dict[str, Value] = {
        f"{ENTITY}.2": words.encode(),
        f"{ENTITY}.7": b"",
        f"{ENTITY}.4": inside,
        f"{SENSOR}.1": kind,
    }
    cells |= {f"{SENSOR}.2": scale, f"{SENSOR}.3": precision, f"{SENSOR}.4": value, f"{SENSOR}.5": status}
    return {oid: {str(row): cell} for oid, cell in cells.items()}


def table(*parts: Columns) -> Columns:
    """All rows of several in one."""
    columns: Columns = {}
    for part in parts:
        for oid, rows in part.items():
            columns[oid] = columns.get(oid, {}) | rows
    return columns


def optics(*parts: Columns, gaps: dict[str, str] | None = None) -> Notes:
    notes = Notes()
    decode(chain(load_profiles(), ["optics"]), Fetched(columns=table(PORTS, *parts), gaps=gaps or {}), notes)
    return notes


def values(notes: Notes, parameter: str = "optical_rx") -> dict[str, float]:
    return {r.instance: round(r.value, 2) for r in notes.readings if r.parameter == parameter}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([sensor(90, RX, -531)], {"Eth1/1": -5.31}, id="dBm in hundredths"),
        pytest.param([sensor(90, RX, 4786, kind=WATTS, scale=8, precision=4)], {"Eth1/1": -3.2}, id="mW"),
        pytest.param([sensor(90, RX, 500, kind=WATTS, scale=7, precision=0)], {"Eth1/1": -3.01}, id="µW"),
        pytest.param([sensor(90, RX, 0, kind=WATTS, scale=8, precision=4)], {"Eth1/1": -40.0}, id="dark"),
        pytest.param([sensor(90, RX, -1_000_000_000)], {}, id="beyond its range"),
        pytest.param([sensor(90, RX, -531, status=2)], {}, id="there is nothing to measure"),
        pytest.param([sensor(90, RX, 30, kind=CELSIUS)], {}, id="not light"),
        pytest.param([sensor(90, "PSU 1 Power", 72, kind=WATTS)], {}, id="the watts of a power supply"),
        pytest.param([sensor(90, RX, -531, scale=99)], {}, id="a scale that there is not"),
        pytest.param(
            [sensor(90, "DOM RX Power Sensor for Ethernet1/2", -531)], {"Eth1/2": -5.31}, id="by ifDescr, at the end"
        ),
        pytest.param(
            [sensor(90, "DOM RX Power Sensor for Ethernet1/2/3", -531)],
            {"Eth1/2 lane 3": -5.31},
            id="a lane by its number",
        ),
        pytest.param(
            [sensor(90, "Eth1/1 Lane 2 Transceiver Receive Power Sensor", -531)],
            {"Eth1/1 lane 2": -5.31},
            id="a lane by its word",
        ),
        pytest.param(
            [
                sensor(90, "Receive Power", -531, inside=80),
                {f"{ENTITY}.4": {"80": 70}},
                PLUGGED_IN,
            ],
            {"Eth1/2": -5.31},
            id="by what it is plugged into",
        ),
        pytest.param(
            [
                sensor(90, "Receive Power", -500, inside=70),
                sensor(91, "Receive Power", -600, inside=70),
                PLUGGED_IN,
            ],
            {"Eth1/2 lane 1": -5.0, "Eth1/2 lane 2": -6.0},
            id="several at one port are its lanes",
        ),
        pytest.param(
            [sensor(90, "Receive Power Eth1/1", -531, inside=70), PLUGGED_IN],
            {"Eth1/2": -5.31},
            id="where it is plugged in counts before its words",
        ),
        pytest.param(
            [sensor(90, "Receive Power", -531, inside=80), {f"{ENTITY}.4": {"80": 90}}],
            {"Receive Power": -5.31},
            id="what is in itself leads nowhere",
        ),
        pytest.param(
            [sensor(90, "Receive Power", -531, inside=70), {ALIAS: {"70.0": f"{IF_INDEX}.99", "71.0": b"nonsense"}}],
            {"Receive Power": -5.31},
            id="a port that there is not",
        ),
        pytest.param(
            [sensor(90, "Receive Power", -500), sensor(91, "Receive Power", -600)],
            {"Receive Power#90": -5.0, "Receive Power#91": -6.0},
            id="two without a port stay apart",
        ),
    ],
)
def test_light(rows: list[Columns], expected: dict[str, float]) -> None:
    assert values(optics(*rows)) == expected


def test_what_is_sent_and_how_warm_it_is() -> None:
    notes = optics(
        sensor(90, "DOM TX Power Sensor for Ethernet1/1", -210),
        sensor(91, "DOM Temperature Sensor for Ethernet1/1", 309, kind=CELSIUS, precision=1),
    )
    assert values(notes, "optical_tx") == {"Eth1/1": -2.1}
    assert values(notes, "optical_temperature") == {"Eth1/1": 30.9}


@pytest.mark.parametrize("column", [IF_NAME, f"{ENTITY}.4", ALIAS, f"{SENSOR}.5"])
def test_no_light_has_another_name_for_the_length_of_one_look(column: str) -> None:
    broken = table(sensor(90, "Receive Power", -531, inside=70), PLUGGED_IN)
    broken.pop(column, None)
    notes = optics(broken, gaps={column: "timeout"})
    assert values(notes) == {}
    assert Gap("optical_rx", "", "timeout") in notes.gaps


MAKER = {
    "title": "A maker's light, with the module's own limits",
    "extends": ["interfaces"],
    "tables": {
        "light": {
            "port": "index",
            "columns": {
                "rx": {"oid": "1.3.6.1.4.1.99999.1", "parameter": "optical_rx", "scale": 0.01, "absent": [2147483647]},
                "low": {"oid": "1.3.6.1.4.1.99999.2", "scale": 0.01},
                "lowest": {"oid": "1.3.6.1.4.1.99999.3", "scale": 0.01, "absent": [0]},
                "highest": {"oid": "1.3.6.1.4.1.99999.4", "scale": 0.01},
            },
            "limits": [
                {"parameter": "optical_rx", "below": True, "warning": "low", "critical": "lowest"},
                {"parameter": "optical_rx", "critical": "highest"},
            ],
        }
    },
}


def test_a_table_by_the_index_of_the_port_with_limits_of_its_own() -> None:
    profile = Profile.model_validate_json(json.dumps(MAKER))
    rows: Columns = {
        "1.3.6.1.4.1.99999.1": {"7": -531, "8.1": -600, "8.2": -700, "9": 2147483647},
        "1.3.6.1.4.1.99999.2": {"7": -1400, "8.1": -1400},
        "1.3.6.1.4.1.99999.3": {"7": -1800, "8.1": 0},
        "1.3.6.1.4.1.99999.4": {"7": 200},
    }
    notes = Notes()
    decode((load_profiles()["interfaces"], profile), Fetched(columns=table(PORTS, rows)), notes)
    assert values(notes) == {"Eth1/1": -5.31, "Eth1/2 lane 1": -6.0, "Eth1/2 lane 2": -7.0}
    assert notes.stated == [
        Stated("optical_rx", "Eth1/1", -14.0, -18.0, below=True),
        Stated("optical_rx", "Eth1/2 lane 1", -14.0, None, below=True),
        Stated("optical_rx", "Eth1/1", None, 2.0),
    ]


def test_limits_are_in_the_scale_of_the_sensor_that_they_limit() -> None:
    given = load_profiles()["optics"].model_dump()
    for name, one in given["tables"].items():
        if name == "light received":
            one["columns"]["low"] = {"oid": "1.3.6.1.4.1.99999.2"}
            one["limits"] = [{"parameter": "optical_rx", "below": True, "warning": "low"}]
    profile = Profile.model_validate_json(json.dumps(given))
    rows = table(PORTS, sensor(90, RX, 4786, kind=WATTS, scale=8, precision=4))
    notes = Notes()
    fetched = Fetched(columns=rows | {"1.3.6.1.4.1.99999.2": {"90": 1000}})
    decode((load_profiles()["interfaces"], profile), fetched, notes)
    (stated,) = notes.stated
    assert stated.warning == pytest.approx(-10.0)
