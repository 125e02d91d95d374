"""An incident to look at: the core switch of Hangzhou 1 was down for 47 minutes; wangfang handled it, lei commands."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

from agent.services import handle_incident, lead_incident
from agent.services.incident_board import ReportView, read_report
from agent.services.open_incident import open_incident
from agent.store.incident_events import IncidentEventKind
from duty.incident_report import CauseClass, ReportField
from duty.incidents import Found, Grade, Incident, IncidentClass
from duty.people import Post
from exporters.words import words
from tests.agent.console import trouble
from tests.agent.console.desk import Desk

T = TypeVar("T")

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SETTINGS = trouble.SETTINGS.replace("posts: [reserve]", "posts: [technician, reserve], staff_number: '0042'").replace(
    "rotations:\n",
    '  - {name: sunyi, title: 孙毅, posts: [leader], phone: "13800000008", contacts: [{channel: sms, address: "8"}]}\n'
    "rotations:\n"
    '  leader: {site: hz1, post: leader, people: [sunyi], start: 2026-11-01, begin: "20:00", end: "08:00"}\n',
) + (
    "incidents: {countersign: [网络部], archive: 网络部}\n"
)  # fmt: skip
WHOLE = {
    ReportField.CAUSE_CLASS: CauseClass.DEVICE.value,
    ReportField.SERVICES: "官网、APP 登录",
    ReportField.FIRST_CAUSE: "主控板故障，切换失败。",
    ReportField.VERIFICATION: "王芳 03:59 登录官网与 APP 各一次，正常。",
    ReportField.CORRECTIVE: "更换主控板，王芳，11-24 10:00 前",
    ReportField.CYBER: "no",
}
"""What the system cannot know of it."""


def move_in(desk: Desk) -> None:
    """Put people and settings in place, with an account for each."""
    trouble.move_in(desk, SETTINGS)
    desk.account("lei", Post.MANAGER, person="zhaolei")
    desk.account("sun", Post.LEADER, person="sunyi")


def does(work: Coroutine[Any, Any, T]) -> T:
    """Do something of the agent's from a test that has a loop of its own, or none."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()


def opened(desk: Desk, *, rehearsal: bool = False, alert: bool = True) -> Incident:
    """Let the incident be there, three minutes old, with an alert of the core switch; lei commands."""
    now, station = desk.clock.now(), desk.station
    lost = trouble.fired("HZ1-CORE-01", trouble.LOST, now - 3 * MINUTE, key_equipment=True)
    joins = trouble.put(desk, lost) if alert and not rehearsal else []
    title, network = "杭州一机房核心网络中断", IncidentClass.NETWORK
    draft = Incident(
        0, "", "hz1", network, Grade.MAJOR, title, Found.ALERT, now - 3 * MINUTE, now, "wangfang",
        target="HZ1-CORE-01", rehearsal=rehearsal,
    )  # fmt: skip
    made = station.store.write_now(open_incident, station.orders, draft, joins, now)
    does(lead_incident.name(station, made.number, "zhaolei", "zhaolei", leads=True))
    desk.clock.advance(5 * MINUTE)
    note, order = IncidentEventKind.NOTE, IncidentEventKind.INSTRUCTION
    does(handle_incident.write_note(station, made.number, "wangfang", note, "主控板无灯，切备板，电话 13800000001"))
    does(handle_incident.write_note(station, made.number, "zhaolei", order, "孙总要求 04:00 前恢复 APP 登录"))
    return made


def handled(desk: Desk) -> Incident:
    """Let it be over after 47 minutes: its report is due in a day."""
    opened(desk)
    desk.clock.advance(42 * MINUTE)
    return finish(desk)


def finish(desk: Desk) -> Incident:
    """Say that it is over."""
    return does(handle_incident.finish(desk.station, 1, "wangfang", "已切备用主控，214 台全部恢复"))


def view(desk: Desk, number: int = 1, language: str = "en") -> ReportView:
    """Return the report as its page shows it."""
    return does(read_report(desk.station, number, words(language)))
