"""The tasks' page against a real record: what is open, for how long, what is refused and how it is said."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agent.services import task
from agent.services.overview import Reader
from agent.store import alerts, journal, log_lines, people, tasks
from duty.tasks import MOST_OPEN, Plan, Priority, Task
from tests.agent.console import trouble
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import Desk
from tests.agent.console.test_alert_pages import Visit
from tests.agent.console.test_pages import HANDLERS, Outline
from tests.agent.console.test_roster_pages import fields

Build = Callable[..., Reader]
HOUR = timedelta(hours=1)


@pytest.fixture
def at(desk: Desk, house: Build) -> Callable[..., Visit]:
    """Return what signs somebody in; it is 03:12, the night is bad, and fang is 王芳."""
    trouble.move_in(desk)
    trouble.night(desk)
    return lambda account="fang", language="en": Visit(desk, house(), account, language)


async def one(desk: Desk, number: int = 1) -> Task:
    return await desk.station.store.read(tasks.get_task, number)


async def entry(desk: Desk, kind: str) -> dict[str, Any]:
    """Return what the newest entry of a kind says, and by whom."""
    found = await desk.station.store.read(journal.newest, kind)
    assert found is not None
    said = await desk.station.store.read(journal.payload_of, found.seq)
    assert said is not None
    return {"by": found.actor} | said


def chosen(text: str, name: str) -> str:
    """Return what is chosen in a select of the first form that has it."""
    select = re.search(rf'<select name="{name}".*?</select>', text, re.DOTALL)
    assert select is not None
    found = re.search(r'<option value="([^"]*)"[^>]* selected', select.group())
    return html.unescape(found.group(1)) if found else ""


async def test_an_empty_list_says_what_a_task_is(at: Callable[..., Visit]) -> None:
    words = (await at().page("/tasks")).words
    assert "No task is open.A task is something that outlasts your shift." in words


async def test_a_task_is_opened_by_hand_and_stands_in_the_list(at: Callable[..., Visit], desk: Desk) -> None:
    said = await at().said(
        "/tasks", site="hz2", title="换 UPS 电池", owner="lina", due="2026-11-24T10:00", priority="urgent",
        next="等备件", needs="维保",
    )  # fmt: skip
    assert "T01 is open: 换 UPS 电池" in said
    assert "urgent 换 UPS 电池 T01 Who does it 李娜 Done by 10:00 in 6 h 48 min" in said
    assert "Next step等备件 Help needed维保 杭州二机房 · new in this shift · 王芳 opened it, 03:12" in said
    made = await one(desk)
    assert (made.site, made.owner, made.priority) == ("hz2", "lina", Priority.URGENT)
    assert await entry(desk, "task_opened") == {
        "by": "wangfang", "asker": "fang", "task": 1, "site": "hz2", "title": "换 UPS 电池", "owner": "lina",
        "due": "2026-11-24T02:00:00+00:00", "priority": "urgent", "done": "", "next": "等备件", "needs": "维保",
    }  # fmt: skip


async def test_it_begins_with_the_site_where_the_reader_is_on_duty(at: Callable[..., Visit]) -> None:
    assert chosen((await at().get("/tasks")).text, "site") == "hz1"


async def test_the_age_is_told_in_shifts_and_what_is_overdue_by_a_sign_and_a_word(
    at: Callable[..., Visit], desk: Desk
) -> None:
    visit = at()
    await visit.post("/tasks", site="hz1", title="清理 /var", due="2026-11-24T07:00")
    desk.clock.advance(29 * HOUR)
    words = (await at().page("/tasks")).words
    assert "open: 1 !overdue: 1" in words
    assert "!overdue 清理 /var T01 Who does it nobody yet Done by Tue 24 Nov 07:00 1 d 1 h ago" in words
    assert "shifts it was carried over: 3" in words
    chinese = (await at(language="zh").page("/tasks")).words
    for text in ("未完成 1 项", "!已超期 清理 /var", "责任人 未指定 完成时限", "已结转 3 班"):
        assert text in chinese
    tonight = (await at().page("/")).words
    assert "Tasks open: 1 !overdue: 1" in tonight


async def test_mine_are_those_that_i_own(at: Callable[..., Visit]) -> None:
    visit = at()
    for title, owner in (("mine", "wangfang"), ("hers", "lina"), ("nobody's", "")):
        await visit.post("/tasks", site="hz1", title=title, owner=owner)
    text = (await visit.get("/tasks?show=mine")).text
    assert re.findall(r'<li id="t(\d+)"', text) == ["1"]
    assert re.findall(r'<li id="t(\d+)"', (await at("na").get("/tasks?show=mine")).text) == ["2"]
    assert "None of the open tasks is yours." in (await at("admin").page("/tasks?show=mine")).words


async def test_one_is_changed_in_place(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    await visit.post("/tasks", site="hz1", title="换风扇", due="2026-11-24T10:00", next="等备件")
    text = (await visit.get("/tasks?edit=1")).text
    form = fields(text, "/tasks/1/change")
    assert (form["title"], form["due"]) == ("换风扇", "2026-11-24T10:00")
    assert 'data-refresh="' not in text, "nothing is taken away while somebody writes"
    said = await visit.said(
        "/tasks/1/change", **form | {"owner": "lina", "priority": "urgent", "done": "备件已到\n下午换"}
    )
    assert "T01 is saved: 换风扇" in said
    assert "Done so far备件已到 下午换" in said
    changed = await entry(desk, "task_changed")
    assert changed == {
        "by": "wangfang", "asker": "fang", "task": 1, "owner": "lina", "priority": "urgent", "done": "备件已到 下午换",
        "next": "",
    }  # fmt: skip


async def test_what_somebody_else_wrote_meanwhile_is_not_lost_unseen(at: Callable[..., Visit], desk: Desk) -> None:
    visit, other = at(), at("na")
    await visit.post("/tasks", site="hz1", title="换风扇")
    mine = fields((await visit.get("/tasks?edit=1")).text, "/tasks/1/change") | {"done": "我写的"}
    hers = fields((await other.get("/tasks?edit=1")).text, "/tasks/1/change") | {"done": "她写的"}
    await other.post("/tasks/1/change", **hers)
    answer = await visit.post("/tasks/1/change", **mine)
    assert answer.status_code == 409
    assert "Somebody changed this task while you wrote." in answer.text
    assert "我写的</textarea>" in answer.text, "what was typed is there"
    assert "<bdi>她写的</bdi>" in answer.text, "and so is what she wrote"
    assert (await one(desk)).done == "她写的"
    again = fields(answer.text, "/tasks/1/change")
    assert "T01 is saved" in await visit.said("/tasks/1/change", **again | {"done": "我写的"})


async def test_one_is_closed_with_a_word_and_opened_again(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    await visit.post("/tasks", site="hz1", title="换风扇")
    assert "Say what came of it first." in await visit.said("/tasks/1/close", word=" ")
    said = await visit.said("/tasks/1/close", word="已换，运行正常")
    assert "T01 is closed: 换风扇" in said
    assert "✓closed 换风扇 T01 03:12 王芳 “已换，运行正常”" in said
    assert await entry(desk, "task_closed") == {
        "by": "wangfang", "asker": "fang", "task": 1, "word": "已换，运行正常"
    }  # fmt: skip
    assert "This task was closed in the meantime." in await visit.said("/tasks/1/close", word="twice")
    answer = await visit.post("/tasks/1/change", title="换风扇", done="还差一台")
    assert answer.status_code == 409
    assert "还差一台" in answer.text, "what was typed is there"
    assert "T01 is open again: 换风扇" in await visit.said("/tasks/1/reopen")
    assert (await one(desk)).open
    assert "This task is open." in await visit.said("/tasks/1/reopen")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param({"title": " "}, "Say what is to be done.", id="without a title"),
        pytest.param({"due": "2026-11-24T03:12"}, "That time is over.", id="due now"),
        pytest.param({"due": "2027-12-24T03:12"}, "at the most 366 days", id="a wrong year"),
        pytest.param({"due": "tomorrow"}, "That is no time.", id="no time"),
        pytest.param({"owner": "nobody"}, "There is nobody named nobody.", id="somebody who is not there"),
        pytest.param({"site": "hz9"}, "There is no such site.", id="a site that is not there"),
    ],
)
async def test_what_is_refused_keeps_what_was_typed(
    at: Callable[..., Visit], desk: Desk, form: dict[str, str], said: str
) -> None:
    whole = {"title": "换风扇", "site": "hz2", "owner": "lina", "due": "2026-11-24T10:00", "next": "等备件"} | form
    answer = await at().sent("/tasks", **whole)
    assert answer.status_code == 409
    assert said in html.unescape(answer.text)
    kept = fields(answer.text, "/tasks")
    assert (kept["title"], kept["due"]) == (whole["title"], whole["due"])
    assert chosen(answer.text, "owner") == whole["owner"]
    assert "等备件</textarea>" in answer.text
    assert await desk.station.store.read(tasks.open_tasks) == []


async def test_the_list_is_bounded(at: Callable[..., Visit], desk: Desk) -> None:
    def fill(conn: Any, agent: str) -> None:
        for n in range(MOST_OPEN):
            tasks.add_task(conn, agent, "hz1", Plan(f"task {n}"), "wangfang", desk.clock.now())

    await desk.station.store.write(fill)
    assert f"There are {MOST_OPEN} open tasks already." in await at().said("/tasks", site="hz1", title="one more")
    await at().post("/tasks/1/close", word="done")
    await at().post("/tasks", site="hz1", title="one more")
    assert f"There are {MOST_OPEN} open tasks already." in await at().said("/tasks/1/reopen")


async def test_who_may_not_record_sees_and_has_no_form(at: Callable[..., Visit], desk: Desk) -> None:
    await at().post("/tasks", site="hz1", title="换风扇")
    for account in ("guest", "admin"):
        visit = at(account)
        text = (await visit.get("/tasks?edit=1")).text
        assert "换风扇" in text
        assert 'action="/tasks' not in text
        for path in ("/tasks", "/tasks/1/change", "/tasks/1/close", "/tasks/1/reopen", "/alerts/1/task"):
            assert (await visit.sent(path, title="x", site="hz1", word="x")).status_code == 403
    assert (await one(desk)).open


async def test_a_task_that_there_is_not_is_not_found(at: Callable[..., Visit]) -> None:
    for path in ("/tasks/7/change", "/tasks/7/close", "/tasks/7/reopen", "/tasks/x/close"):
        assert (await at().sent(path, title="x", word="x")).status_code == 404
    assert (await at().get("/tasks?edit=99999999999999999999&n=x&done=opened")).status_code == 200


async def test_an_alert_is_made_a_task_of(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    form = fields((await visit.get("/alerts/2")).text, "/alerts/2/task")
    assert form["title"] == "HZ1-ACC-31: not reached: no answer in time"
    said = await visit.said("/alerts/2/task", **form | {"owner": "lina", "due": "2026-11-24T10:00"})
    assert "The task is open." in said
    assert "Tasks All tasks HZ1-ACC-31: not reached: no answer in time T01 Who does it 李娜" in said
    made = await one(desk)
    assert (made.alert, made.site, made.owner) == (2, "hz1", "lina")
    assert (await entry(desk, "task_opened"))["alert"] == 2
    assert '<a href="/alerts/2">alert A02</a>' in (await visit.get("/tasks")).text
    await visit.post("/tasks/1/close", word="光模块已更换")
    assert "✓closed HZ1-ACC-31" in (await visit.page("/alerts/2")).words


async def test_an_alert_that_is_over_or_of_no_site_of_ours_becomes_a_task_as_well(
    at: Callable[..., Visit], desk: Desk
) -> None:
    number = trouble.put(desk, trouble.fired("far", trouble.HOT, desk.clock.now(), site="elsewhere"))[0]
    for n in (5, number):
        assert "The task is open." in await at().said(f"/alerts/{n}/task", title="look at it")
    assert [t.site for t in await desk.station.store.read(tasks.open_tasks)] == ["hz1", "hz1"]
    assert (await at().sent("/alerts/99/task", title="x")).status_code == 404


async def test_a_task_of_an_alert_that_is_refused_keeps_what_was_typed(at: Callable[..., Visit], desk: Desk) -> None:
    answer = await at().sent("/alerts/1/task", title="换风扇", due="2026-11-20T10:00", next="等备件")
    assert answer.status_code == 409
    assert "That time is over." in answer.text
    assert '<details id="task" open>' in answer.text
    assert fields(answer.text, "/alerts/1/task")["title"] == "换风扇"
    assert await desk.station.store.read(tasks.open_tasks) == []


async def test_a_note_on_an_alert_goes_to_the_log_by_choice(at: Callable[..., Visit], desk: Desk) -> None:
    visit, now = at(), desk.clock.now()
    await visit.post("/alerts/1/comment", word="only here")
    await visit.post("/alerts/1/comment", word="风扇停转，已报修", log="1")
    found = await desk.station.store.read(log_lines.lines_between, "hz1", now - HOUR, now + HOUR)
    assert [(line.text, line.by, line.alert) for line in found] == [("风扇停转，已报修", "wangfang", 1)]
    assert (await entry(desk, "alert_commented"))["word"] == "风扇停转，已报修"
    assert (await entry(desk, "log_written"))["text"] == "风扇停转，已报修"


async def test_who_has_left_still_owns_what_was_theirs(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    await visit.post("/tasks", site="hz1", title="换风扇", owner="lina")
    await desk.station.store.write(people.set_active, "lina", False)
    text = (await visit.get("/tasks?edit=1")).text
    assert "李娜" in text
    assert chosen(text, "owner") == "lina"
    form = fields(text, "/tasks/1/change") | {"owner": "lina", "done": "half"}
    assert "T01 is saved" in await visit.said("/tasks/1/change", **form)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_hostile_words_stay_words(at: Callable[..., Visit], desk: Desk, language: str) -> None:
    visit, now = at(language=language), desk.clock.now()
    for text in HOSTILE:
        plan = Plan(text, text, None, Priority.LOW, text, text, text)
        for site in ("hz1", text):
            await desk.station.store.write(tasks.add_task, site, plan, text, now, 1)
        made = await desk.station.store.write(tasks.add_task, text, plan, text, now, 1)
        await desk.station.store.write(tasks.close_task, made.number, text, text, now)
        typed = text.encode("utf-8", "replace").decode()
        every = dict.fromkeys(("title", "owner", "done", "next", "needs", "due", "word", "seen", "priority"), typed)
        for path in ("/tasks", f"/tasks/{made.number - 1}/change", f"/tasks/{made.number}/change", "/alerts/1/task"):
            answer = await visit.sent(path, **every | {"site": typed, "back": typed})
            assert answer.status_code == 409
            harmless(answer.text)
    for path in ("/tasks", "/tasks?edit=2", "/tasks?show=mine", "/alerts/1", "/"):
        harmless((await visit.get(path)).text)


def harmless(text: str) -> None:
    """Expect that no string became markup."""
    page = Outline(text)
    assert [attributes for _, attributes in page.elements if any(HANDLERS.match(name) for name in attributes)] == []
    assert {str(script.get("src")) for script in page.all("script")} <= {"/static/console.js", "/static/keys.js"}
    assert not [a for a in page.all("a") if str(a.get("href", "")).lower().startswith("javascript")]
    assert "img" not in {name for name, _ in page.elements}
    assert "\u202e" not in page.words
    assert "\x1b" not in page.words


async def test_two_at_once_write_one_after_the_other(at: Callable[..., Visit], desk: Desk) -> None:
    at()
    station = desk.station
    made = await task.open_task(station, "wangfang", Plan("换风扇"), site="hz1")
    mark = made.plan.mark
    both = await asyncio.gather(
        task.change_task(station, made.number, "wangfang", Plan("换风扇", done="a"), seen=mark),
        task.change_task(station, made.number, "lina", Plan("换风扇", done="b"), seen=mark),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Exception) for each in both) == 1
    assert await station.store.read(alerts.count_open) != {}
