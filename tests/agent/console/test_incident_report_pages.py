"""The incident report on the console: it is filled in by several, submitted, reviewed, countersigned, archived."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from agent.services.overview import Reader
from agent.store import incident_reports, journal
from duty.filing import ReportState
from tests.agent.console import affair
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import PASSWORD, Desk
from tests.agent.console.test_alert_pages import Visit

Build = Callable[..., Reader]
PAGE = "/incidents/1/report"


@pytest.fixture
def at(desk: Desk, house: Build) -> Callable[..., Visit]:
    """Return what signs somebody in; the incident was handled just now."""
    affair.move_in(desk)
    affair.handled(desk)
    return lambda account="fang", language="en": Visit(desk, house(), account, language)


def sent(text: str, **typed: str) -> dict[str, str]:
    """Return what a browser sends of the page's big form, with what was typed into it."""
    form = text.partition('class="writing')[2].partition("</form>")[0]
    found = {}
    for tag, inside in re.findall(
        r"<(input[^>]*|textarea[^>]*|select[^>]*)>(.*?)(?=<(?:input|textarea|select|p|/div))", form, re.S
    ):
        name = re.search(r'name="([^"]+)"', tag)
        if name is None or name[1] in ("csrf", "username", "password"):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        if tag.startswith("select"):
            value = re.search(r'value="([^"]*)" selected', inside)
        if tag.startswith("textarea"):
            found[name[1]] = html.unescape(inside.partition("</textarea>")[0].removeprefix("\n")).replace("\n", "\r\n")
        else:
            found[name[1]] = html.unescape(value[1]) if value else ""
    return found | typed


def state(desk: Desk) -> ReportState:
    return desk.station.store.read_now(incident_reports.get_report, 1).state


async def filled(visit: Visit) -> str:
    """Fill in what is needed and save it; return the words of the page."""
    text = (await visit.get(PAGE)).text
    whole = {field.value: said for field, said in affair.WHOLE.items()}
    return await visit.said(f"{PAGE}/write", **sent(text, **whole))


async def submitted(visit: Visit) -> str:
    await filled(visit)
    text = (await visit.get(PAGE)).text
    return await visit.said(f"{PAGE}/submit", **sent(text, password=PASSWORD))


async def decided(visit: Visit, move: str, **more: str) -> str:
    """Decide as the page offers it."""
    text = (await visit.get(PAGE)).text
    seen = re.search(r'id="sign".*?name="seen" value="([0-9a-f]*)"', text, re.S)
    assert seen is not None, "nothing is offered"
    return await visit.said(
        f"{PAGE}/sign", **{"move": move, "seen": seen[1], "password": PASSWORD, "remark": ""} | more
    )


async def test_a_report_goes_from_the_draft_to_the_archive(at: Callable[..., Visit], desk: Desk) -> None:
    fang, lei, sun = at("fang"), at("lei"), at("sun")
    words = (await fang.page(PAGE)).words
    assert "杭州一机房核心网络中断" in words, "the record knows its title"
    assert "HZ1-CORE-01" in words
    assert "5 still needed: " in words
    assert "Saved." in await filled(fang)
    words = (await fang.page(PAGE)).words
    assert "Everything that is needed is filled in." in words
    assert "Submitted; the duty manager reviews it next." in await submitted(fang)
    assert "Sign it" not in (await fang.page(PAGE)).words, "the author does not review it"
    assert "Approved." in await decided(lei, "approve")
    assert "Countersigned." in await decided(lei, "countersign:网络部", remark="已阅")
    words = await decided(sun, "countersign:leaders")
    assert "It cannot be changed any more." in words
    report = desk.station.store.read_now(incident_reports.get_report, 1)
    assert report.state is ReportState.ARCHIVED
    assert report.code in words, "the check code"
    assert "file TF-20261124-01, on 2026-11-24" in words, "by the day of the site"
    answer = await fang.sent(f"{PAGE}/write", title="something else")
    assert answer.status_code == 409
    kinds = [entry.kind for entry in desk.station.store.read_now(journal.entries, 8)]
    assert {"incident_archived", "incident_submitted", "report_written"} <= set(kinds)


async def test_what_is_missing_is_named_and_leads_to_its_field(at: Callable[..., Visit], desk: Desk) -> None:
    fang = at("fang")
    text = (await fang.get(PAGE)).text
    answer = await fang.sent(f"{PAGE}/submit", **sent(text, password=PASSWORD, lessons="备板每月切换一次"))
    assert answer.status_code == 409
    bar = answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert 'href="#f-verification"' in bar
    assert 'id="f-verification"' in answer.text
    assert "备板每月切换一次" in answer.text, "what was typed is saved"
    assert state(desk) is ReportState.DRAFT


async def test_a_wrong_password_loses_nothing(at: Callable[..., Visit], desk: Desk) -> None:
    fang = at("fang")
    await filled(fang)
    text = (await fang.get(PAGE)).text
    answer = await fang.sent(f"{PAGE}/submit", **sent(text, password="guess", lessons="line 1\r\nline 2"))
    assert answer.status_code == 409
    assert "The password is wrong; nothing was signed." in answer.text
    assert "line 1\nline 2</textarea>" in answer.text
    assert "guess" not in answer.text
    assert state(desk) is ReportState.DRAFT


async def test_two_who_write_at_once_do_not_lose_one_anothers_text(at: Callable[..., Visit]) -> None:
    fang, na = at("fang"), at("na")
    both = (await fang.get(PAGE)).text
    assert "Saved." in await na.said(f"{PAGE}/write", **sent(both, lessons="na's", remains="hers too"))
    assert "Saved." in await fang.said(f"{PAGE}/write", **sent(both, root_cause="fang's")), "other fields"
    text = (await fang.get(PAGE)).text
    assert all(said in text for said in ("na&#39;s", "hers too", "fang&#39;s"))
    answer = await fang.sent(f"{PAGE}/write", **sent(both, lessons="mine", corrective="replace it"))
    assert answer.status_code == 409
    assert "Somebody changed the following" in answer.text
    assert re.search(r"李娜 wrote at .*?na&#39;s", answer.text, re.S), "what she wrote stands beside it"
    assert "mine</textarea>" in answer.text
    assert "hers too</textarea>" in answer.text, "what fang left alone is shown as it stands now"
    assert "Saved." in await fang.said(f"{PAGE}/write", **sent(answer.text))
    text = (await fang.get(PAGE)).text
    assert "mine</textarea>" in text
    assert "replace it</textarea>" in text
    assert "hers too</textarea>" in text


async def test_it_comes_back_with_a_remark_and_is_submitted_again(at: Callable[..., Visit], desk: Desk) -> None:
    fang, lei = at("fang"), at("lei")
    await submitted(fang)
    words = await decided(lei, "return")
    assert "退回" in words or "remark" in words
    assert "Returned; the author is told." in await decided(lei, "return", remark="请补充根本原因")
    words = (await fang.page(PAGE)).words
    assert "赵磊 returned it at" in words
    assert "请补充根本原因" in words
    text = (await fang.get(PAGE)).text
    words = await fang.said(f"{PAGE}/submit", **sent(text, root_cause="主控板电容老化", password=PASSWORD))
    assert "Submitted;" in words, "what was typed is saved and submitted at once"
    assert "主控板电容老化" in words


async def test_who_has_not_the_post_does_not_sign(at: Callable[..., Visit], desk: Desk) -> None:
    fang, na, lei, guest = at("fang"), at("na"), at("lei"), at("guest")
    await filled(fang)
    text = (await na.get(PAGE)).text
    assert 'id="submit"' not in text, "only the author submits"
    await submitted(fang)
    seen = affair.view(desk).digest
    for move in ("approve", "return"):
        answer = await na.sent(f"{PAGE}/sign", move=move, seen=seen, password=PASSWORD, remark="x")
        assert answer.status_code == 409
        assert "no post that may sign" in answer.text
    await decided(lei, "approve")
    answer = await lei.sent(f"{PAGE}/sign", move="countersign:leaders", seen=seen, password=PASSWORD)
    assert answer.status_code == 409, "the manager is not the leading group"
    assert (await guest.sent(f"{PAGE}/write", title="x")).status_code == 403
    assert '<form class="writing' not in (await guest.get(PAGE)).text


async def test_somebody_else_can_be_the_author(at: Callable[..., Visit]) -> None:
    lei, na = at("lei"), at("na")
    text = (await lei.get(PAGE)).text
    words = await lei.said(f"{PAGE}/assign", **sent(text, author="lina", lessons="kept"))
    assert "The author is named." in words
    page = (await na.get(PAGE)).text
    assert 'id="submit"' in page
    assert "kept</textarea>" in page
    assert "nobody of this name" in await lei.said(f"{PAGE}/assign", **sent(page, author="nemo"))


async def test_both_clocks_stand_on_it(at: Callable[..., Visit], desk: Desk) -> None:
    fang = at("fang")
    words = (await fang.page(PAGE)).words
    assert "24 h left" in words or "to go" in words or "left" in words
    text = (await fang.get(PAGE)).text
    words = await fang.said(f"{PAGE}/write", **sent(text, cyber="yes", cyber_level="considerable"))
    assert "provincial cyberspace office" in words
    desk.clock.advance(25 * affair.HOUR)
    words = (await at("lei", "zh").page(PAGE)).words
    assert "已超期" in words
    assert "省级网信部门" in words
    assert "已超过" in words


async def test_a_choice_is_one_of_those_listed(at: Callable[..., Visit]) -> None:
    fang = at("fang")
    answer = await fang.sent(f"{PAGE}/write", cyber_level="terrible", lessons="kept all the same")
    assert answer.status_code == 409
    assert "Choose one of those that are listed." in answer.text
    assert "kept all the same</textarea>" in answer.text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_hostile_words_stay_words(at: Callable[..., Visit], language: str) -> None:
    fang = at("fang", language)
    for word in (word.replace("\ud800", "") for word in HOSTILE):
        text = (await fang.get(PAGE)).text
        page = (
            await fang.post(f"{PAGE}/write", **sent(text, title=word[:500], lessons=word, measures=f"a\n{word}"))
        ).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\x1b" not in page
        assert "\u202e" not in page


@pytest.mark.parametrize(
    ("address", "media"),
    [
        ("report.pdf", "application/pdf"),
        ("report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("course.txt", "text/plain; charset=utf-8"),
    ],
)
async def test_it_can_be_taken_along(at: Callable[..., Visit], address: str, media: str) -> None:
    for language in ("zh", "en"):
        answer = await at("fang", language).get(f"/incidents/1/{address}")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media
        assert "TF-20261124-01" in answer.headers["content-disposition"]
    assert (await at("fang").get("/incidents/9/report")).status_code == 404


async def test_the_vendors_text_names_nobody(at: Callable[..., Visit]) -> None:
    text = (await at("fang").get("/incidents/1/course.txt")).text
    assert "主控板无灯" in text
    assert not re.search("王芳|赵磊|13800000001", text)
