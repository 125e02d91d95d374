"""One round: what it counted, what changed since the one before, and its sheets, those that are not well first."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.grid import WORST_FIRST
from agent.console.office import Office
from agent.console.render import page
from agent.services.overview import Overview
from duty.conclusion import conclude
from duty.figures import columns, figures
from duty.findings import Finding, Severity
from duty.rounds import BY_HAND, Sheet, SheetState
from duty.targets import Target

MOST_CHANGES = 100
MOST_LINES = 250
"""Lines of key figures; the worst and the key equipment are among them."""
LONGEST_NUMBER = 15
"""Digits of a round's number; a longer one fits no database."""


async def show(request: Request) -> Response:
    """Show one round."""
    office: Office = request.app.state.office
    reader = office.reader
    number = number_of(request)
    found = await reader.round(number)
    if found is None:
        raise HTTPException(404)
    overview = await reader.overview()
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


def _key(targets: Mapping[str, Target], sheet: Sheet) -> bool:
    return sheet.target in targets and targets[sheet.target].key


def _wrong(sheet: Sheet) -> list[Finding]:
    """Return the findings worth a line, worst first."""
    return sorted((f for f in sheet.findings if f.severity > Severity.OK), key=lambda f: -f.severity)
