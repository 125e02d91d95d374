"""The pages of signing in and out, and of changing one's password."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from math import ceil
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console import cookies
from agent.console.guard import Form, own_path, visitor_of
from agent.console.office import Office
from agent.console.render import small_page
from agent.services.accounts import first_waits
from agent.services.screens import screen_of
from agent.services.sign_in import Known, Refused, SignedIn, change_password, sign_in, sign_out
from duty.errors import StoreError
from duty.sign_in import SHORTEST_PASSWORD

PATIENCE: Final = 15.0
"""Seconds; a record that is locked could hold up a browser for a minute."""
STATUS: Final = MappingProxyType({"wait": 429, "busy": 429, "unwritten": 503})
"""Of what may go better later. Else it is 403 where name and password do not fit, 422 where a password will not do."""


async def show(request: Request) -> Response:
    """Ask for name and password; who is signed in already goes on."""
    onward = own_path(request.query_params.get("next", "/"))
    visitor = await visitor_of(request)
    if visitor is not None and not visitor.screen:
        return RedirectResponse(onward, 303)
    return await _ask(request, onward)


async def enter(request: Request, form: Form) -> Response:
    """Sign somebody in, under a new token whatever the browser brought along."""
    office: Office = request.app.state.office
    onward = own_path(request.query_params.get("next", "/"))
    name = form.get("name", "")
    outcome = await _written(sign_in(office.door, name, form.get("password", ""), address_of(request)))
    if isinstance(outcome, Refused):
        return await _ask(request, onward, name, outcome)
    response = RedirectResponse("/password" if outcome.must_change else onward, 303)
    cookies.give(request, response, cookies.SESSION, outcome.token, outcome.expires)
    return response


async def leave(request: Request, form: Form) -> Response:
    """Sign out."""
    office: Office = request.app.state.office
    await sign_out(office.station, request.state.known)
    response = RedirectResponse("/sign-in", 303)
    cookies.take(request, response, cookies.SESSION)
    return response


async def show_password(request: Request) -> Response:
    """Ask for a new password."""
    return await _ask_new(request)


async def change(request: Request, form: Form) -> Response:
    """Change the password, and give this browser a new token in place of all that were."""
    office: Office = request.app.state.office
    known: Known = request.state.known
    new = form.get("new", "")
    if new != form.get("again", ""):
        return await _ask_new(request, Refused("differs"))
    current = form.get("current", "")
    outcome = await _written(change_password(office.door, known, current, new, address_of(request)))
    if isinstance(outcome, Refused):
        return await _ask_new(request, outcome)
    response = RedirectResponse("/", 303)
    cookies.give(request, response, cookies.SESSION, outcome.token, outcome.expires)
    return response


async def admit_screen(request: Request) -> Response:
    """Make a screen of the browser that brings a screen's token, and show it the wall view."""
    office: Office = request.app.state.office
    token = str(request.path_params["token"])
    if await screen_of(office.station, token) is None:
        return RedirectResponse("/sign-in", 303)
    response = RedirectResponse("/?wall", 303)
    cookies.give(request, response, cookies.SCREEN, token)
    return response


def address_of(request: Request) -> str:
    """Return from where a request came; a proxy's word for it counts only where the settings trust that proxy."""
    return request.client.host if request.client is not None else ""


async def _written(doing: Awaitable[SignedIn | Refused]) -> SignedIn | Refused:
    """Wait for what must be written down; a record that cannot be written is a refusal that says so."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await doing
    except (StoreError, TimeoutError):
        return Refused("unwritten")


async def _ask(request: Request, onward: str, name: str = "", refused: Refused | None = None) -> Response:
    office: Office = request.app.state.office
    return await _page(
        request, "sign_in.html", refused, 403, onward=onward, name=name, first=await first_waits(office.door)
    )


async def _ask_new(request: Request, refused: Refused | None = None) -> Response:
    return await _page(request, "password.html", refused, 422, shortest=SHORTEST_PASSWORD)


async def _page(request: Request, template: str, refused: Refused | None, wrong: int, **content: object) -> Response:
    """Render a form, with the status ``wrong`` where what was sent will not do."""
    status = 200 if refused is None else STATUS.get(refused.code, wrong)
    seconds = ceil(refused.wait.total_seconds()) if refused is not None else 0
    response = small_page(request, template, status, refused=refused, seconds=seconds, **content)
    if seconds:
        response.headers["retry-after"] = str(seconds)
    return response
