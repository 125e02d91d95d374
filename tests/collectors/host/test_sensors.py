"""Temperatures and the limits that chips state."""

import psutil
import pytest

from collectors.host import sensors
from collectors.host.sensors import Temperature, note_temperatures
from duty.readings import Notes, Stated


def stated(high: float | None, critical: float | None) -> list[tuple[float | None, float | None]]:
    notes = Notes()
    note_temperatures(notes, {"coretemp": [("Package", 41.0, high, critical)]})
    return [(s.warning, s.critical) for s in notes.stated]


@pytest.mark.parametrize(
    ("high", "critical", "expected"),
    [
        pytest.param(80.0, 100.0, [(80.0, 100.0)], id="both"),
        pytest.param(None, None, [], id="none"),
        pytest.param(0.0, 95.0, [(None, 95.0)], id="zero is no limit"),
        pytest.param(65261.85, 84.85, [(None, 84.85)], id="nor is the end of the scale"),
        pytest.param(None, 0.105, [], id="nor one divided too often"),
        pytest.param(100.0, 90.0, [(None, 90.0)], id="a warning above the critical is none"),
    ],
)
def test_limits_stand_only_where_the_chip_means_them(
    high: float | None, critical: float | None, expected: list[tuple[float | None, float | None]]
) -> None:
    assert stated(high, critical) == expected


def test_two_sensors_of_one_name_are_told_apart() -> None:
    notes = Notes()
    disk: Temperature = ("Composite", 38.0, None, 84.0)
    note_temperatures(notes, {"nvme": [disk, disk], "acpitz": [("", 27.8, None, None)]})
    assert [r.instance for r in notes.readings] == ["nvme Composite", "nvme Composite 2", "acpitz"]
    assert notes.stated[1] == Stated("temperature", "nvme Composite 2", None, 84.0)


def test_a_chip_with_a_hostile_name_is_shown_escaped() -> None:
    notes = Notes()
    note_temperatures(notes, {"chip\x1b[31m": [("\u202egap", 40.0, 90.0, None)]})
    assert notes.readings[0].instance == notes.stated[0].instance == "chip\\x1b[31m \\u202egap"


def test_a_temperature_that_is_not_a_number_is_a_gap() -> None:
    notes = Notes()
    note_temperatures(notes, {"chip": [("", float("nan"), None, None)]})
    assert (len(notes.readings), notes.gaps[0].code) == (0, "not_a_number")


def test_a_machine_without_sensors_has_no_gap() -> None:
    notes = Notes()
    sensors.read(notes)
    count = sum(map(len, psutil.sensors_temperatures().values())) + sum(map(len, psutil.sensors_fans().values()))
    assert (len(notes.readings), notes.gaps) == (count, [])
