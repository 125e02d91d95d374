"""HTTP: does a page answer, as expected, and how fast; and how long its certificate lasts."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import httpx

from collectors import certificate
from collectors.fetch import Fetcher, note_certificate, pieces, refusal_of, told
from collectors.names import resolve
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
        self._fetcher = Fetcher(self._wanted.values())

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Write the status as soon as it comes, then ``http_time``, ``http_bytes`` and ``http_match``.

        ``http_time`` runs from the connecting to the end of what is read. ``http_bytes`` of 65536 means that or more,
        and ``http_match`` is about these bytes. A page that does not end in time has its status, and gaps for the
        rest. A wrong status is reached all the same, and so is an https page whose certificate has expired.
        Raises CollectError where not even a status came.
        """
        wanted, page = self._wanted[target.name], _Page()
        code = seen = ""
        deadline = time.monotonic() + budget.total_seconds()
        try:
            url = httpx.URL(wanted.url)
            name = url.raw_host.decode("ascii")
            # The name is resolved here: httpx would use the loop's executor, where one hung name delays all others.
            address = await resolve(name, budget=budget.total_seconds())
            notes.facts.append(Fact("resolved_address", "", address))
            within = deadline - time.monotonic()
            async with asyncio.timeout(within):
                await self._get(wanted, address, notes, page, full=full, within=within)
        except httpx.InvalidURL as error:
            raise CollectError("malformed", clean(str(error))) from None
        except (TimeoutError, httpx.TimeoutException):
            code, seen = "timeout", f"no whole answer in {budget.total_seconds():g} s"
        except (httpx.HTTPError, OSError) as error:
            code, seen = told(error)
            if (refusal := refusal_of(error)) is not None:
                where, within = (address, url.port or 443), deadline - time.monotonic()
                await certificate.note_refused(notes, refusal, where, name, full=full, within=within)
        if not notes.reached:
            raise CollectError(code, seen)
        _write(notes, wanted, page, code, seen)

    async def close(self) -> None:
        """Give back the connections."""
        await self._fetcher.close()

    async def _get(
        self, wanted: HttpTarget, address: str, notes: Notes, page: _Page, *, full: bool, within: float
    ) -> None:
        began = time.monotonic()
        async with self._fetcher.stream(wanted, address, {}, within=within) as answer:
            notes.reached = True
            notes.add(Reading("http_status", "", answer.status_code, "1"))
            notes.add(Reading("http_status_good", "", int(answer.status_code in wanted.status), "bool"))
            if "server" in answer.headers:
                notes.facts.append(Fact("server", "", clean(answer.headers["server"])))
            note_certificate(notes, answer, full=full)
            async with aclosing(pieces(answer)) as chunks:
                async for chunk in chunks:
                    page.content += chunk[: BODY_MOST - len(page.content)]
                    if len(page.content) >= BODY_MOST:
                        break
            page.took = time.monotonic() - began


def _write(notes: Notes, wanted: HttpTarget, page: _Page, code: str, seen: str) -> None:
    if not any(reading.parameter == "http_status" for reading in notes.readings):
        notes.gaps.append(Gap("http_status", "", code, seen))
    if page.took is not None:
        notes.add(Reading("http_time", "", page.took, "s"))
        notes.add(Reading("http_bytes", "", len(page.content), "B"))
    else:
        notes.gaps += [Gap("http_time", "", code, seen), Gap("http_bytes", "", code, seen)]
    if not wanted.contains:
        return
    # The page's own word on its encoding is not asked: these two cover what is met, and ASCII is the same in both.
    found = any(wanted.contains.encode(codec) in page.content for codec in _CODECS)
    if found or page.took is not None:
        notes.add(Reading("http_match", "", int(found), "bool"))
    else:
        notes.gaps.append(Gap("http_match", "", code, seen))
