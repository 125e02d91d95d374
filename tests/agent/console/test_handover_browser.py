"""The change of shift in a real Chromium: three people sign one form, on a telephone and at a desk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from agent.services.overview import Reader
from agent.store import forms
from duty.handover import FormState
from duty.signing import CHECKS
from tests.agent.console import change, trouble
from tests.agent.console.browsing import IN_CHROMIUM, WAYS, look, opened, served
from tests.agent.console.desk import PASSWORD, Desk

Build = Callable[..., Reader]

pytestmark = [*IN_CHROMIUM, pytest.mark.xdist_group("browser")]


@pytest.fixture
def morning(desk: Desk) -> Desk:
    """07:45 after a bad night."""
    change.move_in(desk)
    trouble.night(desk)
    change.due(desk)
    return desk


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_three_people_sign_one_form(
    morning: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    complaints: list[list[str]] = []
    with served(morning, house(6)) as address, ExitStack() as stack:

        def of(account: str) -> Page:
            way = opened(morning, browser, size, scheme, account, language)
            page, complained = stack.enter_context(way)
            complaints.append(complained)
            page.goto(f"{address}/handover/1?lang={language}")
            return page

        def seen(page: Page, name: str) -> None:
            look(page, name, size, language, scheme)

        fang = of("fang")
        seen(fang, "handover-draft")
        fang.goto(f"{address}/handover")
        seen(fang, "handovers")
        fang.goto(f"{address}/handover/1")
        fang.fill("[name=heads_up_1]", "3 号电梯停用")
        fang.click("#fill button")
        fang.wait_for_url("**done=filled*")
        fang.fill("[name=password]", PASSWORD)
        fang.click("#sign button")
        fang.wait_for_url("**done=signed*")
        seen(fang, "handover-signed")
        na = of("na")
        na.click("form[action$='/arrive'] button")
        na.wait_for_url("**done=arrived*")
        for check in CHECKS:
            na.check(f"[name={check}]")
        na.fill("[name=password]", PASSWORD)
        na.click("#sign button")
        na.wait_for_selector("[role=alert]")
        seen(na, "handover-refused")
        na.check("[name=major]")
        na.fill("[name=reason]", "已连续值班 20 小时")
        na.fill("[name=password]", PASSWORD)
        na.click("#sign button")
        na.wait_for_url("**done=signed*")
        lei = of("lei")
        seen(lei, "handover-review")
        lei.check("[value=with_faults]")
        lei.fill("[name=due]", "2026-11-24T18:00")
        lei.fill("[name=reason]", "备件在途")
        lei.fill("[name=password]", PASSWORD)
        lei.click("#sign button")
        lei.wait_for_url("**done=signed*")
        seen(lei, "handover-closed")
    form = morning.station.store.read_now(forms.get_form, 1)
    assert form.state is FormState.CLOSED
    assert [c for some in complaints for c in some if "409" not in c] == []
