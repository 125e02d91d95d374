"""A real Chromium for the tests of the pages: the console served on loopback, a page opened in it, and a look at it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from agent.services.overview import Reader
from tests.agent.console.desk import Desk

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = Path(__file__).parents[3] / "screenshots"
SIZES = {"desk": (1280, 800), "phone": (360, 740)}
WAYS = [
    ("zh", "light", "phone"),
    ("en", "light", "desk"),
    pytest.param("en", "dark", "phone", marks=pytest.mark.soak),
    pytest.param("zh", "dark", "desk", marks=pytest.mark.soak),
]
"""Language, colours and size: each of two in each of two; one of each each time, the others with what takes minutes."""
FITS = "document.documentElement.scrollWidth <= window.innerWidth"

IN_CHROMIUM = [
    pytest.mark.system,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium fonts-wqy-microhei"),
]
"""What marks a file of such tests."""


@contextmanager
def served(desk: Desk, reader: Reader) -> Iterator[str]:
    """Serve the console on a free port of loopback and yield its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(desk.app(reader), log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@contextmanager
def opened(
    desk: Desk,
    browser: Browser,
    size: str = "desk",
    scheme: str = "light",
    account: str = "wangfang",
    language: str = "",
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page, signed in unless ``account`` is "", and yield it with what the browser complains of."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=size == "phone")
    cookies = {"nightduty": desk.session(account)[0]} if account else {}
    cookies |= {"lang": language} if language else {}
    if cookies:
        context.add_cookies([{"name": n, "value": v, "domain": "127.0.0.1", "path": "/"} for n, v in cookies.items()])
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, complaints
    finally:
        context.close()


def look(page: Page, name: str, *how: str) -> None:
    """Take a picture of a page; it fits the screen, and nothing serious keeps anybody from using it."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{'-'.join((name, *how))}.png", full_page=True)
    assert page.evaluate(FITS), name
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    grave = [
        (name, v["id"], [n["html"][:200] for n in v["nodes"][:3]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert grave == []
