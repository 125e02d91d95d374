"""One round: what it counted, what changed since the one before, and its sheets, those that are not well first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.desk import me, office_of
from agent.console.render import page
from agent.console.unread import Unread, read_unread
from agent.services.overview import Overview
from agent.services.review_round import Review, read_review, rooms
from duty.conclusion import conclude
from duty.errors import RecordRefused
from duty.figures import columns, figures
from duty.findings import Finding, Severity
from duty.round_review import LONGEST_NOTE, LONGEST_VALUE, Item, newest_lines
from duty.rounds import BY_HAND, WORST_FIRST, RoundState, Sheet, SheetState
from duty.targets import Target
from exporters.words.codes import MISSED_NOTES, READ_NOTES

MOST_CHANGES = 100
MOST_LINES = 250
"""Lines of key figures; the worst and the key equipment are among them."""
LONGEST_NUMBER = 15
"""Digits of a round's number; a longer one fits no database."""


ROOM_SPLIT: Final = "/"
"""Between site and room in the form's field; no site has it in its name."""

Form = Mapping[str, str]


async def show(request: Request) -> Response:
    """Show one round."""
    return await show_round(request, number_of(request))


async def show_round(
    request: Request, number: int, *, typed: Form | None = None, refused: RecordRefused | None = None, trying: str = ""
) -> Response:
    """Show a round; where something of the form ``trying`` was refused, with what was typed and why."""
    reader, station = office_of(request).reader, office_of(request).station
    found = await reader.round(number)
    if found is None:
        raise HTTPException(404)
    overview, review, unread = await asyncio.gather(
        reader.overview(), read_review(station, number), read_unread(station)
    )
    column, targets = found.column, found.targets
    order = {state: rank for rank, state in enumerate(WORST_FIRST)}
    ordered = sorted(found.sheets, key=lambda s: (order[s.state], not _key(targets, s), s.target))
    older, newer = neighbours(overview, number)
    lines = [(sheet, line) for sheet in ordered if (line := figures(sheet, found.changes))]
    return await page(
        request,
        "round.html",
        overview,
        column=column,
        round=column.round,
        by_hand=column.round.cadence == BY_HAND,
        states=[state for state in WORST_FIRST if column.counts[state]],
        changes=found.changes[:MOST_CHANGES],
        compared=found.before is not None,
        changes_left=len(found.changes) - MOST_CHANGES,
        bad=[(sheet, _wrong(sheet)) for sheet in ordered if sheet.state is not SheetState.OK],
        well=[sheet for sheet in ordered if sheet.state is SheetState.OK],
        conclusion=conclude(column.round.state, column.counts),
        lines=lines[:MOST_LINES],
        columns=columns(line for _, line in lines),
        lines_left=len(lines) - MOST_LINES,
        targets=targets,
        older=older,
        newer=newer,
        review=review,
        mine=next((read for read in review.reads if read.person == me(request)), None),
        bad_lines=sum(not line.well for line in newest_lines(review.lines)),
        readable=column.round.state is not RoundState.OPEN,
        phrases=[("reason", code) for code in MISSED_NOTES]
        if column.round.state is RoundState.MISSED
        else [("phrase", code) for code in READ_NOTES],
        rooms=[(ROOM_SPLIT.join(place), *place) for place in rooms(station.orders.targets.values())],
        items=[item.value for item in Item],
        longest_note=LONGEST_NOTE,
        longest_value=LONGEST_VALUE,
        typed=typed or {},
        refused=refused,
        trying=trying,
        done=_done(request, review),
        next_unread=_next_unread(unread, number),
        all_read=not unread.rounds and unread.tour.begin <= column.round.slot < unread.tour.end,
    )


def number_of(request: Request) -> int:
    """Return the round's number in the address.

    Raises:
        HTTPException: it is none that a round could have.
    """
    text = str(request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise HTTPException(404)
    return int(text)


def neighbours(overview: Overview, number: int) -> tuple[int | None, int | None]:
    """Return the numbers of the rounds before and after, as far as the grid has them."""
    numbers = [column.round.number for column in overview.rounds]
    if number not in numbers:
        return None, None
    place = numbers.index(number)
    return (
        numbers[place + 1] if place + 1 < len(numbers) else None,
        numbers[place - 1] if place > 0 else None,
    )


def _done(request: Request, review: Review) -> str:
    """Return what was done last, as far as it is so: an address alone makes nothing true."""
    code, name = request.query_params.get("done", ""), me(request)
    holds = {"read": any(r.person == name for r in review.reads), "lines": any(m.by == name for m in review.lines)}
    return code if holds.get(code, False) else ""


def _next_unread(unread: Unread, number: int) -> tuple[int, datetime] | None:
    return next(((other, slot) for other, slot in unread.rounds.items() if other != number), None)


def _key(targets: Mapping[str, Target], sheet: Sheet) -> bool:
    return sheet.target in targets and targets[sheet.target].key


def _wrong(sheet: Sheet) -> list[Finding]:
    """Return the findings worth a line, worst first."""
    return sorted((f for f in sheet.findings if f.severity > Severity.OK), key=lambda f: -f.severity)
