"""Serve an ASGI application on a socket of our own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from duty.errors import NightdutyError

log = logging.getLogger(__name__)

RETRY = 30.0
"""Seconds until a page whose port is taken is tried again."""


class _Server(uvicorn.Server):
    """uvicorn inside our process: signals are ours alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(listen: str) -> socket.socket:
    """Bind ``host:port`` before uvicorn does: its own way of saying that a port is taken ends the whole process."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, int(port)))
        sock.listen(128)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise NightdutyError(f"cannot listen on {listen}: {error.strerror}; free the port or set another") from None
    return sock


async def serve(
    name: str,
    app: ASGIApp,
    listen: str,
    certificate: Path | None = None,
    key: Path | None = None,
    proxies: Sequence[str] = (),
    *,
    failed: set[str],
) -> None:
    """Serve until cancelled. A page that cannot be served is tried again; it never ends the agent.

    Its name is in ``failed`` while it cannot be served.
    What a request says of where it comes from counts only where one of ``proxies`` has handed it on.
    """
    said = False
    while True:
        try:
            sock = bind(listen)
        except NightdutyError as error:
            if not said:
                log.error("%s page: %s; it is tried again every %d s", name, error, RETRY)
            said = True
            failed.add(name)
            await asyncio.sleep(RETRY)
            continue
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=3,
            timeout_keep_alive=15,
            limit_concurrency=256,
            h11_max_incomplete_event_size=16_384,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            # Else everything on this machine would be taken for a proxy.
            proxy_headers=bool(proxies),
            forwarded_allow_ips=list(proxies),
        )
        server = _Server(config)
        log.info("%s page listens on %s", name, listen)
        said = False
        failed.discard(name)
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        try:
            await asyncio.shield(serving)
            log.error("%s page ended by itself; it is tried again in %d s", name, RETRY)
        except asyncio.CancelledError:
            server.should_exit = True
            await serving
            raise
        except OSError as error:
            log.error("%s page ended: %s; it is tried again in %d s", name, error, RETRY)
        except Exception:
            # A defect of a page, or of what serves it, must not end the rounds.
            log.exception("%s page ended; it is tried again in %d s", name, RETRY)
        finally:
            sock.close()
        failed.add(name)
        await asyncio.sleep(RETRY)
