"""Trouble to look at: a record with alerts in it, some taken, put off, silenced or over, and who was told of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from agent import bootstrap
from agent.services.muster import muster
from agent.store import alerts, batches, looks, outbox, silences, timeline
from agent.store.channels import put_channel
from agent.store.journal import AGENT
from agent.store.timeline import EventKind
from config.load import parse
from duty.alerts import Alert, AlertState, TakePolicy, snoozed, taken
from duty.channels import ChannelState
from duty.findings import Finding, Severity
from duty.people import Contact, Post
from duty.readings import Look, Reading
from duty.silences import SilenceKind
from tests.agent.console.desk import Desk

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

SETTINGS = """
agent: {name: hz-monitor}
sites:
  hz1: {title: 杭州一机房, zone: Asia/Shanghai}
  hz2: {title: 杭州二机房, zone: Asia/Shanghai}
targets:
  - {name: HZ1-CORE-01, kind: icmp, address: 10.1.0.1, site: hz1, key: true, room: 机房A, rack: A07, unit: U40,
     business: "官网, APP 登录", maintainer: 华为服务}
  - {name: HZ1-ACC-31, kind: icmp, address: 10.1.3.31, site: hz1, depends_on: [HZ1-CORE-01]}
  - {name: HZ1-DB-01, kind: icmp, address: 10.1.9.11, site: hz1, business: 订单库}
  - {name: HZ2-UPS-02, kind: icmp, address: 10.2.0.9, site: hz2, key: true}
maintainers: {华为服务: {hotline: 400-000-0000}}
channels:
  dingtalk: {kind: command, path: /bin/true}
  sms: {kind: command, path: /bin/true}
people:
  - {name: wangfang, title: 王芳, posts: [technician], phone: "13800000001",
     contacts: [{channel: dingtalk, address: w}]}
  - {name: lina, title: 李娜, posts: [reserve], phone: "13800000002", contacts: [{channel: sms, address: "2"}]}
  - {name: zhaolei, title: 赵磊, posts: [manager], phone: "13800000003", contacts: [{channel: sms, address: "3"}]}
rotations:
  tech: {site: hz1, post: technician, people: [wangfang], start: 2026-11-01, begin: "20:00", end: "08:00"}
  manager: {site: hz1, post: manager, people: [zhaolei], start: 2026-11-01, begin: "20:00", end: "08:00"}
fallback: [{channel: sms, address: "9"}]
"""


def move_in(desk: Desk, settings: str = SETTINGS) -> None:
    """Put the settings in force, with people and shifts in the record; wangfang's account is hers."""
    written = parse(settings, "trouble.yaml")
    now = desk.clock.now()
    desk.station.orders = bootstrap.make_orders(written, dict.fromkeys(written.cadences, now))
    desk.station.store.write_now(muster, desk.station.orders, now)
    desk.account("fang", Post.TECHNICIAN, person="wangfang")
    desk.account("na", Post.TECHNICIAN, person="lina")
    desk.account("guest", Post.VIEWER)
    desk.account("admin", Post.ADMINISTRATOR)


def fired(target: str, finding: Finding, at: datetime, **more: Any) -> Alert:
    key = (target, finding.check, finding.instance)
    alert = Alert(0, key, "hz1", finding.severity, AlertState.FIRING, at, at, finding, wakes=True)
    return replace(alert, **more)


FAN = Finding("fan", "Fan 2", Severity.CRITICAL, "states.bad", "fan_health", 2, "health")
LOST = Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout")
FULL = Finding("disk", "/var", Severity.WARNING, "disk.full", "disk_used", 93.14, "%", 85.0)
HOT = Finding("temperature", "MPU 1", Severity.WARNING, "levels.high", "temperature", 63.0, "Cel", 60.0)


def put(desk: Desk, *these: Alert) -> list[int]:
    """Write alerts down as they stand, and return their numbers."""

    def write(conn: Connection, agent: str) -> list[int]:
        return [_put(conn, agent, alert) for alert in these]

    return desk.station.store.write_now(write)


def _put(conn: Connection, agent: str, alert: Alert) -> int:
    number = alerts.put_alert(conn, agent, alert).number
    timeline.add_event(conn, agent, number, alert.opened, EventKind.FIRED, AGENT)
    return number


def night(desk: Desk) -> list[int]:
    """A bad night: 1 is free, 2 lina's, 3 put off, 4 silenced, 5 over, 6 from elsewhere."""
    now = desk.clock.now()
    calls = fired("HZ1-CORE-01", FAN, now - 12 * MINUTE, key_equipment=True)
    hers = taken(fired("HZ1-ACC-31", LOST, now - 73 * MINUTE), "lina", now - 60 * MINUTE, TakePolicy())
    hers = replace(hers, expires=now + 5 * MINUTE, word="去现场了")
    later = snoozed(fired("HZ1-DB-01", FULL, now - 8 * HOUR), now + 2 * HOUR)
    quiet = fired("HZ2-UPS-02", HOT, now - 30 * MINUTE, site="hz2", key_equipment=True)
    over = replace(
        fired("HZ1-CORE-01", HOT, now - 3 * HOUR), state=AlertState.RESOLVED, resolved=now - HOUR, word="风扇已更换"
    )
    said = "High request latency on api-7"
    other = fired("api-7", replace(HOT, check="alertmanager:HighLatency", instance="", limit=None), now - 4 * MINUTE)
    other = replace(other, source="alertmanager", said=said, flapping=True)
    numbers = put(desk, calls, hers, later, quiet, over, other)
    desk.station.store.write_now(_tell, numbers, now)
    return numbers


def past(desk: Desk, target: str = "HZ1-DB-01") -> None:
    """Looks of the last hours at a disk that fills up, with an hour in which nobody looked."""
    now = desk.clock.now()
    seen = [
        Look(
            target,
            now - n * 5 * MINUTE,
            timedelta(seconds=1),
            True,
            (Reading("disk_used", "/var", 93.1 - n / 12, "%"),),
        )
        for n in range(143, -1, -1)
        if not 60 < n < 72
    ]
    desk.station.store.write_now(looks.put_looks, seen, "watch")


def _tell(conn: Connection, agent: str, numbers: list[int], now: datetime) -> None:
    timeline.add_event(conn, agent, numbers[1], now - 60 * MINUTE, EventKind.TAKEN, "lina", "去现场了")
    timeline.add_event(conn, agent, numbers[2], now - HOUR, EventKind.SNOOZED, "zhaolei", "白天清理")
    silences.add_silence(
        conn, agent, now - HOUR, now + 3 * HOUR, "zhaolei", "更换电池", site="hz2", kind=SilenceKind.MAINTENANCE
    )
    letters = [
        ("fired", "wangfang", Contact("dingtalk", "w"), "step.technician"),
        ("escalated", "zhaolei", Contact("sms", "3"), "step.manager"),
        ("fired", "", Contact("sms", "9"), "step.fallback"),
    ]
    outbox.enqueue(
        conn,
        agent,
        [
            outbox.Outgoing(key=f"k{n}", event=event, person=person, contact=contact, reason=reason, alert=numbers[0])
            for n, (event, person, contact, reason) in enumerate(letters)
        ],
        now - 11 * MINUTE,
    )
    # One message is under way on a channel at a time.
    for _ in letters:
        for batch in batches.lease(conn, agent, "run", now - 11 * MINUTE, 10):
            person = batch.letters[0].person
            if person == "wangfang":
                batches.mark_sent(conn, agent, batch.key, "run", "noted", now - 11 * MINUTE)
            elif person:
                batches.mark_refused(conn, agent, batch.key, "run", "address_wrong: unknown number", now - 6 * MINUTE)
            else:
                batches.mark_failed(conn, agent, batch.key, "run", "timeout", now + MINUTE, now - 5 * MINUTE)
    put_channel(conn, agent, ChannelState("sms", now - 6 * MINUTE, "timeout", None, now - 15 * HOUR, "accepted"))


def storm(desk: Desk, many: int) -> list[int]:
    """Many alerts at once."""
    now = desk.clock.now()
    return put(desk, *(fired(f"HZ1-SRV-{n:04}", LOST, now - MINUTE) for n in range(many)))


def hostile(desk: Desk, words: Iterable[str]) -> list[int]:
    """Alerts in which every string is what a device, a person or another program might send."""
    now = desk.clock.now()
    made = []
    for text in words:
        bad = Finding(text, text, Severity.CRITICAL, text, text, 1.0, text, 2.0)
        alert = fired(text, bad, now - MINUTE, site=text, source=text, said=text)
        made.append(replace(taken(alert, text, now, TakePolicy()), word=text))
    numbers = put(desk, *made)

    def tell(conn: Connection, agent: str) -> None:
        for number, text in zip(numbers, words, strict=True):
            for kind in EventKind:
                timeline.add_event(
                    conn, agent, number, now, kind, text, text, {"person": text, "to": text, "channel": text}
                )
            item = outbox.Outgoing(
                key=f"h{number}", event="fired", person=text, contact=Contact(text, text), reason=text, alert=number
            )
            outbox.enqueue(conn, agent, [item], now)
            silences.add_silence(conn, agent, now, now + HOUR, text, text, target=text, site=text, check=text)

    desk.station.store.write_now(tell)
    return numbers
