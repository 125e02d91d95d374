"""The page behind a link in a message to one person: what is wrong, who has it, and one big button to take it.

The link is the key, so there is no sign-in and no token of a form. Looking changes nothing: messengers open links by
themselves to show what is behind them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from agent.console.bodies import read_body
from agent.console.gates import Gates, address_of, gates_of
from agent.console.language import COOKIE, asked_for
from agent.console.render import LANGUAGE_NAMES, language_of
from agent.console.voice import Voice
from agent.services import take
from agent.services.alert_list import standing
from agent.services.links import LinkError, Pass
from agent.store import alerts, people
from duty.alerts import Alert
from duty.errors import NightdutyError, NotFound
from duty.people import Person
from exporters.words import LANGUAGES, say_alert, words
from exporters.words.events import say_length, say_number

log = logging.getLogger(__name__)

WAY: Final = "link"
"""What the journal says of how it was done."""

_FORM_MOST: Final = 4096
HEADERS: Final = {"referrer-policy": "no-referrer", "cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to: the alert as it is now, whose link it is, and who has the alert."""

    alert: Alert
    person: Person
    holder: Person | None


async def show(request: Request) -> Response:
    """Show the alert; nothing is changed."""
    gates = gates_of(request)
    try:
        return await _page(request, gates, await _open(request, gates))
    except LinkError as error:
        return await closed(request, gates, error.code)
    except NotFound:
        return await closed(request, gates, "gone")


async def act(request: Request) -> Response:
    """Take the alert in the name of whose link it is, or pass it on; then show what has become of it."""
    gates = gates_of(request)
    _same_site(request)
    try:
        opened = await _open(request, gates)
    except LinkError as error:
        return await closed(request, gates, error.code)
    except NotFound:
        return await closed(request, gates, "gone")
    try:
        sent = await read_body(request, _FORM_MOST)
        form = dict(parse_qsl(sent.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=10))
    except ValueError:
        raise HTTPException(400) from None
    code = await _act(gates, opened, form.get("do", ""), form.get("seen", ""))
    # To the same address: going back and loading again must not send the form once more.
    query = [("said", code)] if code else []
    query += [(COOKIE, language)] if (language := asked_for(request)) else []
    return RedirectResponse(request.url.path + ("?" + urlencode(query) if query else ""), 303, HEADERS)


ROUTES: Final = (
    Route("/l/{token}", show, methods=["GET"]),
    Route("/l/{token}", act, methods=["POST"]),
)


async def _act(gates: Gates, opened: Opened, what: str, seen: str) -> str:
    """Do what the button says, and return the code of what is to be said of it, "" where the page says it anyway."""
    station, alert, name = gates.station, opened.alert, opened.person.name
    try:
        if what == "take":
            await take.take(station, alert.number, name, asker=WAY, seen=seen)
            return ""
        if what == "pass":
            if alert.taken_by == name:
                await take.give_back(station, alert.number, name, asker=WAY)
                return "given_back"
            await take.decline(station, alert.number, name, asker=WAY)
            return "passed_on"
    except NightdutyError as error:
        log.info("a link to alert %d did nothing: %s", alert.number, error)
        return "changed"
    raise HTTPException(400)


def _same_site(request: Request) -> None:
    """Refuse a form that another page sends. Raises HTTPException 403.

    With ``no-referrer`` a browser says "null" for its own pages too. That is no hole: who can send the form knows the
    address, and who knows the address needs no form of somebody else's.
    """
    origin = request.headers.get("origin", "null")
    links = gates_of(request).station.links
    own = {request.headers.get("host", ""), urlsplit(links.public_url).netloc if links else ""}
    if origin != "null" and urlsplit(origin).netloc not in own - {""}:
        raise HTTPException(403)


async def _open(request: Request, gates: Gates) -> Opened:
    """Return what the link leads to. Raises LinkError, NotFound."""
    links = gates.station.links
    if links is None:
        raise LinkError("forged")
    found = links.read(str(request.path_params["token"]), gates.now)
    return await gates.station.store.read(_opened, found)


def _opened(conn: Connection, agent: str, found: Pass) -> Opened:
    there = people.load_people(conn, agent)
    alert = alerts.get_alert(conn, agent, found.alert)
    if found.person not in there:
        raise NotFound("whose link this is, is not there any more")
    return Opened(alert, there[found.person], there.get(alert.taken_by))


async def _page(request: Request, gates: Gates, opened: Opened) -> Response:
    orders, alert, now = gates.station.orders, opened.alert, gates.now
    site = orders.sites.get(alert.site)
    language = asked_for(request) or opened.person.language or orders.language
    voice = Voice(words(language), now, ZoneInfo(site.zone if site else orders.zone))
    said = request.query_params.get("said", "")
    return await render(
        request,
        "link.html",
        language,
        200,
        voice=voice,
        alert=alert,
        standing=standing(alert, now),
        symptom=say_alert(alert, voice.say),
        number=say_number(alert, voice.say),
        lasted=say_length((alert.resolved or now) - alert.opened, voice.say),
        target=orders.targets.get(alert.key[0]),
        site=site,
        me=opened.person,
        holder=opened.holder,
        mine=alert.taken_by == opened.person.name,
        notice=said if said in ("changed", "given_back", "passed_on") else "",
    )


async def closed(request: Request, gates: Gates, code: str, kind: str = "link_page") -> Response:
    """Say why the link opens nothing, and what to do instead."""
    status = {"expired": 410, "gone": 404}.get(code, 403)
    if code == "forged" and gates.turnstile.too_many(address_of(request), gates.now):
        status, code = 429, "too_many"
    return await render(request, "link_closed.html", language_of(request), status, code=code, kind=kind)


async def render(request: Request, template: str, language: str, status: int, **content: object) -> Response:
    """Render a page that stands by itself."""
    common = {
        "say": words(language),
        "lang_tag": "zh-CN" if language == "zh" else language,
        "languages": [(name, LANGUAGE_NAMES[name]) for name in LANGUAGES if name != language],
        **content,
    }
    html = await run_in_threadpool(request.app.state.templates.get_template(template).render, common)
    return HTMLResponse(html, status, HEADERS)
