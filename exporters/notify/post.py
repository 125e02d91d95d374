"""One HTTP request to a messenger: pinned to one address, without redirects, bounded in length and time."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

import httpx

from config.secret import Secret
from duty.errors import NotifyError, SettingsError
from exporters.notify.addresses import look_up, resolve
from exporters.notify.aside import Aside
from exporters.words.shown import shown

REPLY_MOST: Final = 64 * 1024
CONNECT_S: Final = 5.0
_HEADERS: Final = {
    "User-Agent": "nightduty",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "Content-Type": "application/json",
}
_SEEN_MOST: Final = 200
_LONGEST_WAIT_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Reply:
    """What a messenger answered. ``body`` holds at most REPLY_MOST bytes, and is empty where nobody asked for it."""

    status: int
    reason: str
    retry_after: timedelta | None
    body: bytes

    def document(self) -> dict[str, Any]:
        """Return the body as keys with values; empty where it is none: the page of a portal in between, say."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}


class Post:
    """Sends requests for one channel.

    ``private`` allows loopback and private addresses. The name is resolved here and the connection made to what was
    found, so that it cannot lead elsewhere between the look and the connecting.
    """

    def __init__(self, *, private: bool, look: Callable[[str], list[str]] = look_up) -> None:
        self._private = private
        self._look = look
        self._aside = Aside()
        # The transport, not the client: it follows no redirect, keeps no cookie, and does not log the URL of each
        # request with the token in it.
        self._transport = httpx.AsyncHTTPTransport(
            verify=ssl.create_default_context(),
            trust_env=False,
            # A connection is never used twice: the pool knows them by address, not by the name it was checked for.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def send(
        self,
        url: str,
        content: bytes,
        *,
        deadline: timedelta,
        headers: Mapping[str, str] | None = None,
        read: bool = True,
    ) -> Reply:
        """Post ``content``, or get the page where there is none, and return the answer. Raises NotifyError.

        With ``read``, a status of 2xx is no answer yet: the body must come whole within the deadline. What was sent
        without an answer may have been accepted, and is an error that can be sent again with its key.
        """
        seconds, target = deadline.total_seconds(), parsed(url)
        try:
            async with asyncio.timeout(seconds):
                found = await resolve(
                    target.raw_host.decode("ascii"), self._aside, private=self._private, within=seconds, look=self._look
                )
                return await self._first(target, found, content, headers or {}, read)
        except TimeoutError:
            raise NotifyError("timeout", f"no whole answer in {seconds:g} s") from None
        except (httpx.HTTPError, OSError) as error:
            # Its words are not passed on: httpx names the URL in some of them, and the URL holds the token.
            raise _told(error) from None

    async def close(self) -> None:
        """Give back the connections."""
        await self._transport.aclose()

    async def _first(
        self, target: httpx.URL, found: list[str], content: bytes, headers: Mapping[str, str], read: bool
    ) -> Reply:
        """Send to the first address that a connection can be made to; nothing was sent to one that failed so."""
        for address in found[:-1]:
            try:
                return await self._once(target, address, content, headers, read)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._once(target, found[-1], content, headers, read)

    async def _once(
        self, target: httpx.URL, address: str, content: bytes, headers: Mapping[str, str], read: bool
    ) -> Reply:
        request = httpx.Request(
            "POST" if content else "GET",
            target.copy_with(host=address),
            content=content or None,
            headers=_HEADERS | {"Host": target.netloc.decode("ascii")} | dict(headers),
            # The deadline covers the rest.
            extensions={"sni_hostname": target.raw_host.decode("ascii"), "timeout": {"connect": CONNECT_S}},
        )
        answer = await self._transport.handle_async_request(request)
        try:
            body = await _body(answer) if read else b""
        finally:
            await answer.aclose()
        return Reply(answer.status_code, answer.reason_phrase, _wait(answer.headers.get("retry-after", "")), body)


async def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    # It is a generator indeed, and closing it here ends the connection of an answer that we cut.
    async with aclosing(cast(AsyncGenerator[bytes, None], answer.aiter_raw())) as chunks:
        async for chunk in chunks:
            body += chunk[: REPLY_MOST + 1 - len(body)]
            if len(body) > REPLY_MOST:
                raise NotifyError("not_understood", f"{answer.status_code}, and more than {REPLY_MOST} bytes")
            # An answer in chunks of one byte is parsed from one network read without a pause: make one.
            await asyncio.sleep(0)
    return bytes(body)


def _wait(value: str) -> timedelta | None:
    """Read a Retry-After in seconds; a date is not honoured, for it is by the other side's clock."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return timedelta(seconds=min(int(value), _LONGEST_WAIT_S))
    return None


def judge_status(reply: Reply) -> None:
    """Take any status of 2xx. Raises NotifyError for the others: what the server cannot do now, or will not do."""
    seen = f"{reply.status} {shown(reply.reason, 60)}".strip()
    if 200 <= reply.status < 300:
        return
    if reply.status == 429:
        raise NotifyError("rate_limited", seen, retry_after=reply.retry_after or timedelta(minutes=1))
    if reply.status >= 500 or reply.status in (408, 425):
        raise NotifyError("busy", seen, retry_after=reply.retry_after)
    # A redirect too: following it would hand the message and its token to whoever the answer names.
    raise NotifyError("refused", seen, permanent=True)


def parsed(url: str) -> httpx.URL:
    """Return the parts of a URL. Raises NotifyError for what is none, without repeating it."""
    try:
        target = httpx.URL(url)
        if target.scheme in ("http", "https") and target.raw_host and target.port != 0:
            return target
    except (httpx.InvalidURL, ValueError):
        pass
    raise NotifyError("address_wrong", "not an http or https URL", permanent=True)


def reveal(secret: Secret) -> str:
    """Return a secret. Raises NotifyError, which says where it should be and not what it is."""
    try:
        return secret.reveal()
    except SettingsError as error:
        raise NotifyError("secret_missing", error.problems[0].what, permanent=True) from None


def scrubbed(text: object, *secrets: str) -> str:
    """Return what a messenger said on one line, bounded, with our secrets taken out: some repeat them."""
    words = str(text)
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        words = words.replace(secret, "***")
    return shown(words, _SEEN_MOST).strip()


def _told(error: httpx.HTTPError | OSError) -> NotifyError:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return NotifyError("tls_failed", shown(cause.verify_message, _SEEN_MOST))
        if isinstance(cause, ssl.SSLError):
            return NotifyError("tls_failed", shown(cause.reason or "", _SEEN_MOST))
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        words = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
        return NotifyError("unreachable", shown(words[-1] if words else "no connection", _SEEN_MOST))
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError | OSError):
        return NotifyError("no_answer", "the connection broke before the answer")
    return NotifyError("not_understood", type(error).__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
