"""What who leads does with an incident: its grade, who commands it or is sent, support, which plan is started."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.desk import asker, me, number_in, office_of, reader_of
from agent.console.incident_deeds import act_on
from agent.console.incident_forms import Form, choice_in, text_in
from agent.services import lead_incident as lead
from agent.services.handle_incident import entitle
from duty.incidents import Grade
from duty.people import Post
from duty.rights import Right


async def grade(request: Request, form: Form) -> Response:
    """Change the grade, with a reason; down only who leads."""
    wanted = choice_in(form, "grade", Grade, Grade.MAJOR)
    if wanted is Grade.GENERAL and not reader_of(request).may(Right.COMMAND):
        raise HTTPException(403)
    action = lead.regrade(
        office_of(request).station, number_in(request), me(request), wanted, text_in(form, "why"),
        asker=asker(request),
    )  # fmt: skip
    return await act_on(request, form, "grade", "graded", action)


async def name(request: Request, form: Form) -> Response:
    """Name who commands it, or send somebody."""
    action = lead.name(
        office_of(request).station,
        number_in(request),
        me(request),
        form.get("person", ""),
        leads=form.get("role") == "leads",
        asker=asker(request),
    )
    return await act_on(request, form, "name", "named", action)


async def ask(request: Request, form: Form) -> Response:
    """Ask whoever holds a post for support."""
    post = choice_in(form, "post", Post, Post.LEADER)
    action = lead.ask_support(
        office_of(request).station, number_in(request), me(request), post, text_in(form), asker=asker(request)
    )
    return await act_on(request, form, "ask", "asked", action)


async def start(request: Request, form: Form) -> Response:
    """Start a plan."""
    plan = form.get("plan", "")[:200]
    action = lead.start_plan(office_of(request).station, number_in(request), me(request), plan, asker=asker(request))
    return await act_on(request, form, "plan", "started", action, "#steps")


async def title(request: Request, form: Form) -> Response:
    """Give it another title."""
    action = entitle(
        office_of(request).station, number_in(request), me(request), text_in(form, "title"), asker=asker(request)
    )
    return await act_on(request, form, "title", "titled", action)
