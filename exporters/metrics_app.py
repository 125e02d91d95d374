"""The pages that machines read: /metrics for Prometheus, /healthz for whoever asks whether the agent works."""

from __future__ import annotations

import asyncio
import hmac
import logging
import math
import zlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from duty.errors import StoreError
from exporters.own_health import STALLED, Health, OwnMetrics, stalled
from exporters.prometheus import Picture, render

if TYPE_CHECKING:
    from zlib import _Compress  # typeshed's name; at run time the type has none that can be imported

log = logging.getLogger(__name__)

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"

_GZIP: Final = 31
"""zlib's number for the largest window in the frame of gzip."""

FRESH: Final = 5.0
"""Seconds that a picture is shown: whoever asks again within them sees the same one."""

PATIENCE: Final = 5.0
"""Seconds that a scrape waits for a new picture. Prometheus gives up after 10, and would not hear how the agent is."""


@dataclass(frozen=True, slots=True)
class _Print:
    """One rendered picture as the beginning of a gzip stream, and the packer that can still take its end."""

    packed: Sequence[bytes]
    packer: _Compress

    def gzip(self, rest: bytes) -> bytes:
        packer = self.packer.copy()
        return b"".join((*self.packed, packer.compress(rest), packer.flush()))

    def text(self, rest: bytes) -> Iterator[bytes]:
        unpacker = zlib.decompressobj(_GZIP)
        yield from map(unpacker.decompress, self.packed)
        yield rest


def _print(pieces: Iterable[str]) -> _Print:
    # Level 1: nine tenths of the effect of level 9 for a fraction of the time.
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    packed = [packer.compress(piece.encode()) for piece in pieces]
    # Of a short metric the packer gives nothing yet.
    return _Print((*filter(None, packed), packer.flush(zlib.Z_FULL_FLUSH)), packer)


class MetricsPage:
    """The page about targets and rounds: taken and rendered when somebody asks for it, and kept packed.

    Of 1,000 switches the text is 80 MB, and packed 4.
    """

    def __init__(
        self, take: Callable[[], Awaitable[Picture]], *, fresh: float = FRESH, patience: float = PATIENCE
    ) -> None:
        self._take, self._fresh, self._patience = take, fresh, patience
        self._last = _print(())
        self._drawn = -math.inf
        self._drawing: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Have the page show a new picture, unless it has just got one or a new one takes too long.

        Whoever asks meanwhile waits for the same one. When it cannot be had, the page keeps the one before, and
        ``nightduty_picture_timestamp_seconds`` tells its age.
        """
        if self._drawing is None:
            if asyncio.get_running_loop().time() < self._drawn + self._fresh:
                return
            self._drawing = asyncio.create_task(self._renew())
        await asyncio.wait({self._drawing}, timeout=self._patience)

    async def _renew(self) -> None:
        try:
            # In a thread: 1,000 targets take longer than the agent's loop may stand still.
            self._last = await asyncio.to_thread(_print, render(await self._take()))
        except StoreError:
            # The page keeps what it has, and its own metrics say how old that is.
            pass
        except Exception:
            log.exception("the metrics page cannot be written; it keeps the last text")
        finally:
            self._drawn, self._drawing = asyncio.get_running_loop().time(), None

    def text(self, rest: bytes = b"") -> Iterator[bytes]:
        """Yield the page with ``rest`` at its end, a metric or a few at a time."""
        return self._last.text(rest)

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
        await page.refresh()
        headers = {"content-type": TEXT_FORMAT, "vary": "accept-encoding"}
        if _takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(page.gzip(own.text()), headers=headers | {"content-encoding": "gzip"})
        return StreamingResponse(page.text(own.text()), headers=headers)

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
