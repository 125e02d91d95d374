"""Every profile that is about certain devices, against a walk of one: chosen for it, and read as it should be.

``tests/profiles/NAME.walk`` is a small walk, written from the MIBs; ``NAME.yaml`` says what must be seen of it:
``facts`` (all that are named), ``readings`` and ``gaps`` by parameter (all instances of each that is named), and
``findings``, all that are not well: parameter, instance and severity.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks.judge import judge
from checks.seen import Seen
from collectors.snmp.device import SnmpCollector
from collectors.snmp.identify import WHO, Said, about, said_in
from collectors.snmp.recorded import RecordedEngine, read_walk
from collectors.snmp.survey import Surveyor, Way
from config.build import build_rules, build_targets
from config.profile import STANDARD, chain
from config.profiles import load_profiles
from config.schema import SnmpCredential
from config.single import NAME, single
from duty.discovery import Found
from duty.findings import Severity
from duty.readings import Look, Notes
from tests.collectors.snmp.test_survey import silence

WALKS = {path.stem: path for path in sorted((Path(__file__).parents[2] / "profiles").glob("*.walk"))}
ABOUT = sorted(name for name, profile in load_profiles().items() if profile.match)


def walk_of(name: str) -> dict[str, Any]:
    path = WALKS[name]
    return read_walk(path.read_text("utf-8"), path.name)


async def look_at(name: str) -> tuple[Look, list[tuple[str, str, str]]]:
    """Look at a recorded device without any settings; return the look and what is not well."""
    settings = single({"address": "192.0.2.1"}, {"community": "env:COMMUNITY"})
    collector, notes = SnmpCollector(settings, RecordedEngine(walk_of(name))), Notes()
    target = build_targets(settings)[NAME]
    await collector.collect(target, notes, budget=timedelta(seconds=10), full=True)
    look = Look(
        NAME, datetime(2026, 11, 26, tzinfo=UTC), timedelta(seconds=1), True, notes.readings, tuple(notes.facts),
        tuple(notes.gaps), tuple(notes.stated),
    )  # fmt: skip
    bad = [f for f in judge(Seen(look, target, {}), build_rules(settings, NAME)) if f.severity >= Severity.WARNING]
    return look, [(f.parameter, f.instance, f.severity.name.lower()) for f in bad]


@pytest.mark.parametrize("name", ABOUT)
def test_every_profile_has_a_walk(name: str) -> None:
    assert name in WALKS, f"write tests/profiles/{name}.walk and {name}.yaml"


@pytest.mark.parametrize("name", WALKS)
def test_a_device_is_known_for_what_it_is(name: str) -> None:
    profiles = load_profiles()
    assert about(profiles, said_in(walk_of(name))) == chain(profiles, [name])


@pytest.mark.parametrize("name", WALKS)
async def test_a_recorded_device_is_read_as_it_should_be(name: str) -> None:
    expected = yaml.safe_load(WALKS[name].with_suffix(".yaml").read_text("utf-8"))
    look, bad = await look_at(name)
    facts = {fact.parameter: fact.text for fact in look.facts if not fact.instance}
    assert {fact: facts.get(fact) for fact in expected["facts"]} == expected["facts"]
    for parameter, values in expected["readings"].items():
        assert {r.instance: pytest.approx(r.value) for r in look.about((parameter,))} == values, parameter
    for parameter, codes in expected["gaps"].items():
        assert {g.instance: g.code for g in look.gaps if g.parameter == parameter} == codes, parameter
    assert sorted(bad) == sorted(map(tuple, expected["findings"]))


@pytest.mark.parametrize("name", WALKS)
async def test_a_survey_tells_the_same_of_a_device_as_a_look(name: str) -> None:
    look, _ = await look_at(name)
    facts = {fact.parameter: fact.text for fact in look.facts if not fact.instance}
    way = Way(161, timedelta(seconds=1), 1)
    asking = Surveyor(RecordedEngine(walk_of(name)), silence, load_profiles(), {"c": SnmpCredential()}, way)
    found = await asking.ask("192.0.2.1")
    assert isinstance(found, Found)
    assert {fact: getattr(found, fact) for fact in WHO} == {fact: facts.get(fact, "") for fact in WHO}
    assert found.profile == name


def test_an_unknown_device_is_asked_for_the_standard() -> None:
    profiles = load_profiles()
    unknown = Said("1.3.6.1.4.1.99999.1", "Acme box")
    assert about(profiles, unknown) == about(profiles, Said("", "")) == chain(profiles, STANDARD)
