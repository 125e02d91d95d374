"""What was found becomes targets: names, devices with several addresses, roots, and what the settings have already."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from config.units import Name
from duty.discovery import Found, devices, propose, target_name
from duty.topology import Neighbour


def switch(address: str, name: str, *seen: str, **told: object) -> Found:
    return Found(address, "switches", "1.3.6.1", name=name, neighbours=tuple(Neighbour(name=n) for n in seen), **told)  # type: ignore[arg-type]  # what a test tells of a device


CORE = switch("10.0.0.1", "core-1", "agg-1", "agg-2")
FLEET = [CORE, switch("10.0.0.2", "agg-1"), switch("10.0.0.3", "agg-2"), switch("10.0.0.9", "ups", "agg-2")]


@given(st.lists(st.builds(Found, address=st.from_regex(r"10\.0\.[0-9]\.[0-9]", fullmatch=True), name=st.text())))
def test_whatever_devices_call_themselves_targets_have_sound_names_of_their_own(found: list[Found]) -> None:
    names = [device.name for device in propose(found, {}, ["core-1", "CORE-2"]).devices]
    for name in names:
        assert TypeAdapter(Name).validate_python(name) == name
    assert len({name.casefold() for name in [*names, "core-1", "core-2"]}) == len(names) + 2


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("core-1.example.com", "core-1.example.com"),
        ("核心 交换机/1", "核心-交换机-1"),
        ("<private>", "private"),
        ("  ", ""),
        ("--", ""),
        ("\x1b[31mred", "31mred"),
        ("x" * 90, "x" * 64),
    ],
)
def test_a_name_keeps_the_letters_that_a_target_may_have(told: str, name: str) -> None:
    assert target_name(told) == name


def test_of_one_name_each_has_its_number_and_who_has_none_its_address() -> None:
    found = [Found("10.0.0.1", name="Switch"), Found("10.0.0.2", name="switch"), Found("2001:db8::1")]
    assert [device.name for device in propose(found, {}, ["SWITCH-2"]).devices] == ["Switch", "switch-3", "2001-db8-1"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param({"chassis": ("00:11:22:33:44:55",)}, {"chassis": ("00:11:22:33:44:55",)}, True, id="chassis"),
        pytest.param({"engine_id": "8000"}, {"engine_id": "8000"}, True, id="engine"),
        pytest.param({"serial": "2102350"}, {"serial": "2102350"}, True, id="serial number"),
        pytest.param({"serial": "N/A"}, {"serial": "N/A"}, False, id="no serial number"),
        pytest.param({}, {}, False, id="the name alone"),
        pytest.param({"engine_id": "8000"}, {"engine_id": "8000", "name": "b"}, False, id="an engine that was copied"),
    ],
)
def test_two_addresses_are_one_device_when_they_tell_the_same_of_it(
    one: dict[str, object], other: dict[str, object], same: bool
) -> None:
    faces = [
        Found(**{"address": address, "name": "a", **told})  # type: ignore[arg-type]  # as above
        for address, told in (("10.0.0.1", one), ("10.0.0.2", other))
    ]
    assert len(devices(faces)) == (1 if same else 2)


def test_what_joins_two_groups_makes_one_of_them() -> None:
    faces = [
        Found("10.0.0.1", name="a", serial="S1"),
        Found("10.0.0.2", name="a", engine_id="E1"),
        Found("10.0.0.3", name="a", serial="S1", engine_id="E1"),
    ]
    assert devices(faces) == [tuple(faces)]


def test_each_depends_on_the_neighbour_that_is_nearer_to_the_root() -> None:
    proposal = propose(FLEET, {}, [])
    assert {device.name: device.depends_on for device in proposal.devices} == {
        "core-1": (), "agg-1": ("core-1",), "agg-2": ("core-1",), "ups": ("agg-2",),
    }  # fmt: skip
    assert [(root.name, root.why, root.devices) for root in proposal.roots] == [("core-1", "neighbours", 4)]


@pytest.mark.parametrize("root", ["agg-2", "10.0.0.3"])
def test_the_root_may_be_named_by_name_or_address(root: str) -> None:
    proposal = propose(FLEET, {}, [], [root, "nobody"], gateway="10.0.0.1")
    assert {device.name: device.depends_on for device in proposal.devices}["core-1"] == ("agg-2",)
    assert (proposal.roots[0].why, proposal.unknown_roots) == ("asked", ("nobody",))


def test_the_gateway_of_this_machine_goes_before_who_has_the_most_neighbours() -> None:
    (root,) = propose(FLEET, {}, [], gateway="10.0.0.2").roots
    assert (root.name, root.why) == ("agg-1", "gateway")


def test_what_is_in_the_settings_keeps_its_name_and_others_depend_on_it_by_that() -> None:
    proposal = propose(FLEET, {"10.0.0.1": "old-core"}, ["old-core", "agg-1"])
    assert [(device.name, device.known, device.depends_on) for device in proposal.devices] == [
        ("old-core", True, ()),
        ("agg-1-2", False, ("old-core",)),
        ("agg-2", False, ("old-core",)),
        ("ups", False, ("agg-2",)),
    ]


def test_a_second_address_of_a_device_in_the_settings_is_no_new_device() -> None:
    faces = [switch("10.0.0.1", "a", serial="S123"), switch("10.0.9.1", "a", serial="S123")]
    (device,) = propose(faces, {"10.0.9.1": "a"}, ["a"]).devices
    assert (device.known, device.faces[0].address) == (True, "10.0.9.1")


def test_who_sees_nobody_depends_on_nobody_and_is_no_root() -> None:
    proposal = propose([Found("10.0.0.1"), Found("10.0.0.2")], {}, [])
    assert proposal.roots == ()
    assert all(device.depends_on == () for device in proposal.devices)
