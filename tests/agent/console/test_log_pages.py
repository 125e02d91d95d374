"""The duty log's page against a real record: lines by tour, written in one tap, never changed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agent.services.overview import Reader
from agent.store import journal, log_lines
from duty.duty_log import MOST_LINES, LogLine
from tests.agent.console import trouble
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import Desk
from tests.agent.console.test_alert_pages import Visit
from tests.agent.console.test_pages import Outline
from tests.agent.console.test_roster_pages import fields
from tests.agent.console.test_task_pages import entry, harmless

Build = Callable[..., Reader]
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def at(desk: Desk, house: Build) -> Callable[..., Visit]:
    """Return what signs somebody in; it is 03:12, in the night of the 23rd."""
    trouble.move_in(desk)
    trouble.night(desk)
    return lambda account="fang", language="en": Visit(desk, house(), account, language)


async def lines(desk: Desk, site: str = "hz1") -> list[LogLine]:
    now = desk.clock.now()
    return await desk.station.store.read(log_lines.lines_between, site, now - 48 * HOUR, now + 48 * HOUR)


async def test_an_empty_log_says_what_it_is_for(at: Callable[..., Visit]) -> None:
    words = (await at().page("/log")).words
    assert "Night of Mon 23 Nov, 20:00–08:00" in words
    assert "Nothing was written in this shift." in words


async def test_a_line_is_written_in_the_name_of_who_wrote_it(at: Callable[..., Visit], desk: Desk) -> None:
    said = await at().said("/log", site="hz1", text="  巡视 机房\n未见异常 ")
    assert "It is in the log, under 03:12." in said
    assert "Tue 24 Nov 03:12 巡视 机房 未见异常 王芳" in said
    assert await entry(desk, "log_written") == {
        "by": "wangfang", "asker": "fang", "line": 1, "site": "hz1", "at": "2026-11-23T19:12:00+00:00",
        "text": "巡视 机房 未见异常",
    }  # fmt: skip


async def test_a_ready_phrase_is_one_tap_and_takes_own_words_with_it(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at(language="zh")
    text = (await visit.get("/log")).text
    assert re.findall(r'name="phrase" value="(\w+)"', text)[:2] == ["took_over", "walked"]
    first = re.search(r'<form class="ask card write".*?<button[^>]*>', text, re.DOTALL)
    assert first is not None
    assert 'name="phrase"' not in first.group(), "the return key writes what was typed and no phrase"
    await visit.post("/log", site="hz1", text="", phrase="walked")
    await visit.post("/log", site="hz1", text="华为 王工", phrase="visitor_came")
    assert [line.text for line in await lines(desk)] == ["巡视机房，未见异常", "维保人员到场：华为 王工"]
    assert "王芳" in (await visit.page("/log")).words


async def test_what_happened_earlier_stands_where_it_belongs_and_says_when_it_was_written(
    at: Callable[..., Visit],
) -> None:
    visit = at()
    await visit.post("/log", site="hz1", text="now")
    await visit.post("/log", site="hz1", text="before midnight", at="2026-11-23T23:50")
    words = (await visit.page("/log")).words
    assert "Tue 24 Nov 03:12 now 王芳 Mon 23 Nov 23:50 before midnight 王芳 · written Tue 24 Nov 03:12" in words


async def test_a_line_about_the_shift_before_stands_there_and_leads_there(at: Callable[..., Visit]) -> None:
    visit = at()
    answer = await visit.post("/log", site="hz1", text="UPS 放电试验", at="2026-11-23T15:00")
    assert answer.url.params["day"] == "2026-11-23"
    words = Outline(answer.text).words
    assert "Mon 23 Nov by day, 08:00–20:00" in words
    assert "UPS 放电试验 王芳 · written Tue 24 Nov 03:12" in words
    assert "UPS" not in (await visit.page("/log")).words


async def test_the_shifts_are_paged_through(at: Callable[..., Visit]) -> None:
    visit = at()
    await visit.post("/log", site="hz1", text="tonight")
    text = (await visit.get("/log?site=hz1")).text
    assert 'rel="next"' not in text
    (before,) = re.findall(r'href="([^"]+)" rel="prev"', text)
    day = (await visit.get(html.unescape(before))).text
    assert "Mon 23 Nov by day" in Outline(day).words
    assert 'action="/log"' not in day, "what is past gets its lines from the present page"
    assert "data-refresh" not in day
    (before,) = re.findall(r'href="([^"]+)" rel="prev"', day)
    assert "Night of Sun 22 Nov" in (await visit.page(html.unescape(before))).words
    (after,) = re.findall(r'href="([^"]+)" rel="next"', day)
    assert html.unescape(after) == "/log?site=hz1"


async def test_each_site_has_a_log_of_its_own(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    assert fields((await visit.get("/log")).text, "/log")["site"] == "hz1", "where wangfang is on duty"
    await visit.post("/log", site="hz2", text="at the other one")
    assert [line.site for line in await lines(desk, "hz2")] == ["hz2"]
    assert "at the other one" not in (await visit.page("/log")).words
    assert "at the other one" in (await visit.page("/log?site=hz2")).words


async def test_a_line_about_an_alert_leads_to_it(at: Callable[..., Visit]) -> None:
    visit = at()
    await visit.post("/alerts/1/comment", word="风扇停转", log="1")
    assert '<a href="/alerts/1">alert A01</a>' in (await visit.get("/log")).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param({"text": " \n "}, "Write something first", id="nothing"),
        pytest.param({"at": "2026-11-24T03:20"}, "That time has not come yet.", id="to come"),
        pytest.param({"at": "2026-11-22T03:20"}, "That is more than a day ago.", id="too long ago"),
        pytest.param({"at": "noon"}, "That is no time.", id="no time"),
        pytest.param({"site": "hz9"}, "There is no such site.", id="no site"),
    ],
)
async def test_what_is_refused_keeps_what_was_typed(
    at: Callable[..., Visit], desk: Desk, form: dict[str, str], said: str
) -> None:
    whole = {"site": "hz2", "text": "UPS 告警声已消除", "at": "2026-11-24T03:00"} | form
    answer = await at().sent("/log", **whole)
    assert answer.status_code == 409
    assert said in html.unescape(answer.text)
    kept = fields(answer.text, "/log")
    assert kept["at"] == whole["at"]
    assert kept["text"].strip() == whole["text"].strip()
    assert await lines(desk, "hz2") == []


async def test_a_shifts_log_is_bounded(at: Callable[..., Visit], desk: Desk) -> None:
    def fill(conn: Any, agent: str) -> None:
        for n in range(MOST_LINES):
            log_lines.add_line(conn, agent, "hz1", desk.clock.now(), desk.clock.now(), "wangfang", f"line {n}")

    await desk.station.store.write(fill)
    visit = at()
    assert f"There are {MOST_LINES} lines about this shift already" in await visit.said("/log", site="hz1", text="x")
    answer = await visit.sent("/alerts/1/comment", word="x", log="1")
    assert answer.status_code == 409
    assert f"There are {MOST_LINES} lines about this shift already" in answer.text
    assert await desk.station.store.read(journal.newest, "alert_commented") is None, "neither of the two was written"
    await visit.post("/log", site="hz1", text="still", at="2026-11-23T15:00")
    assert len((await visit.get("/log")).text) < 600_000


async def test_who_may_not_record_reads_only(at: Callable[..., Visit], desk: Desk) -> None:
    await at().post("/log", site="hz1", text="巡视机房")
    for account in ("guest", "admin"):
        visit = at(account)
        text = (await visit.get("/log")).text
        assert "巡视机房" in text
        assert 'action="/log"' not in text
        assert (await visit.sent("/log", site="hz1", text="x")).status_code == 403
    assert len(await lines(desk)) == 1


async def test_the_page_speaks_chinese(at: Callable[..., Visit]) -> None:
    words = (await at(language="zh").page("/log")).words
    for said in ("值班日志11月23日 周一 夜班 20:00–08:00", "本班尚无记录。", "记录不可修改", "上一班"):
        assert said in words


@pytest.mark.parametrize("query", ["day=2026-11-24&turn=night", "day=x&turn=y&site=z", "day=0001-01-01", "n=1"])
async def test_nonsense_and_what_is_to_come_are_the_present_shift(at: Callable[..., Visit], query: str) -> None:
    assert "Night of Mon 23 Nov" in (await at().page(f"/log?{query}")).words


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_hostile_words_stay_words(at: Callable[..., Visit], desk: Desk, language: str) -> None:
    visit, now = at(language=language), desk.clock.now()
    for text in HOSTILE:
        await desk.station.store.write(log_lines.add_line, "hz1", now, now, text, text, 1)
        typed = text.encode("utf-8", "replace").decode()
        answer = await visit.sent("/log", site=typed, text=typed, at=typed, phrase=typed)
        assert answer.status_code == 409
        harmless(answer.text)
        await visit.sent("/log", site="hz1", text=typed)
    harmless((await visit.get("/log")).text)
