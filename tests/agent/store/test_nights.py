"""What a night left in the record."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from agent.store import nights, rounds, sheets, timeline
from agent.store.alerts import put_alert
from agent.store.engine import Store
from agent.store.schema import manual_lines, round_reads
from agent.store.timeline import EventKind
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from duty.readings import Look, Reading
from duty.round_review import Item
from duty.rounds import Sheet, SheetState
from tests.agent.store.samples import HOUR, NOW, whole_round

FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.0, "%", 85.0)


def alert(target: str, begin: int, end: int | None, severity: Severity = Severity.WARNING, site: str = "hz1") -> Alert:
    at, over = NOW + begin * HOUR, None if end is None else NOW + end * HOUR
    state = AlertState.FIRING if over is None else AlertState.RESOLVED
    return Alert(0, (target, "disk", "/var"), site, severity, state, at, at, FULL, resolved=over)


async def test_a_night_has_the_rounds_of_its_slots_and_not_that_of_its_end(store: Store) -> None:
    for hour in range(-1, 3):
        await store.write(whole_round, NOW + hour * HOUR)
    await store.write(rounds.record_missed, "daily", NOW + HOUR, "overrun", NOW + HOUR)
    found = await store.read(nights.rounds_of, NOW, NOW + 2 * HOUR)
    assert [(r.cadence, r.slot) for r in found] == [("hourly", NOW), ("daily", NOW + HOUR), ("hourly", NOW + HOUR)]


async def test_who_read_a_round_and_what_was_noted_at_it_is_told_by_round(store: Store) -> None:
    number = await store.write(whole_round)

    def note(conn: Connection, agent: str) -> None:
        for person, later in (("lina", 2), ("wangfang", 1)):
            row = {"agent": agent, "round": number, "person": person, "at": NOW + later * HOUR, "note": "ok"}
            conn.execute(round_reads.insert().values(row))
        for site in ("hz1", "hz2", "hz1"):
            conn.execute(
                manual_lines.insert().values(
                    agent=agent, round=number, site=site, room="A", item="ups", well=True, value="60 %",
                    person="lina", at=NOW,
                )
            )  # fmt: skip

    await store.write(note)
    reads = await store.read(nights.reads_of, [number, 99])
    assert [read.person for read in reads[number]] == ["wangfang", "lina"]
    lines = await store.read(nights.manual_of, "hz1", [number], 10)
    assert [(line.item, line.site) for line in lines] == [(Item.UPS, "hz1")] * 2
    assert [line.number for line in await store.read(nights.manual_of, "hz1", [number], 1)] == [3], "the newest"


async def test_a_night_has_the_alerts_that_were_open_in_it_the_worst_first(store: Store) -> None:
    def write(conn: Connection, agent: str) -> None:
        for each in (
            alert("over before", -5, -1),
            alert("reaches in", -5, 1),
            alert("still open", -5, None),
            alert("worst", 1, 2, Severity.CRITICAL),
            alert("elsewhere", 1, 2, site="hz2"),
            alert("after", 12, None),
        ):
            put_alert(conn, agent, each)

    await store.write(write)
    found, left = await store.read(nights.alerts_of, "hz1", NOW, NOW + 12 * HOUR, 10)
    assert [each.key[0] for each in found] == ["worst", "reaches in", "still open"]
    assert left == 0
    found, left = await store.read(nights.alerts_of, "hz1", NOW, NOW + 12 * HOUR, 1)
    assert ([each.key[0] for each in found], left) == (["worst"], 2)


async def test_what_was_done_is_told_of_the_night_only(store: Store) -> None:
    def write(conn: Connection, agent: str) -> int:
        number = put_alert(conn, agent, alert("db", -5, None)).number
        for hour, kind in (
            (-3, EventKind.TAKEN),
            (1, EventKind.COMMENTED),
            (1, EventKind.FIRED),
            (13, EventKind.TAKEN),
        ):
            timeline.add_event(conn, agent, number, NOW + hour * HOUR, kind, "lina", kind.value)
        return number

    number = await store.write(write)
    kinds = (EventKind.TAKEN, EventKind.COMMENTED)
    found = await store.read(nights.events_of, [number], kinds, NOW, NOW + 12 * HOUR)
    assert [event.kind for event in found[number]] == [EventKind.COMMENTED]


async def test_what_tells_of_its_battery_is_found_and_no_device_can_pretend_to(store: Store) -> None:
    def look(target: str, reading: Reading) -> Sheet:
        return Sheet(target, SheetState.OK, Look(target, NOW, timedelta(seconds=1), True, (reading,)))

    written = [
        look("ups", Reading("battery_charge", "", 88.0, "%")),
        look("liar", Reading("cpu_used", '["battery_charge","', 1.0, "%")),
    ]

    def write(conn: Connection, agent: str) -> int:
        number = rounds.open_round(conn, agent, "hourly", NOW, ["ups", "liar"], NOW, False, "")
        sheets.put_sheets(conn, agent, number, written)
        return number

    number = await store.write(write)

    def find(conn: Connection, agent: str) -> list[str]:
        return nights.targets_that_tell(conn, number, ["battery_charge", "on_battery"])

    assert await store.read(find) == ["ups"]
    assert set(await store.read(sheets.read_some, number, ["ups", "gone"])) == {"ups"}
