"""In which language a reader is spoken to."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from exporters.words import LANGUAGES

COOKIE = "lang"
_YEAR_S = 365 * 24 * 3600


def asked_for(request: Request) -> str | None:
    """Return the language that the address asks for by ``?lang=``, or None."""
    language = request.query_params.get(COOKIE, "")
    return language if language in LANGUAGES else None


def choose(request: Request, default: str) -> str:
    """Choose what the address asks for, else the last choice, else what the browser prefers, else ``default``."""
    kept = request.cookies.get(COOKIE, "")
    if language := asked_for(request):
        return language
    if kept in LANGUAGES:
        return kept
    return _preferred(request.headers.get("accept-language", "")) or default


def remember(response: Response, language: str) -> None:
    """Keep the choice; it is a preference and nothing secret."""
    response.set_cookie(COOKIE, language, max_age=_YEAR_S, samesite="lax", httponly=True)


def _preferred(header: str) -> str | None:
    """Return the language that an Accept-Language header weighs most among those that we speak."""
    best: tuple[float, str] | None = None
    for part in header.split(",")[:20]:
        name, _, weight = part.strip().partition(";q=")
        language = name.split("-")[0].strip().lower()
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if language in LANGUAGES and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None
