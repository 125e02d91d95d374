"""Pages of metrics in Prometheus' text format: node_exporter, and any program whose metrics have a map."""

from __future__ import annotations

import asyncio
import base64
import time
from contextlib import aclosing
from datetime import timedelta

import httpx

from collectors import certificate
from collectors.exposition.body import Body, Samples
from collectors.exposition.meaning import Gathered, Meaning
from collectors.fetch import Fetcher, note_certificate, pieces, refusal_of, told
from collectors.names import resolve
from collectors.text import clean
from config.exposition import load_maps
from config.schema import ExpositionTarget, Settings
from config.secret import Secret
from duty.errors import CollectError, SettingsError
from duty.readings import Fact, Gap, Notes
from duty.targets import Target

KIND = "exposition"


class ExpositionCollector:
    """Gets a page of metrics, following no redirect, and makes readings of those that the target's map knows."""

    def __init__(self, settings: Settings) -> None:
        """Take the pages from the exposition targets of the settings."""
        self._wanted = {t.name: t for t in settings.targets if isinstance(t, ExpositionTarget)}
        maps = load_maps() if self._wanted else {}
        self._meanings = {name: Meaning(maps[name]) for name in {t.map for t in self._wanted.values()}}
        self._fetcher = Fetcher(self._wanted.values())

    async def collect(self, target: Target, notes: Notes, *, budget: timedelta, full: bool) -> None:
        """Write a reading for each thing that the map knows; counters stay counters.

        A page that is cut, by its length or by the time, gives what came, and a gap for the rest. Raises CollectError
        where no sample came that the map knows: what answers there is not the exporter that the operator meant.
        """
        wanted, code, seen = self._wanted[target.name], "", ""
        deadline = time.monotonic() + budget.total_seconds()
        # A tenth is kept for what came.
        patience, page = 0.9 * budget.total_seconds(), Body("")
        try:
            url = httpx.URL(wanted.url)
            name = url.raw_host.decode("ascii")
            address = await resolve(name, budget=patience)
            notes.facts.append(Fact("resolved_address", "", address))
            within = deadline - time.monotonic() - 0.1 * budget.total_seconds()
            async with asyncio.timeout(within):
                async with self._fetcher.stream(wanted, address, _headers(wanted), within=within) as answer:
                    note_certificate(notes, answer, full=full)
                    page = _judged(answer)
                    async with aclosing(pieces(answer)) as chunks:
                        async for chunk in chunks:
                            if not page.take(chunk):
                                break
        except httpx.InvalidURL as error:
            raise CollectError("malformed", clean(str(error))) from None
        except (TimeoutError, httpx.TimeoutException):
            code, seen = "timeout", f"no whole answer in {patience:g} s"
        except (httpx.HTTPError, OSError) as error:
            code, seen = told(error)
            if (refusal := refusal_of(error)) is not None:
                where, within = (address, url.port or 443), deadline - time.monotonic()
                await certificate.note_refused(notes, refusal, where, name, full=full, within=within)
        if page.cut:
            code, seen = "row_cap", f"more than {len(page.text) - 1} bytes"
        await self._read(wanted, page, notes, (code, seen), full=full, until=deadline)

    async def close(self) -> None:
        """Give back the connections."""
        await self._fetcher.close()

    async def _read(
        self, wanted: ExpositionTarget, page: Body, notes: Notes, why: tuple[str, str], *, full: bool, until: float
    ) -> None:
        """Read what came of a page; ``why`` is why that is not all of it, or nothing."""
        meaning, (code, seen) = self._meanings[wanted.map], why
        gathered = Gathered(meaning, services=wanted.services, now=time.clock_gettime(time.CLOCK_REALTIME))
        if code:
            # The last line may be half a number.
            del page.text[page.text.rfind(b"\n") + 1 :]
        samples = Samples(page.text, meaning.metrics, until=until)
        async with aclosing(samples.read()) as found:
            async for sample in found:
                gathered.take(sample)
        if samples.short and not code:
            code, seen = samples.short, f"{samples.seen} samples"
        if not gathered.any and not notes.reached:
            raise CollectError(code or "malformed", seen or f"no sample that the map {wanted.map} knows")
        notes.reached = True
        if code:
            notes.gaps.append(Gap(KIND, "", code, seen))
        gathered.write(notes, whole=not code, full=full)


def _judged(answer: httpx.Response) -> Body:
    """Return where the body goes. Raises CollectError for an answer that is not the page."""
    if answer.status_code != httpx.codes.OK:
        refused = answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
        raise CollectError("credential_rejected" if refused else "malformed", f"status {answer.status_code}")
    return Body(answer.headers.get("content-encoding", "").strip().lower())


def _headers(wanted: ExpositionTarget) -> dict[str, str]:
    headers = {"Accept": "text/plain;version=0.0.4", "Accept-Encoding": "gzip"}
    if wanted.token is not None:
        token = _revealed(wanted.token)
        if not (token.isascii() and token.isprintable()):
            # Said by us: the library would repeat it.
            raise CollectError("credential_rejected", f"{wanted.token.reference} has characters that cannot be sent")
        headers["Authorization"] = f"Bearer {token}"
    elif wanted.password is not None:
        pair = f"{wanted.user}:{_revealed(wanted.password)}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    return headers


def _revealed(secret: Secret) -> str:
    # That it leads nowhere must call somebody, so it is no gap of our own.
    try:
        return secret.reveal()
    except SettingsError as error:
        raise CollectError("credential_rejected", clean(error.problems[0].what)) from None
