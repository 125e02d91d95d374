"""A task that outlasts the shift in which it was opened, and what was written down on the way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from agent.services import take, task
from agent.services.task_board import read_tasks, read_tasks_of
from agent.services.tour_log import read_log
from agent.services.write_log import write_line
from agent.store import alerts, journal
from duty.errors import RecordRefused
from duty.tasks import Plan, Priority
from duty.tours import Turn
from tests.stories.night import Night
from tests.stories.test_alerts import QUIETLY, SETTINGS, dies


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path, SETTINGS, "2026-11-23 19:30")


async def test_a_task_made_of_an_alert_is_carried_over_three_shifts_and_closed_with_a_word(night: Night) -> None:
    await night.go_on_duty()
    await dies(night, "01:09", "core")
    await night.until("01:13")
    station = night.station
    (alert,) = await station.store.read(alerts.open_alerts)
    await take.take(station, alert.number, "jia")
    await take.comment(station, alert.number, "jia", "fan stands still, spare ordered", logged=True)
    plan = Plan("change the fan of core", "ding", night.at("2026-11-24 12:00"), Priority.URGENT, next="spare by 10:00")
    made = await task.open_task(station, "jia", plan, alert=alert.number)
    night.shows.clear()
    await night.until("07:50", QUIETLY)
    assert not await station.store.read(alerts.open_alerts), "the alert is over, and the task is not"
    assert (await read_tasks(station)).carried == {made.number: 0}
    await night.until("08:00")
    board = await read_tasks(station)
    assert board.carried == {made.number: 1}
    assert [one.overdue(board.now) for one in board.open] == [False]

    await night.until("12:30", QUIETLY)
    assert (await read_tasks(station)).open[0].overdue(station.clock.now())
    seen = made.plan
    later = Plan(seen.title, "ding", night.at("2026-11-25 12:00"), seen.priority, "spare is late", "call them at 09:00")
    await task.change_task(station, made.number, "ding", later, seen=seen.mark)
    with pytest.raises(RecordRefused, match="changed"):
        await task.change_task(station, made.number, "yi", plan, seen=seen.mark)
    await night.restart()
    station = night.station
    await night.until("2026-11-25 08:05", QUIETLY)
    (one,) = (board := await read_tasks(station)).open
    assert (one.plan, one.opened_by, one.alert) == (later, "jia", alert.number)
    assert board.carried == {made.number: 3}

    await task.close_task(station, made.number, "ding", "fan changed, 38 °C since")
    assert (await read_tasks(station)).open == ()
    (closed,) = (await read_tasks_of(station, alert.number)).closed
    assert (closed.closed_by, closed.word) == ("ding", "fan changed, 38 °C since")
    entries = [e for e in await station.store.read(journal.entries, 1000) if e.kind.startswith("task_")]
    assert [(e.kind, e.actor) for e in reversed(entries)] == [
        ("task_opened", "jia"),
        ("task_changed", "ding"),
        ("task_closed", "ding"),
    ]
    assert (await night.chain()).first_bad is None
    await night.stop()


async def test_the_log_of_a_night_stays_as_it_was_written(night: Night) -> None:
    await night.go_on_duty()
    station = night.station
    await night.until("20:02", QUIETLY)
    await write_line(station, "jia", "hz1", "shift taken over")
    await night.until("03:00", QUIETLY)
    await write_line(station, "jia", "hz1", "spare fan is in rack B02")
    await write_line(station, "jia", "hz1", "correction: in rack B03")
    await night.until("08:20", QUIETLY)
    await write_line(station, "jia", "hz1", "left the torch in B03", at=station.clock.now() - timedelta(minutes=40))
    await write_line(station, "yi", "hz1", "day begins")
    assert [line.text for line in (await read_log(station)).lines] == ["day begins"]
    log = await read_log(station, day=(await read_log(station)).before.day, turn=Turn.NIGHT)
    assert [line.text for line in log.lines] == [
        "shift taken over",
        "spare fan is in rack B02",
        "correction: in rack B03",
        "left the torch in B03",
    ]
    assert log.lines[-1].written - log.lines[-1].at == timedelta(minutes=40)
    assert (await night.chain()).first_bad is None
    await night.stop()
