"""Runs, so that a restart knows since when the agent was away; and cadences, so that it knows what was due."""

from __future__ import annotations

from datetime import timedelta

from agent.store import cadences, runs
from agent.store.engine import Store
from agent.store.runs import ClockStep, Run
from tests.agent.store.samples import HOUR, NOW


async def test_a_killed_run_is_known_by_its_last_beat(store: Store) -> None:
    assert await store.read(runs.last_run) is None
    await store.write(runs.begin_run, "one", "1.0", NOW)
    await store.write(runs.beat, "one", NOW + HOUR)
    assert await store.read(runs.last_run) == Run("one", "1.0", NOW, NOW + HOUR)


async def test_an_orderly_end_has_its_reason(store: Store) -> None:
    await store.write(runs.begin_run, "one", "1.0", NOW)
    await store.write(runs.begin_run, "two", "1.1", NOW + HOUR)
    await store.write(runs.end_run, "two", "SIGTERM", NOW + 2 * HOUR)
    assert await store.read(runs.last_run) == Run("two", "1.1", NOW + HOUR, NOW + 2 * HOUR, NOW + 2 * HOUR, "SIGTERM")


async def test_steps_of_the_clock_are_kept(store: Store) -> None:
    await store.write(runs.begin_run, "one", "1.0", NOW)
    for step in (timedelta(hours=3), timedelta(microseconds=-1)):
        await store.write(runs.record_step, "one", NOW, step)
    assert await store.read(runs.list_steps, NOW, NOW + HOUR) == [
        ClockStep(NOW, timedelta(hours=3)),
        ClockStep(NOW, timedelta(microseconds=-1)),
    ]
    assert await store.read(runs.list_steps, NOW + HOUR, NOW + 2 * HOUR) == []


async def test_a_cadence_is_in_force_since_its_terms_changed(store: Store) -> None:
    await store.write(cadences.settle, {"hourly": "3600", "daily": "86400"}, NOW)
    found = await store.write(cadences.settle, {"hourly": "1800", "daily": "86400", "weekly": "7"}, NOW + HOUR)
    assert found == {"hourly": NOW + HOUR, "daily": NOW, "weekly": NOW + HOUR}


async def test_a_cadence_that_comes_back_begins_anew(store: Store) -> None:
    await store.write(cadences.settle, {"hourly": "3600"}, NOW)
    assert await store.write(cadences.settle, {}, NOW) == {}
    assert await store.write(cadences.settle, {"hourly": "3600"}, NOW + HOUR) == {"hourly": NOW + HOUR}
