"""The pages in a real Chromium: nothing in its console, nothing wider than a telephone, every cell within reach."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog

from agent.services.overview import Reader
from duty.people import Post
from tests.agent.console.browsing import IN_CHROMIUM, SCREENSHOTS, SIZES, WAYS, opened, served
from tests.agent.console.desk import PASSWORD, Desk

Build = Callable[..., Reader]

pytestmark = IN_CHROMIUM


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
@pytest.mark.parametrize(
    ("name", "targets", "path"),
    [
        pytest.param("tonight", 6, "/", id="tonight"),
        pytest.param("tonight-1000", 1000, "/", id="a thousand targets"),
        pytest.param("wall", 6, "/?wall", id="the wall"),
        pytest.param("round", 6, "/rounds/24", id="a round"),
        pytest.param("sheet", 6, "/rounds/24/HZ1-CORE-01", id="a sheet"),
        pytest.param("empty", 0, "/", id="an empty house"),
    ],
)
def test_a_page_fits_and_the_browser_has_nothing_to_complain_of(
    desk: Desk,
    browser: Browser,
    house: Build,
    name: str,
    targets: int,
    path: str,
    language: str,
    scheme: str,
    size: str,
) -> None:
    with served(desk, house(targets)) as address, opened(desk, browser, size, scheme) as (page, complaints):
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{language}-{scheme}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert complaints == []


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_the_pages_of_signing_in_fit(
    desk: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    desk.account("admin", Post.ADMINISTRATOR, must_change=True)
    desk.door.first_password("admin").write_text("never shown")
    with served(desk, house()) as address, opened(desk, browser, size, scheme, account="") as (page, complaints):

        def take(name: str) -> None:
            page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{language}-{scheme}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            low = "[...document.querySelectorAll('main :is(input:not([type=hidden], .unseen), button)')]"
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
            assert not found.response["violations"], found.generate_report()
            assert page.evaluate(f"{low}.every((e) => e.getBoundingClientRect().height >= 44)")

        SCREENSHOTS.mkdir(exist_ok=True)
        page.goto(f"{address}/rounds/24?lang={language}")
        page.locator("#name:focus").wait_for()
        take("sign-in")
        page.keyboard.type("wangfang")
        page.keyboard.press("Tab")
        page.keyboard.type("wrong password")
        page.keyboard.press("Enter")
        page.locator(".refused").wait_for()
        page.locator("#password:focus").wait_for()
        take("sign-in-refused")
        assert complaints.pop().startswith("Failed to load resource: the server responded with a status of 403")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("[0-9]/rounds/24"))
        page.goto(f"{address}/password")
        take("password")
        page.locator("form.inline button").click()
        page.wait_for_url("**/sign-in")
        assert complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_hostile_names_do_nothing_and_break_no_page(
    desk: Desk, browser: Browser, house: Build, hostile_words: tuple[str, ...], size: str
) -> None:
    with served(desk, house(14, hostile=True)) as address, opened(desk, browser, size) as (page, complaints):
        dialogs: list[str] = []

        def dismiss(dialog: Dialog) -> None:
            dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)
        for path in ("/", "/rounds/24"):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        for word in hostile_words[:6]:
            page.goto(f"{address}/rounds/24")
            page.locator(".wrong th a").get_by_text(word, exact=True).click()
            # Whole: before its style has come a page is as wide as its words.
            page.wait_for_url("**/rounds/24/*")
            assert page.locator("h1").inner_text().startswith("★ " + word)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert (complaints, dialogs) == ([], [])


def test_the_keyboard_reaches_a_cell_and_moves_in_the_grid(desk: Desk, browser: Browser, house: Build) -> None:
    with served(desk, house()) as address, opened(desk, browser) as (page, _):
        page.goto(address)
        presses = 0
        while not page.evaluate("!!document.activeElement.closest('.grid tbody td')"):
            page.keyboard.press("Tab")
            presses += 1
            assert presses < 60
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/rounds/24/HZ1-ACC-31"
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        # Over the round that was missed, which has no sheet to open.
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/rounds/18/HZ1-ACC-31"
        page.keyboard.press("Enter")
        page.wait_for_url("**/rounds/18/HZ1-ACC-31")


def test_the_grid_refreshes_without_losing_the_readers_place(desk: Desk, browser: Browser, house: Build) -> None:
    reader = house()
    with served(desk, reader) as address, opened(desk, browser, "phone") as (page, complaints):
        page.clock.install()
        page.goto(address)
        cell = page.locator("a[href='/rounds/20/HZ1-DB-01']")
        cell.focus()
        before = page.evaluate("[document.querySelector('.scroll').scrollLeft, scrollY]")
        cells = getattr(reader, "board").cells  # noqa: B009 the fake's own, not part of the port
        cells[24] = {**cells[24], "HZ1-FW-01": type(cells[24]["HZ1-FW-01"]).NOT_REACHED}
        page.clock.run_for(21_000)
        page.locator("td.not_reached a[href='/rounds/24/HZ1-FW-01']").wait_for()
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/rounds/20/HZ1-DB-01"
        assert page.evaluate("[document.querySelector('.scroll').scrollLeft, scrollY]") == before
        assert before[0] > 0
        assert complaints == []


def test_a_page_whose_agent_went_away_says_that_it_is_old(desk: Desk, browser: Browser, house: Build) -> None:
    reader = house()
    with opened(desk, browser) as (page, _):
        page.clock.install()
        with served(desk, reader) as address:
            page.goto(address)
            assert page.locator("#stale p").is_hidden()
        page.clock.run_for(21_000)
        page.locator("#stale p").wait_for(state="visible")
        assert "as of Tue 24 Nov 03:12" in page.locator("#stale").inner_text()


def test_the_dark_room_is_dark_and_paper_is_white(desk: Desk, browser: Browser, house: Build) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with served(desk, house()) as address, opened(desk, browser, scheme="dark") as (page, _):
        page.goto(address)
        assert page.evaluate(ground) == "rgb(17, 19, 21)"
        page.emulate_media(media="print")
        assert page.evaluate(ground) == "rgb(255, 255, 255)"
