"""The rounds by night: the list of shifts, and the log of one, which a manager reads in ten seconds at the handover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.desk import me, office_of, reader_of
from agent.console.render import language_of, night_url, page
from agent.services import review_round as review
from agent.services.list_nights import list_nights
from agent.services.read_night import read_night, tour_of
from duty.errors import NotFound, RecordRefused
from duty.night_log import NightLog, NightRound
from duty.night_summary import Hole, Summary, Turned, holes, summarise, to_open, turned
from duty.rights import Right
from duty.round_review import newest_lines
from duty.rounds import WORST_FIRST, RoundState
from duty.targets import Site
from duty.tours import Tour, Turn, tour_at, tour_before
from exporters.words import Say, shown, words
from exporters.words.incident_fields import say_title

SHOWN_CHANGES: Final = 3
"""Changes of a round that stand in its line; the others are folded."""
MOST_CHANGES: Final = 30
MOST_TROUBLES: Final = 20
MOST_LINES: Final = 60
LONGEST_NUMBER: Final = 15
LONGEST_TITLE: Final = 40
MOST_NAMED: Final = 8

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class At:
    """Of which moment the page is, by the clock of its site."""

    agent: str
    site_zone: str
    now: datetime
    sites: Mapping[str, Site]


@dataclass(frozen=True, slots=True)
class Line:
    """One round of the log: what changed in it, the first of it and the rest, and how many lines were added by hand."""

    night: NightRound
    first: bool
    changes: tuple[Turned, ...]
    folded: tuple[Turned, ...]
    left: int
    by_hand: int
    bad_by_hand: int


async def show_list(request: Request) -> Response:
    """Show the shifts, newest first; ``?until=`` goes on where the page before ended."""
    found = await list_nights(office_of(request).station, _moment(request.query_params.get("until", "")))
    older = "?" + urlencode({"until": found.older.isoformat()}) if found.older else ""
    return await page(request, "nights.html", found, nights=found, older=older, paged="until" in request.query_params)


async def show(request: Request) -> Response:
    """Show the log of one shift."""
    return await _page(request)


async def read(request: Request, form: Form) -> Response:
    """Mark the rounds in which all is well as read, those that the page showed."""
    tour = _tour(request)
    numbers = [
        int(n) for n in form.get("rounds", "").split(",") if n.isascii() and n.isdigit() and len(n) <= LONGEST_NUMBER
    ]
    try:
        count = await review.mark_well(office_of(request).station, numbers, me(request), asker=_asker(request))
    except (RecordRefused, NotFound):
        response = await _page(request, refused="not_well")
        response.status_code = 409
        return response
    address = night_url(tour)
    said = urlencode({"done": "well", "n": count})
    return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{said}#rounds", 303)


async def _page(request: Request, refused: str = "") -> Response:
    station, tour = office_of(request).station, _tour(request)
    log = await read_night(station, tour.site, tour.day, tour.turn)
    if log is None:
        raise HTTPException(404)
    orders, visitor = station.orders, reader_of(request)
    over = [line.round.number for line in log.rounds if line.round.state is not RoundState.OPEN]
    together = await review.readable_together(station, over, me(request)) if visitor.may(Right.RECORD) else ()
    summary = summarise(log)
    night = orders.night_of(tour.site)
    after = tour_at(night, tour.site, tour.end)
    say = words(language_of(request))
    return await page(
        request,
        "night.html",
        At(orders.agent, log.zone, log.now, orders.sites),
        log=log,
        incidents=[(one, say_title(one.title, one.target, one.finding, one.kind, say)) for one in log.incidents],
        summary=summary,
        verdict=_verdict(log, summary),
        holes=[(hole, _notes(hole)) for hole in holes(log)],
        lines=[_line(log, place) for place in range(len(log.rounds))],
        to_open=list(to_open(log)),
        together=together,
        open_alerts=sum(handled.alert.open for handled in log.alerts),
        troubles=log.troubles[:MOST_TROUBLES],
        troubles_left=len(log.troubles) - MOST_TROUBLES + log.left.troubles,
        hand_lines=sorted(newest_lines(log.manual), key=lambda line: line.well)[:MOST_LINES],
        key={target.name for target in log.targets if target.key},
        technicians=_named(log, log.technicians, say),
        managers=_named(log, log.managers, say),
        read_url=_read_url(tour),
        slots=[line.round.slot for line in log.rounds],
        states=WORST_FIRST,
        current=tour.begin <= log.now < tour.end,
        before=night_url(tour_before(night, tour.site, tour)),
        after=night_url(after) if after.begin <= log.now else "",
        done=_done(request, log),
        refused=say(f"review_refused.{refused}") if refused else "",
    )


def _tour(request: Request) -> Tour:
    """Return the tour that the address names. HTTPException."""
    site, day, turn = request.path_params["site"], request.path_params["day"], request.query_params.get("turn", "night")
    try:
        found = tour_of(office_of(request).station.orders, site, date.fromisoformat(day), Turn(turn))
    except ValueError:
        raise HTTPException(404) from None
    # fromisoformat reads more ways of writing a day than we write; one address a page is enough.
    if found is None or str(found.day) != day:
        raise HTTPException(404)
    return found


def _verdict(log: NightLog, summary: Summary) -> tuple[str, str]:
    """Return the sentence on top, of the words under ``nights.verdict``, and how it looks."""
    if not summary.over:
        return "nothing", "unknown"
    if not summary.whole:
        return "holes", "wrong"
    if summary.over < summary.due:
        return "so_far", "unknown"
    return ("whole", "unknown") if summary.unread else ("whole_read", "well")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER


def _named(log: NightLog, names: tuple[str, ...], say: Say) -> str:
    return say("message.comma").join(shown(log.title(name), LONGEST_TITLE) for name in names[:MOST_NAMED])


def _read_url(tour: Tour) -> str:
    path, question, query = night_url(tour).partition("?")
    return f"{path}/read{question}{query}"


def _notes(hole: Hole) -> list[tuple[str, str]]:
    """Return what people wrote about the rounds of a hole, and who; the same words of the same person once."""
    every = [(read.person, read.note) for line in hole.rounds for read in line.reads if read.note]
    return list(dict.fromkeys(every))


def _line(log: NightLog, place: int) -> Line:
    night = log.rounds[place]
    found = turned(log, place)
    lines = [line for line in log.manual if line.round == night.round.number]
    return Line(
        night,
        place == 0,
        tuple(found[:SHOWN_CHANGES]),
        tuple(found[SHOWN_CHANGES:MOST_CHANGES]),
        len(found) - MOST_CHANGES,
        len(lines),
        sum(not line.well for line in newest_lines(lines)),
    )


def _done(request: Request, log: NightLog) -> int | None:
    """Return how many were marked last, as far as it is so: an address alone makes nothing true."""
    text, name = request.query_params.get("n", ""), me(request)
    if request.query_params.get("done") != "well" or not (_is_number(text) and len(text) < 4):
        return None
    mine = sum(any(read.person == name for read in line.reads) for line in log.rounds)
    return int(text) if int(text) <= mine else None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.utcoffset() != timedelta(0) or not 1980 < at.year < 9000:
        return None
    return at.astimezone(UTC)


def _asker(request: Request) -> str:
    visitor = reader_of(request)
    return visitor.account if visitor.person else ""
