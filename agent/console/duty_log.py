"""The duty log: what the people on duty wrote down in a tour, and one line's box to write the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.desk import asker, me, office_of, reader_of, word_in
from agent.console.render import language_of, page
from agent.console.voice import voice_of
from agent.console.when import as_field, moment
from agent.services import write_log
from agent.services.tour_log import TourLog, read_log
from duty.duty_log import LONGEST_BACK, LogLine
from duty.errors import RecordRefused
from duty.tours import Tour, Turn
from exporters.words import words
from exporters.words.codes import LOG_PHRASES

PAGE: Final = "/log"
FIELDS: Final = ("site", "text", "at")
LONGEST_FIELD: Final = 500
LATE: Final = timedelta(minutes=2)
"""What is written down later than that after it happened says when that was."""

Form = Mapping[str, str]


async def show(request: Request) -> Response:
    """Show the log of this tour; ``?site=``, ``?day=2026-11-23&turn=night`` show another."""
    asked = request.query_params
    return await _page(request, asked.get("site", ""), asked.get("day", ""), asked.get("turn", ""))


async def write(request: Request, form: Form) -> Response:
    """Write a line: a ready phrase, words of their own, or both."""
    station, site = office_of(request).station, form.get("site", "")
    try:
        at = moment(form["at"], station.orders.zone_of(site).key) if form.get("at") else None
        if form.get("at") and at is None:
            raise write_log.refused("no_time")
        made = await write_log.write_line(station, me(request), site, _text(request, form), at, asker=asker(request))
    except RecordRefused as why:
        response = await _page(request, site, "", "", why, form)
        response.status_code = 409
        return response
    log = await read_log(station, site=site)
    tour = log.tour if made.at >= log.tour.begin else log.before
    return RedirectResponse(_url(tour, log, n=str(made.number)), 303)


def _text(request: Request, form: Form) -> str:
    say, own, phrase = words(language_of(request)), word_in(form, "text"), form.get("phrase", "")
    ready = say(f"duty_log.phrase.{phrase}") if phrase in LOG_PHRASES else ""
    return say("cli.pair", name=ready, text=own) if ready and own else ready or own


async def _page(
    request: Request, site: str, day: str, turn: str, refused: RecordRefused | None = None, form: Form | None = None
) -> Response:
    log = await read_log(
        office_of(request).station,
        site=site,
        day=_day(day),
        turn=Turn.DAY if turn == Turn.DAY else Turn.NIGHT,
        person=reader_of(request).person,
    )
    say, typed = words(language_of(request)), form or {}
    there = voice_of(log, say.language).by(log.zone)
    newest_first = reversed(log.lines)
    return await page(
        request,
        "log.html",
        log,
        log=log,
        there=there,
        days=[(name, list(lines)) for name, lines in groupby(newest_first, lambda line: there.day(line.at))],
        late=lambda line: line.written - line.at >= LATE,
        written=_written(request, log),
        sites=[(name, one.title or name, _url_of_site(name)) for name, one in log.sites.items()],
        before=_url(log.before, log),
        after="" if log.after is None else _url(log.after, log),
        phrases=LOG_PHRASES,
        refused=say(refused.code, **refused.fields) if refused else "",
        typed={name: typed.get(name, "")[:LONGEST_FIELD] for name in FIELDS},
        now_field=as_field(log.now, log.zone),
        first_field=as_field(log.now - LONGEST_BACK, log.zone),
    )


def _written(request: Request, log: TourLog) -> LogLine | None:
    """Return the line that was written last, as far as it stands here: an address alone makes nothing true."""
    number = request.query_params.get("n", "")
    return next((line for line in log.lines if str(line.number) == number), None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _url_of_site(site: str) -> str:
    return f"{PAGE}?{urlencode({'site': site}, errors='replace')}"


def _url(tour: Tour, log: TourLog, **said: str) -> str:
    """Return where a tour's log stands; the present one has no date, so that the page goes on with the time."""
    asked = {"site": tour.site} if len(log.sites) > 1 else {}
    if not tour.begin <= log.now < tour.end:
        asked |= {"day": tour.day.isoformat(), "turn": tour.turn.value}
    query = urlencode(asked | said, errors="replace")
    return f"{PAGE}?{query}" if query else PAGE
