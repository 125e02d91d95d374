"""The past of a reading: what was seen, by looks and by rounds, and gaps where it was not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.services.history import MOST, history
from agent.store import looks
from duty.errors import CollectError
from duty.readings import Look, Reading
from duty.series import Series
from tests.stories.night import Night

SETTINGS = """
agent: {name: hz1, language: en}
sites: {hz1: {title: Hangzhou 1, zone: Asia/Shanghai}}
targets:
  - {name: core, kind: icmp, address: 10.0.0.1}
"""
CPU, HEAT = ("cpu_used", ""), ("temperature", "MPU 1")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS, "2026-11-23 19:58")


async def past(night: Night, span: str = "48h") -> dict[tuple[str, str], Series]:
    return await history(night.station, "core", [CPU, HEAT], span, night.clock.now())


def spans(night: Night, series: Series) -> list[tuple[str, str, int]]:
    """Return the first and the last moment of each run by local time, and how many samples it has."""
    local = [[f"{at.astimezone(night.zone):%H:%M}" for at, _ in run] for run in series.runs]
    return [(run[0], run[-1], len(run)) for run in local]


def shows(night: Night) -> None:
    """Let the target be silent from 21:02 to 21:32 and have no thermometer until 20:31."""

    def seen(now: datetime) -> Iterable[Reading]:
        clock = f"{now.astimezone(night.zone):%H:%M}"
        if "21:02" <= clock < "21:32":
            raise CollectError("timeout")
        yield Reading("cpu_used", "", 40, "%")
        if clock >= "20:31":
            yield Reading("temperature", "MPU 1", 30.5, "Cel")

    night.shows["core"] = seen


async def test_by_looks_what_was_silent_or_not_shown_is_a_gap(night: Night) -> None:
    shows(night)
    await night.go_on_duty()
    await night.until("22:17")
    series = await past(night)
    assert series[CPU].unit == "%"
    (first, second), (warm, later) = spans(night, series[CPU]), spans(night, series[HEAT])
    assert first[:2] == ("19:59", "20:59")
    assert second[0] >= "21:32"
    assert second[1] == "22:17", "the newest look, which is not written down yet"
    assert "20:31" <= warm[0] <= "20:36"
    assert later == second
    await night.stop()


async def test_a_time_without_the_agent_is_a_gap(night: Night) -> None:
    shows(night)
    await night.go_on_duty()
    await night.until("20:30")
    night.die()
    night.asleep_until("20:50")
    await night.go_on_duty()
    await night.until("20:58")
    assert len((await past(night))[CPU].runs) == 2
    await night.stop()


async def test_farther_back_the_rounds_tell_and_one_that_was_missed_is_a_gap(night: Night) -> None:
    shows(night)
    await night.go_on_duty()
    await night.until("20:59")
    night.die()
    night.asleep_until("22:30")
    await night.go_on_duty()
    await night.until("2026-11-24 01:10")
    series = await past(night, "7d")
    assert spans(night, series[CPU]) == [("19:58", "20:00", 2), ("23:00", "01:10", 4)]
    await night.stop()


async def test_of_more_looks_than_a_plot_can_show_some_are_left_out_and_no_gap_comes_of_it(night: Night) -> None:
    await night.go_on_duty()
    now, second = night.clock.now(), timedelta(seconds=1)
    seen = [
        Look("core", now - n * 60 * second, second, True, (Reading("cpu_used", "", n, "%"),)) for n in range(2 * MOST)
    ]
    await night.station.store.write(looks.put_looks, seen, "watch")
    (run,) = (await past(night))[CPU].runs
    assert MOST / 2 < len(run) <= MOST + 1
    await night.stop()


async def test_a_target_that_nobody_looked_at_has_no_past(night: Night) -> None:
    await night.go_on_duty()
    found = await history(night.station, "gone", [CPU], "30d", night.clock.now())
    assert found == {CPU: Series("cpu_used", "", "%")}
    assert await history(night.station, "core", [], "30d", night.clock.now()) == {}
    await night.stop()
