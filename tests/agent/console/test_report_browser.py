"""The monthly report in a real Chromium: it fits a telephone, its figures lead to evidence, nothing serious stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from agent.services.overview import Reader
from tests.agent.console import month
from tests.agent.console.desk import Desk, standing
from tests.agent.console.month import END, HOUR
from tests.agent.console.test_browser import ARGUMENTS, CHROMIUM, SCREENSHOTS, SIZES, opened, served

Build = Callable[..., Reader]

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


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with standing(tmp_path, END + 2 * HOUR) as desk:
        month.move_in(desk)
        yield desk


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
def test_a_manager_opens_the_month_and_its_worst_failure(
    desk: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    with served(desk, house(6)) as address, opened(desk, browser, size, scheme, "lei") as (page, complaints):

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

        page.goto(f"{address}/reports?lang={language}")
        look("reports")
        page.locator("a[href='/reports/hz1/2026-11']").first.click()
        page.wait_for_url("**/reports/hz1/2026-11")
        look("report")
        assert page.locator(".plot-bar.lost").count() == 2
        page.locator("a[href='/alerts/1']").first.click()
        page.wait_for_url("**/alerts/1")
        assert "HZ1-CORE-01" in page.locator("main").inner_text()
    assert complaints == []
