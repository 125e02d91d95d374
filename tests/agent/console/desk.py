"""A desk to sign in at: the console with a played reader, a real record, a driven clock, and who is signed in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from starlette.applications import Starlette

from agent import bootstrap
from agent.console.app import create_app
from agent.console.office import Office, Terms
from agent.services.alert_list import AlertRecord
from agent.services.door import Door
from agent.services.look import Looker
from agent.services.overview import Reader
from agent.services.passwords import Passwords
from agent.services.sign_in import digest_of
from agent.services.station import Station
from agent.store import accounts
from agent.store.engine import Store
from collectors.replay import ReplayCollector
from config.load import parse
from duty.people import Post
from duty.readings import Notes
from tests.stories.night import DrivenClock

SETTINGS = """
agent: {name: hz-monitor}
sites: {hz1: {zone: Asia/Shanghai}}
"""
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ADDRESS = "http://localhost:8600"
PASSWORD = "correct horse battery"


@dataclass
class Desk:
    """Makes apps for any reader, and clients that are signed in: sessions are written down, not typed in."""

    station: Station
    clock: DrivenClock
    door: Door
    terms: Terms = field(default_factory=Terms)
    _made: int = field(default=0, repr=False)

    def office(self, reader: Reader, language: str = "en") -> Office:
        alerts = AlertRecord(lambda: self.station.orders, self.station.clock, self.station.store)
        terms = Terms(language, self.terms.public_url)
        return Office(reader, self.station, alerts, terms, self.door)

    def app(self, reader: Reader, language: str = "en") -> Starlette:
        return create_app(self.office(reader, language))

    def account(self, name: str, *posts: Post, person: str = "", must_change: bool = False) -> None:
        """Make an account with ``PASSWORD``."""
        kept, now = QUICK.hash(PASSWORD), self.clock.now()
        self.station.store.write_now(
            accounts.add_account, name, posts, kept, now, person=person or None, must_change=must_change
        )

    def session(self, name: str = "wangfang", life: timedelta = timedelta(hours=12)) -> tuple[str, str]:
        """Sign an account in and return its token and its CSRF token."""
        self._made += 1
        token, csrf, now = f"token-{self._made}", f"csrf-{self._made}", self.clock.now()
        self.station.store.write_now(accounts.open_session, name, digest_of(token), csrf, now, now + life)
        return token, csrf

    def client(self, app: Starlette, token: str | None = None, address: str = ADDRESS) -> httpx.AsyncClient:
        """Return a client, signed in where a token is given."""
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        cookies = {} if token is None else {"nightduty": token}
        return httpx.AsyncClient(transport=transport, base_url=address, cookies=cookies)

    async def get(self, reader: Reader, path: str, language: str = "en", **headers: str) -> httpx.Response:
        """Return a page as a technician who is signed in gets it."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        token, _ = self.session()
        cookies = "; ".join(part for part in (names.pop("cookie", ""), f"nightduty={token}") if part)
        async with self.client(self.app(reader, language)) as client:
            return await client.get(path, headers=names | {"cookie": cookies})


@contextmanager
def standing(folder: Path, now: datetime) -> Iterator[Desk]:
    """Set a desk up in a folder, with wangfang, a technician, who has an account."""
    clock = DrivenClock(now)
    settings = parse(SETTINGS, "desk.yaml")
    store = Store.open(f"sqlite:///{folder / 'nightduty.db'}", settings.agent.name)
    try:
        looker = Looker({"host": ReplayCollector(lambda target, full: Notes(reached=True))}, clock)
        # In a thread, for the tests with a browser have a loop in this one.
        with ThreadPoolExecutor(1) as aside:
            station = aside.submit(asyncio.run, bootstrap.make_station(settings, clock, store, looker)).result()
        desk = Desk(station, clock, Door(station, folder, Passwords(QUICK)))
        desk.account("wangfang", Post.TECHNICIAN)
        yield desk
    finally:
        store.close()
