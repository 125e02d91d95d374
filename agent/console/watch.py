"""The page behind the leading group's link: one incident as it stands, to be watched and not touched (policy 3.1).

Whoever has the link sees it, without signing in: so nothing on it rings a person or reaches a device.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agent.console.desk import me, number_in, office_of
from agent.console.gates import gates_of
from agent.console.guard import Form
from agent.console.language import asked_for
from agent.console.link import closed, render
from agent.console.render import page
from agent.console.voice import Voice
from agent.services.draft_report import title_of
from agent.services.incident_board import IncidentCase, read_incident
from agent.services.links import WATCH_HOLDS, LinkError
from agent.services.show_watch import note_link
from agent.store.incident_events import IncidentEventKind as Kind
from agent.store.journal import AGENT
from duty.errors import NotFound
from duty.plans import RunStep
from exporters.words import Say, words
from exporters.words.discreet import discreet
from exporters.words.events import say_length
from exporters.words.incident_course import say_event

SHOWN: Final = frozenset(
    {
        Kind.OPENED, Kind.RAISED, Kind.REGRADED, Kind.NAMED, Kind.SUPPORT, Kind.INSTRUCTION, Kind.NOTE, Kind.OUTSIDE,
        Kind.PLAN_STARTED, Kind.STEP_DONE, Kind.STEP_SKIPPED, Kind.STEP_OVERDUE, Kind.REPORT_LATE, Kind.RESTORED,
        Kind.HANDLED, Kind.REOPENED, Kind.SUBMITTED, Kind.APPROVED, Kind.ARCHIVED,
    }
)  # fmt: skip
"""What of the timeline is shown: not who was told by which way, nor what commands said. Reports stand by themselves."""
MOST_LINES: Final = 100
REFRESH_S: Final = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, who ("" for the system), and what."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that runs: its code, until when, and how much is left or, where ``late``, has passed."""

    code: str
    until: datetime
    length: str
    late: bool


@dataclass(frozen=True, slots=True)
class Doing:
    """A step of a plan: what is to be done, its state as a code, and who did it when."""

    nth: int
    text: str
    state: str
    who: str
    at: datetime | None


async def show(request: Request) -> Response:
    """Show the incident that a link leads to; nothing is changed."""
    gates = gates_of(request)
    links = gates.station.links
    try:
        if links is None:
            raise LinkError("forged")
        found = links.read_watch(str(request.path_params["token"]), gates.now)
        case = await read_incident(gates.station, found.incident)
    except LinkError as error:
        return await closed(request, gates, error.code, "watch_page")
    except NotFound:
        return await closed(request, gates, "gone", "watch_page")
    language = asked_for(request) or gates.station.orders.language
    say = words(language)
    watch = _Watch(case, say)
    return await render(
        request,
        "watch.html",
        language,
        200,
        voice=Voice(say, case.now, ZoneInfo(case.site_zone)),
        case=case,
        incident=case.incident,
        title=watch.text(title_of(case.incident, case.alerts, say)),
        leads=case.title(case.incident.leads),
        clocks=list(watch.clocks()),
        runs=[(run, list(watch.steps(run.steps))) for run in case.runs],
        bulletins=[
            (each, case.title(each.by) if each.by != AGENT else "", watch.text(each.text), watch.text(each.risk))
            for each in reversed(case.bulletins)
        ],
        lines=list(watch.lines())[:MOST_LINES],
        expires=found.expires,
        refresh_s=REFRESH_S,
        lasted=say_length((case.incident.restored or case.now) - case.incident.began, say),
    )


class _Watch:
    """What is shown of an incident to whoever has the link."""

    def __init__(self, case: IncidentCase, say: Say) -> None:
        self._case = case
        self._say = say

    def text(self, text: str) -> str:
        """Return what somebody wrote without what rings a person or reaches a device."""
        return discreet(text, self._say("watch_page.struck"))

    def clocks(self) -> Iterator[Clock]:
        """Yield what is due, the next first."""
        now = self._case.now
        for each in sorted(self._case.clocks, key=lambda running: running.until):
            yield Clock(each.clock.value, each.until, say_length(abs(each.until - now), self._say), each.until < now)

    def steps(self, of: tuple[RunStep, ...]) -> Iterator[Doing]:
        """Yield the steps of a plan with their states."""
        for step in of:
            who = "" if step.by == AGENT else self._case.title(step.by)
            state = "overdue" if step.overdue and not step.over else step.state.value
            at = step.at if step.over else step.deadline or step.due
            yield Doing(step.nth, self.text(step.step.text.in_(self._say.language)), state, who, at)

    def lines(self) -> Iterator[Line]:
        """Yield the timeline, the newest first."""
        title = self._case.title
        for event in sorted(self._case.events, key=lambda event: (event.at, event.number), reverse=True):
            if event.kind in SHOWN:
                data = {name: title(str(value)) if name == "person" else value for name, value in event.data.items()}
                said = say_event(event.kind.value, event.text, data, self._say)
                yield Line(event.at, "" if event.actor == AGENT else title(event.actor), self.text(said))


async def offer(request: Request, form: Form) -> Response:
    """Make a link for the leading group and show it, to be copied; who made it is in the journal."""
    station, number = office_of(request).station, number_in(request)
    case, url = await note_link(station, number, me(request))
    return await page(request, "watch_link.html", case, case=case, url=url, until=case.now + WATCH_HOLDS)


ROUTES: Final = (Route("/watch/{token}", show, methods=["GET"]),)
