"""What does not go together in how the pages are reached: nobody may listen in who was not meant to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from config.mistake import Mistake
from config.schema import Settings
from config.units import is_loopback, listening


def _tls_is_whole(settings: Settings) -> Iterator[Mistake]:
    for name, page in (("metrics", settings.metrics), ("console", settings.console)):
        for key, other in (("tls_certificate", "tls_key"), ("tls_key", "tls_certificate")):
            if getattr(page, key) is not None and getattr(page, other) is None:
                yield Mistake((name, key), f"{key} without {other}", "both, or neither")


def _nobody_else_listens_in(settings: Settings) -> Iterator[Mistake]:
    metrics, console = settings.metrics, settings.console
    what = "others can reach this address"
    if not is_loopback(metrics.listen) and metrics.token is None and metrics.tls_certificate is None:
        yield Mistake(("metrics", "listen"), what, "127.0.0.1, or a token, or tls_certificate and tls_key")
    if listening(metrics.listen) == listening(console.listen):
        yield Mistake(("console", "listen"), "metrics listen on the same address and port", "another port")
    if is_loopback(console.listen):
        return
    proxied = bool(console.trusted_proxies) and console.public_url is not None
    if console.tls_certificate is None and not proxied:
        expected = "127.0.0.1, or tls_certificate and tls_key, or trusted_proxies and public_url"
        yield Mistake(("console", "listen"), what, expected)
    elif console.public_url is None:
        # It would listen and answer nobody: a page elsewhere could else give this address a name of its own.
        yield Mistake(("console", "listen"), "the pages have no name for others", "public_url: and what people open")


CHECKS: Final = (_tls_is_whole, _nobody_else_listens_in)
