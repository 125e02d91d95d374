"""Reading rounds in a real Chromium: by thumb on a telephone, on a desk, on paper; nothing serious is against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from agent.store import nights, round_reviews
from tests.agent.console import house_of_rounds
from tests.agent.console.desk import Desk
from tests.agent.console.test_browser import ARGUMENTS, CHROMIUM, SCREENSHOTS, SIZES, served
from tests.agent.console.test_night_pages import NIGHT

pytestmark = [
    pytest.mark.system,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium fonts-wqy-microhei"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("zh", "dark"), ("en", "light")])
def test_rounds_are_read_and_every_page_on_the_way_fits(
    desk: Desk, browser: Browser, language: str, scheme: str, size: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    reader = house_of_rounds.move_in(desk)
    width, height = SIZES[size]
    complaints: list[str] = []
    with served(desk, reader) as address:
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=size == "phone")
        cookies = {"nightduty": desk.session("fang")[0], "lang": language}
        context.add_cookies([{"name": n, "value": v, "domain": "127.0.0.1", "path": "/"} for n, v in cookies.items()])
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def look(name: str) -> None:
            page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{language}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
            found: list[dict[str, Any]] = Axe().run(page).response["violations"]
            grave = [
                (name, v["id"], [n["html"][:200] for n in v["nodes"][:3]])
                for v in found
                if v["impact"] in ("serious", "critical")
            ]
            assert grave == []

        page.goto(f"{address}/rounds/7?lang={language}")
        button = page.locator("form.read button.main")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["y"] + box["height"] < height, "within reach without scrolling"
        look("round-unread")
        button.click()
        page.wait_for_url("**done=read*")
        look("round-read")
        page.goto(f"{address}/rounds/4")
        page.locator("form.read button.main").click()
        page.wait_for_url("**/rounds/4/read")
        look("round-missed-refused")
        page.locator("form.read button[name=phrase]").first.click()
        page.wait_for_url("**done=read*")
        page.locator("#add-lines summary").click()
        page.locator("select[name=room]").select_option("hz1/机房A")
        page.locator("input[name='item.smell'][value=bad]").check()
        page.locator("input[name='item.cooling'][value=well]").check()
        look("round-by-hand")
        page.locator("form.seen button.main").click()
        page.wait_for_url("**/rounds/4/lines")
        assert page.locator("input[name='item.smell'][value=bad]").is_checked(), "kept"
        page.locator("input[name='value.smell']").fill("烧焦味")
        page.locator("form.seen button.main").click()
        page.wait_for_url("**done=lines*")
        look("round-lines")
        page.goto(f"{address}/nights")
        look("nights")
        page.locator(".tours a").first.click()
        page.wait_for_url(f"**{NIGHT}")
        look("night")
        if size == "desk":
            page.emulate_media(media="print")
            page.screenshot(path=SCREENSHOTS / f"night-print-{language}-{scheme}.png", full_page=True)
            page.emulate_media(media="screen")
        page.locator(".read-list button.main").click()
        page.wait_for_url("**done=well*")
        look("night-read")
        page.goto(f"{address}/")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "Tonight"
        context.close()
    read = desk.station.store.read_now(nights.reads_of, range(1, 9))
    assert sorted(read) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(desk.station.store.read_now(round_reviews.lines_of, [4])[4]) == 2
    assert [c for c in complaints if "409" not in c] == []
