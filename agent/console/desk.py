"""Whose name is on what a page does, and where the reader comes back to after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.console.alert_lines import LONGEST_NUMBER
from agent.console.guard import Visitor
from agent.console.office import Office
from agent.services.take import LONGEST_WORD
from exporters.words import Say, shown

LONGEST_BACK = 500
SAID: Final = ("done", "n", "count")
"""What an address says of the last thing that was done."""


class Refused(Exception):
    """What somebody asked for was not done; ``code`` is said on the page, under ``desk.refused``."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields


def office_of(request: Request) -> Office:
    """Return what the pages work with."""
    office: Office = request.app.state.office
    return office


def reader_of(request: Request) -> Visitor:
    """Return who reads."""
    visitor: Visitor = request.state.visitor
    return visitor


def me(request: Request) -> str:
    """Return in whose name the reader acts."""
    visitor = reader_of(request)
    return visitor.person or visitor.account


def asker(request: Request) -> str:
    """Return the account that acts where it is another name than that of the person, "" where it is the same."""
    visitor = reader_of(request)
    return visitor.account if visitor.person else ""


def number_in(request: Request) -> int:
    """Return the number in the address. HTTPException where it is none."""
    text = str(request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise HTTPException(404)
    return int(text)


def word_in(form: Mapping[str, str], name: str = "word") -> str:
    """Return what somebody wrote: one line, cleaned, and not longer than the record keeps."""
    return shown(" ".join(form.get(name, "").split()), LONGEST_WORD).strip()


def here(request: Request) -> str:
    """Return the address of this page without what was said of the last thing done: where a form leads back to."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in SAID]
    address = request.url.path + ("?" + urlencode(kept) if kept else "")
    return address if len(address) <= LONGEST_BACK else request.url.path


def back(form: Mapping[str, str], default: str, **said: object) -> Response:
    """Lead back to the page where the form stood, and say there what was done; only to a page on alerts of ours."""
    parts = urlsplit(form.get("back", "")[:LONGEST_BACK])
    own = not parts.scheme and not parts.netloc and (parts.path in ("/", "/alerts") or parts.path == default)
    path, query = (parts.path, parts.query) if own else (default, "")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in SAID]
    kept += [(name, str(value)) for name, value in said.items()]
    return RedirectResponse(path + ("?" + urlencode(kept) if kept else ""), 303)


def known(code: str, otherwise: str, say: Say) -> str:
    """Say a code, or what it is about where there are no words for it: a channel's answer may be anything."""
    return say(code) if code in say else shown(otherwise, 60)
