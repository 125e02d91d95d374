"""A house to look at: a reader with a night's rounds in it, small or large, friendly or hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from agent.services.overview import (
    Abnormal,
    Health,
    Overview,
    Reader,
    RoundColumn,
    RoundView,
    Running,
    SheetView,
)
from duty.changes import Change, changes
from duty.findings import Finding, Severity
from duty.parameters import PARAMETERS
from duty.readings import Fact, Gap, Look, Reading
from duty.rounds import Counts, Round, RoundState, Sheet, SheetState, count, sheet
from duty.targets import Maintainer, Site, Target
from tests.agent.console.browsing import ARGUMENTS, CHROMIUM
from tests.agent.console.desk import Desk, standing

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
"""03:12 in Shanghai, on Tuesday the 24th."""

HOUR = timedelta(hours=1)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "{{7*7}}${7*7}",
    "javascript:alert(1)",
    "</title><svg/onload=alert(1)>",
    "\x1b[31mred\x00\u202eevil\ud800",
    "a" * 5000,
)


@dataclass
class House:
    """A reader that answers from what it was given."""

    board: Overview
    sheets: Mapping[tuple[int, str], Sheet]
    failing: bool = False

    async def overview(self) -> Overview:
        if self.failing:
            raise RuntimeError("the record cannot be read")
        return self.board

    async def rounds(self, limit: int) -> tuple[RoundColumn, ...]:
        return self.board.rounds[:limit]

    async def round(self, number: int) -> RoundView | None:
        column = next((c for c in self.board.rounds if c.round.number == number), None)
        if column is None:
            return None
        sheets = tuple(self._sheet(number, name) for name in self.board.cells.get(number, {}))
        before = [self._sheet(number - 1, name) for name in self.board.cells.get(number - 1, {})]
        targets = {target.name: target for target in self.board.targets}
        return RoundView(column, sheets, tuple(changes(before, sheets)) if before else (), targets)

    async def sheet(self, number: int, target: str) -> SheetView | None:
        column = next((c for c in self.board.rounds if c.round.number == number), None)
        known = next((t for t in self.board.targets if t.name == target), None)
        if column is None or known is None or target not in self.board.cells.get(number, {}):
            return None
        changed = (
            Change(target, "restart", "uptime", "", "9000000", "300"),
            Change(target, "reading", "port_up", "GE0/0/3", "1", "0"),
            Change(target, "finding", "disk", "/var", "ok", "warning"),
        )
        return SheetView(known, column.round, self._sheet(number, target), None, changed)

    def _sheet(self, number: int, target: str) -> Sheet:
        state = self.board.cells[number][target]
        return self.sheets.get((number, target), Sheet(target, state))


def reading(parameter: str, value: float, instance: str = "") -> Reading:
    return Reading(parameter, instance, value, PARAMETERS[parameter])


def switch_look(target: str, at: datetime, alias: str = "to HZ1-ACC") -> Look:
    """A switch with 28 ports, two of them uplinks."""
    ports = [f"GE0/0/{n}" for n in range(1, 25)] + [f"XGE0/0/{n}" for n in range(1, 5)]
    readings = [
        reading("ping_loss", 0.0),
        reading("ping_time", 0.00042),
        reading("snmp_time", 0.012),
        reading("uptime", 86400 * 212 + 3600 * 5),
        reading("cpu_used", 23.4),
        reading("memory_used", 91.2),
        reading("temperature", 41.0, "MPU 1"),
        reading("temperature", 63.0, "XGE0/0/1 transceiver"),
        reading("fan_health", 0, "Fan 1"),
        reading("fan_health", 2, "Fan 2"),
        reading("fan_speed", 5200, "Fan 1"),
        reading("power_health", 0, "PWR 1"),
    ]
    for n, port in enumerate(ports):
        up = n % 7 != 2
        speed = 1e10 if port.startswith("X") else 1e9
        readings += [
            reading("port_up", int(up), port),
            reading("port_enabled", 1, port),
            reading("port_speed", speed, port),
            reading("port_in_total", 2**60 + n, port),
            reading("port_in_rate", 1.1e7 * (n + 1) if up else 0, port),
            reading("port_out_rate", 0.4e7 * (n + 1) if up else 0, port),
            reading("port_in_used", 3.1 * (n % 30), port),
            reading("port_in_errors_rate", 0, port),
        ]
    gaps = (
        *(Gap("port_out_errors_rate", port, "first_look") for port in ports),
        Gap("memory_free", "", "not_offered"),
        Gap("temperature", "MPU 2", "timeout", "no answer in 2 s, asked 3 times"),
    )
    facts = (
        Fact("description", "", "S5735-L24T4X-A V200R021C00SPC600"),
        Fact("model", "", "S5735-L24T4X-A"),
        Fact("version", "", "V200R021"),
        Fact("port_alias", "XGE0/0/1", alias),
        Fact("port_index", "XGE0/0/1", "29"),
    )
    return Look(target, at, timedelta(seconds=1.42), True, tuple(readings), facts, gaps)


def server_look(target: str, at: datetime) -> Look:
    """A server with a disk that is nearly full."""
    readings = [
        reading("uptime", 86400 * 3 + 3600 * 4),
        reading("cpu_used", 12.0),
        reading("load_1", 0.42),
        reading("memory_size", 64 * 2**30),
        reading("memory_available", 20 * 2**30),
        reading("clock_offset", -0.00031),
        reading("service_running", 1, "nginx.service"),
        reading("disk_size", 500e9, "/"),
        reading("disk_used", 41.0, "/"),
        reading("disk_free", 295e9, "/"),
        reading("disk_size", 2e12, "/var"),
        reading("disk_used", 93.14, "/var"),
        reading("disk_free", 137e9, "/var"),
    ]
    return Look(target, at, timedelta(seconds=0.2), True, tuple(readings), (Fact("system", "", "Linux 6.1"),))


def findings_of(look: Look) -> tuple[Finding, ...]:
    if look.number("fan_health", "Fan 2") is not None:
        return (
            Finding("fan", "Fan 2", Severity.CRITICAL, "states.bad", "fan_health", 2, "health"),
            Finding("memory_used", "", Severity.WARNING, "levels.high", "memory_used", 91.2, "%", 85.0),
            Finding("port", "GE0/0/3", Severity.NOTE, "ports.went_down", "port_up", 0, "bool"),
            Finding("cpu", "", Severity.OK, "", "cpu_used", 23.4, "%", 80.0),
            Finding("temperature", "MPU 1", Severity.OK, "", "temperature", 41.0, "Cel", 50.0),
        )
    return (
        Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.14, "%", 85.0),
        Finding("disk_trend", "/var", Severity.WARNING, "trend.full", "disk_used", 36000.0, "s", 86400.0),
        Finding("disk", "/", Severity.OK, "", "disk_used", 41.0, "%", 85.0),
    )


SMALL = (
    Target("HZ1-CORE-01", "10.1.0.1", ("snmp", "ping"), "hz1", "机房A", "A07", "U40", "ZC-2021-0042",
           "2102351ABC10K5000042", Maintainer("华为服务", "400-000-0000"), "官网, APP 登录", key=True),
    Target("HZ1-FW-01", "10.1.0.2", ("snmp",), "hz1", "机房A", "A07", "U36", key=True, depends_on=("HZ1-CORE-01",)),
    Target("HZ1-ACC-31", "10.1.3.31", ("snmp",), "hz1", "机房A", "B02", depends_on=("HZ1-CORE-01",)),
    Target("HZ1-DB-01", "10.1.9.11", ("snmp",), "hz1", "机房A", "C01", business="订单库"),
    Target("HZ2-UPS-02", "10.2.0.9", ("snmp",), "hz2", "动力室", key=True),
    Target("monitor", "localhost", ("host",), "hz2"),
)  # fmt: skip
SITES = {
    "hz1": Site("hz1", "杭州一机房", "Asia/Shanghai"),
    "hz2": Site("hz2", "杭州二机房", "Asia/Shanghai"),
}


def _state(place: int, number: int, of: int) -> SheetState:
    """Say what a target was in a round: mostly well, with a night's usual troubles."""
    troubles = {
        0: {20: SheetState.ABNORMAL, 23: SheetState.ABNORMAL, 24: SheetState.ABNORMAL},
        1: {12: SheetState.PARTIAL, 13: SheetState.PARTIAL},
        2: {22: SheetState.SUPPRESSED, 23: SheetState.NOT_REACHED, 24: SheetState.NOT_REACHED},
        3: dict.fromkeys(range(17, 25), SheetState.ABNORMAL),
        5: {7: SheetState.NOT_INSPECTED},
    }
    if of > 40 and place % 97 == 5 and number > 16 + place % 7:
        return SheetState.ABNORMAL
    return troubles.get(place, {}).get(number, SheetState.OK)


def build_house(
    targets: int = 6,
    *,
    rounds: int = 24,
    hostile: bool = False,
    opened: bool = True,
    failing: bool = False,
    zone: str = "Asia/Shanghai",
    now: datetime = NOW,
) -> House:
    """Build a house. Round 19 was missed, and round 7 interrupted; number 25 is open unless ``opened`` is false."""
    known = list(SMALL[:targets])
    known += [
        Target(f"HZ{1 + n % 2}-SRV-{n:04}", f"10.9.{n // 250}.{n % 250}", ("snmp",), f"hz{1 + n % 2}")
        for n in range(len(known), targets)
    ]
    if hostile:
        known[-len(HOSTILE) :] = [
            Target(text, text, ("snmp",), text, text, text, text, text, text, Maintainer(text, text), text, key=True)
            for text in HOSTILE
        ]
    columns: list[RoundColumn] = []
    cells: dict[int, Mapping[str, SheetState]] = {}
    start = now.replace(minute=0) - 24 * HOUR
    for number in range(25 - rounds, 25):
        slot = start + number * HOUR
        if number == 19:
            columns.append(RoundColumn(Round("inspection", slot, RoundState.MISSED, "agent_down", number=19), Counts()))
            continue
        cells[number] = {target.name: _state(place, number, targets) for place, target in enumerate(known)}
        state, reason = (RoundState.INTERRUPTED, "stopped") if number == 7 else (RoundState.COMPLETE, "")
        made = Round("inspection", slot, state, reason, slot + timedelta(seconds=1), slot + timedelta(seconds=48))
        columns.append(RoundColumn(replace(made, number=number), count(cells[number].values())))
    if opened and rounds:
        cells[25] = {t.name: SheetState.PENDING if n % 3 else SheetState.OK for n, t in enumerate(known)}
        made = Round(
            "by_hand", now - timedelta(minutes=1), RoundState.OPEN, begun=now - timedelta(minutes=1), number=25
        )
        columns.append(RoundColumn(made, count(cells[25].values())))
    sheets = {}
    for number, states in cells.items():
        at = start + number * HOUR
        if "HZ1-CORE-01" in states and number != 25:
            look = switch_look("HZ1-CORE-01", at, HOSTILE[0] if hostile else "to HZ1-ACC")
            found = findings_of(look) if states["HZ1-CORE-01"] is SheetState.ABNORMAL else ()
            sheets[number, "HZ1-CORE-01"] = sheet(look, found)
        if states.get("HZ1-DB-01") is SheetState.ABNORMAL:
            look = server_look("HZ1-DB-01", at)
            sheets[number, "HZ1-DB-01"] = sheet(look, findings_of(look))
        if states.get("HZ1-ACC-31") is SheetState.NOT_REACHED:
            gone = Look("HZ1-ACC-31", at, timedelta(seconds=6), False, gaps=(Gap("snmp", "", "timeout"),))
            lost = Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout")
            sheets[number, "HZ1-ACC-31"] = sheet(gone, [lost])
        for text in HOSTILE if hostile else ():
            bad = Look(
                text, at, timedelta(seconds=1), True,
                (Reading("disk_used", text, 99.0, "%"), Reading("temperature", text, float("nan"), text)),
                tuple(Fact(name, instance, text) for name in ("name", "disk_type") for instance in ("", text)),
                (Gap("disk_free", text, "malformed", text),),
            )  # fmt: skip
            sheets[number, text] = sheet(
                bad, [Finding(text, text, Severity.WARNING, "levels.high", text, 1.0, text, 2.0)]
            )
    abnormal = (
        Abnormal("HZ1-ACC-31", "reach", "", Severity.CRITICAL, now - timedelta(minutes=73), None, "", None,
                 "absence.not_reached"),
        Abnormal("HZ1-CORE-01", "fan", "Fan 2", Severity.CRITICAL, now - timedelta(minutes=12), 2, "health", None,
                 "states.bad"),
        Abnormal("HZ1-DB-01", "disk", "/var", Severity.WARNING, now - timedelta(hours=8), 93.14, "%", 85.0,
                 "disk.full"),
        Abnormal("HZ1-FW-01", "cpu", "", Severity.WARNING, now - timedelta(days=2), 88.0, "%", 80.0, "levels.high",
                 suppressed=True),
        *(Abnormal(text, text, text, Severity.CRITICAL, None, 1.0, text, 2.0, text) for text in HOSTILE if hostile),
    )  # fmt: skip
    names = {target.name for target in known}
    board = Overview(
        agent=HOSTILE[0] if hostile else "hz-monitor",
        site_zone=zone,
        now=now,
        targets=tuple(known),
        sites=SITES,
        rounds=tuple(reversed(columns)),
        cells=cells,
        next_slot=now + timedelta(minutes=48),
        abnormal=tuple(a for a in abnormal if a.target in names and rounds),
        running=Running("by_hand", now - timedelta(minutes=1), 2, max(targets, 1)) if opened and targets else None,
        health=(
            Health("record", True, "0"),
            Health("settings", not hostile, HOSTILE[0] if hostile else ""),
            Health("writer", True, "1 s"),
        ),
    )
    return House(board, sheets, failing)


@pytest.fixture
def house() -> Callable[..., Reader]:
    """Return what builds a house: ``house(1000)``, ``house(14, hostile=True)``, ``house(6, rounds=0)``."""
    return build_house


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk at NOW, with wangfang, a technician, to sign in as."""
    with standing(tmp_path, NOW) as desk:
        yield desk


@pytest.fixture
def hostile_words() -> tuple[str, ...]:
    """Return strings such as a device may send."""
    return HOSTILE


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for the tests of one file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
