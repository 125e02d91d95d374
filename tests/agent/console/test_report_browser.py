"""The monthly report in a real Chromium: it fits a telephone, its figures lead to evidence, nothing serious stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from agent.services.overview import Reader
from tests.agent.console import month
from tests.agent.console.browsing import IN_CHROMIUM, SCREENSHOTS, WAYS, look, opened, served
from tests.agent.console.desk import Desk, standing
from tests.agent.console.month import END, HOUR

Build = Callable[..., Reader]

pytestmark = [*IN_CHROMIUM, pytest.mark.soak, pytest.mark.xdist_group("browser")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with standing(tmp_path, END + 2 * HOUR) as desk:
        month.move_in(desk)
        yield desk


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_a_manager_opens_the_month_and_its_worst_failure(
    desk: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    with served(desk, house(6)) as address, opened(desk, browser, size, scheme, "lei") as (page, complaints):

        def seen(name: str) -> None:
            look(page, name, size, language, scheme)

        page.goto(f"{address}/reports?lang={language}")
        seen("reports")
        page.locator("a[href='/reports/hz1/2026-11']").first.click()
        page.wait_for_url("**/reports/hz1/2026-11")
        seen("report")
        assert page.locator(".plot-bar.lost").count() == 2
        page.locator("a[href='/alerts/1']").first.click()
        page.wait_for_url("**/alerts/1")
        assert "HZ1-CORE-01" in page.locator("main").inner_text()
    assert complaints == []
