"""The handover form on the console: three people read it, fill it in and sign it; what is refused says why."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from agent.services.overview import Reader
from agent.store import forms, journal
from agent.store.schema import handover_contents
from duty.handover import Form, FormState
from duty.signing import CHECKS, HINDRANCES
from tests.agent.console import affair, change, trouble
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import PASSWORD, Desk
from tests.agent.console.test_alert_pages import Visit
from tests.agent.console.test_roster_pages import fields

Build = Callable[..., Reader]
CHECKED = dict.fromkeys(CHECKS, "1")


@pytest.fixture
def at(desk: Desk, house: Build) -> Callable[..., Visit]:
    """Return what signs somebody in; it is 07:45 and the night was quiet."""
    change.move_in(desk)
    change.due(desk)
    return lambda account="fang", language="en": Visit(desk, house(), account, language)


def form(desk: Desk) -> Form:
    return desk.station.store.read_now(forms.list_forms, 1)[0]


def offered(text: str, **more: str) -> dict[str, str]:
    """Return what a browser sends of the form to sign, with nothing ticked, and the password."""
    ticks = {*CHECKS, *HINDRANCES, "verdict"}
    sent = {name: value for name, value in fields(text, "/handover/1/sign#sign").items() if name not in ticks}
    return sent | {"password": PASSWORD} | more


async def sign(visit: Visit, way: str = "", **more: str) -> str:
    """Sign the form as its page offers it, and return the words of the page that follows."""
    text = (await visit.get(f"/handover/1?as={way}")).text
    return await visit.said("/handover/1/sign", **offered(text, **more))


async def test_three_people_sign_one_form(at: Callable[..., Visit], desk: Desk) -> None:
    fang, na, lei = at("fang"), at("na"), at("lei")
    words = (await fang.page("/handover")).words
    assert "JB-20261123-N" in words
    assert "waits for the outgoing shift: 王芳" in words
    assert "Your arrival is written down." in await na.said("/handover/1/arrive")
    assert "Saved." in await fang.said("/handover/1/fill", heads_up_1="3 号电梯停用", things="Missing: torch")
    assert "Signed." in await sign(fang)
    words = (await na.page("/handover/1")).words
    assert "3 号电梯停用" in words
    assert "Missing: torch" in words
    assert "0042" in words, "her staff number"
    assert "Tick what you have looked at" in await sign(na)
    assert "Signed." in await sign(na, **CHECKED)
    desk.clock.advance(20 * change.MINUTE)
    assert "Choose agreed" in await sign(lei, verdict="")
    assert "Signed." in await sign(lei, verdict="agreed")
    closed = form(desk)
    assert closed.state is FormState.CLOSED
    words = (await lei.page("/handover/1")).words
    assert closed.code in words, "the check code stands in small print"
    assert "No form waits for a signature." in (await lei.page("/handover")).words
    kinds = [entry.kind for entry in desk.station.store.read_now(journal.entries, 6)]
    assert kinds == [*["handover_signed"] * 3, "handover_filled", "arrived", "handover_opened"]


async def test_each_line_leads_to_its_evidence(at: Callable[..., Visit], desk: Desk) -> None:
    trouble.night(desk)
    visit = at("fang")
    text = (await visit.get("/handover/1")).text.partition('class="paper"')[2].partition("</article>")[0]
    addresses = set(re.findall(r'href="([^"]+)"', text))
    assert {"/alerts/1", "/targets/HZ1-CORE-01"} <= addresses
    for address in addresses:
        assert (await visit.get(address)).status_code == 200, address


async def test_the_page_speaks_chinese(at: Callable[..., Visit]) -> None:
    words = (await at("fang", "zh").page("/handover/1")).words
    for said in (
        "交班人 王芳 待签",
        "接班人 李娜 随后签字",
        "值班经理 赵磊 随后签字",
        "交班签字",
        "请再次输入 王芳 的密码",
    ):
        assert said in words
    words = (await at("na", "zh").page("/handover/1")).words
    assert "我已到岗" in words
    assert "待交班人签字： 王芳" in (await at("na", "zh").page("/handover")).words


async def test_who_is_not_on_the_roster_signs_for_somebody_with_a_reason(at: Callable[..., Visit], desk: Desk) -> None:
    na = at("na")
    assert "Wait for it, or pass over it with a reason" in await sign(na, **CHECKED), "her own turn is to come"
    assert "Say why" in await sign(na, "outgoing", on_behalf="wangfang")
    assert "Signed." in await sign(na, "outgoing", on_behalf="wangfang", reason="taken to hospital")
    words = (await at("lei").page("/handover/1")).words
    assert "李娜" in words
    assert "taken to hospital" in words
    assert form(desk).state is FormState.SIGNED


async def test_a_wrong_password_signs_nothing_and_keeps_what_was_typed(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at("fang")
    await sign(visit)
    na = at("na")
    sent = offered((await na.get("/handover/1")).text, remark="one key is missing", password="guess", **CHECKED)
    answer = await na.post("/handover/1/sign", **sent)
    assert answer.status_code == 409
    assert "The password is wrong; nothing was signed." in answer.text
    assert 'value="one key is missing"' in answer.text
    assert answer.text.count(" checked") == 3
    assert "guess" not in answer.text
    for _ in range(8):
        words = await sign(na, password="guess", **CHECKED)
    assert re.search(r"Too many wrong passwords; try again in \d+ s\.", words)
    assert form(desk).state is FormState.SIGNED


async def test_what_has_changed_since_it_was_opened_must_be_seen_first(at: Callable[..., Visit], desk: Desk) -> None:
    fang = at("fang")
    text = (await fang.get("/handover/1")).text
    desk.clock.advance(change.MINUTE)
    trouble.put(desk, trouble.fired("HZ1-DB-01", trouble.FULL, desk.clock.now()))
    words = await fang.said("/handover/1/sign", **offered(text))
    assert "The form has changed since you opened it." in words
    assert re.search(r"new A0?1|new.*HZ1-DB-01", words), "what is new is marked"
    assert "Signed." in await sign(fang)


async def test_a_major_fault_is_told_and_can_be_passed_over_with_a_reason(at: Callable[..., Visit], desk: Desk) -> None:
    trouble.night(desk)
    fang, na = at("fang"), at("na")
    await sign(fang)
    words = (await na.page("/handover/1")).words
    assert "A major fault is being handled. The outgoing shift stays and leads" in words
    assert "Wait until it is over or put off" in await sign(na, **CHECKED)
    assert "Say why" in await sign(na, major="1", **CHECKED)
    assert "Signed." in await sign(na, major="1", reason="on duty for 20 hours", **CHECKED)
    assert "on duty for 20 hours" in (await na.page("/handover/1")).words


async def test_the_manager_returns_a_form_and_everybody_sees_why(at: Callable[..., Visit], desk: Desk) -> None:
    fang, na, lei = at("fang"), at("na"), at("lei")
    await sign(fang)
    await sign(na, **CHECKED)
    assert "Say why" in await sign(lei, verdict="returned")
    assert "Returned; both shifts sign anew." in await sign(lei, verdict="returned", reason="UPS 未填写")
    words = (await fang.page("/handover/1")).words
    assert "Returned by 赵磊" in words
    assert "UPS 未填写" in words
    assert "Saved." in await fang.said("/handover/1/fill", standby="UPS-02 on bypass")
    assert form(desk).revision == 2


async def test_open_faults_need_a_date(at: Callable[..., Visit], desk: Desk) -> None:
    fang, na, lei = at("fang"), at("na"), at("lei")
    await sign(fang)
    await sign(na, **CHECKED)
    for due in ("", "2026-11-24T07:00", "nonsense"):
        assert "Say by when the open faults are done" in await sign(
            lei, verdict="with_faults", reason="spare part", due=due
        )
    assert "Signed." in await sign(lei, verdict="with_faults", reason="spare part", due="2026-11-24T18:00")
    assert "18:00" in (await lei.page("/handover/1")).words


async def test_a_viewer_reads_and_signs_nothing(at: Callable[..., Visit], desk: Desk) -> None:
    guest = at("guest")
    text = (await guest.get("/handover/1")).text
    assert "<form" not in text.partition("<main")[2].partition("</main>")[0]
    for path in ("fill", "arrive", "sign"):
        assert (await guest.sent(f"/handover/1/{path}", signer="manager")).status_code == 403
    assert form(desk).state is FormState.DRAFT


async def test_there_is_nothing_under_a_number_that_no_form_has(at: Callable[..., Visit]) -> None:
    visit = at("fang")
    for path in ("/handover/2", "/handover/x", "/handover/99999999999999999999"):
        assert (await visit.get(path)).status_code == 404
    assert (await visit.sent("/handover/2/sign", signer="outgoing")).status_code == 404


async def test_a_form_whose_content_is_lost_says_so(at: Callable[..., Visit], desk: Desk) -> None:
    fang, na = at("fang"), at("na")
    await sign(fang)
    await sign(na, **CHECKED)
    desk.station.store.write_now(lambda conn, agent: conn.execute(handover_contents.delete()))
    for path in ("/handover/1", "/handover/1.pdf"):
        answer = await fang.get(path)
        assert answer.status_code == 500
        assert "What was signed is missing or was changed" in answer.text
        assert "nightduty verify" in answer.text
    assert (await fang.get("/handover")).status_code == 200, "the list is there"


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_people_write_is_shown_and_does_nothing(at: Callable[..., Visit], text: str) -> None:
    visit = at("fang")
    await visit.post("/handover/1/fill", heads_up_1=text.encode("utf-8", "replace").decode())
    page = (await visit.get("/handover/1")).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<svg/onload" not in page


async def test_the_form_tells_of_incidents_and_a_major_one_is_not_handed_over(
    at: Callable[..., Visit], desk: Desk
) -> None:
    affair.opened(desk, alert=False)
    fang, na = at("fang"), at("na")
    await sign(fang)
    words = (await na.page("/handover/1")).words
    assert "4 Incidents" in words
    assert "杭州一机房核心网络中断" in words
    assert "孙总要求 04:00 前恢复 APP 登录" in words, "the leading group's instructions"
    assert "due 24 hours after the handling" in words
    assert "A major fault is being handled" in words
    assert "Wait until it is over or put off" in await sign(na, **CHECKED)
    affair.finish(desk)
    text = (await na.get("/handover/1")).text
    assert "/incidents/1/report" in text
    assert "A major fault is being handled" not in text


async def test_a_rehearsal_keeps_nobody_from_going_home(at: Callable[..., Visit], desk: Desk) -> None:
    affair.opened(desk, rehearsal=True)
    fang = at("fang")
    words = (await fang.page("/handover/1")).words
    assert "No incident in this shift" in words
