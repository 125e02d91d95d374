"""The files that were left with an incident, as they were left."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console.alert_lines import LONGEST_NUMBER
from agent.console.desk import number_in, office_of
from agent.services.incident_board import read_file
from duty.errors import NotFound


async def give(request: Request) -> Response:
    """Give a file with its true type; a browser shows pictures only, anything else is put away."""
    text = str(request.path_params["file"])
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise HTTPException(404)
    try:
        name, media, body = await read_file(office_of(request).station, number_in(request), int(text))
    except NotFound:
        raise HTTPException(404) from None
    how = "inline" if media.startswith("image/") else "attachment"
    kind = f"{media}; charset=utf-8" if media.startswith("text/") else media
    named = f"{how}; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    # What was left never changes: a page that is refreshed need not fetch its pictures anew.
    headers = {"content-disposition": named, "cache-control": "private, max-age=86400, immutable"}
    return Response(body, media_type=kind, headers=headers)
