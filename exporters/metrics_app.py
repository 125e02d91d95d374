"""The pages that machines read: /metrics for Prometheus, /healthz for whoever asks whether the agent works."""

from __future__ import annotations

import asyncio
import hmac
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporters.own_health import STALLED, Health, OwnMetrics, stalled
from exporters.prometheus import Picture, render

if TYPE_CHECKING:
    from zlib import _Compress  # typeshed's name; at run time the type has none that can be imported

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class _Print:
    """One rendered picture: the text, and its gzip form with the packer that can still take the rest of the page."""

    text: bytes
    packed: bytes
    packer: _Compress

    def gzip(self, rest: bytes) -> bytes:
        packer = self.packer.copy()
        return self.packed + packer.compress(rest) + packer.flush()


def _print(text: bytes) -> _Print:
    # Level 1: nine tenths of the effect of level 9 for a fraction of the time. 31 asks for the frame of gzip.
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return _Print(text, packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH), packer)


def _draw(picture: Picture) -> _Print:
    return _print(render(picture))


class MetricsPage:
    """Keeps the text of the last picture, plain and packed, so that a scrape only copies it."""

    def __init__(self) -> None:
        self._last = _print(b"")
        self._next: Picture | None = None
        self._busy = False

    async def show(self, picture: Picture) -> None:
        """Render the picture in a thread and show it from then on.

        While one is being rendered, only the newest of those that come in is kept for after it. When rendering fails,
        the page keeps what it has, and ``nightduty_picture_timestamp_seconds`` tells its age.
        """
        self._next = picture
        if self._busy:
            return
        self._busy = True
        try:
            while (newest := self._next) is not None:
                self._next = None
                self._last = await asyncio.to_thread(_draw, newest)
        finally:
            self._busy = False

    def text(self, rest: bytes = b"") -> bytes:
        """Return the page with ``rest`` at its end."""
        return self._last.text + rest

    def gzip(self, rest: bytes = b"") -> bytes:
        """Return the same as one gzip stream; only ``rest`` is compressed now."""
        return self._last.gzip(rest)


def metrics_app(
    page: MetricsPage, health: Callable[[], Health], token: str | None = None, *, within: timedelta = STALLED
) -> Starlette:
    """Make the application with /metrics and /healthz, and nothing else.

    With a ``token``, /metrics asks for it as a bearer token; /healthz tells nothing secret and is open. ``health`` is
    asked at each request and must not block. Raises ValueError for an empty token, which would let anyone in.
    """
    if token == "":
        raise ValueError("the bearer token of /metrics is empty: set one, or none at all")
    own = OwnMetrics(health)

    async def metrics(request: Request) -> Response:
        if token is not None and not _bears(request, token):
            return PlainTextResponse(
                "this page asks for a bearer token\n", 401, {"www-authenticate": 'Bearer realm="nightduty"'}
            )
        headers = {"content-type": TEXT_FORMAT, "vary": "accept-encoding"}
        if _takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(page.gzip(own.text()), headers=headers | {"content-encoding": "gzip"})
        return Response(page.text(own.text()), headers=headers)

    async def healthz(request: Request) -> Response:
        causes = stalled(health(), within)
        answer = {"alive": True, "working": not causes, "causes": causes}
        return JSONResponse(answer, 503 if causes else 200, {"cache-control": "no-store"})

    app = Starlette(routes=[Route("/metrics", metrics), Route("/healthz", healthz)])
    app.router.redirect_slashes = False
    return app


def _bears(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    # Starlette reads headers as latin-1; encoded back they are the bytes that were sent.
    same = hmac.compare_digest(given.strip().encode("latin-1"), token.encode())
    return same and scheme.lower() == "bearer"


def _takes_gzip(accepted: str) -> bool:
    for choice in accepted.split(","):
        coding, _, quality = choice.partition(";")
        if coding.strip().lower() == "gzip":
            return quality.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
