"""The log of a night, read in one go: rounds, targets, troubles, alerts and what people added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from agent.services.read_night import DEEDS, read_night
from duty.night_log import NightLog
from duty.rounds import RoundState, SheetState
from duty.tours import Turn
from exporters.words import codes
from tests.agent.console import trouble
from tests.agent.console.desk import Desk, standing
from tests.agent.services.papered import EVENING, HOUR, write_night

TARGETS = ("HZ1-CORE-01", "HZ1-ACC-31", "HZ1-DB-01", "HZ2-UPS-02")
NIGHT = date(2026, 11, 23)
OK, LOST, BAD = SheetState.OK, SheetState.NOT_REACHED, SheetState.ABNORMAL


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """03:12 in Shanghai: eight rounds of the night are over, and somebody has read the first."""
    with standing(tmp_path, EVENING + 7 * HOUR + timedelta(minutes=12)) as desk:
        trouble.move_in(desk)
        write_night(desk, TARGETS)
        trouble.night(desk)
        yield desk


async def night(desk: Desk, site: str = "hz1") -> NightLog:
    log = await read_night(desk.station, site, NIGHT)
    assert log is not None
    return log


async def test_a_night_has_its_rounds_and_those_to_come(desk: Desk) -> None:
    log = await night(desk)
    assert (log.site_title, log.tour.number) == ("杭州一机房", "JB-20261123-N")
    assert [line.round.slot for line in log.rounds] == [EVENING + hour * HOUR for hour in range(8)]
    assert [line.round.state for line in log.rounds].count(RoundState.MISSED) == 1
    assert log.to_come == tuple(EVENING + hour * HOUR for hour in range(8, 12))


async def test_only_targets_of_the_site_are_counted(desk: Desk) -> None:
    one, other = await night(desk), await night(desk, "hz2")
    assert [target.name for target in one.targets] == ["HZ1-CORE-01", "HZ1-ACC-31", "HZ1-DB-01"]
    assert one.rounds[0].counts.of == {OK: 2, BAD: 1}
    assert other.rounds[0].counts.of == {OK: 1}
    assert one.states["HZ1-ACC-31"] == (OK, OK, OK, OK, None, OK, OK, LOST)


async def test_troubles_have_what_was_found_and_the_numbers_of_their_alerts(desk: Desk) -> None:
    found = {trouble.stretch.target: trouble for trouble in (await night(desk)).troubles}
    assert list(found) == ["HZ1-ACC-31", "HZ1-DB-01"]
    full = found["HZ1-DB-01"]
    assert (full.stretch.first, full.stretch.last, full.stretch.rounds) == (0, 7, 7)
    assert [finding.value for finding in full.findings] == [93.1]
    assert full.alerts == (3,)


async def test_alerts_say_who_did_what_in_the_night(desk: Desk) -> None:
    found = {handled.alert.number: handled for handled in (await night(desk)).alerts}
    assert 4 not in found, "of the other site"
    assert [(deed.kind, deed.by, deed.text) for deed in found[2].deeds] == [("taken", "lina", "去现场了")]
    assert [deed.kind for deed in found[3].deeds] == ["snoozed"]


async def test_it_says_who_was_on_duty_who_read_what_and_what_was_seen_by_hand(desk: Desk) -> None:
    log = await night(desk)
    assert (log.technicians, log.managers) == (("wangfang",), ("zhaolei",))
    assert log.title("wangfang") == "王芳"
    assert [(read.person, read.note) for read in log.rounds[0].reads] == [("wangfang", "看过")]
    assert [line.round.slot for line in log.unread] == [EVENING + hour * HOUR for hour in range(1, 8)]
    assert [line.value for line in log.manual] == ["油位偏低"]


async def test_key_equipment_has_its_figures_by_the_hour_and_power_its_charge(desk: Desk) -> None:
    (core,) = (await night(desk)).key
    assert core.target == "HZ1-CORE-01"
    assert [figures.cpu.reading.value if figures and figures.cpu else None for figures in core.of] == [
        32.0, 33.0, 34.0, 35.0, None, 37.0, 38.0, 39.0,
    ]  # fmt: skip
    (charge,) = (await night(desk, "hz2")).power
    assert (charge.target, charge.parameter) == ("HZ2-UPS-02", "battery_charge")
    assert [reading.value if reading else None for reading in charge.of] == [88.0] * 4 + [None] + [88.0] * 3


@pytest.mark.parametrize(
    ("site", "day", "turn"),
    [
        pytest.param("hz9", NIGHT, Turn.NIGHT, id="no such site"),
        pytest.param("hz1", NIGHT + timedelta(days=1), Turn.NIGHT, id="a night to come"),
        pytest.param("hz1", date.max, Turn.NIGHT, id="the last day that there is"),
        pytest.param("hz1", date.min, Turn.NIGHT, id="the first"),
    ],
)
async def test_there_is_no_log_of_what_is_not(desk: Desk, site: str, day: date, turn: Turn) -> None:
    assert await read_night(desk.station, site, day, turn) is None


async def test_a_day_has_a_log_as_well_and_one_without_rounds_is_empty(desk: Desk) -> None:
    log = await read_night(desk.station, "hz1", NIGHT, Turn.DAY)
    assert log is not None
    assert (log.rounds, log.troubles, log.key) == ((), (), ())


def test_papers_have_words_for_all_that_can_be_done_about_an_alert() -> None:
    assert {kind.value for kind in DEEDS} == set(codes.DEEDS)
