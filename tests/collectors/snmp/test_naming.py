"""What the rows of a device's tables are called, from look to look."""

from __future__ import annotations

import pytest

from collectors.snmp.decode import decode
from collectors.snmp.naming import Naming
from collectors.snmp.port import Fetched, Value
from config.profile import chain
from config.profiles import load_profiles
from duty.readings import Notes

Columns = dict[str, dict[str, Value]]

IF_NAME, IF_DESCR, UP = "1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.8"
INTERFACES = chain(load_profiles(), ["interfaces"])
(PORTS,) = (table for profile in INTERFACES for table in profile.tables.values())
BEFORE: Columns = {
    IF_NAME: {"1": b"eth0", "2": b"eth1"},
    IF_DESCR: {"1": b"Ethernet0", "2": b"Ethernet1"},
    UP: {"1": 1, "2": 2},
}


def ports_up(naming: Naming, columns: Columns) -> dict[str, int | float]:
    notes = Notes()
    decode(INTERFACES, Fetched(columns=columns), notes, naming)
    return {reading.instance: reading.value for reading in notes.readings if reading.parameter == "port_up"}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(BEFORE, {"eth0": 1, "eth1": 0}, id="nothing has changed"),
        pytest.param(BEFORE | {UP: {"1": 2, "2": 1}}, {"eth0": 0, "eth1": 1}, id="values are new, names are not"),
        pytest.param(BEFORE | {IF_NAME: {"1": b"wan", "2": b"eth1"}}, {"wan": 1, "eth1": 0}, id="a port is renamed"),
        pytest.param(
            BEFORE | {IF_NAME: {"1": b"eth1", "2": b"eth0"}}, {"eth1": 1, "eth0": 0}, id="the indices have moved"
        ),
        pytest.param(
            {IF_NAME: {"2": b"eth1"}, IF_DESCR: {"2": b"Ethernet1"}, UP: {"2": 1}}, {"eth1": 1}, id="a port is gone"
        ),
        pytest.param(
            BEFORE | {IF_NAME: {"1": b"eth0", "2": b"eth0"}},
            {"Ethernet0": 1, "Ethernet1": 0},
            id="two have one name now, and the description tells them apart",
        ),
        pytest.param({UP: {"1": 1, "2": 1}}, {"1": 1, "2": 1}, id="names are not offered any more"),
    ],
)
def test_rows_are_called_what_they_are_called_now(after: Columns, expected: dict[str, int]) -> None:
    naming = Naming()
    assert ports_up(naming, BEFORE) == {"eth0": 1, "eth1": 0}
    assert ports_up(naming, after) == expected == ports_up(Naming(), after)


def test_names_are_made_once_for_as_long_as_nothing_changes() -> None:
    naming = Naming()
    before = naming.names(PORTS, Fetched(columns=BEFORE), keep_nameless=True)
    copy = {oid: dict(cells) for oid, cells in BEFORE.items()}
    assert naming.names(PORTS, Fetched(columns=copy | {UP: {"1": 2, "2": 2}}), keep_nameless=True) is before


def test_a_broken_column_names_nothing_that_was_known_before() -> None:
    naming, notes = Naming(), Notes()
    ports_up(naming, BEFORE)
    fetched = Fetched(columns={UP: {"1": 1, "2": 1}}, gaps={IF_NAME: "timeout"})
    decode(INTERFACES, fetched, notes, naming)
    assert not notes.readings, "which port it is cannot be said from memory: the index may have moved"
    assert ("port_up", "", "timeout") in {(gap.parameter, gap.instance, gap.code) for gap in notes.gaps}
