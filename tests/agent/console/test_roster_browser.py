"""The roster in a real Chromium: it fits a telephone, a gap is filled by thumb, nothing serious stands against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from agent.services.overview import Reader
from agent.services.watch_self import watch_self
from agent.store import shifts
from duty.own_alerts import Condition
from duty.people import Post
from duty.roster import AHEAD, Shift, on_duty
from tests.agent.console import trouble
from tests.agent.console.desk import Desk
from tests.agent.console.test_browser import ARGUMENTS, CHROMIUM, SCREENSHOTS, SIZES, served
from tests.agent.console.test_roster_pages import TWO

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
def gaps(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nights with nobody: the next one, and one of which the second half is lina's."""
    monkeypatch.setattr(trouble, "SETTINGS", TWO)
    trouble.move_in(desk)
    desk.account("lei", Post.MANAGER, person="zhaolei")
    now, store = desk.clock.now(), desk.station.store
    found = [s for s in store.read_now(shifts.shifts_between, now, now + AHEAD) if s.post is Post.TECHNICIAN]
    store.write_now(shifts.change_shift, found[1], None)
    half = found[3].begin + timedelta(hours=6)
    store.write_now(shifts.change_shift, found[3], Shift("hz1", Post.TECHNICIAN, "lina", half, found[3].end))
    store.write_now(watch_self, desk.station.orders, Condition(), now)
    return desk


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("zh", "dark"), ("en", "light")])
def test_a_gap_is_filled_and_every_page_on_the_way_fits(
    gaps: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    width, height = SIZES[size]
    complaints: list[str] = []
    with served(gaps, house(6)) as address:
        context = browser.new_context(viewport={"width": width, "height": height}, has_touch=size == "phone")
        cookies = {"nightduty": gaps.session("lei")[0], "lang": language}
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

        page.goto(f"{address}/roster?lang={language}")
        look("roster")
        for entry in page.locator(".entry").all() if size == "phone" else []:
            box = entry.bounding_box()
            assert box is not None
            assert box["height"] >= 44
        page.locator(".entry:not(.empty-post)").first.click()
        look("roster-shift")
        page.locator("form[action='/roster/withdraw'] button").click()
        page.wait_for_url("**/roster/withdraw")
        look("roster-refused")
        page.goto(f"{address}/alerts/1")
        look("alert-gap")
        page.locator("a.act.main.big").click()
        page.wait_for_url("**/roster?*")
        look("roster-gap")
        page.locator("form[action='/roster/put'] select").select_option("lina")
        page.locator("form[action='/roster/put'] button").click()
        page.wait_for_url("**done=put*")
        look("roster-done")
        context.close()
    now = gaps.clock.now()
    found = gaps.station.store.read_now(shifts.shifts_between, now, now + AHEAD)
    assert on_duty(found, "hz1", Post.TECHNICIAN, now + timedelta(hours=18)) == ("lina",)
    assert [c for c in complaints if "409" not in c] == []
