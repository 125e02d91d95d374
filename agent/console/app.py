"""The console as a whole: its pages, who may ask for them, and what is said when something fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from agent.console import hooks, link, round, sheet, tonight
from agent.console.doors import Doors
from agent.console.headers import SECURITY, SecurityHeaders
from agent.console.render import error_page, open_templates
from agent.services.overview import Reader

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""The names under which the console answers; a page elsewhere cannot rebind a name of its own to this machine."""


def create_app(reader: Reader, language: str, hosts: Sequence[str] = LOOPBACK, doors: Doors | None = None) -> Starlette:
    """Return the console, which reads through ``reader`` and speaks ``language`` to who asks for no other.

    ``doors`` are those without a sign-in: links in messages, hooks of other programs; without them they stay shut.
    """
    app = Starlette(
        routes=[
            Route("/", tonight.show),
            Route("/rounds/{number}", round.show),
            Route("/rounds/{number}/{target:path}", sheet.show),
            *hooks.ROUTES,
            *link.ROUTES,
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    app.state.reader = reader
    app.state.doors = doors
    app.state.language = language
    app.state.templates = open_templates()
    return app


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return error_page(request, status, "not_found" if status == 404 else "method")


def _failed(request: Request, error: Exception) -> Response:
    # This answer is made outside of every middleware, so it brings its headers itself. The server logs the traceback.
    response = error_page(request, 500, "failed")
    response.headers.update(SECURITY)
    return response
