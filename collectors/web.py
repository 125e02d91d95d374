"""HTTP: does a page answer, as expected, and how fast."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, cast

import httpx

from collectors.names import resolve
from collectors.reach import gap_code
from collectors.text import clean
from config.schema import HttpTarget, Settings
from duty.errors import CollectError
from duty.readings import Fact, Gap, Notes, Reading
from duty.targets import Target

BODY_MOST: Final = 64 * 1024
_CODECS: Final = ("utf-8", "gb18030")


@dataclass(slots=True)
class _Page:
    """What has come of a page; ``took`` is None until there is no more to wait for."""

    content: bytearray = field(default_factory=bytearray)
    took: float | None = None


class HttpCollector:
    """Gets a page once, following no redirect, and reads no more than the first 64 kB of it."""

    def __init__(self, settings: Settings) -> None:
        """Take the pages from the HTTP targets of the settings."""
        self._wanted = {t.name: t for t in settings.targets if isinstance(t, HttpTarget)}
        self._clients = {verify: _client(verify) for verify in {t.verify for t in self._wanted.values()}}

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Write the status as soon as it comes, then ``http_time``, ``http_bytes`` and ``http_match``.

        ``http_time`` runs from the connecting to the end of what is read. ``http_bytes`` of 65536 means that or more,
        and ``http_match`` is about these bytes. A page that does not end in time has its status, and gaps for the
        rest. A wrong status is reached all the same.
        Raises CollectError where not even a status came.
        """
        wanted, page = self._wanted[target.name], _Page()
        code = seen = ""
        deadline = time.monotonic() + budget.total_seconds()
        try:
            url = httpx.URL(wanted.url)
            # The name is resolved here: httpx would use the loop's executor, where one hung name delays all others.
            address = await resolve(url.raw_host.decode("ascii"), budget=budget.total_seconds())
            notes.facts.append(Fact("resolved_address", "", address))
            async with asyncio.timeout(deadline - time.monotonic()):
                await self._get(wanted, url, address, notes, page)
        except httpx.InvalidURL as error:
            raise CollectError("malformed", clean(str(error))) from None
        except (TimeoutError, httpx.TimeoutException):
            code, seen = "timeout", f"no whole answer in {budget.total_seconds():g} s"
        except (httpx.HTTPError, OSError) as error:
            code, seen = _told(error)
        if not notes.reached:
            raise CollectError(code, seen)
        _write(notes, wanted, page, code, seen)

    async def close(self) -> None:
        """Give back the connections."""
        for client in self._clients.values():
            await client.aclose()

    async def _get(self, wanted: HttpTarget, url: httpx.URL, address: str, notes: Notes, page: _Page) -> None:
        began = time.monotonic()
        async with self._clients[wanted.verify].stream(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        ) as answer:
            notes.reached = True
            notes.readings.append(Reading("http_status", "", answer.status_code, "1"))
            notes.readings.append(Reading("http_status_good", "", int(answer.status_code in wanted.status), "bool"))
            if "server" in answer.headers:
                notes.facts.append(Fact("server", "", clean(answer.headers["server"])))
            # It is a generator indeed, and closing it here ends the connection of a page that we cut.
            async with aclosing(cast(AsyncGenerator[bytes, None], answer.aiter_raw())) as chunks:
                async for chunk in chunks:
                    page.content += chunk[: BODY_MOST - len(page.content)]
                    if len(page.content) >= BODY_MOST:
                        break
                    # A page in chunks of one byte is parsed from one network read without a pause: make one.
                    await asyncio.sleep(0)
            page.took = time.monotonic() - began


def _client(verify: bool) -> httpx.AsyncClient:
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return httpx.AsyncClient(
        verify=context,
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # noqa: S113 -- the look's own deadline covers everything, a dripping server too
        # A connection is never used twice: the pool knows them by address, and would give one whose certificate was
        # checked for one name to a page of another name.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        # Compressed pages are not asked for: 64 kB may unpack to gigabytes.
        headers={"User-Agent": "nightduty", "Accept-Encoding": "identity", "Connection": "close"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


def _told(error: httpx.HTTPError | OSError) -> tuple[str, str]:
    """Return the gap code of a failed request, and what was seen."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "tls_failed", clean(cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            return "tls_failed", clean(cause.reason or str(cause))
    if isinstance(error, httpx.ConnectError):
        for cause in causes:
            if isinstance(cause, OSError) and cause.errno is not None:
                return gap_code(cause), clean(str(cause))
    return "malformed", clean(str(error) or type(error).__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _write(notes: Notes, wanted: HttpTarget, page: _Page, code: str, seen: str) -> None:
    if page.took is not None:
        notes.readings.append(Reading("http_time", "", page.took, "s"))
        notes.readings.append(Reading("http_bytes", "", len(page.content), "B"))
    else:
        notes.gaps += [Gap("http_time", "", code, seen), Gap("http_bytes", "", code, seen)]
    if not wanted.contains:
        return
    # The page's own word on its encoding is not asked: these two cover what is met, and ASCII is the same in both.
    found = any(wanted.contains.encode(codec) in page.content for codec in _CODECS)
    if found or page.took is not None:
        notes.readings.append(Reading("http_match", "", int(found), "bool"))
    else:
        notes.gaps.append(Gap("http_match", "", code, seen))
