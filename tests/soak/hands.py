"""What people do in a hurried night: they take alerts, tick off steps, report, and say that an incident is handled."""

from __future__ import annotations

from random import Random

from agent.services import handle_incident, send_bulletin, take, tick_off
from agent.services.station import Station
from agent.store import alerts, incidents, outbox, plan_runs
from agent.store.outbox import OutboxState
from duty.alerts import AlertState
from duty.errors import NightdutyError
from duty.incidents import Incident
from duty.plans import StepState

LEFT = "nobody does this"
"""So begins what a step asks for that no hand ever ticks off."""


class Hands:
    """Hands that act through the services, by a chance that is the same for the same ``seed``."""

    def __init__(self, station: Station, seed: str) -> None:
        self._station = station
        self._chance = Random(seed)

    async def act(self) -> int:
        """Do one thing or none, and return how many were done: what has changed meanwhile is refused, as to anybody."""
        what = self._chance.choice([self._take, self._tick_off, self._tick_off, self._report, self._finish])
        try:
            return await what()
        except NightdutyError:
            return 0

    def _now(self, share: float) -> bool:
        return self._chance.random() < share

    async def _take(self) -> int:
        """Take an alert, but only one that somebody was told of."""
        for alert in await self._station.store.read(alerts.open_alerts):
            told = await self._station.store.read(outbox.of_alert, alert.number)
            if alert.state is AlertState.FIRING and any(it.state is OutboxState.SENT for it in told) and self._now(0.3):
                await take.take(self._station, alert.number, "jia")
                return 1
        return 0

    async def _tick_off(self) -> int:
        for run in await self._station.store.read(plan_runs.open_runs):
            for step in run.steps:
                if step.state is StepState.DUE and not step.step.text.en.startswith(LEFT) and self._now(0.4):
                    await tick_off.tick_off(self._station, run.incident, run.number, step.nth, "jia", "seen")
                    return 1
        return 0

    async def _report(self) -> int:
        for incident in await self._opened():
            if incident.major and self._now(0.1):
                await send_bulletin.send_bulletin(self._station, incident.number, "yi", "it goes on")
                return 1
        return 0

    async def _finish(self) -> int:
        """Say that it is over once it is restored; now and then before, so that steps are cancelled that were due."""
        for incident in await self._opened():
            if self._now(0.02 if incident.restored is None else 0.5):
                await handle_incident.finish(self._station, incident.number, "jia", "it answers again")
                return 1
        return 0

    async def _opened(self) -> list[Incident]:
        return list(await self._station.store.read(incidents.open_incidents))
