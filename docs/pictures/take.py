"""Take the pictures of the README: the real agent and page after a driven night, only the devices are played.

``python -m docs.pictures.take`` writes tonight-en.png, alert-en.png and the same in Chinese beside this file; look at
them.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from playwright.async_api import BrowserContext, async_playwright

from agent.console.app import create_app
from agent.console.office import Office, Terms
from agent.listen import serve
from agent.services.alert_list import AlertRecord
from agent.services.door import Door
from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from agent.services.sign_in import digest_of
from agent.store import accounts, alerts
from duty.people import Post
from duty.readings import Reading
from tests.stories.night import Night, silent

HERE = Path(__file__).parent
PORT = 8640
SIZE = (1100, 700)
"""Wide enough for the layout of a desk."""
PHONE = (360, 640)
PLACES = {
    "en": ("Hangzhou 1", "Room A", "orders", "Switch-maintainer", "Wang Fang", "Chen Jie"),
    "zh": ("杭州一", "机房A", "订单库", "网络维保", "王芳", "陈杰"),
}
"""In each language: the site, its room, the business of a server, who mends a switch, technician and manager."""
SETTINGS = """
agent: {{name: hz1, language: {language}}}
maintainers: {{{firm}: {{hotline: 400-000-0000}}}}
sites: {{hz1: {{title: "{site}", zone: Asia/Shanghai}}}}
credentials: {{lab: {{version: "2c", community: "env:COMMUNITY"}}}}
targets:
  - {{name: core-1, kind: snmp, address: 192.0.2.1, credential: lab, room: "{room}", rack: A01, key: true}}
  - {{name: access-11, kind: snmp, address: 192.0.2.11, credential: lab, room: "{room}", depends_on: [core-1]}}
  - {{name: access-12, kind: snmp, address: 192.0.2.12, credential: lab, room: "{room}", depends_on: [core-1],
     maintainer: {firm}}}
  - {{name: db-1, kind: snmp, address: 192.0.2.20, credential: lab, role: server, room: "{room}", key: true,
     business: "{business}"}}
  - {{name: website, kind: http, url: "https://www.example.com/health", key: true}}
  - {{name: monitor, kind: host}}
channels: {{sms: {{kind: command, path: /bin/true}}}}
people:
  - {{name: wangfang, title: "{technician}", phone: "138-0000-0001", posts: [technician],
     contacts: [{{channel: sms, address: "1"}}]}}
  - {{name: chenjie, title: "{manager}", phone: "138-0000-0009", posts: [manager],
     contacts: [{{channel: sms, address: "2"}}]}}
rotations:
  nights: {{post: technician, people: [wangfang], start: 2026-11-01, begin: "20:00", end: "08:00"}}
  managers: {{post: manager, people: [chenjie], start: 2026-11-01, begin: "20:00", end: "08:00"}}
fallback: [{{channel: sms, address: "9"}}]
"""


async def live_through(night: Night) -> None:
    """Play a night: the agent is down for an hour, a switch falls silent, a disk fills up."""

    def answers(now: datetime) -> Iterable[Reading]:
        yield Reading("uptime", "", (now - night.at("2026-11-01 00:00")).total_seconds(), "s")
        yield Reading("memory_used", "", 41.0, "%")

    def filling(now: datetime) -> Iterable[Reading]:
        hours = (now - night.at("2026-11-23 20:00")).total_seconds() / 3600
        yield from answers(now)
        yield Reading("disk_size", "/var", 2 * 10**12, "B")
        yield Reading("disk_used", "/var", 71 + 2.1 * max(0.0, hours), "%")

    def cut_off(now: datetime) -> Iterable[Reading]:
        return silent(now) if now >= night.at("2026-11-24 04:52") else answers(now)

    def dead(now: datetime) -> Iterable[Reading]:
        return silent(now) if now >= night.at("2026-11-24 05:05") else answers(now)

    night.shows = dict.fromkeys(("core-1", "access-11", "website", "monitor"), answers)
    night.shows |= {"db-1": filling, "access-12": cut_off, "website": dead}
    await night.go_on_duty()
    await night.until("2026-11-24 00:20")
    await night.stop()
    night.asleep_until("2026-11-24 01:45")
    await night.go_on_duty()
    await night.until("2026-11-24 05:12")


def office(night: Night, folder: Path, language: str) -> Office:
    """Return what the pages of the night work with."""
    station = night.station
    listed = AlertRecord(lambda: station.orders, station.clock, station.store)
    return Office(LiveReader(station, Pulse(station)), station, listed, Terms(language), Door(station, folder))


async def sign_in(night: Night, browser: BrowserContext) -> None:
    """Have somebody of the night look at it."""
    now = night.clock.now()
    await night.station.store.write(
        accounts.add_account, "wangfang", [Post.TECHNICIAN], "", now, person="wangfang", must_change=False
    )
    given = (digest_of("token"), "csrf", now, now + timedelta(hours=1))
    await night.station.store.write(accounts.open_session, "wangfang", *given)
    await browser.add_cookies([{"name": "nightduty", "value": "token", "domain": "127.0.0.1", "path": "/"}])


async def take(language: str) -> None:
    """Take the pictures of one language."""
    names = ("site", "room", "business", "firm", "technician", "manager")
    settings = SETTINGS.format(language=language, **dict(zip(names, PLACES[language], strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        night = Night(Path(folder), settings, "2026-11-23 16:30")
        await live_through(night)
        app = create_app(office(night, Path(folder), language))
        serving = asyncio.create_task(serve("status", app, f"127.0.0.1:{PORT}", failed=set()))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path="/usr/bin/chromium",
                args=["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
            )
            page = await browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
            await sign_in(night, page.context)
            await page.goto(f"http://127.0.0.1:{PORT}/?lang={language}")
            await page.screenshot(path=HERE / f"tonight-{language}.png", full_page=True)
            number = (await night.station.store.read(alerts.open_alerts))[-1].number
            await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            await page.goto(f"http://127.0.0.1:{PORT}/alerts/{number}?lang={language}")
            await page.screenshot(path=HERE / f"alert-{language}.png")
            await browser.close()
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        await night.stop()


async def main() -> None:
    """Take them all."""
    for language in PLACES:
        await take(language)


if __name__ == "__main__":
    asyncio.run(main())
