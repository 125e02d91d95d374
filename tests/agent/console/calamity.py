"""A calamity to look at: key equipment out of reach, the incident that the rules make of it, and its plan that runs."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from PIL import Image
from sqlalchemy import Connection

from agent.services import hand_out, start_plan
from agent.services.orders import Orders
from agent.services.run_incidents import run_incidents
from agent.store import alerts, incidents
from duty.alerts import AlertState
from duty.incidents import Incident
from duty.people import Post
from tests.agent.console import trouble
from tests.agent.console.desk import Desk

MINUTE: Final = timedelta(minutes=1)

LEADER: Final = """\
  - {name: chenli, title: 陈立, posts: [leader], phone: "13800000004",
     contacts: [{channel: sms, address: "4"}]}
rotations:
  leader: {site: hz1, post: leader, people: [chenli], start: 2026-11-01, begin: "20:00", end: "08:00"}"""
PLANS: Final = """
plan_commands: [/usr/local/sbin/failover]
plans:
  core:
    title: {zh: 核心网络中断预案, en: core network down}
    when: {kinds: [network]}
    steps:
      - tell:
          zh: 核心设备 {target} 中断,官网、APP 登录可能受影响。
          en: "Core equipment {target} is down; site and login may be hit."
        posts: [leader]
      - ask:
          zh: 到 {place} 看设备面板,拍下告警灯。
          en: "Go to {place}, look at the panel, take a photo of the lamps."
        posts: [technician]
        within: 10m
        evidence: photo
      - ask:
          zh: 向 {menders} 报障,记下工单号。值班手机 138-0000-0009。
          en: "Report it to {menders}, note the ticket. Duty phone 138-0000-0009."
        posts: [technician, manager]
        within: 5m
        evidence: note
      - after: 20m
        ask: {zh: 切换到备用出口。, en: Switch over to the spare uplink.}
        posts: [manager]
        within: 15m
  fire:
    title: {zh: 机房火情预案, en: fire in the machine room}
    when: {kinds: [security], grades: [major, general]}
    at_once: false
    steps:
      - ask: {zh: "拨 119,说明地址。", en: "Ring 119 and say the address."}
        posts: [technician, reserve]
        within: 2m
      - after: 5m
        run: [/usr/local/sbin/failover, "{target}"]
        posts: [technician]
        text: {zh: 业务切换到备用机房。, en: Switch the services over to the spare site.}
        within: 1m
"""
SETTINGS: Final = trouble.SETTINGS.replace("rotations:", LEADER) + PLANS


def move_in(desk: Desk) -> None:
    """Put the settings in force; zhao is 赵磊, the duty manager, chen leads the group."""
    trouble.move_in(desk, SETTINGS)
    desk.account("zhao", Post.MANAGER, person="zhaolei")
    desk.account("chen", Post.LEADER, person="chenli")


def strike(desk: Desk, target: str = "HZ1-CORE-01") -> Incident:
    """Let key equipment be out of reach for so long that it is a major incident, and its plan runs."""
    lost = trouble.fired(target, trouble.LOST, desk.clock.now() - 6 * MINUTE, key_equipment=True)
    trouble.put(desk, lost)
    go_on(desk)
    return desk.station.store.read_now(incidents.open_incidents)[-1]


def go_on(desk: Desk, by: timedelta = timedelta(0)) -> None:
    """Let time pass, and what it makes of the incidents; what is told arrives."""
    desk.clock.advance(by)
    for _ in range(2):
        desk.station.store.write_now(run_incidents, desk.station.orders, desk.clock.now())
    desk.station.store.write_now(_arrive, desk.clock.now())


def restore(desk: Desk, target: str = "HZ1-CORE-01") -> None:
    """Let what was out of reach be well again."""

    def write(conn: Connection, agent: str) -> None:
        for alert in alerts.open_alerts(conn, agent):
            if alert.key[0] == target:
                over = replace(alert, state=AlertState.RESOLVED, resolved=desk.clock.now())
                alerts.put_alert(conn, agent, over)

    desk.station.store.write_now(write)
    go_on(desk)


def start(conn: Connection, agent: str, orders: Orders, plan: str, now: datetime) -> None:
    """Start another plan for the first incident, as somebody else might."""
    found = orders.incidents.plan(plan)
    assert found is not None
    start_plan.start(conn, agent, orders, incidents.get_incident(conn, agent, 1), found, "wangfang", now)


def photo(size: tuple[int, int] = (640, 480), *, noisy: bool = False) -> bytes:
    """Take a picture of a panel with a lamp that is red; one that is ``noisy`` cannot be made small."""
    picture = Image.effect_noise(size, 90).convert("RGB") if noisy else Image.new("RGB", size, (40, 44, 48))
    for n in range(8):
        colour = (200, 30, 30) if n == 5 else (40, 160, 70)
        picture.paste(colour, (40 + n * size[0] // 9, size[1] // 2, 70 + n * size[0] // 9, size[1] // 2 + 30))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95 if noisy else 75)
    return out.getvalue()


def _arrive(conn: Connection, agent: str, now: datetime) -> None:
    # One message is under way on a channel to each at a time.
    while given := hand_out.lease(conn, agent, "run", now, (), ()):
        for letter in given:
            hand_out.note_sent(conn, agent, letter, "run", "noted", now)
