"""Nights on which devices speak up: a trap starts a look at once, and nothing but looks decides what is wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from duty.findings import Severity
from duty.readings import Reading
from tests.collectors.snmp.trap_samples import IF_NAME, INFORM, LINK_DOWN, first, second, words
from tests.stories.hearing import HearingNight
from tests.stories.night import Shown, silent

SECOND = timedelta(seconds=1)
APC = "1.3.6.1.4.1.318"


@pytest.fixture
async def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HearingNight]:
    monkeypatch.setenv("TRAP_COMMUNITY", "public")
    monkeypatch.setenv("CARD_COMMUNITY", "cards only")
    night = HearingNight(tmp_path)
    await night.go_on_duty()
    await night.until("03:01")
    night.clock.advance(20 * SECOND)
    yield night
    await night.stop()


def port(up: bool) -> Shown:
    return lambda now: [Reading("port_up", "GE0/0/7", int(up), "bool"), Reading("port_admin", "GE0/0/7", 1, "bool")]


def port_down(name: str = "GE0/0/7") -> bytes:
    return second(LINK_DOWN, (IF_NAME + ".7", words(name)))


async def test_a_trap_has_its_target_looked_at_at_once_and_no_other(night: HearingNight) -> None:
    before = night.station.looker.made
    await night.hears(port_down())
    assert night.station.looker.made == before + 1
    assert night.station.memory.looked["core"].began == night.clock.now()
    assert night.station.memory.looked["access"].began < night.clock.now()
    (line,) = await night.traps()
    assert (line.meaning.code, line.meaning.about, line.source, line.count) == ("link_down", "GE0/0/7", "10.0.0.1", 1)


async def test_a_trap_sets_no_state_whatever_it_says(night: HearingNight) -> None:
    await night.hears(port_down())
    await night.hears(first(APC, 6, 5, community="cards only"), "10.0.0.3")
    await night.until("03:20")
    assert (await night.board()).abnormal == ()
    assert [line.meaning.code for line in await night.traps("ups")] == ["on_battery"]


async def test_what_the_look_finds_counts_and_so_a_failure_is_known_sooner(night: HearingNight) -> None:
    """A silent device is confirmed by three looks: the first at once, not at the next minute."""
    night.shows["core"] = silent
    await night.hears(port_down())
    await night.until("03:03")
    (state,) = (await night.board()).abnormal
    assert (state.target, state.check, state.severity) == ("core", "reach", Severity.CRITICAL)


async def test_a_burst_is_one_look_and_later_one_more_and_is_on_record_by_its_number(night: HearingNight) -> None:
    before = night.station.looker.made
    await night.hears(port_down())
    for _ in range(1000):
        night.ear.hear(port_down(), ("10.0.0.1", 50_000))
    await night.settled()
    assert night.station.looker.made == before + 1
    for _ in range(12):
        night.clock.advance(SECOND)
        await night.tick()
    assert night.station.looker.made == before + 2, "what was said meanwhile is one more look"
    lines = {line.meaning.code: line.count for line in await night.traps()}
    assert sum(lines.values()) == 1001
    assert 100 <= lines["link_down"] <= 110, "five seconds of the rate at once"
    assert lines["over_rate"] == 1001 - lines["link_down"]


async def test_alike_traps_are_one_line_for_five_minutes_and_others_their_own(night: HearingNight) -> None:
    for minute in range(7):
        await night.hears(port_down())
        await night.hears(port_down("GE0/0/8"))
        if minute < 6:
            night.clock.advance(60 * SECOND)
    lines = [(line.meaning.about, line.count) for line in await night.traps()]
    assert sorted(lines) == [("GE0/0/7", 2), ("GE0/0/7", 5), ("GE0/0/8", 2), ("GE0/0/8", 5)]


async def test_a_device_that_makes_up_ever_new_names_fills_no_record(night: HearingNight) -> None:
    for n in range(90):
        night.ear.hear(port_down(f"made up {n}"), ("10.0.0.1", 50_000))
    await night.settled()
    lines = await night.traps()
    assert len(lines) == 51
    assert sum(line.count for line in lines) == 90
    assert [line.count for line in lines if line.meaning.code == "others"] == [40]


@pytest.mark.parametrize(
    ("data", "sender", "outcome"),
    [
        pytest.param(port_down(), "10.0.0.99", "unknown_source", id="an address that no target has"),
        pytest.param(second(community="guessed"), "10.0.0.1", "wrong_credential", id="a guessed community"),
        pytest.param(second(community="guessed", kind=INFORM), "10.0.0.1", "wrong_credential", id="in an inform"),
        pytest.param(second(), "10.0.0.3", "wrong_credential", id="the community of another target"),
        pytest.param(b"\x30\x80\xff", "10.0.0.1", "malformed", id="what cannot be read"),
    ],
)
async def test_what_is_not_believed_is_counted_and_gets_no_answer_and_no_look(
    night: HearingNight, data: bytes, sender: str, outcome: str
) -> None:
    before = night.station.looker.made
    assert await night.hears(data, sender) == b""
    assert night.station.looker.made == before
    assert +night.ear.outcomes == {outcome: 1}
    assert [await night.traps(target) for target in ("core", "access", "ups")] == [[], [], []]


@pytest.mark.parametrize(
    ("community", "sender", "target"),
    [
        pytest.param("public", "10.0.0.2", "access", id="its own community"),
        pytest.param("cards only", "10.0.0.3", "ups", id="one that is set for traps"),
        pytest.param("public", "10.9.0.1", "core", id="another address of it"),
        pytest.param("public", "::ffff:10.0.0.2", "access", id="IPv4 at a port for both"),
    ],
)
async def test_a_known_target_is_believed(night: HearingNight, community: str, sender: str, target: str) -> None:
    await night.hears(second(community=community), sender)
    assert len(await night.traps(target)) == 1


async def test_an_inform_is_answered(night: HearingNight) -> None:
    data = second(kind=INFORM)
    assert await night.hears(data) == data.replace(b"\xa6", b"\xa2", 1)


async def test_what_was_said_is_on_record_after_a_restart(night: HearingNight) -> None:
    await night.hears(port_down())
    assert [line.count for line in await night.traps()] == [1]
    await night.restart()
    assert [line.count for line in await night.traps()] == [1]
    await night.hears(port_down())
    assert [line.count for line in await night.traps()] == [1, 1]
