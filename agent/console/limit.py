"""Raise a limit for a while from a target's page, and end that before its time."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console import target
from agent.console.guard import Form, Visitor
from agent.console.office import Office
from agent.console.render import target_url
from agent.console.untils import choices
from agent.services.raise_limit import end_override, raise_limit
from duty.errors import LimitRefused, NightdutyError, NotFound

LONGEST_NUMBER: Final = 15
"""Digits of a number in a form; a longer one is none of ours."""


async def raise_(request: Request, form: Form) -> Response:
    """Raise the limits of one check; a form that cannot be carried out is shown again with what was typed."""
    office: Office = request.app.state.office
    name, by = str(request.path_params["name"]), _by(request)
    try:
        until = {each.code: each.at for each in choices(office.station.clock.now(), _zone(office, name))}
        await raise_limit(
            office.station,
            name,
            form.get("check", ""),
            form.get("instance", ""),
            warning=_number(form, "warning"),
            critical=_number(form, "critical"),
            until=until[form["until"]],
            by=by,
            why=form.get("why", ""),
            alert=_whole(form.get("alert", "")),
        )
    except LimitRefused as refused:
        response = await target.view(request, dict(form), refused)
        response.status_code = 422
        return response
    except (NotFound, KeyError):
        raise HTTPException(404) from None
    return _back(name, form)


async def end(request: Request, form: Form) -> Response:
    """Put the limits of the settings in force again."""
    office: Office = request.app.state.office
    name, number = str(request.path_params["name"]), _whole(form.get("number", ""))
    if number is None or all(each.number != number or each.target != name for each in office.station.overrides):
        # Somebody else was quicker, or its time was over: what was wanted is so.
        return _back(name, form)
    try:
        await end_override(office.station, number, _by(request))
    except NightdutyError:
        return _back(name, form)
    return _back(name, form)


def _by(request: Request) -> str:
    visitor: Visitor = request.state.visitor
    return visitor.person or visitor.account


def _zone(office: Office, name: str) -> ZoneInfo:
    orders = office.station.orders
    return ZoneInfo(orders.sites[orders.targets[name].site].zone)


def _back(name: str, form: Form) -> Response:
    kept = {field: form[field] for field in ("parameter", "instance", "span") if form.get(field)}
    query = f"?{urlencode(kept, errors='replace')}" if "parameter" in kept else ""
    return RedirectResponse(f"{target_url(name)}{query}#limit", 303)


def _number(form: Form, field: str) -> float | None:
    """Read a number as people type it; "" is none. Raises LimitRefused."""
    typed = form.get(field, "").strip().rstrip("%％").strip().replace(",", ".")
    if not typed:
        return None
    try:
        return float(typed)
    except ValueError:
        raise LimitRefused("not_a_number", {"grade": field}) from None


def _whole(typed: str) -> int | None:
    fine = typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER
    return int(typed) if fine else None
