"""A station with its gates, and somebody who stands before them."""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from agent import bootstrap
from agent.console.app import create_app
from agent.console.gates import Gates
from agent.console.office import Office, Terms
from agent.services.alert_list import AlertRecord
from agent.services.door import Door
from agent.services.escalate import escalate
from agent.services.links import Links
from agent.services.look import Looker
from agent.services.muster import muster
from agent.services.peers import Peers
from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from agent.services.station import Station
from agent.store import alerts, batches, journal, timeline
from agent.store.engine import Store
from config.load import parse
from duty.alerts import Alert, AlertState
from duty.findings import Finding, Severity
from tests.stories.night import DrivenClock
from tests.stories.test_alerts import SETTINGS

SECRET, TOKEN, BEAT = "secret-of-the-gateway", "token-of-alertmanager", "token-of-hz2"
PUBLIC = "https://night.example.com"
KEY = bytes(range(32))
WITH_NUMBERS = SETTINGS.replace('address: "1"', 'address: "+86 138-0000-0001"').replace(
    'address: "2"', 'address: "13800000002"'
)


class Doorstep:
    """What a test does before the gates."""

    def __init__(self, station: Station, clock: DrivenClock, folder: Path) -> None:
        self.station = station
        self.clock = clock
        self.links = Links(KEY, PUBLIC, station.orders.agent, {})
        station.links = self.links
        station.peers = Peers({"hz2": timedelta(minutes=3)}, clock.now())
        self.gates = Gates(station, SECRET, TOKEN, {"hz2": BEAT})
        record = AlertRecord(lambda: station.orders, clock, station.store)
        terms = Terms("en", PUBLIC)
        office = Office(LiveReader(station, Pulse(station)), station, record, terms, Door(station, folder))
        self.app = create_app(office, self.gates)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url=PUBLIC)

    async def fails(self, target: str = "core", severity: Severity = Severity.CRITICAL) -> Alert:
        """Raise an alert of a target and write who is told of it."""
        now = self.clock.now()
        found = Finding("reach", "", severity, "absence.not_reached", "gap.timeout")
        alert = Alert(0, (target, "reach", ""), "hz1", severity, AlertState.FIRING, now, now, found, True, True)
        alert = await self.station.store.write(alerts.put_alert, alert)
        await self.tell()
        return alert

    async def tell(self) -> None:
        """Write and send what is due by now."""
        store, now = self.station.store, self.clock.now()
        await store.write(escalate, self.station.orders, now)
        while given := await store.write(batches.lease, self.station.run, now, 100):
            for batch in given:
                await store.write(batches.mark_sent, batch.key, self.station.run, "noted", now)

    async def alert(self, number: int = 1) -> Alert:
        return await self.station.store.read(alerts.get_alert, number)

    async def kinds(self, number: int = 1) -> list[str]:
        """Return what has happened to an alert."""
        return [event.kind.value for event in await self.station.store.read(timeline.events, number)]

    async def journal(self, kind: str) -> list[dict[str, Any]]:
        """Return what the entries of a kind say, newest first."""
        entries = [e for e in await self.station.store.read(journal.entries, 1000) if e.kind == kind]
        return [{"by": e.actor} | (await self.station.store.read(journal.payload_of, e.seq) or {}) for e in entries]

    def token(self, number: int = 1, person: str = "jia") -> str:
        return self.links.personal(number, person, self.clock.now()).removeprefix(PUBLIC)

    def signed(self, content: bytes, *, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
        stamp = str(int((at or self.clock.now()).timestamp()))
        digest = hmac.digest(secret.encode(), f"{stamp}.".encode() + content, "sha256").hex()
        return {"X-Nightduty-Timestamp": stamp, "X-Nightduty-Signature": f"sha256={digest}"}

    async def sms(self, text: str, number: str = "+8613800000001", **more: str) -> str:
        """Answer by SMS and return what comes back."""
        content = json.dumps({"from": number, "text": text, **more}).encode()
        # Each second a new one, for the same request is let in once.
        self.clock.advance(timedelta(seconds=1))
        answer = await self.client.post("/hooks/reply", content=content, headers=self.signed(content))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["reply"])


@asynccontextmanager
async def standing(folder: Path, settings: str = WITH_NUMBERS) -> AsyncIterator[Doorstep]:
    """Build the station and its gates."""
    store = Store.open(f"sqlite:///{folder / 'nightduty.db'}", "hz1")
    clock = DrivenClock(datetime.fromisoformat("2026-11-24T03:10:00+08:00"))
    station = await bootstrap.make_station(parse(settings, "doorstep.yaml"), clock, store, Looker({}, clock))
    await store.write(muster, station.orders, clock.now())
    doorstep = Doorstep(station, clock, folder)
    try:
        yield doorstep
    finally:
        await doorstep.client.aclose()
        store.close()
