"""The hurried agent with people to tell: receivers that accept, fail, refuse, hang, drip, and forget to answer.

``python -m tests.soak.receivers FOLDER SECONDS``. What a receiver accepted is in FOLDER/witness, however the process
ended. What it does with a message follows from the message's key and how often it has seen it, in this life or before.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from duty.errors import NotifyError
from duty.people import Contact
from exporters.notify.port import Message, Receipt
from tests.soak.hurried import SETTINGS, KeptClock, Witness, on_duty
from tests.soak.scene import witnessed

PEOPLE = """
channels:
  chat: {kind: command, path: /bin/true}
  sms: {kind: command, path: /bin/true}
people:
  - name: jia
    title: Tech A
    posts: [technician]
    contacts: [{channel: chat, address: jia}, {channel: sms, address: "1"}]
  - {name: yi, title: Manager B, posts: [manager], contacts: [{channel: chat, address: yi}]}
  - {name: bing, title: Leader C, posts: [leader], contacts: [{channel: sms, address: "3"}]}
  - {name: ding, title: Reserve D, posts: [reserve], contacts: [{channel: chat, address: ding}]}
rotations:
  tech-night: {post: technician, people: [jia], start: 2026-11-01, begin: "20:00", end: "08:00"}
  tech-day: {post: technician, people: [jia], start: 2026-11-01, begin: "08:00", end: "20:00"}
  manager-night: {post: manager, people: [yi], start: 2026-11-01, begin: "20:00", end: "08:00"}
  leader: {post: leader, people: [bing], start: 2026-11-01, begin: "00:00", end: "00:00"}
  reserve: {post: reserve, people: [ding], start: 2026-11-01, begin: "20:00", end: "08:00"}
fallback:
  - {channel: sms, address: "9"}
briefs: {all_well: [], morning: null}
"""
"""Without briefs, for each letter that is counted here is about an alert or an incident."""

PLANS = """
incidents:
  report_every: 10m
  departments: {network: [{channel: chat, address: office}]}
  customer_service: [{channel: sms, address: "7"}]
plan_commands: [/bin/sh]
plans:
  silent:
    title: it does not answer
    when: {targets: [core, db]}
    steps:
      - {tell: "{target} does not answer", posts: [technician, leader]}
      - {ask: look at it, posts: [technician], within: 2m}
      - {ask: nobody does this, posts: [reserve, manager], within: 1m}
      - after: 30s
        run: [/bin/sh, -c, 'echo "$0" >> "$1"; sleep 0.03; exit $(($$ % 3 == 0))', "{incident}", "COMMANDS"]
        text: switch over
        posts: [technician]
        within: 30s
      - {after: 1m, ask: say what you see, posts: [technician], within: 3m, evidence: note}
      - {after: 2m, tell: it goes on, people: [yi], channels: [{channel: chat, address: office}]}
"""
"""What fails for five minutes has this plan, or the one that is shipped; one command in three fails."""
NIGHTLY = (
    SETTINGS.replace("port: 5432}", "port: 5432, key: true}")
    .replace("port: 443}", "port: 443, key: true}")
    .replace(
        "\ncadences:",
        """
  - {name: web-2, kind: tcp, address: 10.0.0.11, port: 443, key: true}
  - {name: web-3, kind: tcp, address: 10.0.0.12, port: 443, key: true}
cadences:""",
        1,
    )
)
"""Three fail at once, so that messages have several letters."""


class Receiver:
    """One channel, with moods."""

    def __init__(self, name: str, clock: KeptClock, witness: Witness, asked: Counter[str]) -> None:
        self._name = name
        self._clock = clock
        self._witness = witness
        self._asked = asked

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Take a message, or not."""
        mood = sha256(message.key.encode()).digest()[0] % 8
        self._asked[message.key] += 1
        self._witness.saw(asked=message.key)
        first = self._asked[message.key] == 1
        if mood == 0 and self._asked[message.key] <= 2:
            raise NotifyError("busy")
        if mood == 1 and first:
            raise NotifyError("unreachable")
        if mood == 2 and self._name == "chat":
            raise NotifyError("refused", "no such user", permanent=True)
        if mood == 3:
            # Long enough for a kill to come between.
            await asyncio.sleep(0.02)
        at = self._clock.now().isoformat()
        self._witness.saw(accepted=message.key, channel=self._name, address=contact.address, at=at)
        if mood == 4 and first:
            raise NotifyError("timeout")
        if mood == 5 and first:
            await self._drip(deadline)
            raise NotifyError("timeout")
        return Receipt("noted")

    async def _drip(self, deadline: timedelta) -> None:
        """Answer a byte at a time, until the deadline cuts it; the clock may stand still meanwhile."""
        end = self._clock.now() + deadline
        for _ in range(25):
            if self._clock.now() >= end:
                return
            await asyncio.sleep(0.002)

    async def close(self) -> None:
        """Nothing is kept open."""


def receivers(clock: KeptClock, witness: Witness, folder: Path) -> Mapping[str, Receiver]:
    """Return both channels; they remember what they were asked before the kill."""
    asked = Counter(event["asked"] for event in witnessed(folder / "witness") if "asked" in event)
    return {name: Receiver(name, clock, witness, asked) for name in ("chat", "sms")}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    away = timedelta(seconds=float(sys.argv[2]))
    text = NIGHTLY + PEOPLE + PLANS.replace("COMMANDS", str(place / "commands"))
    asyncio.run(on_duty(place, away, text, lambda clock, witness: receivers(clock, witness, place)))
