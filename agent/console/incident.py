"""One incident: what it is, which clocks run, the steps of its plan, all that happened, what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.desk import me, number_in, office_of, reader_of
from agent.console.incident_forms import Form, typed_in
from agent.console.incident_lines import clock_lines, step_lines, timeline
from agent.console.incident_words import draft, line_of, said_rule, title_of
from agent.console.phones import phones
from agent.console.render import language_of, page
from agent.console.when import as_field
from agent.services.handle_incident import BY_HAND
from agent.services.incident_board import IncidentCase, read_incident
from agent.services.tick_off import LARGEST
from agent.store.incident_events import IncidentEventKind as Kind
from agent.store.journal import AGENT
from duty.bulletins import LONGEST_TEXT
from duty.errors import NotFound, RecordRefused
from duty.filing import ReportState
from duty.incidents import LONGEST_TITLE, LONGEST_WORD, Grade
from duty.people import ROSTERED
from duty.plans import StepState
from duty.rights import Right
from exporters.words import Say, words

DONE: Final[Mapping[str, tuple[Kind, ...]]] = MappingProxyType(
    {
        "opened": (Kind.OPENED,), "joined": (Kind.JOINED,), "noted": BY_HAND, "titled": (Kind.NOTE,),
        "sent": (Kind.BULLETIN,), "ticked": (Kind.STEP_DONE,), "skipped": (Kind.STEP_SKIPPED,),
        "left": (Kind.ATTACHED,), "started": (Kind.PLAN_STARTED,), "named": (Kind.NAMED,), "asked": (Kind.SUPPORT,),
        "graded": (Kind.REGRADED,), "handled": (Kind.HANDLED,), "reopened": (Kind.REOPENED,),
    }
)  # fmt: skip
"""What the bar on top says was done, and the lines of the timeline by which that is so."""


async def show(request: Request) -> Response:
    """Show one incident."""
    return await show_incident(request)


async def case_in(request: Request) -> IncidentCase:
    """Return the incident that an address names. HTTPException 404 where there is none."""
    try:
        return await read_incident(office_of(request).station, number_in(request))
    except NotFound:
        raise HTTPException(404) from None


async def show_incident(
    request: Request, refused: RecordRefused | None = None, form: Form | None = None, trying: str = ""
) -> Response:
    """Show an incident; with what was typed into the form ``trying`` and why that was refused."""
    case, visitor = await case_in(request), reader_of(request)
    incident, say = case.incident, words(language_of(request))
    typed = typed_in(form or {})
    entries, earlier = timeline(case.events)
    every = office_of(request).station.orders.incidents.report_every
    response = await page(
        request,
        "incident.html",
        case,
        case=case,
        incident=incident,
        title=title_of(incident, case.alerts[0] if case.alerts else None, say),
        rule=said_rule(incident.rule, say) if incident.rule else "",
        standing=standing(case),
        clocks=clock_lines(case.clocks, case.now),
        runs=[(run, step_lines(case, run)) for run in case.runs],
        files={one.number: one for one in case.attachments},
        entries=entries,
        earlier=earlier,
        said=lambda event: line_of(event, case.title, say),
        home=f"/incidents/{incident.number}",
        still_open=open_steps(case),
        agent_name=AGENT,
        draft=draft(case.facts, say),
        phones=phones,
        may_write=visitor.may(Right.RECORD) and case.report.state is not ReportState.ARCHIVED,
        may_act=visitor.may(Right.RECORD) and incident.open,
        may_lead=visitor.may(Right.COMMAND) and incident.open,
        others=others(case),
        posts=[post.value for post in ROSTERED],
        other_grade=Grade.GENERAL if incident.major else Grade.MAJOR,
        now_field=as_field(case.now, case.site_zone),
        next_field=as_field(case.now + every, case.site_zone),
        longest=LONGEST_WORD,
        longest_text=LONGEST_TEXT,
        longest_title=LONGEST_TITLE,
        largest=LARGEST,
        trying=trying,
        typed=typed,
        refused=say_refused(refused, say) if refused else "",
        done=_done(request, case),
    )
    if refused is not None:
        response.status_code = 409
    return response


def standing(case: IncidentCase) -> str:
    """Say where an incident stands, as a code under ``incident.standing``."""
    if case.incident.open:
        return "open" if case.incident.restored is None else "restored"
    return "archived" if case.report.state is ReportState.ARCHIVED else "handled"


def others(case: IncidentCase) -> list[tuple[str, str]]:
    """Return who can be named: whoever may stand on the roster, those on duty now first."""
    here = {name for names in case.holders.values() for name in names}
    there = [person for person in case.there.values() if set(person.posts) & set(ROSTERED)]
    found = sorted(there, key=lambda one: (one.name not in here, one.title or one.name))
    return [(one.name, one.title or one.name) for one in found]


def say_refused(why: RecordRefused, say: Say) -> str:
    """Say why something was not done, and what to do."""
    return say(why.code, **why.fields)


def open_steps(case: IncidentCase) -> int:
    """Return how many steps somebody still has to do."""
    return sum(step.state is StepState.DUE for run in case.runs for step in run.steps)


def _done(request: Request, case: IncidentCase) -> str:
    """Return what was done last, as far as the newest line of its kind is the reader's."""
    code = request.query_params.get("done", "")
    kinds = DONE.get(code, ())
    newest = max((event for event in case.events if event.kind in kinds), key=lambda one: one.number, default=None)
    return code if newest is not None and newest.actor == me(request) else ""
