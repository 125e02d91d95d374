"""The list of alerts: what fired, who has it; taken with one tap, or all of a storm with two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.alert_lines import SHOWS, Asked, Line, asked, chosen, lines, newest_call, pages, stand
from agent.console.desk import Refused, back, here, me, office_of
from agent.console.render import page
from agent.services import take
from agent.services.alert_board import PAGE, newest_board, open_board, read_case
from duty.errors import NightdutyError, NotFound

_MOST_DIGITS = take.MOST_AT_ONCE * 16


async def show(request: Request) -> Response:
    """Show the list; ``?q=A07`` opens that alert."""
    wanted = asked(request.query_params)
    if wanted.number is not None and await _is_there(request, wanted.number):
        return RedirectResponse(f"/alerts/{wanted.number}", 303)
    return await _page(request, wanted)


async def take_shown(request: Request, form: Mapping[str, str]) -> Response:
    """Take the alerts that the form names, as far as they are still free."""
    try:
        numbers = _numbers(form.get("numbers", ""))
        done = await take.take_all(office_of(request).station, numbers, me(request))
    except (Refused, NightdutyError):
        response = await _page(request, asked(request.query_params), refused="too_many")
        response.status_code = 409
        return response
    return back(form, "/alerts", done="taken_all", count=len(done), n=len(numbers))


async def _is_there(request: Request, number: int) -> bool:
    try:
        await read_case(office_of(request).station, number)
    except NotFound:
        return False
    return True


def _numbers(text: str) -> list[int]:
    parts = text[:_MOST_DIGITS].split(",")
    if len(parts) > take.MOST_AT_ONCE or not all(p.isascii() and p.isdigit() and len(p) < 16 for p in parts):
        raise Refused("too_many")
    return [int(part) for part in parts]


async def _page(request: Request, wanted: Asked, refused: str = "") -> Response:
    station, mine = office_of(request).station, me(request)
    board = await open_board(station)
    every = lines(board)
    if wanted.show == "all":
        newest = await newest_board(
            station, text=wanted.text, site=wanted.site, check=wanted.check, before=wanted.before
        )
        found = [stand(alert, newest) for alert in newest.alerts]
        shown, more = found[:PAGE], len(found) > PAGE
        free: list[Line] = []
    else:
        found = chosen(every, wanted, mine)
        first = (min(wanted.page, pages(len(found))) - 1) * PAGE
        shown, more = found[first : first + PAGE], len(found) > first + PAGE
        free = [line for line in found if line.calls][: take.MOST_AT_ONCE]
    sites = Counter(line.alert.site for line in every)
    return await page(
        request,
        "alerts.html",
        board,
        lines=shown,
        all=len(found),
        free=free,
        more=_further(wanted, shown) if more else "",
        earlier=wanted.page > 1 or wanted.before is not None,
        wanted=wanted,
        shows=[(name, "/alerts?" + urlencode(wanted.query(show=name))) for name in SHOWS],
        sites=[(name, board.sites[name].title if name in board.sites else name, many) for name, many in sites.items()],
        first_page="/alerts?" + urlencode(wanted.query()),
        calling=sum(line.calls for line in every),
        newest=newest_call(every),
        any_open=bool(every),
        every_check="/alerts?" + urlencode(wanted.query(check="")),
        board=board,
        back=here(request),
        done=done_of(request.query_params, every, mine),
        refused=refused,
    )


def _further(wanted: Asked, shown: list[Line]) -> str:
    if wanted.show == "all":
        return "/alerts?" + urlencode(wanted.query(before=shown[-1].alert.number))
    return "/alerts?" + urlencode(wanted.query(page=wanted.page + 1))


def done_of(query: Mapping[str, str], every: list[Line], mine: str) -> dict[str, object] | None:
    """Return what the bar on top says of the last thing done; an address alone makes nothing true."""
    code, number = query.get("done", ""), query.get("n", "")
    if code == "taken_all" and query.get("count", "").isdigit() and number.isdigit():
        return {"code": code, "count": query["count"][:6], "all": number[:6], "line": None}
    line = next((line for line in every if str(line.alert.number) == number), None)
    if code == "taken" and line is not None and line.alert.taken_by == mine:
        return {"code": code, "line": line}
    if code == "given_back" and line is not None and not line.alert.taken_by:
        return {"code": code, "line": line}
    return None
