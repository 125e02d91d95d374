"""What the command line can ask of incidents, and do with them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from agent.control.server import Asked, Verb
from agent.control.wire import plain
from agent.control.worded import entitled, moment_or_none, optional, worded
from agent.services import handle_incident, lead_incident, send_bulletin, tick_off
from agent.services.incident_board import IncidentCase, IncidentList, read_incident, read_incidents
from agent.services.station import Station
from agent.store import incidents
from agent.store.incident_events import IncidentEventKind
from duty.errors import NightdutyError, NotFound
from duty.incidents import LONGEST_WORD, Found, Grade, Incident, IncidentClass
from duty.plans import PlanRun
from duty.rights import Right
from exporters.words import shown

Message = dict[str, Any]
E = TypeVar("E", Grade, IncidentClass, Found, IncidentEventKind)


class IncidentVerbs:
    """The daemon's answers about incidents, a method a verb; what changes one answers with its number."""

    def __init__(self, station: Station) -> None:
        self._station = station

    @property
    def verbs(self) -> Mapping[str, Verb]:
        """Every verb by its name."""
        return {
            "incidents": self.incidents,
            "incident": self.incident,
            "incident_open": self.open,
            "incident_note": self.note,
            "incident_step": self.step,
            "incident_report": self.report,
            "incident_done": self.done,
            "incident_grade": self.grade,
        }

    async def incidents(self, asked: Asked) -> AsyncIterator[Message]:
        """The newest incidents, those that are handled first."""
        yield {"answer": plain(IncidentList, await read_incidents(self._station))}

    async def incident(self, asked: Asked) -> AsyncIterator[Message]:
        """One incident with all that happened; of the settings no more than it needs."""
        found = await self._found(asked)
        case = await read_incident(self._station, found.number)
        yield {"answer": plain(IncidentCase, replace(case, targets={}, plans=()))}

    async def open(self, asked: Asked) -> AsyncIterator[Message]:
        """Open an incident by hand."""
        station = self._station
        by, site = await entitled(station, asked, Right.RECORD), self._site(asked)
        with worded(asked):
            made = await handle_incident.report_incident(
                station,
                by,
                site=site,
                kind=_one_of(IncidentClass, asked, "kind"),
                grade=_one_of(Grade, asked, "grade"),
                title=_clean(asked.text("title")),
                found_by=_one_of(Found, asked, "found_by"),
                began=moment_or_none(asked, "began", station.orders.zone_of(site)),
                target=optional(asked, "target"),
                text=_clean(optional(asked, "text")),
                alert=asked.number("alert") if "alert" in asked.args else None,
                asker=asked.actor,
            )
        yield {"answer": made.number}

    async def note(self, asked: Asked) -> AsyncIterator[Message]:
        """Write a line into the timeline."""
        by, found = await entitled(self._station, asked, Right.RECORD), await self._found(asked)
        kind = _one_of(IncidentEventKind, asked, "kind", handle_incident.BY_HAND)
        with worded(asked):
            at = moment_or_none(asked, "at", self._zone(found))
            text = _clean(asked.text("text"))
            await handle_incident.write_note(self._station, found.number, by, kind, text, at, asker=asked.actor)
        yield {"answer": found.number}

    async def step(self, asked: Asked) -> AsyncIterator[Message]:
        """Tick off a step, or leave it out."""
        by, found = await entitled(self._station, asked, Right.RECORD), await self._found(asked)
        nth, text = asked.number("nth"), _clean(optional(asked, "text"))
        run = await self._run(found, optional(asked, "plan"))
        with worded(asked):
            if asked.args.get("skip") is True:
                await tick_off.skip(self._station, found.number, run.number, nth, by, text, asker=asked.actor)
            else:
                await tick_off.tick_off(self._station, found.number, run.number, nth, by, text, asker=asked.actor)
        yield {"answer": found.number}

    async def report(self, asked: Asked) -> AsyncIterator[Message]:
        """Send a progress report to superiors."""
        by, found = await entitled(self._station, asked, Right.RECORD), await self._found(asked)
        with worded(asked):
            await send_bulletin.send_bulletin(
                self._station,
                found.number,
                by,
                _clean(asked.text("text")),
                risk=_clean(optional(asked, "risk")),
                expected=_clean(optional(asked, "expected")),
                next_at=moment_or_none(asked, "next", self._zone(found)),
                asker=asked.actor,
            )
        yield {"answer": found.number}

    async def done(self, asked: Asked) -> AsyncIterator[Message]:
        """Say that the handling is over."""
        by, found = await entitled(self._station, asked, Right.RECORD), await self._found(asked)
        with worded(asked):
            await handle_incident.finish(
                self._station, found.number, by, _clean(asked.text("result")), asker=asked.actor
            )
        yield {"answer": found.number}

    async def grade(self, asked: Asked) -> AsyncIterator[Message]:
        """Change the grade: up by whoever writes into the record, down by whoever commands."""
        grade = _one_of(Grade, asked, "grade")
        right = Right.RECORD if grade is Grade.MAJOR else Right.COMMAND
        by, found = await entitled(self._station, asked, right), await self._found(asked)
        with worded(asked):
            await lead_incident.regrade(
                self._station, found.number, by, grade, _clean(asked.text("why")), asker=asked.actor
            )
        yield {"answer": found.number}

    async def _found(self, asked: Asked) -> Incident:
        """Return the incident of a number, TF-20261124-01 or plain. Raises NotFound."""
        said = asked.text("incident")
        try:
            if said.isdecimal():
                return await self._station.store.read(incidents.get_incident, min(int(said[:20]), 2**63 - 1))
            return await self._station.store.read(incidents.find_incident, said.upper())
        except NotFound:
            raise NotFound(f"there is no incident {shown(said, 40)}; `nightduty incident list` has them") from None

    async def _run(self, found: Incident, plan: str) -> PlanRun:
        """Return the plan that is meant, which need not be named where one was started. Raises NotFound."""
        runs = (await read_incident(self._station, found.number)).runs
        named = [run for run in runs if not plan or run.plan == plan]
        if len(named) != 1:
            there = ", ".join(run.plan for run in runs) or "none"
            raise NotFound(f"name the plan with --plan; started for {found.name}: {there}")
        return named[0]

    def _zone(self, incident: Incident) -> ZoneInfo:
        return self._station.orders.zone_of(incident.site)

    def _site(self, asked: Asked) -> str:
        """Return the site that is named, that of the target, or the only one. Raises NightdutyError."""
        orders = self._station.orders
        of_target = orders.targets.get(optional(asked, "target"))
        named = optional(asked, "site") or (of_target.site if of_target else "")
        if not named and len(orders.sites) == 1:
            return next(iter(orders.sites))
        if named not in orders.sites:
            raise NightdutyError(f"name the site with --site; there are: {', '.join(orders.sites)}")
        return named


def _one_of(kind: type[E], asked: Asked, name: str, of: tuple[E, ...] = ()) -> E:
    among = of or tuple(kind)
    said = asked.text(name)
    if said not in among:
        raise NightdutyError(f"{shown(said, 40)} is no {name}; there are: {', '.join(among)}")
    return kind(said)


def _clean(text: str) -> str:
    """Return text on one line, without what would steer a terminal."""
    return shown(" ".join(text.split()), LONGEST_WORD)
