"""The change of shift in a real Chromium: three people sign one form, on a telephone and at a desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from agent.services.overview import Reader
from agent.store import forms
from duty.handover import FormState
from duty.signing import CHECKS
from tests.agent.console import change, trouble
from tests.agent.console.desk import PASSWORD, Desk
from tests.agent.console.test_browser import ARGUMENTS, CHROMIUM, SCREENSHOTS, SIZES, served

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
def morning(desk: Desk) -> Desk:
    """07:45 after a bad night."""
    change.move_in(desk)
    trouble.night(desk)
    change.due(desk)
    return desk


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("zh", "dark"), ("en", "light")])
def test_three_people_sign_one_form(
    morning: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    width, height = SIZES[size]
    complaints: list[str] = []

    def look(page: Page, name: str) -> None:
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{language}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        found: list[dict[str, Any]] = Axe().run(page).response["violations"]
        grave = [
            (name, v["id"], [n["html"][:200] for n in v["nodes"][:3]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert grave == []

    with served(morning, house(6)) as address:

        def of(account: str) -> Page:
            context = browser.new_context(viewport={"width": width, "height": height}, has_touch=size == "phone")
            cookies = {"nightduty": morning.session(account)[0], "lang": language}
            context.add_cookies(
                [{"name": n, "value": v, "domain": "127.0.0.1", "path": "/"} for n, v in cookies.items()]
            )
            page = context.new_page()
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{address}/handover/1?lang={language}")
            return page

        fang = of("fang")
        look(fang, "handover-draft")
        fang.goto(f"{address}/handover")
        look(fang, "handovers")
        fang.goto(f"{address}/handover/1")
        fang.fill("[name=heads_up_1]", "3 号电梯停用")
        fang.click("#fill button")
        fang.wait_for_url("**done=filled*")
        fang.fill("[name=password]", PASSWORD)
        fang.click("#sign button")
        fang.wait_for_url("**done=signed*")
        look(fang, "handover-signed")
        na = of("na")
        na.click("form[action$='/arrive'] button")
        na.wait_for_url("**done=arrived*")
        for check in CHECKS:
            na.check(f"[name={check}]")
        na.fill("[name=password]", PASSWORD)
        na.click("#sign button")
        na.wait_for_selector("[role=alert]")
        look(na, "handover-refused")
        na.check("[name=major]")
        na.fill("[name=reason]", "已连续值班 20 小时")
        na.fill("[name=password]", PASSWORD)
        na.click("#sign button")
        na.wait_for_url("**done=signed*")
        lei = of("lei")
        look(lei, "handover-review")
        lei.check("[value=with_faults]")
        lei.fill("[name=due]", "2026-11-24T18:00")
        lei.fill("[name=reason]", "备件在途")
        lei.fill("[name=password]", PASSWORD)
        lei.click("#sign button")
        lei.wait_for_url("**done=signed*")
        look(lei, "handover-closed")
    form = morning.station.store.read_now(forms.get_form, 1)
    assert form.state is FormState.CLOSED
    assert [c for c in complaints if "409" not in c] == []
