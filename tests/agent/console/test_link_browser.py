"""The page behind a link in a real Chromium, on a telephone: pressed by a thumb, read by whoever cannot see it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from agent.listen import bind
from agent.services.links import Links
from agent.services.take_in import take_in
from agent.store import alerts
from tests.agent.console.browsing import IN_CHROMIUM, SCREENSHOTS
from tests.agent.console.doorstep import KEY, Doorstep, standing
from tests.agent.console.test_alertmanager import one

pytestmark = IN_CHROMIUM


class Served:
    """The doorstep, served by a loop of its own, for the browser's driver has the one of this thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.address = ""
        self.at: Doorstep

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def __enter__(self) -> Served:
        self._thread.start()
        self.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self.run(self._serving_ended())
        self.run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _open(self) -> None:
        self.at = await self._stack.enter_async_context(standing(self._folder))
        sock = bind("127.0.0.1:0")
        self.address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        self.at.station.links = Links(KEY, self.address, self.at.station.orders.agent)
        self._server = uvicorn.Server(uvicorn.Config(self.at.app, log_config=None, lifespan="off"))
        self._serving = asyncio.create_task(self._server.serve(sockets=[sock]))

    async def _serving_ended(self) -> None:
        await self._serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path) as served:
        yield served


@contextmanager
def phone(browser: Browser, scheme: Literal["light", "dark"]) -> Iterator[tuple[Page, list[str]]]:
    """Open a page on a telephone where nobody is signed in, and yield it with what the browser complains of."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, complaints
    finally:
        context.close()


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
def test_one_press_on_a_telephone_takes_it(
    browser: Browser, served: Served, language: str, scheme: Literal["light", "dark"]
) -> None:
    served.run(take_in(served.at.station, [one(summary="根分区已用 96%,预计 2 小时后写满")]))
    served.run(served.at.tell())
    url = served.at.station.links.personal(1, "jia", served.at.clock.now()) if served.at.station.links else ""
    with phone(browser, scheme) as (page, complaints):
        page.goto(f"{url}?lang={language}")
        button = page.get_by_role("button", name={"zh": "认领", "en": "Take it"}[language], exact=True)
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= 740, "it is seen without scrolling"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert Axe().run(page).response["violations"] == []
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"link-{language}-{scheme}.png")
        button.click()
        page.wait_for_url(f"{url}?lang={language}")
        assert served.run(served.at.alert()).taken_by == "jia"
        page.screenshot(path=SCREENSHOTS / f"link-taken-{language}-{scheme}.png")
        assert Axe().run(page).response["violations"] == []
        assert complaints == []


def test_a_link_that_opens_nothing_says_what_to_do(browser: Browser, served: Served) -> None:
    with phone(browser, "light") as (page, _):
        page.goto(f"{served.address}/l/none?lang=zh")
        assert "链接无效" in page.inner_text("h1")
        assert Axe().run(page).response["violations"] == []
    assert served.run(served.at.station.store.read(alerts.open_alerts)) == []
