"""Device profiles: those shipped are sound, and every kind of mistake is told where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.profile import chain
from config.profiles import SHIPPED, load_profiles
from duty.errors import SettingsError
from duty.parameters import FACTS, PARAMETERS


def test_every_shipped_profile_loads() -> None:
    assert set(load_profiles()) == {path.stem for path in SHIPPED.glob("*.yaml")}
    assert {"system", "interfaces", "host-resources", "ucd"} <= set(load_profiles())


@pytest.mark.parametrize("name", sorted(load_profiles()))
def test_a_shipped_profile_gives_only_what_is_known(name: str) -> None:
    profile = load_profiles()[name]
    objects = [*profile.scalars.values(), *(c for table in profile.tables.values() for c in table.columns.values())]
    computed = [*profile.computed, *(made for table in profile.tables.values() for made in table.computed)]
    parameters = {given.parameter for given in objects} | {made.parameter for made in computed}
    assert parameters - {""} <= PARAMETERS.keys()
    assert {given.fact for given in objects} - {""} <= FACTS


def test_a_profile_comes_after_what_it_extends_and_once() -> None:
    profiles = load_profiles()
    names = {id(profile): name for name, profile in profiles.items()}
    order = [names[id(profile)] for profile in chain(profiles, ("ucd", "interfaces", "system"))]
    assert order == ["system", "host-resources", "ucd", "interfaces"]


GOOD = """\
title: A device
scalars:
  sysUpTime: {oid: 1.3.6.1.2.1.1.3.0, parameter: uptime, scale: 0.01}
tables:
  ports:
    instance: [ifName]
    columns:
      ifName: {oid: 1.3.6.1.2.1.31.1.1.1.1}
      ifInOctets: {oid: 1.3.6.1.2.1.2.2.1.10, parameter: port_in_total, width: 32}
    computed:
      - {parameter: disk_used, compute: percent, of: [ifInOctets, ifInOctets]}
"""


def load(folder: Path, **profiles: str) -> None:
    for name, text in profiles.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    load_profiles(folder)


def test_a_profile_without_mistakes_loads(tmp_path: Path) -> None:
    load(tmp_path, device=GOOD)


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        pytest.param(
            "title: A device", "", "2: title: nothing is written here",
            id="no title",
        ),
        pytest.param(
            "title: A device", "title: A device\nmatch: [{}]",
            "2: match[0]: it fits every device, expected an 'object_id'", id="a match of everything",
        ),
        pytest.param(
            "title: A device", "title: A device\nmatch: [{object_id: [Cisco]}]",
            "2: match[0].object_id[0]: not an object identifier, expected numbers", id="a match by no identifier",
        ),
        pytest.param(
            "title: A device", "title: A device\ntells: {versoin: '(.*)'}",
            "2: tells.versoin: unknown fact 'versoin', expected one of", id="an unknown fact in the words",
        ),
        pytest.param(
            "title: A device", "title: A device\ntells: {version: '(.*'}",
            "2: tells.version: not a regular expression", id="no regular expression",
        ),
        pytest.param(
            "title: A device", "title: A device\ntells: {version: '.*'}",
            "2: tells.version: 0 groups in brackets, expected one", id="no group",
        ),
        pytest.param(
            "scale: 0.01", "scael: 0.01", "3: scalars.sysUpTime: unknown key 'scael', expected one of", id="unknown key"
        ),
        pytest.param(
            "parameter: uptime", "parameter: uptim",
            "3: scalars.sysUpTime.parameter: unknown parameter 'uptim', expected", id="unknown parameter",
        ),
        pytest.param(
            "parameter: uptime, scale: 0.01", "fact: nmae",
            "3: scalars.sysUpTime.fact: unknown fact 'nmae', expected one of", id="unknown fact",
        ),
        pytest.param(
            "1.3.6.1.2.1.1.3.0", ".1.3.6.1.2.1.1.3.0",
            "3: scalars.sysUpTime.oid: not an object identifier, expected numbers", id="a leading dot",
        ),
        pytest.param(
            "1.3.6.1.2.1.1.3.0", "SNMPv2-MIB::sysUpTime.0",
            "3: scalars.sysUpTime.oid: not an object identifier, expected numbers", id="a name for an identifier",
        ),
        pytest.param(
            "1.3.6.1.2.1.1.3.0", "1.3.6.1.4294967296",
            "3: scalars.sysUpTime.oid: not an object identifier, expected numbers", id="too large an arc",
        ),
        pytest.param(
            "1.3.6.1.2.1.2.2.1.10", "1.3.6.1.2.1.2.2.1.0",
            "9: tables.ports.columns.ifInOctets.oid: a column ends in .0, expected it without an instance",
            id="a scalar among the columns",
        ),
        pytest.param(
            "parameter: uptime", "parameter: uptime, fact: name",
            "3: scalars.sysUpTime: both a parameter and a fact, expected one of the two", id="two things at once",
        ),
        pytest.param(
            "parameter: uptime, scale: 0.01", "fact: name, scale: 0.01",
            "3: scalars.sysUpTime.scale: 'scale' says nothing of a fact, expected it at a parameter",
            id="a fact that is scaled",
        ),
        pytest.param(
            "scale: 0.01", "format: mac",
            "3: scalars.sysUpTime.format: 'format' says nothing of a number, expected it at a fact",
            id="a number with a format",
        ),
        pytest.param(
            ", width: 32", "",
            "9: tables.ports.columns.ifInOctets.width: a counter without its width, expected 'width: 32' or",
            id="a counter without width",
        ),
        pytest.param(
            "scale: 0.01", "width: 32",
            "3: scalars.sysUpTime.width: a width, but the parameter is no counter", id="a width without counter",
        ),
        pytest.param(
            "width: 32", "width: 33", "9: tables.ports.columns.ifInOctets.width: ", id="a width that there is not"
        ),
        pytest.param(
            "instance: [ifName]", "instance: [ifNmae]",
            "6: tables.ports.instance[0]: there is no column 'ifNmae', expected one of ifName, ifInOctets (did",
            id="named by a column that there is not",
        ),
        pytest.param(
            "instance: [ifName]", "instance: [ifName]\n    only_if: {ifType: [\"6\"]}",
            "7: tables.ports.only_if.ifType: there is no column 'ifType', expected one of", id="filtered by one",
        ),
        pytest.param(
            "instance: [ifName]", "instance: [ifName]\n    unless: {ifName: [6]}",
            "7: tables.ports.unless.ifName[0]: a number stands here, expected text; write it in quotes",
            id="a filter without quotes",
        ),
        pytest.param(
            "instance: [ifName]", "instance: [ifName]\n    single: true",
            "7: tables.ports.single: a single row has no name, expected either 'single' or 'instance'",
            id="a single row with a name",
        ),
        pytest.param(
            "instance: [ifName]", "instance: [ifName]\n    port: entity",
            "7: tables.ports.port: there is no column 'entPhysicalContainedIn', expected it, for it leads to the port",
            id="a port by an entity that leads nowhere",
        ),
        pytest.param(
            "instance: [ifName]", "instance: [ifName]\n    limits: [{parameter: optical_rx, warning: low}]",
            "7: tables.ports.limits[0].warning: there is no column 'low', expected",
            id="a limit in a column that there is not",
        ),
        pytest.param(
            "instance: [ifName]\n", "\n",
            "8: tables.ports.columns.ifName: nothing becomes of it, expected a parameter, a fact, or some use below",
            id="a column for nothing",
        ),
        pytest.param(
            "compute: percent", "compute: ratio", "11: tables.ports.computed[0].compute: ", id="an unknown computation"
        ),
        pytest.param(
            "of: [ifInOctets, ifInOctets]", "of: [ifInOctets]",
            "11: tables.ports.computed[0].of: 'percent' of 1, expected 2", id="computed of too few",
        ),
        pytest.param(
            "of: [ifInOctets, ifInOctets]", "of: [ifInOctets, ifOutOctets]",
            "11: tables.ports.computed[0].of[1]: nothing is called 'ifOutOctets' so far, expected one of",
            id="computed of nothing",
        ),
        pytest.param(
            "parameter: disk_used", "parameter: disk_usde",
            "11: tables.ports.computed[0].parameter: unknown parameter 'disk_usde', expected one of",
            id="computed to nothing known",
        ),
        pytest.param(
            "tables:\n", "computed:\n  - {parameter: cpu_used, compute: mean, of: [sysUpTime]}\ntables:\n",
            "5: computed[0].compute: 'mean' of what is no column, expected it of a table's column", id="mean of one",
        ),
        pytest.param("title:", "extends: [sytem]\ntitle:", "1: extends[0]: there is no profile 'sytem'", id="none"),
        pytest.param(
            "title:", "extends: [device]\ntitle:", "1: extends[0]: 'device' extends this profile itself", id="circle"
        ),
        pytest.param("title: A device", "title: [", "not YAML", id="not YAML"),
        pytest.param("title: A device", "title: A\ntitle: B", "2: title: written twice, first on line 1", id="twice"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(tmp_path: Path, right: str, wrong: str, message: str) -> None:
    assert right in GOOD
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, device=GOOD.replace(right, wrong, 1))
    assert any(message in str(problem) for problem in caught.value.problems), str(caught.value)
    assert all(problem.file == str(tmp_path / "device.yaml") for problem in caught.value.problems)


def test_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, one=GOOD.replace("uptime", "nothing"), two=GOOD.replace("[ifName]", "[x]"), three=GOOD)
    assert {Path(problem.file).stem for problem in caught.value.problems} == {"one", "two"}


def test_profiles_that_extend_each_other_are_told_both(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, one=f"extends: [two]\n{GOOD}", two=f"extends: [one]\n{GOOD}")
    assert len(caught.value.problems) == 2


def test_a_file_that_is_not_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read, expected a file of UTF-8 text"):
        load_profiles(tmp_path)
