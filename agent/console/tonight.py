"""The first page: is anything wrong, since when, what is due, and the last rounds as a grid."""

from __future__ import annotations

from itertools import groupby

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from agent.console.cells import cells
from agent.console.grid import WORST_FIRST, lay
from agent.console.language import choose
from agent.console.render import page
from agent.console.voice import voice_of
from agent.services.overview import Overview, Reader
from duty.rounds import RoundState

MOST_ABNORMAL = 100
"""Lines of what is wrong now; when a site is cut off, the first hundred say enough."""


async def show(request: Request) -> Response:
    """Show the first page; ``?site=`` opens one site of a folded grid, ``?wall`` is for a screen on the wall."""
    reader: Reader = request.app.state.reader
    overview = await reader.overview()
    language = choose(request, request.app.state.language)
    voice = voice_of(overview, language)
    key = {target.name for target in overview.targets if target.key}
    wrong = sorted(
        overview.abnormal,
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
        wrong=wrong[:MOST_ABNORMAL],
        wrong_count=len([state for state in wrong if not state.suppressed]),
        wrong_left=len(wrong) - MOST_ABNORMAL,
        last=next((c for c in overview.rounds if c.round.state not in (RoundState.OPEN, RoundState.MISSED)), None),
        sheets=_newest_sheets(overview),
        flawed=[c for c in overview.rounds if c.round.state in (RoundState.MISSED, RoundState.INTERRUPTED)],
        states=WORST_FIRST,
    )


def _newest_sheets(overview: Overview) -> dict[str, int]:
    """Return for each target the newest closed round that has a sheet of it."""
    newest: dict[str, int] = {}
    for column in overview.rounds:
        if column.round.state is not RoundState.OPEN:
            for target in overview.cells.get(column.round.number, {}):
                newest.setdefault(target, column.round.number)
    return newest
