"""Looks played back from a script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.replay import ReplayCollector
from duty.errors import CollectError
from duty.readings import Fact, Gap, Notes, Reading, Stated
from duty.targets import Target

SWITCH = Target("sw-1", "192.0.2.1", ("replay",), "main")
BUDGET = timedelta(seconds=1)


async def test_what_the_script_shows_stands_in_the_notes() -> None:
    shown = Notes(
        singles=[Reading("temperature", "cpu", 41, "Cel")],
        facts=[Fact("version", "", "5.1")],
        gaps=[Gap("fan_speed", "1", "not_offered")],
        stated=[Stated("temperature", "cpu", warning=70)],
        reached=True,
    )
    notes = Notes()
    await ReplayCollector(lambda target, full: shown).collect(SWITCH, notes, budget=BUDGET, full=True)
    assert notes == shown


async def test_a_look_changed_later_leaves_the_script_as_it_was() -> None:
    shown = Notes(reached=True)
    notes = Notes()
    await ReplayCollector(lambda target, full: shown).collect(SWITCH, notes, budget=BUDGET, full=True)
    notes.add(Reading("uptime", "", 5, "s"))
    assert not shown.readings


async def test_the_script_knows_who_is_asked_and_for_how_much() -> None:
    asked: list[tuple[str, bool]] = []

    def script(target: Target, full: bool) -> Notes:
        asked.append((target.name, full))
        return Notes()

    collector = ReplayCollector(script)
    await collector.collect(SWITCH, Notes(), budget=BUDGET, full=True)
    await collector.collect(SWITCH, Notes(), budget=BUDGET, full=False)
    assert asked == [("sw-1", True), ("sw-1", False)]


async def test_a_script_may_be_silent_like_a_dead_device() -> None:
    def script(target: Target, full: bool) -> Notes:
        raise CollectError("timeout")

    with pytest.raises(CollectError, match="timeout"):
        await ReplayCollector(script).collect(SWITCH, Notes(), budget=BUDGET, full=True)
