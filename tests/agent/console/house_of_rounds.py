"""A night's rounds in a real record, to look at: one missed, one late, one with trouble, some read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from agent.services.overview import Reader
from agent.services.read import RecordReader
from agent.store import round_reviews, rounds, sheets
from duty.findings import Finding, Severity
from duty.people import Post
from duty.readings import Gap, Look, Reading
from duty.round_review import Item, RoundRead, Seen
from duty.rounds import Sheet, SheetState, sheet
from tests.agent.console import trouble
from tests.agent.console.desk import Desk

HOUR = timedelta(hours=1)
FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.14, "%", 85.0)
MISSED = (2, 3)
"""Places of the rounds that were missed: those of 22:00 and 23:00."""


def move_in(desk: Desk) -> Reader:
    """Put people, settings and the rounds of 20:00 to 03:00 into the record; it is 03:12. Return who reads them."""
    trouble.move_in(desk)
    desk.account("lei", Post.MANAGER, person="zhaolei")
    station = desk.station
    begin = desk.clock.now().replace(minute=0) - 7 * HOUR
    names = sorted(station.orders.targets)
    numbers = []
    for place in range(8):
        slot = begin + place * HOUR
        if place in MISSED:
            numbers.append(station.store.write_now(rounds.record_missed, "inspection", slot, "agent_down", slot + HOUR))
            continue
        late = place == 4
        number = station.store.write_now(rounds.open_round, "inspection", slot, names, slot, late, "")
        station.store.write_now(sheets.put_sheets, number, [_sheet(name, place, slot) for name in names])
        station.store.write_now(rounds.close_round, number, slot + timedelta(seconds=40))
        numbers.append(number)
    for place, who, note in ((0, "wangfang", ""), (2, "wangfang", "主机重启"), (5, "wangfang", "已知，跟进中")):
        read = RoundRead(numbers[place], who, begin + place * HOUR + timedelta(minutes=20), note)
        station.store.write_now(round_reviews.put_read, read)
    seen = [Seen(Item.COOLING, True, "23 °C"), Seen(Item.FIRE_PANEL, False, "3 号回路故障灯亮")]
    station.store.write_now(
        round_reviews.add_lines, numbers[5], "hz1", "机房A", seen, "wangfang", begin + 5 * HOUR + timedelta(minutes=25)
    )
    return RecordReader(station.orders, station.clock, station.store)


def _sheet(name: str, place: int, slot: datetime) -> Sheet:
    states: Mapping[tuple[str, int], SheetState] = {
        ("HZ1-ACC-31", 5): SheetState.NOT_REACHED,
        ("HZ1-DB-01", 5): SheetState.ABNORMAL,
        ("HZ1-DB-01", 6): SheetState.ABNORMAL,
    }
    state = states.get((name, place), SheetState.OK)
    if state is SheetState.ABNORMAL:
        look = Look(name, slot, timedelta(seconds=1), True, (Reading("disk_used", "/var", 93.14, "%"),))
        return sheet(look, (FULL,))
    if state is SheetState.NOT_REACHED:
        return Sheet(name, state, Look(name, slot, timedelta(seconds=6), False, gaps=(Gap("icmp", "", "timeout"),)))
    return Sheet(name, state, Look(name, slot, timedelta(seconds=1), True))
