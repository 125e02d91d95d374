"""Emergency plans (预案): those in force, step by step, and whom each would tell now; one is rehearsed."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.desk import asker, me, office_of
from agent.console.incident import say_refused
from agent.console.incident_forms import Form, typed_in
from agent.console.phones import phones
from agent.console.render import language_of, page
from agent.console.silences import MOST_NAMES
from agent.services.plan_board import read_plans
from agent.services.rehearse import rehearse
from duty.errors import NotFound, RecordRefused
from exporters.words import words


async def show(request: Request) -> Response:
    """Show the plans."""
    return await _page(request)


async def practise(request: Request, form: Form) -> Response:
    """Begin a rehearsal and lead to its page."""
    try:
        made = await rehearse(
            office_of(request).station,
            me(request),
            form.get("plan", "")[:200],
            form.get("target", "").strip(),
            form.get("site", ""),
            asker=asker(request),
        )
    except NotFound:
        raise HTTPException(404) from None
    except RecordRefused as why:
        response = await _page(request, why, form)
        response.status_code = 409
        return response
    return RedirectResponse(f"/incidents/{made.incident.number}?done=opened", 303)


async def _page(request: Request, refused: RecordRefused | None = None, form: Form | None = None) -> Response:
    station = office_of(request).station
    say, board = words(language_of(request)), await read_plans(station)
    return await page(
        request,
        "plans.html",
        board,
        board=board,
        names=sorted(station.orders.targets)[:MOST_NAMES],
        phones=phones,
        typed=typed_in(form or {}),
        refused=say_refused(refused, say) if refused else "",
    )
