"""What a browser keeps of us: the token of a sign-in or of a screen, out of reach of scripts and of other sites."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from agent.console.office import Office

SESSION: Final = "nightduty"
SCREEN: Final = "nightduty_screen"
YEAR: Final = 365 * 24 * 3600


def read(request: Request, name: str) -> str:
    """Return the token that came with a request, "" where there is none."""
    return request.cookies.get(_full(request, name), "")


def give(request: Request, response: Response, name: str, token: str, expires: datetime | None = None) -> None:
    """Have the browser keep a token: until a moment, or for a year."""
    office: Office = request.app.state.office
    length = YEAR if expires is None else int((expires - office.station.clock.now()).total_seconds())
    _set(request, response, name, token, max(length, 0))


def take(request: Request, response: Response, name: str) -> None:
    """Have the browser forget a token."""
    _set(request, response, name, "", 0)


def over_https(request: Request) -> bool:
    """Say whether the reader came by https: to us, or to the proxy before us."""
    office: Office = request.app.state.office
    public = office.terms.secure and request.headers.get("host", "").lower() == office.terms.place
    return request.url.scheme == "https" or public


def _full(request: Request, name: str) -> str:
    # A browser takes a name that begins so over https only, from this very host only: no neighbour can plant one.
    return f"__Host-{name}" if over_https(request) else name


def _set(request: Request, response: Response, name: str, token: str, length: int) -> None:
    response.set_cookie(
        _full(request, name), token, max_age=length, path="/", secure=over_https(request), httponly=True, samesite="lax"
    )
