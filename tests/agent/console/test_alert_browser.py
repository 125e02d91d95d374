"""The pages on alerts in a real Chromium: one tap takes one, keys do what buttons do, everybody can use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from agent.services.overview import Reader
from agent.store import alerts
from duty.alerts import Alert, TakePolicy, taken
from tests.agent.console import browsing, trouble
from tests.agent.console.browsing import IN_CHROMIUM, SCREENSHOTS, SIZES, WAYS, served
from tests.agent.console.desk import PASSWORD, Desk

Build = Callable[..., Reader]

pytestmark = [*IN_CHROMIUM, pytest.mark.xdist_group("browser")]
PAGES = {
    "tonight-bad": "/",
    "wall-bad": "/?wall",
    "alerts": "/alerts",
    "alerts-all": "/alerts?show=all",
    "alert": "/alerts/1",
    "alert-taken": "/alerts/2",
    "alert-put-off": "/alerts/3",
    "alert-over": "/alerts/5",
    "silences": "/silences",
}


@pytest.fixture
def night(desk: Desk) -> Desk:
    trouble.move_in(desk)
    trouble.night(desk)
    trouble.past(desk)
    return desk


opened = partial(browsing.opened, account="fang")


def alert(desk: Desk, number: int) -> Alert:
    return desk.station.store.read_now(alerts.get_alert, number)


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_every_page_fits_and_has_nothing_serious_against_it(
    night: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    with served(night, house(6)) as address, opened(night, browser, size, scheme) as (page, complaints):
        for name, path in PAGES.items():
            page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
            page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{language}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
            for details in page.locator("details").all():
                details.evaluate("e => e.open = true")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
            found: list[dict[str, Any]] = Axe().run(page).response["violations"]
            grave = [
                (name, v["id"], [n["html"][:200] for n in v["nodes"][:3]])
                for v in found
                if v["impact"] in ("serious", "critical")
            ]
            assert grave == []
        assert complaints == []


def test_the_first_thing_on_the_phone_is_what_is_wrong_and_how_to_take_it(
    night: Desk, browser: Browser, house: Build
) -> None:
    with served(night, house(6)) as address, opened(night, browser, "phone") as (page, _):
        for path in ("/alerts", "/alerts/1", "/"):
            page.goto(address + path)
            for locator in (page.locator(".symptom").first, page.locator("form[data-key=take] button").first):
                box = locator.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] < SIZES["phone"][1], path
            button = page.locator("form[data-key=take] button").first.bounding_box()
            assert button is not None
            assert min(button["height"], button["width"]) >= 44


@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desk")])
def test_sign_in_take_note_undo_silence(night: Desk, browser: Browser, house: Build, language: str, size: str) -> None:
    width, height = SIZES[size]
    words = {"zh": ("认领", "正在处理", "撤销", "1 小时"), "en": ("Take", "Working on it", "Undo", "1 h")}[language]
    with served(night, house(6)) as address:
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.goto(f"{address}/alerts?lang={language}")
        page.locator("#name").fill("fang")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url("**/alerts*")
        page.locator("#a1").get_by_role("button", name=re.compile(words[0])).click()
        page.wait_for_url("**done=taken*")
        assert alert(night, 1).taken_by == "wangfang"
        page.get_by_role("button", name=words[1]).click()
        page.goto(f"{address}/alerts/1")
        expect(page.locator(".story")).to_contain_text(words[1])
        page.goto(f"{address}/alerts?done=taken&n=1")
        page.get_by_role("button", name=words[2]).click()
        page.wait_for_url("**done=given_back*")
        assert alert(night, 1).taken_by == ""
        page.goto(f"{address}/alerts/1")
        page.locator(".links a").last.click()
        page.wait_for_url("**/silences?*")
        page.locator("input[name=why]").fill("known")
        page.locator("#new").get_by_role("button", name=words[3], exact=True).click()
        page.wait_for_url("**done=silenced*")
        page.goto(f"{address}/alerts")
        assert page.locator("#a1 .stand").get_attribute("class") == "stand silence"
        context.close()


def test_the_keys_do_what_the_buttons_do(night: Desk, browser: Browser, house: Build) -> None:
    with served(night, house(6)) as address, opened(night, browser) as (page, complaints):
        page.goto(address + "/")
        page.keyboard.press("g")
        page.keyboard.press("a")
        page.wait_for_url("**/alerts")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("jka?gt")
        assert page.locator("#q").input_value() == "jka?gt", "while typing a key is a letter"
        page.goto(address + "/alerts")
        for _ in range(3):
            page.keyboard.press("j")
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.closest('li').id") == "a2"
        page.keyboard.press("j")
        page.keyboard.press("a")
        page.wait_for_url("**done=taken&n=6")
        assert alert(night, 6).taken_by == "wangfang"
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/alerts/1")
        page.keyboard.press("s")
        assert page.locator("#snooze").get_attribute("open") is not None
        assert page.evaluate("document.activeElement.name") == "length"
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.name") == "word"
        page.locator("h1").click()
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        page.keyboard.press("Escape")
        assert page.locator("#keys").is_hidden()
        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_url(address + "/")
        assert complaints == []


def test_a_note_that_is_being_typed_survives_the_refresh(night: Desk, browser: Browser, house: Build) -> None:
    with served(night, house(6)) as address, opened(night, browser) as (page, complaints):
        page.clock.install()
        page.goto(address + "/alerts/1")
        page.locator("input[name=word]").first.fill("half a sent")
        night.station.store.write_now(_take_by_lina)
        page.clock.run_for(21_000)
        page.locator("#case .stand.taken").wait_for()
        assert page.locator("input[name=word]").first.input_value() == "half a sent"
        assert page.evaluate("document.activeElement.name") == "word"
        assert complaints == []


def _take_by_lina(conn: Any, agent: str) -> None:
    before = alerts.get_alert(conn, agent, 1)
    after = taken(before, "lina", before.fired, TakePolicy())
    assert alerts.change_alert(conn, agent, before, after)


def test_a_new_alert_rings_once_for_who_asked_for_it(night: Desk, browser: Browser, house: Build) -> None:
    listen = """
        window.rung = 0;
        const make = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () { window.rung += 1; return make.call(this); };
    """
    with served(night, house(6)) as address, opened(night, browser) as (page, complaints):
        page.add_init_script(listen)
        page.clock.install()
        page.goto(address + "/alerts")
        assert page.title().startswith("(2)")
        page.locator("[data-ring]").click()
        assert page.evaluate("rung") == 3, "so that one hears that it is on"
        page.clock.run_for(21_000)
        assert page.evaluate("rung") == 3
        trouble.put(night, trouble.fired("HZ1-NEW-01", trouble.LOST, night.clock.now()))
        page.clock.run_for(21_000)
        page.locator("#list").get_by_text("HZ1-NEW-01").wait_for()
        assert page.evaluate("rung") == 6
        page.clock.run_for(21_000)
        assert page.evaluate("rung") == 6
        assert page.title().startswith("(3)")
        assert complaints == []


def test_who_has_not_asked_hears_nothing(night: Desk, browser: Browser, house: Build) -> None:
    with served(night, house(6)) as address, opened(night, browser) as (page, _):
        page.add_init_script("window.made = 0; window.AudioContext = class { constructor() { window.made += 1; } };")
        page.clock.install()
        page.goto(address + "/")
        trouble.put(night, trouble.fired("HZ1-NEW-01", trouble.LOST, night.clock.now()))
        page.clock.run_for(21_000)
        page.locator("#alerts").get_by_text("HZ1-NEW-01").wait_for()
        assert page.evaluate("made") == 0


def test_a_page_out_of_sight_still_counts_and_rings(night: Desk, browser: Browser, house: Build) -> None:
    hide = """
        Object.defineProperty(document, 'hidden', {value: true});
        document.dispatchEvent(new Event('visibilitychange'));
    """
    with served(night, house(6)) as address, opened(night, browser) as (page, complaints):
        page.clock.install()
        page.goto(address + "/")
        page.locator("[data-ring]").click()
        page.evaluate(hide)
        trouble.put(night, trouble.fired("HZ1-NEW-01", trouble.LOST, night.clock.now()))
        page.clock.run_for(21_000)
        page.locator("#alerts").get_by_text("HZ1-NEW-01").wait_for()
        assert page.title().startswith("(3)")
        assert complaints == []


def test_what_is_opened_stays_open_when_the_page_refreshes(night: Desk, browser: Browser, house: Build) -> None:
    with served(night, house(6)) as address, opened(night, browser) as (page, _):
        page.clock.install()
        page.goto(address + "/alerts")
        page.locator("#storm summary").click()
        trouble.put(night, trouble.fired("HZ1-NEW-01", trouble.LOST, night.clock.now()))
        page.clock.run_for(21_000)
        page.locator("#list").get_by_text("HZ1-NEW-01").wait_for()
        assert page.locator("#storm").get_attribute("open") is not None
