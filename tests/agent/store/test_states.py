"""States and transitions, kept across restarts."""

from __future__ import annotations

from dataclasses import replace

from agent.store import looks, states
from agent.store.engine import Store
from duty.findings import Finding, Severity
from duty.fold import State, Transition
from tests.agent.store.samples import HOSTILE, HOUR, NOW, look

BAD = State(Severity.CRITICAL, NOW, 3, 2, 1, NOW - HOUR, True, 2**64 - 1, "B", 1e9, "levels.high")
KEY = ("core", "octets", HOSTILE)


def change(at_hour: int, target: str = "core") -> Transition:
    finding = Finding("octets", HOSTILE, Severity.CRITICAL, "levels.high", "octets_in", 2**64 - 1, "B", 1e9)
    return Transition((target, "octets", HOSTILE), NOW + at_hour * HOUR, Severity.OK, Severity.WARNING, finding)


async def test_states_come_back_as_they_were(store: Store) -> None:
    written = {KEY: BAD, ("core", "load", ""): State(), ("a", "load", ""): State(value=1.0)}
    await store.write(states.put_states, written)
    found = await store.read(states.load_states)
    assert found == written
    assert isinstance(found["a", "load", ""].value, float)


async def test_a_newer_state_takes_the_place_of_the_older(store: Store) -> None:
    await store.write(states.put_states, {KEY: BAD, ("a", "load", ""): State()})
    better = replace(BAD, severity=Severity.OK, value=None, since=None)
    await store.write(states.put_states, {KEY: better})
    assert await store.read(states.load_states) == {KEY: better, ("a", "load", ""): State()}


async def test_no_states_are_no_trouble(store: Store) -> None:
    await store.write(states.put_states, {})
    await store.write(states.put_transitions, [], None)
    assert await store.read(states.load_states) == {}


async def test_transitions_are_listed_by_time_and_target(store: Store) -> None:
    (number,) = await store.write(looks.put_looks, [look()], "evidence")
    await store.write(states.put_transitions, [change(2), change(0), change(1, "a")], number)
    await store.write(states.put_transitions, [change(3)], None)
    assert await store.read(states.list_transitions, NOW, NOW + 3 * HOUR) == [change(0), change(1, "a"), change(2)]
    assert await store.read(states.list_transitions, NOW, NOW + 9 * HOUR, "a") == [change(1, "a")]
