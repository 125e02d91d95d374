"""The first page: is anything wrong, since when, what is due, and the last rounds as a grid."""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import groupby

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.alert_lines import lines
from agent.console.alerts import done_of
from agent.console.cells import cells
from agent.console.desk import here, known, office_of, reader_of
from agent.console.grid import lay
from agent.console.guard import Visitor
from agent.console.incident_lines import EntryLine, by_urgency, entry_line
from agent.console.incident_words import title_of
from agent.console.language import choose
from agent.console.night_desk import lay_desk
from agent.console.office import Office
from agent.console.render import page
from agent.console.roster_days import PAGE, put_url
from agent.console.unread import read_unread
from agent.console.verdict import judge, last_round
from agent.console.voice import Voice, voice_of
from agent.services.alert_board import Board, open_board
from agent.services.incident_board import Entry, read_open
from agent.services.overview import Abnormal
from agent.services.waiting_work import read_work
from duty.people import Post
from duty.rights import Right
from duty.roster import Night
from duty.rounds import BY_HAND, WORST_FIRST, RoundState

MOST_REPORTS = 5
"""Reports that wait; the list of incidents has them all."""
MOST_ABNORMAL = 100
"""Lines of what is wrong now; when a site is cut off, the first hundred say enough."""


async def show(request: Request) -> Response:
    """Show the first page; ``?site=`` opens one site of a folded grid, ``?wall`` is for a screen on the wall."""
    office: Office = request.app.state.office
    visitor: Visitor = request.state.visitor
    if visitor.screen and "wall" not in request.query_params:
        return RedirectResponse("/?wall", 303)
    reader = office.reader
    station = office.station
    overview, board, roster, unread, work, entries = await asyncio.gather(
        reader.overview(), open_board(station), office.alerts.roster(), read_unread(station), read_work(station),
        read_open(station),
    )  # fmt: skip
    language = choose(request, office.terms.language)
    voice = voice_of(overview, language)
    desk = lay_desk(board, roster, work.channels)
    said = lines(board) if "done" in request.query_params else []
    targets = {target.name: target for target in overview.targets}
    key = {name for name, target in targets.items() if target.key}
    wrong = sorted(
        (state for state in overview.abnormal if (state.target, state.check, state.instance) not in desk.keys),
        key=lambda a: (a.suppressed, -a.severity, a.target not in key, a.since or overview.now, a.target),
    )
    being_made = 1 + max((n for n, c in enumerate(overview.rounds) if c.round.state is RoundState.OPEN), default=-1)
    return await page(
        request,
        "tonight.html",
        overview,
        sites=await run_in_threadpool(lay, overview, request.query_params.get("site", "")),
        days=[(day, len(list(columns))) for day, columns in groupby(voice.day(c.round.slot) for c in overview.rounds)],
        cells=lambda row: cells(language, row.target.name, row.signs, being_made),
        key=key,
        wrong=list(zip(wrong[:MOST_ABNORMAL], _next_steps(wrong[:MOST_ABNORMAL], voice), strict=True)),
        verdict=judge(overview, desk.keys),
        desk=desk,
        board=board,
        roster=roster,
        work=work,
        **_incidents(request, entries, board, voice),
        unread=unread,
        channel_error=lambda error: known(f"message.result.{error.partition(':')[0]}", error, voice.say),
        back=here(request),
        done=done_of(request.query_params, said, visitor.person or visitor.account),
        targets=targets,
        nobody_url=lambda held: _nobody_url(request, held.site, held.post),
        by_hand=BY_HAND,
        wrong_left=len(wrong) - MOST_ABNORMAL,
        last=last_round(overview),
        flawed=[c for c in overview.rounds if c.round.state in (RoundState.MISSED, RoundState.INTERRUPTED)],
        states=WORST_FIRST,
    )


def _incidents(request: Request, entries: tuple[Entry, ...], board: Board, voice: Voice) -> dict[str, object]:
    """Return the incidents that are handled, and the reports that wait: what is late before the others."""
    lines = by_urgency(entry_line(each, board.zone(each.incident.site), board.now) for each in entries)
    waiting = [line for line in lines if not line.incident.open and not line.incident.rehearsal]
    return {
        "incidents": [line for line in lines if line.incident.open],
        "reports": sorted(waiting, key=_until)[:MOST_REPORTS],
        "reports_all": len(waiting),
        "title_of": lambda entry: title_of(entry.incident, entry.first, voice.say),
    }


def _until(line: EntryLine) -> tuple[bool, datetime]:
    until = min((clock.until for clock in line.clocks), default=None)
    return until is None, until or line.incident.found


def _nobody_url(request: Request, site: str, post: Post) -> str:
    """Return where somebody is put to a post that nobody holds now, until the shift changes."""
    station, visitor = office_of(request).station, reader_of(request)
    orders, now = station.orders, station.clock.now()
    if site not in orders.sites or not visitor.may(Right.ROSTER):
        return PAGE
    zone = orders.zone_of(site).key
    return put_url(site, post, now, Night(*orders.night, zone).next_change(now), zone)


def _next_steps(wrong: list[Abnormal], voice: Voice) -> list[str]:
    """Return what to do about each; the same advice once, or a site that is cut off would fill the page with it."""
    said: set[str] = {""}
    steps = []
    for state in wrong:
        step = "" if state.suppressed else voice.next_step(state.finding)
        steps.append("" if step in said else step)
        said.add(step)
    return steps
