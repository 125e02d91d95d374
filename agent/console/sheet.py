"""One target's sheet in one round: who it is, what is wrong with its limits, what was read and what could not be."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.families import MOST_ROWS, counters, families, gap_groups, other_facts
from agent.console.office import Office
from agent.console.render import page
from agent.console.round import neighbours, number_of
from duty.findings import Finding, Severity


async def show(request: Request) -> Response:
    """Show one sheet."""
    office: Office = request.app.state.office
    reader = office.reader
    number = number_of(request)
    view = await reader.sheet(number, str(request.path_params["target"]))
    if view is None:
        raise HTTPException(404)
    overview = await reader.overview()
    look = view.sheet.look
    older, newer = neighbours(overview, number)
    has_sheet = {n for n, states in overview.cells.items() if view.target.name in states}
    findings = view.sheet.findings
    return await page(
        request,
        "sheet.html",
        overview,
        view=view,
        target=view.target,
        round=view.round,
        look=look,
        wrong=sorted((f for f in findings if f.severity > Severity.OK), key=lambda f: (-f.severity, f.check)),
        well=[f for f in findings if f.severity is Severity.OK],
        severities=_severities(findings),
        families=families(look) if look else (),
        counters=counters(look) if look else (),
        facts=other_facts(look) if look else (),
        gaps=gap_groups(look) if look else (),
        most_rows=MOST_ROWS,
        older=older if older in has_sheet else None,
        newer=newer if newer in has_sheet else None,
    )


def _severities(findings: Iterable[Finding]) -> dict[tuple[str, str], str]:
    """Return how bad each reading was found, for its cell; the worst where two checks judge the same reading."""
    found: dict[tuple[str, str], Severity] = {}
    for finding in findings:
        place = (finding.parameter, finding.instance)
        found[place] = max(finding.severity, found.get(place, Severity.OK))
    return {place: severity.name.lower() for place, severity in found.items() if severity > Severity.OK}
