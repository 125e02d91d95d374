"""The pages of targets in a real Chromium: they fit, can be used by everybody, and a limit is raised by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog

from agent.services.read import LiveReader
from agent.store import traps
from duty.traps import Meaning, TrapLine
from tests.agent.console.browsing import IN_CHROMIUM, SCREENSHOTS, SIZES, WAYS, opened, served
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import Desk
from tests.agent.console.yard import CORE, NOW, yard

pytestmark = IN_CHROMIUM
VAR = "/targets/HZ1-DB-01?parameter=disk_used&instance=/var"
PAGES = {
    "targets": "/targets",
    "targets-found": "/targets?q=srv&state=ok&page=3",
    "target": "/targets/HZ1-CORE-01",
    "target-picked": VAR,
    "target-silent": "/targets/HZ1-ACC-31",
    "target-maintenance": f"/targets/{quote('HZ2/UPS 02', safe='')}?span=7d",
}
FITS = "document.documentElement.scrollWidth <= window.innerWidth"
PRESSED = "[...document.querySelectorAll('main :is(input:not([type=hidden]), select, button)')]"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, LiveReader]]:
    with yard(tmp_path_factory.mktemp("yard"), many=1000, hostile=HOSTILE, step=timedelta(minutes=15)) as made:
        lines = [
            TrapLine(
                CORE.name, "10.1.0.1", Meaning("link_down", "1.3", "XGE0/0/1"), NOW - timedelta(minutes=2), NOW, 31
            ),
            TrapLine(CORE.name, "10.9.0.1", Meaning("over_rate", ""), NOW, NOW, 18_900),
            TrapLine(CORE.name, "10.1.0.1", Meaning("", "1.3.6.1.4.1.99999" + ".4294967295" * 10), NOW, NOW),
            *(TrapLine(text, "10.1.0.1", Meaning("fan_failed", "1.3", text), NOW, NOW) for text in HOSTILE),
        ]
        made[0].station.store.write_now(traps.put_lines, [(None, line) for line in lines])
        yield made


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_targets_fits_and_can_be_used_by_everybody(
    there: tuple[Desk, LiveReader], browser: Browser, name: str, language: str, scheme: str, size: str
) -> None:
    desk, reader = there
    with served(desk, reader) as address, opened(desk, browser, size, scheme) as (page, complaints):
        path = PAGES[name]
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}-{size}-{language}-{scheme}.png", full_page=True)
        assert page.evaluate(FITS)
        assert complaints == []
        shown = f"{PRESSED}.filter((e) => e.checkVisibility())"
        assert page.evaluate(f"{shown}.every((e) => e.getBoundingClientRect().height >= 44)")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert not found.response["violations"], found.generate_report()


@pytest.mark.parametrize("size", SIZES)
def test_hostile_names_break_no_page_of_a_target(there: tuple[Desk, LiveReader], browser: Browser, size: str) -> None:
    desk, reader = there
    with served(desk, reader) as address, opened(desk, browser, size) as (page, complaints):

        def dismiss(dialog: Dialog) -> None:
            complaints.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)
        for word in HOSTILE:
            if "\ud800" in word:
                continue
            name = quote(word, safe="")
            page.goto(f"{address}/targets/{name}?parameter=disk_used&instance={name}")
            assert page.locator("h1").inner_text().startswith("★ " + word[:80])
            assert page.evaluate(FITS)
            title = page.locator("svg.plot title").first.text_content() or ""
            assert title.startswith(f"disk used {word}"[:200])
        page.goto(f"{address}/targets?q=alert")
        assert page.evaluate(FITS)
        assert complaints == []


def test_a_limit_is_raised_by_hand_and_ended_again(there: tuple[Desk, LiveReader], browser: Browser) -> None:
    desk, reader = there
    with served(desk, reader) as address, opened(desk, browser, "phone") as (page, complaints):
        page.goto(address + VAR)
        form = page.locator("details.limit[open] form.fields")
        form.get_by_label("New limit for warning (%)").fill("80")
        form.get_by_label("Why").fill("import until the morning")
        form.get_by_role("button").click()
        assert "can only be made milder" in page.get_by_role("alert").inner_text()
        assert form.get_by_label("Why").input_value() == "import until the morning"
        form.get_by_label("New limit for warning (%)").fill("93")
        form.get_by_role("button").click()
        page.wait_for_url("**#limit")
        decided = page.locator("#decided")
        assert "until 08:00 (in 4 h 48 min), wangfang “import until the morning”" in decided.inner_text()
        page.screenshot(path=SCREENSHOTS / "target-raised-phone-en-light.png", full_page=True)
        decided.get_by_role("button", name="End it now").click()
        page.wait_for_url("**#limit")
        assert page.locator("#decided").count() == 0
        # The browser says of the refused form that it came with 422; it says nothing else.
        assert [each for each in complaints if "422" not in each] == []
