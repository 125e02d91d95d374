"""One page fetched once: by the resolver of ours, following no redirect, with whatever certificate it showed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Final, cast

import httpx

from collectors import certificate
from collectors.reach import gap_code
from collectors.text import clean
from config.schema import ExpositionTarget, HttpTarget
from duty.errors import CollectError
from duty.readings import Notes

Page = HttpTarget | ExpositionTarget

_CONNECT: Final = 0.45


class Fetcher:
    """Fetches pages; targets that trust the same authorities share a client. Raises nothing when it is made."""

    def __init__(self, targets: Iterable[Page]) -> None:
        self._clients: dict[tuple[bool, Path | None], httpx.AsyncClient | CollectError] = {}
        for target in targets:
            if (key := _key(target)) not in self._clients:
                self._clients[key] = _made(target)

    @asynccontextmanager
    async def stream(
        self, target: Page, address: str, headers: Mapping[str, str], *, within: float
    ) -> AsyncIterator[httpx.Response]:
        """Ask the target's URL at an address that its name was resolved to. The name is still what is verified.

        The caller keeps the deadline, for a page may drip; of its seconds ``within`` the connection has less than half,
        and so has the handshake. Raises CollectError where the target's ``ca`` cannot be read.
        """
        client = self._clients[_key(target)]
        if isinstance(client, CollectError):
            raise client
        url = httpx.URL(target.url)
        async with client.stream(
            "GET",
            url.copy_with(host=address),
            headers={"Host": url.netloc.decode("ascii"), **headers},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
            # Cancelled in a handshake, httpcore would leave the connection open for good; its own timeout closes it.
            timeout=httpx.Timeout(None, connect=_CONNECT * within),
        ) as answer:
            yield answer

    async def close(self) -> None:
        """Give back the connections."""
        for client in self._clients.values():
            if isinstance(client, httpx.AsyncClient):
                await client.aclose()


def _key(target: Page) -> tuple[bool, Path | None]:
    return target.verify, target.ca


def _made(target: Page) -> httpx.AsyncClient | CollectError:
    try:
        context = certificate.trust(verify=target.verify, ca=target.ca)
    except CollectError as error:
        return error
    return httpx.AsyncClient(
        verify=context,
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # noqa: S113 -- each request has its own
        # A connection is never used twice: the pool knows them by address, and would give one whose certificate was
        # checked for one name to a page of another name.
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        # Compressed pages are not asked for unless somebody bounds what they unpack to.
        headers={"User-Agent": "nightduty", "Accept-Encoding": "identity", "Connection": "close"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


async def pieces(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Yield the body as it comes and as it is; closing this ends the connection of a page that is cut."""
    # It is a generator indeed.
    async with aclosing(cast(AsyncGenerator[bytes, None], answer.aiter_raw())) as chunks:
        async for chunk in chunks:
            yield chunk
            # A page in chunks of one byte is parsed from one network read without a pause: make one.
            await asyncio.sleep(0)


def note_certificate(notes: Notes, answer: httpx.Response, *, full: bool) -> None:
    """Write what the certificate says that the answer came with, if any."""
    stream = answer.extensions.get("network_stream")
    der = certificate.shown_by(stream.get_extra_info("ssl_object")) if stream is not None else None
    if der:
        certificate.note(notes, der, full=full)


def refusal_of(error: Exception) -> ssl.SSLCertVerificationError | None:
    """Return what was wrong with the certificate, where that is why a request failed."""
    return next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLCertVerificationError)), None)


def told(error: httpx.HTTPError | OSError) -> tuple[str, str]:
    """Return the gap code of a failed request, and what was seen."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return "tls_failed", certificate.words(cause)
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
