"""What people do with an incident while they handle it: lines, reports, steps, files, its end."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.bodies import Sent
from agent.console.desk import asker, me, number_in, office_of
from agent.console.incident import case_in, show_incident
from agent.console.incident_forms import Form, choice_in, moment_in, text_in
from agent.services import handle_incident as handle
from agent.services.send_bulletin import send_bulletin
from agent.services.tick_off import attach, skip, tick_off
from agent.store.incident_events import IncidentEventKind
from duty.errors import NotFound, RecordRefused


async def act_on(
    request: Request, form: Form, trying: str, done: str, action: Awaitable[object], at: str = ""
) -> Response:
    """Do something with an incident and lead back to its page; where it is refused, what was typed stands there still.

    ``at`` is where on the page one goes on.
    """
    try:
        await action
    except NotFound:
        raise HTTPException(404) from None
    except RecordRefused as why:
        return await show_incident(request, why, form, trying)
    return RedirectResponse(f"/incidents/{number_in(request)}?done={done}{at}", 303)


async def write(request: Request, form: Form) -> Response:
    """Write a line into the timeline: what happened, what was ordered, what was agreed with others."""

    async def written() -> None:
        case = await case_in(request)
        kind = choice_in(form, "kind", IncidentEventKind, IncidentEventKind.NOTE)
        kind = kind if kind in handle.BY_HAND else IncidentEventKind.NOTE
        at = moment_in(form, "at", case.site_zone, "moment")
        station = office_of(request).station
        await handle.write_note(station, number_in(request), me(request), kind, text_in(form), at, asker=asker(request))

    return await act_on(request, form, "note", "noted", written())


async def report(request: Request, form: Form) -> Response:
    """Send the next report to the superiors."""

    async def sent() -> None:
        case = await case_in(request)
        await send_bulletin(
            office_of(request).station,
            number_in(request),
            me(request),
            text_in(form),
            risk=text_in(form, "risk"),
            expected=text_in(form, "expected"),
            next_at=moment_in(form, "next_at", case.site_zone, "next_at"),
            asker=asker(request),
        )

    return await act_on(request, form, "report", "sent", sent())


async def leave_out(request: Request, form: Form) -> Response:
    """Leave out a step, with a reason."""
    run, nth = _step_in(form)
    action = skip(
        office_of(request).station, number_in(request), run, nth, me(request), text_in(form, "why"),
        asker=asker(request),
    )  # fmt: skip
    return await act_on(request, form, f"skip {run}.{nth}", "skipped", action, "#steps")


async def leave_file(request: Request, form: Form) -> Response:
    """Leave a file; where the form is that of a step, tick that off with it, or with a note alone."""
    file: Sent | None = request.state.file
    station, number, by, typist = office_of(request).station, number_in(request), me(request), asker(request)

    async def left() -> int | None:
        if file is None:
            return None
        return (await attach(station, number, by, file.name, file.body, asker=typist)).number

    async def left_alone() -> None:
        if await left() is None:
            raise handle.refused("no_file")

    async def ticked() -> None:
        run, nth = _step_in(form)
        await tick_off(station, number, run, nth, by, text_in(form), await left(), asker=typist)

    if form.get("step"):
        return await act_on(request, form, f"step {form['step'][:40]}", "ticked", ticked(), "#steps")
    return await act_on(request, form, "file", "left", left_alone())


async def finish(request: Request, form: Form) -> Response:
    """Say that the handling is over, and what came of it."""
    action = handle.finish(
        office_of(request).station, number_in(request), me(request), text_in(form, "result"), asker=asker(request)
    )
    return await act_on(request, form, "finish", "handled", action)


async def reopen(request: Request, form: Form) -> Response:
    """Go on with the handling."""
    action = handle.reopen(
        office_of(request).station, number_in(request), me(request), text_in(form, "why"), asker=asker(request)
    )
    return await act_on(request, form, "reopen", "reopened", action)


def _step_in(form: Form) -> tuple[int, int]:
    """Return the step that a form is of: the plan that runs, and the number in it. HTTPException where it is none."""
    run, _, nth = form.get("step", "")[:40].partition(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 16 for part in (run, nth)):
        raise HTTPException(404)
    return int(run), int(nth)
