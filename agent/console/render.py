"""From content to a page: the templates, what every template may call, and the pages that tell of an error."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from agent.console.language import COOKIE, asked_for, choose, remember
from agent.console.office import Office
from agent.console.voice import Moment, Voice, voice_of
from duty.tours import Tour, Turn
from exporters.papers.monthly_report import month_name
from exporters.words import LANGUAGES, SIGNS, shown, words
from exporters.words.codes import NOTES
from exporters.words.events import say_number
from exporters.words.external import say_source

PLACES: Final = (
    ("/", "page.tonight"),
    ("/alerts", "page.alerts"),
    ("/incidents", "incidents_page.title"),
    ("/nights", "page.rounds"),
    ("/handover", "page.handover"),
    ("/tasks", "page.tasks"),
    ("/log", "page.log"),
    ("/targets", "page.targets"),
    ("/silences", "page.silences"),
    ("/roster", "page.roster"),
    ("/reports", "monthly.reports"),
)
"""The pages that stand in every page's head: address and code of the name."""

LANGUAGE_NAMES: Final = {"en": "English", "zh": "中文"}
"""Each language called by its own name, for who cannot read the present one."""

REFRESH_S: Final = 20


def open_templates() -> Environment:
    """Return the templates. Everything is escaped, whatever a template's name; an unknown name is an error."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        # Jinja's own choice goes by the ending of the file's name. Device strings must never depend on that.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters["shown"] = shown
    templates.globals.update(
        icons=SIGNS,
        round_url=round_url,
        sheet_url=sheet_url,
        night_url=night_url,
        target_url=target_url,
        report_url=report_url,
        month_name=month_name,
        tel=tel,
        say_number=say_number,
        say_source=say_source,
        ready_notes=NOTES,
    )
    return templates


async def page(request: Request, template: str, overview: Moment, **content: object) -> Response:
    """Render a page of a moment.

    In a thread, for a round of 1,000 targets takes longer to render than the agent's loop may stand still.
    """
    language = language_of(request)
    voice = voice_of(overview, language)
    response = await run_in_threadpool(_render, request, template, voice, overview=overview, **content)
    if asked := asked_for(request):
        remember(response, asked)
    return response


def small_page(request: Request, template: str, status: int = 200, **content: object) -> Response:
    """Render a page that shows nothing of the record."""
    common = _common(request, language_of(request))
    html = request.app.state.templates.get_template(template).render(common, **content)
    response = HTMLResponse(html, status)
    if asked := asked_for(request):
        remember(response, asked)
    return response


def language_of(request: Request) -> str:
    """Return the language in which the reader is spoken to."""
    office: Office = request.app.state.office
    return choose(request, office.terms.language)


def error_page(request: Request, status: int, code: str) -> Response:
    """Render what went wrong and what to do next; needs nothing that may have failed."""
    return small_page(request, "error.html", status, code=code)


def _render(request: Request, template: str, voice: Voice, **content: object) -> Response:
    common = _common(request, voice.say.language)
    html = request.app.state.templates.get_template(template).render(common, voice=voice, **content)
    return HTMLResponse(html)


def _common(request: Request, language: str) -> dict[str, object]:
    """Return what the base of every page needs."""
    query = request.query_params
    visitor = getattr(request.state, "visitor", None)
    kept = [(name, value) for name, value in query.multi_items() if name != COOKIE]
    others = [
        (name, LANGUAGE_NAMES[name], "?" + urlencode([*kept, (COOKIE, name)])) for name in LANGUAGES if name != language
    ]
    return {
        "say": words(language),
        "language": language,
        "lang_tag": "zh-CN" if language == "zh" else language,
        "languages": others,
        "places": PLACES if visitor is not None and not visitor.screen else (),
        "visitor": visitor,
        "path": request.url.path,
        "wall": "wall" in query,
        "refresh_s": REFRESH_S,
    }


def round_url(number: int) -> str:
    """Return the address of a round's page."""
    return f"/rounds/{number}"


def sheet_url(number: int, target: str) -> str:
    """Return the address of a sheet's page."""
    return f"/rounds/{number}/{quote(target, safe='', errors='replace')}"


def night_url(tour: Tour, kind: str = "") -> str:
    """Return the address of a tour's log, or of its paper: ``kind`` is "pdf" or "xlsx"."""
    address = f"/nights/{quote(tour.site, safe='', errors='replace')}/{tour.day}{'.' if kind else ''}{kind}"
    return address + ("?turn=day" if tour.turn is Turn.DAY else "")


def target_url(target: str) -> str:
    """Return the address of a target's page."""
    return f"/targets/{quote(target, safe='', errors='replace')}"


def report_url(site: str, month: object) -> str:
    """Return the address of the report on a site's month."""
    return f"/reports/{quote(site, safe='', errors='replace')}/{month}"


def tel(number: str) -> str:
    """Return the address that rings a number; only what a telephone can dial is left of it."""
    return "tel:" + "".join(c for c in number if c in "+0123456789*#,")
