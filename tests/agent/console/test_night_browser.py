"""Reading rounds in a real Chromium: by thumb on a telephone, on a desk, on paper; nothing serious is against it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from agent.store import nights, round_reviews
from tests.agent.console import house_of_rounds
from tests.agent.console.browsing import IN_CHROMIUM, SCREENSHOTS, SIZES, WAYS, look, opened, served
from tests.agent.console.desk import Desk
from tests.agent.console.test_night_pages import NIGHT

pytestmark = [*IN_CHROMIUM, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_rounds_are_read_and_every_page_on_the_way_fits(
    desk: Desk, browser: Browser, language: str, scheme: str, size: str
) -> None:
    reader = house_of_rounds.move_in(desk)
    _, height = SIZES[size]
    with (
        served(desk, reader) as address,
        opened(desk, browser, size, scheme, "fang", language) as (page, complaints),
    ):

        def seen(name: str) -> None:
            look(page, name, size, language, scheme)

        page.goto(f"{address}/rounds/7?lang={language}")
        button = page.locator("form.read button.main")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 48
        assert box["y"] + box["height"] < height, "within reach without scrolling"
        seen("round-unread")
        button.click()
        page.wait_for_url("**done=read*")
        seen("round-read")
        page.goto(f"{address}/rounds/4")
        page.locator("form.read button.main").click()
        page.wait_for_url("**/rounds/4/read")
        seen("round-missed-refused")
        page.locator("form.read button[name=phrase]").first.click()
        page.wait_for_url("**done=read*")
        page.locator("#add-lines summary").click()
        page.locator("select[name=room]").select_option("hz1/机房A")
        page.locator("input[name='item.smell'][value=bad]").check()
        page.locator("input[name='item.cooling'][value=well]").check()
        seen("round-by-hand")
        page.locator("form.seen button.main").click()
        page.wait_for_url("**/rounds/4/lines")
        assert page.locator("input[name='item.smell'][value=bad]").is_checked(), "kept"
        page.locator("input[name='value.smell']").fill("烧焦味")
        page.locator("form.seen button.main").click()
        page.wait_for_url("**done=lines*")
        seen("round-lines")
        page.goto(f"{address}/nights")
        seen("nights")
        page.locator(".tours a").first.click()
        page.wait_for_url(f"**{NIGHT}")
        seen("night")
        if size == "desk":
            page.emulate_media(media="print")
            page.screenshot(path=SCREENSHOTS / f"night-print-{language}-{scheme}.png", full_page=True)
            page.emulate_media(media="screen")
        page.locator(".read-list button.main").click()
        page.wait_for_url("**done=well*")
        seen("night-read")
        page.goto(f"{address}/")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "Tonight"
    read = desk.station.store.read_now(nights.reads_of, range(1, 9))
    assert sorted(read) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(desk.station.store.read_now(round_reviews.lines_of, [4])[4]) == 2
    assert [c for c in complaints if "409" not in c] == []
