"""The pages on incidents against a real record: what they show, what people do there, what is refused and kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import Connection

from agent.console.incident_lines import MOST, timeline
from agent.services.overview import Reader
from agent.store import attachments, bulletins, incidents, journal, plan_runs
from agent.store.incident_events import IncidentEvent, IncidentEventKind
from agent.store.incident_tables import incident_reports
from duty.filing import ReportState
from duty.incidents import Found, Grade, Incident, IncidentClass
from duty.plans import StepState
from exporters.words import LANGUAGES, words
from tests.agent.console import calamity, trouble
from tests.agent.console.conftest import HOSTILE, NOW
from tests.agent.console.desk import Desk
from tests.agent.console.test_alert_pages import Visit
from tests.agent.console.test_pages import HANDLERS, Outline
from tests.agent.console.test_roster_pages import fields

Build = Callable[..., Reader]
MINUTE = timedelta(minutes=1)
HOME = "/incidents/1"


@pytest.fixture
def at(desk: Desk, house: Build) -> Callable[..., Visit]:
    """Return what signs somebody in; it is 03:12, and HZ1-CORE-01 has been out of reach for six minutes."""
    calamity.move_in(desk)
    calamity.strike(desk)
    return lambda account="zhao", language="en": Visit(desk, house(), account, language)


def one(desk: Desk, number: int = 1) -> Incident:
    return desk.station.store.read_now(incidents.get_incident, number)


def state(desk: Desk, nth: int) -> StepState:
    return desk.station.store.read_now(plan_runs.get_run, 1).steps[nth - 1].state


async def leave(visit: Visit, body: bytes | None, name: str = "panel.jpg", **form: str) -> httpx.Response:
    """Send a form with a file, as a browser does, and follow to where it leads."""
    sent = {"csrf": visit.csrf, **form}
    # Where no file is chosen, a browser sends one without a name.
    files = {"file": ("", b"", "application/octet-stream") if body is None else (name, body, "image/jpeg")}
    async with visit._desk.client(visit._app, visit.token) as client:
        return await client.post(f"{HOME}/files", data=sent, files=files, follow_redirects=True)


async def test_the_page_says_what_it_is_how_grave_and_why(at: Callable[..., Visit]) -> None:
    page = (await at().page(HOME)).words
    assert "MAJOR ⇄ network failure TF-20261124-01 HZ1-CORE-01 not reached" in page
    assert "By the rule: key equipment stays out of reach" in page
    assert "being handled nobody is in command yet" in page
    assert "Since03:06 6 min ago Site杭州一机房 · HZ1-CORE-01" in page
    assert "What it touches官网, APP 登录Not well2 of 2" in page
    assert "Next report 03:42 in 30 min" in page


async def test_the_steps_say_how_they_stand_who_is_asked_and_what_is_needed(at: Callable[..., Visit]) -> None:
    visit = at()
    page = (await visit.page(HOME)).words
    assert "1 ✓done 03:12 Core equipment HZ1-CORE-01 is down" in page
    assert "2 →do it by 03:22 in 10 min Go to 杭州一机房 机房A A07 U40" in page
    assert "technician 王芳 ☎ 13800000001" in page
    assert "Needs a photo." in page
    assert "Needs a note: what you saw or did." in page
    assert "4 …not due until 03:32 in 20 min Switch over" in page
    text = (await visit.get(HOME)).text
    assert 'href="tel:400-000-0000"'.replace("-", "") in text.replace("-", "")
    assert 'href="tel:13800000009">138-0000-0009</a>' in text


async def test_a_step_is_overdue_from_its_minute_on(at: Callable[..., Visit], desk: Desk) -> None:
    calamity.go_on(desk, 7 * MINUTE)
    assert "3 !overdue since 03:17 2 min ago" in (await at().page(HOME)).words
    assert "3 !已超时，时限 03:17 2 分钟前" in (await at(language="zh").page(HOME)).words
    assert "!Step 3 overdue since 03:17" in (await at().page("/incidents")).words.replace("! Step", "!Step")


async def test_a_step_is_ticked_off_with_a_photo_that_can_be_seen(at: Callable[..., Visit], desk: Desk) -> None:
    visit, picture = at("fang"), calamity.photo()
    answer = await leave(visit, picture, "面板 5.jpg", step="1.2", text="LED 5 红灯")
    page = Outline(answer.text)
    assert "The step is done." in page.words
    assert "2 ✓done 03:12 王芳" in page.words
    assert "“LED 5 红灯”" in page.words
    assert state(desk, 2) is StepState.DONE
    assert any(img.get("src") == f"{HOME}/files/1" for img in page.all("img"))
    file = await visit.get(f"{HOME}/files/1")
    assert file.content == picture
    assert file.headers["content-type"] == "image/jpeg"
    assert file.headers["content-disposition"] == "inline; filename*=UTF-8''%E9%9D%A2%E6%9D%BF%205.jpg"
    assert file.headers["x-content-type-options"] == "nosniff"


async def test_a_step_without_its_evidence_stays_open_and_keeps_the_note(at: Callable[..., Visit], desk: Desk) -> None:
    answer = await leave(at(), None, step="1.2", text="看过了")
    assert answer.status_code == 409
    assert "This step needs a photo." in answer.text
    assert "看过了</textarea>" in answer.text
    assert state(desk, 2) is StepState.DUE
    answer = await leave(at(), None, step="1.3")
    assert "This step needs a note or a photo." in answer.text
    assert "The step is done." in Outline((await leave(at(), None, step="1.3", text="SR-771920")).text).words
    again = await leave(at(), None, step="1.3", text="twice")
    assert "This step is done, left out or running already." in again.text


async def test_a_step_is_left_out_only_with_a_reason(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at("fang")
    assert "Say why first." in await visit.said(f"{HOME}/skip", step="1.3", why=" ")
    said = await visit.said(f"{HOME}/skip", step="1.3", why="维保已在现场")
    assert "3 ○left out 03:12 王芳" in said
    assert "“维保已在现场”" in said
    assert state(desk, 3) is StepState.SKIPPED
    assert (await visit.post(f"{HOME}/skip", step="1.9", why="x")).status_code == 404
    assert (await visit.post(f"{HOME}/skip", step="../1", why="x")).status_code == 404


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        pytest.param(b"<html><script>alert(1)</script>", "a.html", "That is no JPEG, PNG or WebP picture", id="a page"),
        pytest.param(b"GIF89a", "a.jpg", "That is no JPEG, PNG or WebP picture", id="what it is not"),
        pytest.param(b"\xff\xd8\xff" + b"x" * 5_000_000, "a.jpg", "That file is larger than 5 MB", id="too large"),
        pytest.param(None, "a.jpg", "No file was chosen", id="none"),
    ],
)
async def test_a_file_that_is_not_taken_says_why(
    at: Callable[..., Visit], desk: Desk, body: bytes | None, name: str, said: str
) -> None:
    answer = await leave(at(), body, name)
    assert answer.status_code == 409
    assert said in answer.text
    assert desk.station.store.read_now(attachments.attachments_of, 1) == []


async def test_only_the_files_of_an_incident_may_be_large(at: Callable[..., Visit]) -> None:
    visit, large = at(), "x" * 70_000
    assert (await visit.post(f"{HOME}/note", text=large)).status_code == 413
    assert (await leave(visit, b"\xff\xd8\xff" + b"x" * 6_000_000)).status_code == 413
    assert (await leave(visit, calamity.photo(), text=large)).status_code == 413
    async with visit._desk.client(visit._app, visit.token) as client:
        files = {"file": ("a.jpg", b"x", "image/jpeg")}
        assert (await client.post(f"{HOME}/note", data={"csrf": visit.csrf}, files=files)).status_code == 415
        for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
            answer = await client.post(f"{HOME}/files", content=b"--y\r\nrubbish", headers={"content-type": kind})
            assert answer.status_code in (403, 415)


async def test_what_is_no_picture_is_put_away_and_not_shown(at: Callable[..., Visit]) -> None:
    visit = at()
    await leave(visit, "链路\n".encode(), "con\u202esole.log")
    file = await visit.get(f"{HOME}/files/1")
    assert file.headers["content-type"] == "text/plain; charset=utf-8"
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''con")
    assert (await visit.get(f"{HOME}/files/2")).status_code == 404
    assert (await visit.get(f"{HOME}/files/x")).status_code == 404
    assert (await visit.get("/incidents/2/files/1")).status_code == 404


async def test_the_next_report_begins_with_a_draft_and_goes_to_those_who_know(
    at: Callable[..., Visit], desk: Desk
) -> None:
    visit = at()
    text = (await visit.get(HOME)).text
    assert ">Plan “core network down” started, steps 1/4; 0 of 2 devices back</textarea>" in text
    form = fields(text, f"{HOME}/bulletin")
    assert form["next_at"] == "2026-11-24T03:42"
    said = await visit.said(
        f"{HOME}/bulletin", **form | {"text": "已切备板", "risk": "无冗余", "next_at": "2026-11-24T04:15"}
    )
    assert "The report is on its way." in said
    assert "Next report 04:15 in 1 h 3 min" in said
    sent = desk.station.store.read_now(bulletins.bulletins_of, 1)[-1]
    assert (sent.text, sent.risk, sent.by) == ("已切备板", "无冗余", "zhaolei")
    answer = await visit.post(f"{HOME}/bulletin", text="还在处理", risk="", expected="五点", next_at="2026-11-26T04:15")
    assert answer.status_code == 409
    assert "at the most 24 hours from now" in answer.text
    assert "还在处理</textarea>" in answer.text
    assert fields(answer.text, f"{HOME}/bulletin")["expected"] == "五点"


async def test_a_line_is_added_about_another_moment_and_stands_in_its_place(at: Callable[..., Visit]) -> None:
    visit = at("fang")
    assert "Write what is to be said first." in await visit.said(f"{HOME}/note", text=" ")
    said = await visit.said(f"{HOME}/note", kind="instruction", text="先恢复 APP 登录", at="2026-11-24T03:09")
    assert "The line stands in the course." in said
    assert said.index("03:09 王芳 Instruction of superiors: 先恢复 APP 登录") < said.index("Opened as major")
    answer = await visit.post(f"{HOME}/note", kind="outside", text="华为 SR-1", at="2026-11-24T05:00")
    assert "That is no moment of this incident." in answer.text
    assert "华为 SR-1</textarea>" in answer.text
    assert re.search(r'value="outside" checked', answer.text)
    assert "autofocus" in answer.text, "and the form is where the page opens"
    assert "data-refresh" not in answer.text, "and nothing takes it away"
    assert "That is no moment" in await visit.said(f"{HOME}/note", text="x", at="tomorrow")


async def test_who_was_told_of_one_thing_stands_in_one_line(at: Callable[..., Visit]) -> None:
    page = (await at().page(HOME)).words
    assert re.search(r"03:12 first report, told to 赵磊 \(sms\), 陈立 \(sms\)", page)
    assert "Sent: first report" in page


async def test_a_manager_leads(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    said = await visit.said(f"{HOME}/name", person="zhaolei", role="leads")
    assert "In command: 赵磊" in said
    await visit.post(f"{HOME}/name", person="wangfang", role="goes")
    assert one(desk).leads == "zhaolei"
    assert "There is nobody named ghost." in await visit.said(f"{HOME}/name", person="ghost", role="leads")
    assert "They are being asked." in await visit.said(f"{HOME}/ask", post="leader", text="备件")
    assert "Say why first." in await visit.said(f"{HOME}/grade", grade="general", why="")
    said = await visit.said(f"{HOME}/grade", grade="general", why="只影响内网")
    assert "赵磊 decided the grade: “只影响内网”" in said
    assert "GENERAL" in said
    assert "Next report" not in said
    assert one(desk).grade is Grade.GENERAL
    entry = desk.station.store.read_now(journal.newest, "incident_regraded")
    assert entry is not None
    assert entry.actor == "zhaolei"
    assert desk.station.store.read_now(journal.payload_of, entry.seq)["asker"] == "zhao"  # type: ignore[index]


async def test_a_technician_raises_but_does_not_lower_and_names_nobody(at: Callable[..., Visit], desk: Desk) -> None:
    await at().post(f"{HOME}/grade", grade="general", why="x")
    visit = at("fang")
    text = (await visit.get(HOME)).text
    assert f'action="{HOME}/grade"' in text
    assert f'action="{HOME}/name"' not in text
    assert f'action="{HOME}/ask"' not in text
    assert "MAJOR" in await visit.said(f"{HOME}/grade", grade="major", why="全站不可用")
    assert f'action="{HOME}/grade"' not in (await visit.get(HOME)).text
    assert (await visit.post(f"{HOME}/grade", grade="general", why="x")).status_code == 403
    assert one(desk).grade is Grade.MAJOR


async def test_who_only_looks_sees_no_form(at: Callable[..., Visit]) -> None:
    visit = at("guest")
    for path in (HOME, "/incidents", "/plans", "/incidents/new", "/alerts/1"):
        text = (await visit.get(path)).text
        assert re.findall(r'<form[^>]*action="(?!/sign-out)[^"]*"', text) == [], path


async def test_a_plan_is_started_by_hand_once(at: Callable[..., Visit]) -> None:
    visit = at("fang")
    said = await visit.said(f"{HOME}/plan", plan="fire")
    assert "The plan is started." in said
    assert "Plan fire in the machine room started 03:12 王芳" in said
    assert "was started for this incident already" in await visit.said(f"{HOME}/plan", plan="fire")
    assert "There is no plan named nothing" in await visit.said(f"{HOME}/plan", plan="nothing")


async def test_it_is_handled_with_its_result_and_goes_on_if_it_was_not_over(
    at: Callable[..., Visit], desk: Desk
) -> None:
    visit = at()
    calamity.restore(desk)
    page = (await visit.page(HOME)).words
    assert "restored 03:12" in page
    assert "The incident report is due within 24 hours from now. Steps not done are cancelled: 2." in page
    assert "Say first what came of it" in await visit.said(f"{HOME}/finish", result=" ")
    said = await visit.said(f"{HOME}/finish", result="更换主控板，业务已验证")
    assert "It is handled. The incident report is next." in said
    assert "handled 03:12 just now 赵磊 Result: 更换主控板，业务已验证" in re.sub(r"\s+", " ", said)
    assert "Incident report due Wed 25 Nov 03:12 in 1 d" in said
    assert "4 ×cancelled" in said
    text = (await visit.get(HOME)).text
    assert 'href="/incidents/1/report">Write the incident report</a>' in text
    assert f'action="{HOME}/finish"' not in text
    assert "It was handled in the meantime." in await visit.said(f"{HOME}/finish", result="again")
    assert "It goes on." in await visit.said(f"{HOME}/reopen", why="又断了")
    assert one(desk).open


async def test_the_list_has_what_is_handled_first_and_the_major_ones_before(
    at: Callable[..., Visit], desk: Desk
) -> None:
    visit = at("fang")
    assert "Say what has happened first" in await visit.said("/incidents", site="hz1", title="", door="customer")
    said = await visit.said(
        "/incidents", site="hz2", title="客户无法登录", door="customer", kind="complaint", grade="general",
        began="2026-11-24T03:00", text="张先生来电",
    )  # fmt: skip
    assert "It is open." in said
    assert "GENERAL ☏ customer complaint TF-20261124-02 客户无法登录" in said
    assert "王芳 reported it with this grade." in said
    made = one(desk, 2)
    assert (made.found_by, made.kind, made.site, made.opened_by) == (
        Found.CUSTOMER, IncidentClass.COMPLAINT, "hz2", "wangfang",
    )  # fmt: skip
    page = await visit.page("/incidents")
    assert "Being handled: 2" in page.words
    assert page.words.index("HZ1-CORE-01 not reached") < page.words.index("客户无法登录")
    await at().post(f"{HOME}/finish", result="好了")
    words_ = (await visit.page("/incidents")).words
    assert words_.index("客户无法登录") < words_.index("Handled") < words_.index("HZ1-CORE-01 not reached")
    assert "Report to be written" in words_


async def test_the_three_doors_begin_with_what_is_mostly_meant(at: Callable[..., Visit]) -> None:
    visit = at("fang")
    for door, kind in (("customer", "complaint"), ("patrol", "security"), ("hand", "network"), ("rubbish", "network")):
        text = (await visit.get(f"/incidents/new?door={door}")).text
        select = re.search(r'<select name="kind">.*?</select>', text, re.DOTALL)
        assert select is not None
        assert f'value="{kind}" selected' in select.group(), door


@pytest.mark.parametrize(
    ("form", "said"),
    [
        pytest.param({"site": "hz9"}, "There is no such site.", id="a site that is not there"),
        pytest.param({"target": "HZ9"}, "There is no target named HZ9.", id="a target that is not there"),
        pytest.param({"began": "2026-11-20T00:00"}, "at any time of the last 2 days", id="long ago"),
        pytest.param({"began": "soon"}, "That is no moment", id="no time"),
    ],
)
async def test_what_is_refused_keeps_what_was_typed(
    at: Callable[..., Visit], desk: Desk, form: dict[str, str], said: str
) -> None:
    whole = {"title": "漏水", "door": "patrol", "kind": "security", "grade": "major", "site": "hz1", "text": "机房 A"}
    answer = await at("fang").sent("/incidents", **whole | form)
    assert answer.status_code == 409
    assert said in html.unescape(answer.text)
    assert fields(answer.text, "/incidents")["title"] == "漏水"
    assert 'value="major" checked' in answer.text
    assert "机房 A</textarea>" in answer.text
    assert len(desk.station.store.read_now(incidents.open_incidents)) == 1


async def test_an_alert_shows_its_incident_or_becomes_one(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at("fang")
    assert 'href="/incidents/1">▲ TF-20261124-01</a>' in (await visit.get("/alerts")).text
    assert "It belongs to no incident." not in (await visit.page("/alerts/1")).words
    (number,) = trouble.put(desk, trouble.fired("HZ1-DB-01", trouble.FULL, NOW - 9 * MINUTE))
    page = (await visit.page(f"/alerts/{number}")).words
    assert "It belongs to no incident. Make an incident of it" in page
    assert "TF-20261124-01 HZ1-CORE-01 not reached" in page
    form = fields((await visit.get(f"/incidents/new?alert={number}")).text, "/incidents")
    assert (form["target"], form["began"], form["alert"]) == ("HZ1-DB-01", "2026-11-24T03:03", str(number))
    assert form["title"].startswith("HZ1-DB-01 disk /var")
    said = await visit.said("/incidents", **form | {"grade": "general", "kind": "network", "site": "hz1"})
    assert f"Alerts of it: 1 !WARNING A0{number} HZ1-DB-01" in said
    again = await visit.sent("/incidents", **form | {"grade": "general", "site": "hz1"})
    assert "belongs to an incident already" in again.text
    assert (await visit.get("/incidents/new?alert=99")).status_code == 404
    assert "The alert belongs to it now." in await visit.said(f"/alerts/{number}/incident", incident="1")


async def test_tonight_has_the_incidents_with_their_clocks_above_the_alerts(
    at: Callable[..., Visit], desk: Desk
) -> None:
    page = (await at().page("/")).words
    assert page.index("Being handled: 1") < page.index("Open alerts")
    assert "▲MAJOR HZ1-CORE-01 not reached ⇄ network failure" in page
    assert "Step 3 due 03:17 in 5 min" in page
    await at().post(f"{HOME}/finish", result="好了")
    page = (await at().page("/")).words
    assert "Reports that wait: 1 TF-20261124-01 Incident report due Wed 25 Nov 03:12" in page


async def test_a_plan_says_whom_it_would_tell_and_is_rehearsed_unmistakably(
    at: Callable[..., Visit], desk: Desk
) -> None:
    visit = at("fang")
    page = (await visit.page("/plans")).words
    assert "fire in the machine room fire For: major, general · security accident · is started by hand" in page
    assert "Ring 119 and say the address." in page
    assert "杭州一机房 王芳 (dingtalk), " in page
    assert "general emergency plan" in page
    assert "There is no target named HZ9" in await visit.said("/plans/rehearse", plan="fire", target="HZ9")
    said = await visit.said("/plans/rehearse", plan="fire", target="HZ1-DB-01")
    assert said.startswith("[REHEARSAL] YL-20261124-01")
    assert "REHEARSAL Nothing has happened: nobody is told outside of this page, no command runs." in said
    for path in ("/incidents", "/"):
        assert "REHEARSAL ▲MAJOR" in (await visit.page(path)).words, path
    assert "演练" in (await at(language="zh").page("/incidents/2")).words


async def test_what_is_archived_takes_nothing_more(at: Callable[..., Visit], desk: Desk) -> None:
    await at().post(f"{HOME}/finish", result="好了")

    def archive(conn: Connection, agent: str) -> None:
        conn.execute(incident_reports.update().values(state=ReportState.ARCHIVED.value))

    desk.station.store.write_now(archive)
    text = (await at().get(HOME)).text
    assert "archived" in Outline(text).words
    assert f'action="{HOME}/' not in text


async def test_what_is_not_there_is_not_found(at: Callable[..., Visit]) -> None:
    visit = at()
    for path in ("/incidents/99", "/incidents/x", "/incidents/99/files/1"):
        assert (await visit.get(path)).status_code == 404, path
    for path in ("/incidents/99/note", "/incidents/99/finish", "/incidents/99/files"):
        assert (await visit.post(path, text="x", result="x", step="1.1")).status_code == 404, path


async def test_nothing_hostile_comes_through(at: Callable[..., Visit]) -> None:
    visit = at()
    for text in HOSTILE:
        said = text.encode("utf-8", "replace").decode()
        await visit.post("/incidents", site="hz1", title=said, text=said, door="hand", grade="general")
        await visit.post(f"{HOME}/note", text=said, kind="note")
        await visit.post(f"{HOME}/bulletin", text=said, risk=said, expected=said)
        await visit.post("/incidents", site=said, title=said, target=said, text=said, began=said)
    for path in ("/incidents", HOME, "/", *(f"/incidents/{n}" for n in range(2, 9))):
        page = await visit.page(path)
        assert not [a for _, a in page.elements if any(HANDLERS.match(name) for name in a)], path
        assert all((s.get("src") or "").startswith("/static/") for s in page.all("script")), path
        assert not [a for a in page.all("a") if (a.get("href") or "").startswith("javascript")], path


def test_a_long_course_keeps_its_newest_lines() -> None:
    events = [
        IncidentEvent(n, 1, NOW + n * MINUTE, IncidentEventKind.NOTE, "wangfang", f"line {n}") for n in range(MOST + 7)
    ]
    lines, earlier = timeline(events)
    assert (len(lines), earlier) == (MOST, 7)
    assert lines[-1].event.text == f"line {MOST + 6}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_that_these_pages_put_together_has_words(language: str) -> None:
    say = words(language)
    codes = [f"incidents_page.{part}.{grade}" for grade in Grade for part in ("grade", "grade_means", "regrade")]
    codes += [f"incidents_page.{part}.{state}" for state in ReportState for part in ("report", "report_page")]
    codes += [f"incidents_page.step.{look}" for look in (*StepState, "overdue")]
    codes += [f"incidents_page.door.{door}" for door in ("customer", "patrol", "hand")]
    assert [code for code in codes if code not in say] == []
