"""Incidents: the list, what is being handled first; one is reported by hand, by one of three doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.alert_lines import LONGEST_NUMBER
from agent.console.desk import asker, me, number_in, office_of
from agent.console.incident import say_refused
from agent.console.incident_forms import Form, choice_in, moment_in, text_in, typed_in
from agent.console.incident_lines import by_urgency, entry_line
from agent.console.incident_words import title_of
from agent.console.render import language_of, page
from agent.console.silences import MOST_NAMES
from agent.console.when import as_field
from agent.services import handle_incident as handle
from agent.services.alert_board import open_board, read_case
from agent.services.incident_board import read_incidents
from duty.errors import NotFound, RecordRefused
from duty.incidents import LONGEST_TITLE, LONGEST_WORD, Found, Grade, IncidentClass
from exporters.words import words
from exporters.words.incident_course import draft_title

DOORS: Final = (Found.CUSTOMER, Found.PATROL, Found.HAND)
"""By which an incident is reported by hand; ``Found.ALERT`` is that of an alert's page."""
CLASS_OF: Final = {
    Found.CUSTOMER: IncidentClass.COMPLAINT,
    Found.PATROL: IncidentClass.SECURITY,
    Found.HAND: IncidentClass.NETWORK,
    Found.ALERT: IncidentClass.NETWORK,
}
"""What it mostly is, by the door."""


async def show_list(request: Request) -> Response:
    """Show the newest incidents; ``?before=`` goes on to older ones."""
    found = await read_incidents(office_of(request).station, _number(request.query_params.get("before", "")))
    say, orders = words(language_of(request)), office_of(request).station.orders
    lines = by_urgency(entry_line(each, orders.zone_of(each.incident.site).key, found.now) for each in found.entries)
    return await page(
        request,
        "incidents.html",
        found,
        found=found,
        handled=[line for line in lines if line.incident.open],
        over=[line for line in lines if not line.incident.open],
        title_of=lambda entry: title_of(entry.incident, entry.first, say),
        further=min((line.incident.number for line in lines), default=0) if found.more else 0,
        earlier="before" in request.query_params,
    )


async def show_form(request: Request) -> Response:
    """Show the form; ``?door=customer`` says how it was found, ``?alert=7`` makes an incident of that alert."""
    return await _form(request)


async def make(request: Request, form: Form) -> Response:
    """Report one."""
    try:
        orders = office_of(request).station.orders
        site = form.get("site", "")
        made = await handle.report_incident(
            office_of(request).station,
            me(request),
            site=site,
            kind=choice_in(form, "kind", IncidentClass, IncidentClass.OTHER),
            grade=choice_in(form, "grade", Grade, Grade.GENERAL),
            title=text_in(form, "title"),
            found_by=choice_in(form, "door", Found, Found.HAND),
            began=moment_in(form, "began", orders.zone_of(site).key, "moment"),
            target=form.get("target", "").strip(),
            text=text_in(form),
            alert=_number(form.get("alert", "")),
            asker=asker(request),
        )
    except RecordRefused as why:
        return await _form(request, why, form)
    except NotFound:
        raise HTTPException(404) from None
    return RedirectResponse(f"/incidents/{made.number}?done=opened", 303)


async def join(request: Request, form: Form) -> Response:
    """Let the alert of the address belong to an incident."""
    number, to = number_in(request), _number(form.get("incident", ""))
    try:
        await handle.join_alert(office_of(request).station, to or 0, me(request), number, asker=asker(request))
    except (NotFound, RecordRefused):
        # It was handled meanwhile: the alert's page shows which are left.
        return RedirectResponse(f"/alerts/{number}#incident", 303)
    return RedirectResponse(f"/incidents/{to}?done=joined", 303)


@dataclass(frozen=True, slots=True)
class Begun:
    """With what the form begins: the door, the alert that it is made of, and what that says."""

    door: Found
    alert: int | None
    typed: dict[str, str]


async def _begun(request: Request) -> Begun:
    query, station = request.query_params, office_of(request).station
    door = choice_in({"door": query.get("door", "")}, "door", Found, Found.HAND)
    number = _number(query.get("alert", ""))
    if number is None:
        door = Found.HAND if door is Found.ALERT else door
        return Begun(door, None, typed_in({"door": door, "kind": CLASS_OF[door], "grade": Grade.GENERAL}))
    try:
        alert = (await read_case(station, number)).alert
    except NotFound:
        raise HTTPException(404) from None
    orders = station.orders
    site = orders.site_or_first(alert.site)
    typed = {
        "door": Found.ALERT,
        "kind": IncidentClass.NETWORK,
        "grade": Grade.GENERAL,
        "title": draft_title(alert, words(language_of(request))),
        "site": site,
        "target": alert.key[0] if alert.key[0] in orders.targets else "",
        "began": as_field(alert.opened, orders.zone_of(site).key),
        "alert": str(number),
    }
    return Begun(Found.ALERT, number, typed_in(typed))


async def _form(request: Request, refused: RecordRefused | None = None, form: Form | None = None) -> Response:
    station = office_of(request).station
    orders, now, say = station.orders, station.clock.now(), words(language_of(request))
    if form is None:
        begun = await _begun(request)
    else:
        begun = Begun(choice_in(form, "door", Found, Found.HAND), _number(form.get("alert", "")), typed_in(form))
    response = await page(
        request,
        "incident_new.html",
        await open_board(station),
        begun=begun,
        typed=begun.typed,
        site=begun.typed["site"] or orders.site_or_first(""),
        sites=orders.sites,
        names=sorted(orders.targets)[:MOST_NAMES],
        doors=DOORS,
        kinds=list(IncidentClass),
        grades=list(Grade),
        now_field=as_field(now, orders.zone),
        longest=LONGEST_WORD,
        longest_title=LONGEST_TITLE,
        refused=say_refused(refused, say) if refused else "",
    )
    if refused is not None:
        response.status_code = 409
    return response


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None
