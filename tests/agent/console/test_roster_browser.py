"""The roster in a real Chromium: it fits a telephone, a gap is filled by thumb, nothing serious stands against it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from agent.services.overview import Reader
from agent.services.watch_self import watch_self
from agent.store import shifts
from duty.own_alerts import Condition
from duty.people import Post
from duty.roster import AHEAD, Shift, on_duty
from tests.agent.console import trouble
from tests.agent.console.browsing import IN_CHROMIUM, WAYS, look, opened, served
from tests.agent.console.desk import Desk
from tests.agent.console.test_roster_pages import TWO

Build = Callable[..., Reader]

pytestmark = [*IN_CHROMIUM, pytest.mark.soak, pytest.mark.xdist_group("browser")]


@pytest.fixture
def gaps(desk: Desk) -> Desk:
    """Nights with nobody: the next one, and one of which the second half is lina's."""
    trouble.move_in(desk, TWO)
    desk.account("lei", Post.MANAGER, person="zhaolei")
    now, store = desk.clock.now(), desk.station.store
    found = [s for s in store.read_now(shifts.shifts_between, now, now + AHEAD) if s.post is Post.TECHNICIAN]
    store.write_now(shifts.change_shift, found[1], None)
    half = found[3].begin + timedelta(hours=6)
    store.write_now(shifts.change_shift, found[3], Shift("hz1", Post.TECHNICIAN, "lina", half, found[3].end))
    store.write_now(watch_self, desk.station.orders, Condition(), now)
    return desk


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_a_gap_is_filled_and_every_page_on_the_way_fits(
    gaps: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    with (
        served(gaps, house(6)) as address,
        opened(gaps, browser, size, scheme, "lei", language) as (page, complaints),
    ):

        def seen(name: str) -> None:
            look(page, name, size, language, scheme)

        page.goto(f"{address}/roster?lang={language}")
        seen("roster")
        for entry in page.locator(".entry").all() if size == "phone" else []:
            box = entry.bounding_box()
            assert box is not None
            assert box["height"] >= 44
        page.locator(".entry:not(.empty-post)").first.click()
        seen("roster-shift")
        page.locator("form[action='/roster/withdraw'] button").click()
        page.wait_for_url("**/roster/withdraw")
        seen("roster-refused")
        page.goto(f"{address}/alerts/1")
        seen("alert-gap")
        page.locator("a.act.main.big").click()
        page.wait_for_url("**/roster?*")
        seen("roster-gap")
        page.locator("form[action='/roster/put'] select").select_option("lina")
        page.locator("form[action='/roster/put'] button").click()
        page.wait_for_url("**done=put*")
        seen("roster-done")
    now = gaps.clock.now()
    found = gaps.station.store.read_now(shifts.shifts_between, now, now + AHEAD)
    assert on_duty(found, "hz1", Post.TECHNICIAN, now + timedelta(hours=18)) == ("lina",)
    assert [c for c in complaints if "409" not in c] == []
