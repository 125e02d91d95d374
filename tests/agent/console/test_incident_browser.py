"""Incidents in a real Chromium: by thumb on a telephone, at a desk; what is half written is not lost to a refresh."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from agent.store import attachments, incidents, plan_runs
from duty.plans import StepState
from tests.agent.console import calamity
from tests.agent.console.browsing import IN_CHROMIUM, WAYS, look, opened, served
from tests.agent.console.conftest import build_house
from tests.agent.console.desk import Desk

pytestmark = [*IN_CHROMIUM, pytest.mark.xdist_group("browser")]
MINUTE = timedelta(minutes=1)
REFRESH = "document.dispatchEvent(new Event('visibilitychange'))"
"""What a browser says when the reader comes back to the page, which then refreshes."""


def step(desk: Desk, nth: int) -> StepState:
    return desk.station.store.read_now(plan_runs.get_run, 1).steps[nth - 1].state


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_an_incident_is_handled_and_every_page_on_the_way_fits(
    desk: Desk, browser: Browser, language: str, scheme: str, size: str
) -> None:
    calamity.move_in(desk)
    calamity.strike(desk)
    with (
        served(desk, build_house()) as address,
        opened(desk, browser, size, scheme, "zhao", language) as (page, complaints),
    ):

        def seen(name: str) -> None:
            look(page, name, size, language, scheme)

        page.goto(f"{address}/?lang={language}")
        seen("tonight-incident")
        page.goto(f"{address}/incidents")
        seen("incidents")
        page.locator(".incidents a").first.click()
        page.wait_for_url("**/incidents/1")
        seen("incident-due")
        button = page.locator("form.tick button").first.bounding_box()
        assert button is not None
        assert button["height"] >= 48
        tick(page, 2, "LED 5", calamity.photo())
        assert page.locator("#step-1-2 img").evaluate("picture => picture.complete || picture.loading") is not None
        calamity.go_on(desk, 7 * MINUTE)
        page.goto(f"{address}/incidents/1")
        seen("incident-overdue")
        page.locator("#step-1-3 .skip-it summary").click()
        page.locator("#step-1-3 input[name=why]").fill("维保已在现场")
        page.locator("#step-1-3 .skip-it button").click()
        page.wait_for_url("**done=skipped*")
        page.locator("#next-report button").click()
        page.wait_for_url("**done=sent*")
        seen("incident-reported")
        calamity.restore(desk)
        page.goto(f"{address}/incidents/1")
        page.locator("#finish textarea").fill("更换主控板")
        page.locator("#finish button").click()
        page.wait_for_url("**done=handled*")
        seen("incident-handled")
        page.goto(f"{address}/plans")
        seen("plans")
        page.locator("#plan-2 summary").click()
        page.locator("#plan-2 button").click()
        page.wait_for_url("**/incidents/2?done=opened")
        seen("rehearsal")
        page.goto(f"{address}/incidents/new?door=customer")
        seen("incident-new")
        page.goto(f"{address}/alerts/1")
        seen("alert-of-incident")
    assert (step(desk, 2), step(desk, 3)) == (StepState.DONE, StepState.SKIPPED)
    assert not desk.station.store.read_now(incidents.get_incident, 1).open
    assert complaints == []


def tick(page: Page, nth: int, text: str, picture: bytes) -> None:
    form = page.locator(f"#step-1-{nth} form.tick")
    form.locator("textarea").fill(text)
    form.locator("input[type=file]").set_input_files({"name": "panel.jpg", "mimeType": "image/jpeg", "buffer": picture})
    form.locator("button").click()
    page.wait_for_url("**done=ticked*")


def test_a_refresh_loses_nothing_that_is_half_written_and_does_not_jump(desk: Desk, browser: Browser) -> None:
    calamity.move_in(desk)
    calamity.strike(desk)
    with served(desk, build_house()) as address, opened(desk, browser, "phone", account="zhao") as (page, complaints):
        page.goto(f"{address}/incidents/1?lang=en")
        page.locator("#step-1-3 form.tick textarea").fill("SR-77")
        page.locator("#next-report textarea").fill("half a repor")
        page.locator("#note textarea").fill("half a no")
        page.locator("#step-1-3 form.tick textarea").focus()
        place = page.evaluate("window.scrollY")
        calamity.go_on(desk, 21 * MINUTE)
        desk.station.store.write_now(calamity.start, desk.station.orders, "fire", desk.clock.now())
        with page.expect_response("**/incidents/1?lang=en"):
            page.evaluate(REFRESH)
        # What stands still is refreshed, though the page has another shape now: a plan was started.
        page.locator("#step-1-2.overdue").wait_for()
        assert page.locator("#step-1-3 form.tick textarea").input_value() == "SR-77"
        assert page.locator("#next-report textarea").input_value() == "half a repor"
        assert page.locator("#note textarea").input_value() == "half a no"
        assert page.evaluate("document.activeElement.value") == "SR-77"
        assert abs(page.evaluate("window.scrollY") - place) < 120
        page.locator("#step-1-3 form.tick button").click()
        page.wait_for_url("**done=ticked*")
        assert page.locator("[id^=step-2-]").count() > 0, "the plan that was started meanwhile"
    assert complaints == []


def test_a_picture_of_a_telephone_is_made_smaller_before_it_is_sent(desk: Desk, browser: Browser) -> None:
    calamity.move_in(desk)
    calamity.strike(desk)
    with served(desk, build_house()) as address, opened(desk, browser, "phone", account="fang") as (page, complaints):
        page.goto(f"{address}/incidents/1")
        large = calamity.photo((5000, 4000), noisy=True)
        assert len(large) > 5_000_000
        page.locator("#step-1-2 input[type=file]").set_input_files(
            {"name": "IMG_1.HEIC.jpg", "mimeType": "image/jpeg", "buffer": large}
        )
        # The button waits until it is smaller.
        page.locator("#step-1-2 form.tick button:not([disabled])").wait_for()
        page.locator("#step-1-2 form.tick button").click()
        page.wait_for_url("**done=ticked*")
    (kept,) = desk.station.store.read_now(attachments.attachments_of, 1)
    assert kept.size < 4_000_000
    assert kept.media == "image/jpeg"
    assert complaints == []


def test_keys_lead_to_the_incidents_and_open_the_note(desk: Desk, browser: Browser) -> None:
    calamity.move_in(desk)
    calamity.strike(desk)
    with served(desk, build_house()) as address, opened(desk, browser, account="zhao") as (page, _):
        page.goto(f"{address}/")
        page.keyboard.press("g")
        page.keyboard.press("i")
        page.wait_for_url("**/incidents")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/incidents/1")
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.name") == "text"
