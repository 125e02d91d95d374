"""Silences and maintenance: what nobody is told of, until when, who said so and why; one is made, one is ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.desk import Refused, asker, back, here, me, number_in, office_of, word_in
from agent.console.render import page
from agent.console.when import LENGTHS, MORNING, OWN, as_field, moment, until
from agent.services import silence
from agent.services.alert_board import LONGEST_SEARCH, Board, read_silences
from duty.errors import NightdutyError, NotFound
from duty.silences import Silence, SilenceKind
from exporters.words import shown

FIELDS: Final = ("kind", "target", "site", "check", "begin", "until", "length", "why")
MOST_PAST = 20
MOST_NAMES = 1000
"""Names of targets that the form offers while one types."""

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A silence, who made and who ended it by title, and how many open alerts it covers."""

    silence: Silence
    by: str
    ended_by: str
    holds: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to silence."""

    kind: SilenceKind
    target: str
    site: str
    check: str
    begin: datetime
    end: datetime
    why: str


async def show(request: Request) -> Response:
    """Show those in force, those to come and the newest that are over; the address may fill in the form."""
    filled = {name: value[:LONGEST_SEARCH] for name, value in request.query_params.items() if name in FIELDS}
    return await _page(request, filled)


async def make(request: Request, form: Form) -> Response:
    """Make one."""
    station = office_of(request).station
    try:
        wanted = _read(form, station.clock.now(), station.orders.zone)
        made = await silence.silence(
            station,
            me(request),
            kind=wanted.kind,
            target=wanted.target,
            site=wanted.site,
            check=wanted.check,
            begin=wanted.begin,
            end=wanted.end,
            why=wanted.why,
            asker=asker(request),
        )
    except Refused as why:
        return await _refuse(request, form, why)
    except NightdutyError as error:
        return await _refuse(request, form, Refused("silence", why=error))
    return back(form, "/silences", done="silenced", n=made.number)


async def end(request: Request, form: Form) -> Response:
    """End one before its time."""
    number = number_in(request)
    try:
        ended = await silence.end_silence(office_of(request).station, number, me(request), asker=asker(request))
    except NotFound:
        raise HTTPException(404) from None
    return back(form, "/silences", **({"done": "ended", "n": number} if ended else {"done": "over"}))


def _read(form: Form, now: datetime, zone: str) -> Wanted:
    """Return what the form says. Refused where it says nothing that could be done."""
    kind = form.get("kind", "")
    if kind not in list(SilenceKind):
        raise Refused("no_kind")
    begin = moment(form["begin"], zone) if form.get("begin") else now
    if begin is None:
        raise Refused("no_time")
    # A length counts from its beginning: two hours of work tomorrow are two hours.
    end = until(form.get("length", ""), form.get("until", ""), max(begin, now), zone)
    if end is None:
        raise Refused("no_time")
    if end <= max(begin, now):
        raise Refused("past")
    longest = silence.LONGEST[SilenceKind(kind)]
    if end - begin > longest:
        raise Refused("too_long", n=longest.days)
    target, site, check = (shown(form.get(n, "").strip() or "*", LONGEST_SEARCH) for n in ("target", "site", "check"))
    if (target, site, check) == ("*", "*", "*"):
        raise Refused("covers_all")
    why = word_in(form, "why")
    if not why:
        raise Refused("no_why")
    return Wanted(SilenceKind(kind), target, site, check, begin, end, why)


async def _refuse(request: Request, form: Form, why: Refused) -> Response:
    response = await _page(request, form, why)
    response.status_code = 409
    return response


async def _page(request: Request, typed: Form, refused: Refused | None = None) -> Response:
    station = office_of(request).station
    board, found = await read_silences(station)
    now = board.now
    over = [_held(s, board) for s in found if s.over <= now]
    return await page(
        request,
        "silences.html",
        board,
        in_force=sorted((_held(s, board) for s in found if s.in_force(now)), key=lambda h: h.silence.over),
        coming=sorted((_held(s, board) for s in found if s.begin > now < s.over), key=lambda h: h.silence.begin),
        past=over[:MOST_PAST],
        board=board,
        typed={name: typed.get(name, "") for name in FIELDS},
        names=sorted(board.targets)[:MOST_NAMES],
        checks=sorted({rule.name for rules in station.orders.rules.values() for rule in rules}),
        kinds=[kind.value for kind in SilenceKind],
        lengths=[*LENGTHS, MORNING],
        own=OWN,
        longest={kind.value: length.days for kind, length in silence.LONGEST.items()},
        now_field=as_field(now, board.site_zone),
        back=here(request),
        done=_done(request, found, now),
        refused=refused,
    )


def _held(one: Silence, board: Board) -> Held:
    holds = sum(one.covers(a.key[0], a.site, a.key[1]) for a in board.alerts) if one.in_force(board.now) else 0
    return Held(one, board.title(one.by), board.title(one.ended_by), holds)


def _done(request: Request, found: tuple[Silence, ...], now: datetime) -> str:
    """Return what was done last, as far as it is so: an address alone makes nothing true."""
    code, number = request.query_params.get("done", ""), request.query_params.get("n", "")
    one = next((s for s in found if str(s.number) == number), None)
    if code == "over":
        return code
    if one is None:
        return ""
    return code if (code == "silenced" and one.over > now) or (code == "ended" and one.ended_at is not None) else ""
