"""Our sign of life to somebody outside, sent only while the agent does what it is there for.

Whoever gets it raises the alarm when it stays away: an agent that is dead, or stands still, cannot say so itself.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import timedelta

from agent.services.pulse import Pulse
from agent.services.station import Station
from config.secret import Secret
from duty import own_alerts
from duty.errors import NotifyError
from exporters.notify.port import DEADLINE
from exporters.notify.post import Post, judge_status, reveal
from exporters.own_health import STALLED

log = logging.getLogger(__name__)


class Wellness:
    """Tells whether the agent does its work: it writes, it ticks, and it looks at its targets."""

    def __init__(self, station: Station, pulse: Pulse) -> None:
        self._station = station
        self._pulse = pulse
        self._looked: tuple[object, int] = (None, -1)
        self._since = station.clock.now()

    def ill(self) -> str:
        """Return the part that does not do its work, or ""."""
        station = self._station
        now, looked = station.clock.now(), (station.looker, station.looker.made)
        if looked != self._looked or now < self._since:
            self._looked, self._since = looked, now
        for part, idle in self._pulse.idle().items():
            if idle > STALLED:
                return part
        # Where nothing changes the recorder has nothing to write; that the desk cannot is seen all the same.
        if station.recorder.failing or station.troubles.lasts(own_alerts.RECORD, now) > STALLED:
            return "record"
        return "watch" if station.orders.targets and now - self._since > self._allowed() else ""

    def _allowed(self) -> timedelta:
        return own_alerts.terms(own_alerts.WATCH).lasting(self._station.orders.watch_every)


class Heartbeat:
    """Posts the sign of life. What goes wrong is logged once, and once that it is over."""

    def __init__(
        self, wellness: Wellness, url: Secret, every: timedelta, *, agent: str, token: Secret | None, private: bool
    ) -> None:
        self._wellness = wellness
        self._url = url
        self._token = token
        self._agent = agent
        self._every = every
        self._post = Post(private=private)
        self._trouble = ""

    async def keep(self) -> None:
        """Send one beat after the other, until cancelled."""
        try:
            while True:
                await self.beat()
                await asyncio.sleep(self._every.total_seconds())
        finally:
            await self._post.close()

    async def beat(self) -> bool:
        """Send one beat if all is well, and say whether somebody has taken it."""
        if part := self._wellness.ill():
            self._note(f"withheld, the {part} does not move")
            return False
        try:
            await self._send()
        except NotifyError as error:
            self._note(str(error))
            return False
        except Exception as error:
            # A defect here must not end the rounds; whoever waits for the beat tells of it.
            log.exception("the heartbeat crashed")
            self._note(type(error).__name__)
            return False
        self._note("")
        return True

    async def _send(self) -> None:
        headers: Mapping[str, str] = {"Authorization": f"Bearer {reveal(self._token)}"} if self._token else {}
        content = json.dumps({"agent": self._agent}, ensure_ascii=False).encode()
        deadline = min(DEADLINE, self._every)
        judge_status(await self._post.send(reveal(self._url), content, deadline=deadline, headers=headers, read=False))

    def _note(self, trouble: str) -> None:
        if trouble and not self._trouble:
            log.error("heartbeat not sent: %s", trouble)
        elif self._trouble and not trouble:
            log.info("the heartbeat is sent again")
        self._trouble = trouble
