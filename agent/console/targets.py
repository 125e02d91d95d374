"""All targets: how each is now, what it is, whom to ring; found by words, site or state."""

from __future__ import annotations

from collections import defaultdict
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from agent.console.office import Office
from agent.console.render import page
from agent.console.roll import LONGEST_WORDS, NOT_WELL, Line, Wanted, call, model_of, wanted
from agent.services.overview import Overview
from agent.services.station import Station
from agent.services.target_record import count_open, state_now
from duty.rounds import WORST_FIRST


async def show(request: Request) -> Response:
    """Show the roll of targets; ``?q=`` ``?site=`` ``?state=`` narrow it, ``?page=`` turns its pages."""
    office: Office = request.app.state.office
    overview = await office.reader.overview()
    asked = wanted(request.query_params)
    roll = call(_lines(overview, office.station, await count_open(office.station)), asked)
    return await page(
        request,
        "targets.html",
        overview,
        asked=asked,
        roll=roll,
        states=WORST_FIRST,
        not_well=NOT_WELL,
        longest=LONGEST_WORDS,
        turned=lambda number: _address(asked, number),
    )


def _lines(overview: Overview, station: Station, open_alerts: dict[str, int]) -> list[Line]:
    wrong: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for state in overview.abnormal:
        wrong[state.target].append((state.check, state.suppressed))
    memory = station.memory
    return [
        Line(
            target,
            state_now(memory.looked.get(target.name), wrong[target.name]),
            model_of(memory.facts.get(target.name, ())),
            open_alerts.get(target.name, 0),
        )
        for target in overview.targets
    ]


def _address(asked: Wanted, number: int) -> str:
    """Return the address of another page of the same roll."""
    said = {"q": asked.words, "site": asked.site, "state": asked.state, "page": str(number)}
    return "?" + urlencode({name: value for name, value in said.items() if value}, errors="replace")
