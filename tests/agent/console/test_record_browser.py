"""Tasks and the duty log in a real Chromium: written by thumb, nothing wider than a telephone, nothing serious."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from agent.services.overview import Reader
from agent.store import log_lines, tasks
from duty.tasks import Plan, Priority
from tests.agent.console import trouble
from tests.agent.console.browsing import IN_CHROMIUM, WAYS, look, opened, served
from tests.agent.console.desk import Desk

Build = Callable[..., Reader]
HOUR = timedelta(hours=1)
LOW = """
[...document.querySelectorAll('main :is(.act:not(.tel), input:not([type=hidden], [type=checkbox]))'),
 ...document.querySelectorAll('main :is(select, textarea, summary)')]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
  .map((one) => one.outerHTML.slice(0, 120))
"""
"""What a thumb would miss."""

pytestmark = [*IN_CHROMIUM, pytest.mark.xdist_group("browser")]


@pytest.fixture
def written(desk: Desk) -> Desk:
    """A night in which something was left over from the shifts before, and something was written down."""
    trouble.move_in(desk)
    trouble.night(desk)
    now, store = desk.clock.now(), desk.station.store
    old = Plan(
        "联系运营商处理出口专线丢包", "lina", now - 5 * HOUR, Priority.URGENT, "已报障，单号 SR-771920", "", "运营商"
    )
    store.write_now(tasks.add_task, "hz1", old, "zhaolei", now - 31 * HOUR)
    store.write_now(
        tasks.add_task,
        "hz2",
        Plan("更换 HZ2-UPS-02 电池", "", now + 30 * HOUR, Priority.LOW, "", "等备件到货", ""),
        "wangfang",
        now - 3 * HOUR,
    )
    closed = store.write_now(tasks.add_task, "hz1", Plan("清理 HZ1-DB-01 /var"), "lina", now - 20 * HOUR)
    store.write_now(tasks.close_task, closed.number, "lina", "已清理，使用率 61%", now - 2 * HOUR)
    for ago, text, who in (
        (7.1, "接班，情况已了解", "wangfang"),
        (5, "维保人员到场：华为 王工，更换 HZ1-CORE-01 风扇", "wangfang"),
        (1, "已电话报告值班经理：HZ1-CORE-01 风扇停转，备件 05:30 前到，届时由维保更换，期间加强巡视机房温度", "lina"),
    ):
        store.write_now(
            log_lines.add_line, "hz1", now - ago * HOUR, now - ago * HOUR, who, text, 1 if ago == 1 else None
        )
    return desk


@pytest.mark.parametrize(("language", "scheme", "size"), WAYS)
def test_a_task_and_a_line_are_written_by_hand_and_every_page_fits(
    written: Desk, browser: Browser, house: Build, language: str, scheme: str, size: str
) -> None:
    with (
        served(written, house(6)) as address,
        opened(written, browser, size, scheme, "fang", language) as (page, complaints),
    ):

        def seen(name: str) -> None:
            look(page, name, size, language, scheme)
            if size == "phone":
                assert page.evaluate(LOW) == [], name

        page.goto(f"{address}/tasks?lang={language}")
        seen("tasks")
        page.locator("#t1 a.act").click()
        page.wait_for_url("**edit=1*")
        seen("tasks-edit")
        page.locator("#t1 textarea[name=done]").fill("运营商已到场")
        page.locator("#t1 form[action$=change] button").click()
        page.wait_for_url("**done=changed*")
        page.locator("#t1 a.act").click()
        page.locator("#t1 input[name=word]").fill("丢包消失，观察 2 小时正常")
        page.locator("#t1 form[action$=close] button").click()
        page.wait_for_url("**done=closed*")
        page.locator("#closed summary").click()
        seen("tasks-closed")
        page.goto(f"{address}/alerts/1")
        box = page.locator("input[name=log]").bounding_box()
        assert box is not None
        assert box["width"] < 30, "a box to tick, and no field"
        page.locator("#task summary").click()
        seen("alert-task")
        page.locator("#task button").click()
        page.wait_for_url("**done=tasked*")
        seen("alert-tasked")
        page.goto(f"{address}/log")
        seen("log")
        page.locator(".write input[name=text]").fill("核对出口流量，正常")
        page.keyboard.press("Enter")
        page.wait_for_url("**n=4*")
        seen("log-written")
        page.locator(".phrases button").nth(1).click()
        page.wait_for_url("**n=5*")
        page.locator(".write summary").click()
        page.locator(".write input[name=at]").fill("2026-11-22T10:00")
        page.evaluate("document.querySelector('.write').noValidate = true")
        page.locator(".write button.main").click()
        page.locator(".bar.amiss").wait_for()
        seen("log-refused")
        page.goto(f"{address}/")
        seen("tonight-tasks")
        page.goto(f"{address}/roster")
        row, place = page.locator(".head nav").bounding_box(), page.locator(".head nav [aria-current]").bounding_box()
        assert row is not None
        assert place is not None
        assert row["height"] < 50, "one row"
        assert row["x"] <= place["x"] <= place["x"] + place["width"] <= row["x"] + row["width"], (
            "the place is within it"
        )
    now, store = written.clock.now(), written.station.store
    texts = [line.text for line in store.read_now(log_lines.lines_between, "hz1", now, now + HOUR)]
    assert texts[0] == "核对出口流量，正常"
    assert len(texts) == 2
    assert (store.read_now(tasks.get_task, 1)).word == "丢包消失，观察 2 小时正常"
    assert store.read_now(tasks.tasks_of_alert, 1)[0].title.startswith("HZ1-CORE-01")
    assert [c for c in complaints if "409" not in c] == []
