"""What a device is, by what it says: the profile that is about it, chosen at its first look and at every full one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from collectors.snmp.device import SnmpCollector
from collectors.snmp.identify import DESCRIPTION, OBJECT_ID, Said, about, identity
from collectors.snmp.port import Value
from collectors.snmp.recorded import RecordedEngine, read_walk
from config.profile import STANDARD, Profile
from config.schema import Settings, SnmpCredential, SnmpTarget
from config.secret import Secret
from duty.errors import SettingsError
from duty.readings import Notes
from duty.targets import Target

UPTIME, IDLE = "1.3.6.1.2.1.1.3.0", "1.3.6.1.4.1.2021.11.11.0"
LINUX: dict[str, Value] = {
    OBJECT_ID: "1.3.6.1.4.1.8072.3.2.10",
    DESCRIPTION: b"Linux db-1 5.10.0-26-amd64 #1 SMP x86_64",
    UPTIME: 4200,
    IDLE: 84,
}
UNKNOWN: dict[str, Value] = {OBJECT_ID: "1.3.6.1.4.1.99999.1", DESCRIPTION: b"Acme box", UPTIME: 4200}
BUDGET = timedelta(seconds=10)


Fit = dict[str, list[str]]


def profile(title: str, **more: object) -> Profile:
    return Profile.model_validate_json(json.dumps({"title": title, **more}))


def fitting(said: Said, **fits: Fit) -> str:
    """Return the title of the profile that is chosen of those that match so."""
    profiles = {name: profile(name) for name in STANDARD} | {
        name: profile(name, match=[fit]) for name, fit in fits.items()
    }
    return about(profiles, said)[-1].title


def test_the_closest_fit_is_chosen() -> None:
    made, line = {"object_id": ["1.3.6.1.4.1.9"]}, {"object_id": ["1.3.6.1.4.1.9.12.3"]}
    words = made | {"description": ["*NX-OS*"]}
    nexus = Said("1.3.6.1.4.1.9.12.3.1.3.1508", "Cisco NX-OS(tm) n9000")
    assert fitting(nexus, made=made, line=line) == "line"
    assert fitting(nexus, made=made, words=words) == "words"
    assert fitting(nexus._replace(description="Cisco IOS"), made=made, words=words) == "made"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(Said("1.3.6.1.4.1.99.1", ""), id="the same digits are not the same number"),
        pytest.param(Said("1.3.6.1.4.1", ""), id="less than the beginning"),
        pytest.param(Said("", "a Cisco by its words alone"), id="an identifier is asked for"),
        pytest.param(Said("", ""), id="it says nothing"),
    ],
)
def test_what_fits_no_profile_is_asked_for_the_standard(said: Said) -> None:
    assert fitting(said, made={"object_id": ["1.3.6.1.4.1.9"], "description": ["*Cisco*"]}) == STANDARD[-1]


def test_the_more_special_profile_says_who_made_it() -> None:
    above = profile("above", vendor="Acme", tells={"version": r"Version (\S+)"})
    below = profile("below", family="AcmeOS", vendor="Acme Ltd.")
    told = {fact.parameter: fact.text for fact in identity((above, below), Said("", "AcmeOS Version 7.1, (C) Acme"))}
    assert told == {"vendor": "Acme Ltd.", "family": "AcmeOS", "version": "7.1,"}


def collector(walk: dict[str, Value], *profiles: str) -> SnmpCollector:
    target = SnmpTarget(name="box", kind="snmp", address="192.0.2.1", credential="area", profiles=profiles)
    credential = SnmpCredential(community=Secret("env:COMMUNITY"))
    return SnmpCollector(Settings(credentials={"area": credential}, targets=(target,)), RecordedEngine(walk))


async def seen(looking: SnmpCollector, *, full: bool) -> tuple[set[str], dict[str, str]]:
    """Return the parameters that were read and the facts of the device."""
    notes = Notes()
    await looking.collect(Target("box", "192.0.2.1", ("snmp",), "main"), notes, budget=BUDGET, full=full)
    return {r.parameter for r in notes.readings}, {f.parameter: f.text for f in notes.facts if not f.instance}


async def test_the_first_look_of_the_watch_chooses_and_a_full_one_tells() -> None:
    looking = collector(LINUX)
    assert "cpu_used" in (await seen(looking, full=False))[0]
    facts = (await seen(looking, full=True))[1]
    assert (facts["family"], facts["version"]) == ("Linux", "5.10.0-26-amd64")


async def test_a_device_that_was_replaced_is_another_one_from_the_next_round_on() -> None:
    walk = dict(UNKNOWN)
    looking = collector(walk)
    assert "family" not in (await seen(looking, full=True))[1]
    walk.clear()
    walk |= LINUX
    assert "family" not in (await seen(looking, full=False))[1]
    assert (await seen(looking, full=True))[1]["family"] == "Linux"
    walk.clear()
    walk |= {UPTIME: 4300, IDLE: 80}  # it answers, and does not say what it is
    assert "cpu_used" in (await seen(looking, full=True))[0]


async def test_profiles_in_the_settings_are_all_that_is_asked_for() -> None:
    read, facts = await seen(collector(LINUX, "system"), full=True)
    assert read == {"uptime", "snmp_time"}
    assert "family" not in facts


def test_a_walk_is_read_with_all_its_types() -> None:
    walk = read_walk(
        "# a comment\n1.3.6.1.2.1.1.1.0|4|a|b\n.1.3.6.1.2.1.1.2.0|6|.1.3.6.1\n1.3.1|4x|00ff\n"
        "1.3.2|70|18446744073709551615\n1.3.3|64|192.0.2.1\n1.3.4|64x|c0000201\n1.3.5|2|-5\n1.3.6|5|\n",
        "a.walk",
    )
    assert walk == {
        "1.3.6.1.2.1.1.1.0": b"a|b",
        "1.3.6.1.2.1.1.2.0": "1.3.6.1",
        "1.3.1": b"\x00\xff",
        "1.3.2": 2**64 - 1,
        "1.3.3": "192.0.2.1",
        "1.3.4": "192.0.2.1",
        "1.3.5": -5,
    }


@pytest.mark.parametrize("line", ["1.3.1", "1.3.x|2|1", "1.3.1|2|many", "1.3.1|99|1", "1.3.1|4x|0g"])
def test_a_line_that_is_no_object_is_told_with_its_place(line: str) -> None:
    with pytest.raises(SettingsError) as told:
        read_walk(f"1.3.1|2|1\n{line}\n", "a.walk")
    (problem,) = told.value.problems
    assert (problem.file, problem.line) == ("a.walk", 2)
