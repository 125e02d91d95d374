"""A yard of targets with two days of looks behind them: the real station and record, only the devices are made up."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from agent.store import rounds, sheets, silences
from config.build import build_rules
from config.load import parse
from duty.findings import Rule
from duty.people import Post
from duty.readings import Fact, Gap, Look, Reading
from duty.rounds import sheet
from duty.silences import SilenceKind
from duty.targets import Maintainer, Port, Site, Target
from tests.agent.console.desk import Desk, standing

NOW = datetime(2026, 11, 23, 19, 12, tzinfo=UTC)
"""03:12 in Shanghai, on Tuesday the 24th."""
STEP, HOUR = timedelta(minutes=5), timedelta(hours=1)
RULES = """
agent: {name: hz-monitor}
sites: {hz1: {title: 杭州一机房, zone: Asia/Shanghai}, hz2: {title: 杭州二机房, zone: Asia/Shanghai}}
credentials: {lab: {version: "2c", community: "env:COMMUNITY"}}
targets:
  - {name: switch, kind: snmp, address: 192.0.2.1, credential: lab}
  - {name: server, kind: snmp, address: 192.0.2.2, credential: lab, role: server}
  - {name: host, kind: icmp, address: 192.0.2.3}
"""
SITES = {
    "hz1": Site("hz1", "杭州一机房", "Asia/Shanghai"),
    "hz2": Site("hz2", "杭州二机房", "Asia/Shanghai"),
}
CORE = Target(
    "HZ1-CORE-01", "10.1.0.1", ("snmp", "icmp"), "hz1", "机房A", "A07", "U40", "ZC-2021-0042", "2102351ABC10K5000042",
    Maintainer("华为服务", "400-000-0000"), "官网, APP 登录", key=True, ports=(Port("XGE*", uplink=True, rate=10**9),),
)  # fmt: skip
KNOWN = (
    CORE,
    Target("HZ1-DB-01", "10.1.9.11", ("snmp",), "hz1", "机房A", "C01", business="订单库", depends_on=("HZ1-CORE-01",)),
    Target("HZ1-ACC-31", "10.1.3.31", ("icmp",), "hz1", "机房A", "B02", depends_on=("HZ1-CORE-01",)),
    Target("HZ2/UPS 02", "10.2.0.9", ("icmp",), "hz2", "动力室", key=True),
)


def switch_look(at: datetime, name: str = CORE.name, ports: int = 24, alias: str = "至 HZ1-ACC") -> Look:
    """Return a look at a switch whose load has the rhythm of the day."""
    hours = (at - NOW) / HOUR
    busy = 0.5 + 0.5 * math.sin(hours / 4) + 0.1 * math.sin(hours * 7)

    def all_of() -> Iterator[Reading]:
        yield Reading("uptime", "", 9e6 + hours * 3600, "s")
        yield Reading("cpu_used", "", max(0.0, 20 + 30 * busy), "%")
        yield Reading("memory_used", "", 61.5 + busy, "%")
        yield Reading("ping_time", "", 0.0021 + 0.001 * busy, "s")
        for place in ("MPU 1", "MPU 2", "LPU 3"):
            yield Reading("temperature", place, 36 + len(place) + 6 * busy, "Cel")
        yield Reading("fan_health", "Fan 1", 0, "health")
        yield Reading("power_health", "PSU 1", 0, "health")
        for number in range(ports):
            port = f"GE0/0/{number + 1}" if number < ports - 2 else f"XGE0/0/{number - ports + 3}"
            yield Reading("port_up", port, int(number % 5 != 3), "bool")
            yield Reading("port_enabled", port, 1, "bool")
            yield Reading("port_speed", port, 10**9, "bit/s")
            yield Reading("port_in_rate", port, 2e6 * busy * (number + 1), "B/s")
            yield Reading("port_out_rate", port, 1e6 * busy * (number + 1), "B/s")
            yield Reading("port_in_used", port, 1.6 * busy * (number + 1), "%")
            yield Reading("port_out_used", port, 0.8 * busy * (number + 1), "%")
            yield Reading("port_in_errors_rate", port, 0.0, "1/s")

    facts = (
        Fact("model", "", "S5735-L24T4X-A"),
        Fact("version", "", "V200R021"),
        Fact("port_alias", "XGE0/0/1", alias),
    )
    gone = -20 < hours < -17.5
    return Look(
        name, at, timedelta(seconds=1.4), not gone, () if gone else tuple(all_of()), facts,
        (Gap("snmp", "", "timeout"),) if gone else (Gap("temperature", "MPU 9", "not_offered"),),
    )  # fmt: skip


def server_look(at: datetime, name: str = "HZ1-DB-01", instance: str = "/var") -> Look:
    """Return a look at a server whose disk fills up until it is 91 per cent full."""
    hours = (at - NOW) / HOUR
    full = min(91.0, 60 + (48 + hours))
    readings = (
        Reading("uptime", "", 86400 * 3 + hours, "s"),
        Reading("cpu_used", "", 12 + 5 * math.sin(hours), "%"),
        Reading("memory_free", "", 40.0, "%"),
        Reading("memory_available", "", 20 * 2**30, "B"),
        Reading("service_running", "nginx.service", 1, "bool"),
        Reading("disk_size", instance, 2e12 - 1, "B"),
        Reading("disk_used", instance, full, "%"),
        Reading("disk_free", instance, 2e10 * (100 - full), "B"),
        Reading("disk_used", "/", 41.0, "%"),
    )
    return Look(name, at, timedelta(seconds=0.2), True, readings, (Fact("system", "", "Linux 6.1"),))


def ping_look(at: datetime, name: str) -> Look:
    """Return a look at something that only answers, but for the last hour of one."""
    gone = name == "HZ1-ACC-31" and at > NOW - HOUR
    readings = () if gone else (Reading("ping_time", "", 0.004, "s"), Reading("ping_loss", "", 0.0, "%"))
    return Look(name, at, timedelta(seconds=1), not gone, readings, (), (Gap("icmp", "", "timeout"),) if gone else ())


def rules() -> dict[str, tuple[Rule, ...]]:
    """Return the rules that are shipped, for a switch, a server and what is only pinged."""
    settings = parse(RULES, "rules.yaml")
    return {name: build_rules(settings, name) for name in ("switch", "server", "host")}


@contextmanager
def yard(
    folder: Path, *, many: int = 0, hostile: tuple[str, ...] = (), step: timedelta = STEP
) -> Iterator[tuple[Desk, LiveReader]]:
    """Set up a desk with targets that were looked at for two days, the last of them just now."""
    with standing(folder, NOW - 48 * HOUR) as desk:
        shipped, station = rules(), desk.station
        targets = [*KNOWN]
        targets += [
            Target(
                f"HZ{1 + n % 2}-SRV-{n:04}", f"10.9.{n // 250}.{n % 250}", ("icmp",), f"hz{1 + n % 2}", key=n % 50 == 0
            )
            for n in range(many)
        ]
        targets += [
            Target(text, text, ("snmp",), "hz1", text, text, text, text, text, Maintainer(text, text), text, key=True)
            for text in hostile
        ]
        own = {target.name: shipped["host"] for target in targets}
        own |= {CORE.name: shipped["switch"], "HZ1-DB-01": shipped["server"]}
        own |= dict.fromkeys(hostile, shipped["server"])
        by_name = {target.name: target for target in targets}
        station.orders = replace(station.orders, sites=SITES, targets=by_name, rules=own, keep_every=step)
        station.recorder.orders = station.orders
        station.memory.settle(by_name, own)
        for number in range(-int(48 * HOUR / step), 1):
            at = NOW + number * step
            for look in (switch_look(at), server_look(at), *(ping_look(at, t.name) for t in KNOWN[2:])):
                station.recorder.note(station.memory.take(look), keep=True)
        for text in hostile:
            look = server_look(NOW, text, text)
            bad = replace(look, facts=(Fact("model", "", text),), gaps=(Gap("temperature", text, "timeout", text),))
            for minutes in (3, 2, 1, 0):
                again = replace(bad, began=NOW - timedelta(minutes=minutes))
                station.recorder.note(station.memory.take(again), keep=True)
        for target in targets[len(KNOWN) : len(KNOWN) + many]:
            station.memory.take(ping_look(NOW, target.name))
        with ThreadPoolExecutor(1) as aside:
            # A test with a browser has no loop of its own, another has one that runs.
            aside.submit(asyncio.run, station.recorder.flush()).result()
        desk.clock.advance(48 * HOUR)
        station.store.write_now(_round, NOW - timedelta(minutes=12), by_name)
        station.store.write_now(
            silences.add_silence, NOW - HOUR, NOW + 5 * HOUR, "乙经理", "更换电池", target="HZ2*",
            kind=SilenceKind.MAINTENANCE,
        )  # fmt: skip
        desk.account("viewer", Post.VIEWER)
        yield desk, LiveReader(station, Pulse(station))


def _round(conn: Connection, agent: str, at: datetime, targets: dict[str, Target]) -> None:
    number = rounds.open_round(conn, agent, "inspection", at, targets, at, False, "rules")
    written = [switch_look(at), server_look(at), *(ping_look(at, name) for name in list(targets)[2:])]
    sheets.put_sheets(conn, agent, number, [sheet(look, ()) for look in written])
    rounds.close_round(conn, agent, number, at + timedelta(seconds=40))
