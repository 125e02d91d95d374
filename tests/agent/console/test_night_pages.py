"""A round's page and the log of a night, over a real record: what is read, what is refused, what a manager sees."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from agent.services import review_round as review
from agent.store import journal
from duty.round_review import Item
from tests.agent.console import house_of_rounds
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import Desk
from tests.agent.console.test_alert_pages import Visit
from tests.agent.console.test_pages import HANDLERS, Outline

NIGHT = "/nights/hz1/2026-11-23"


@pytest.fixture
def at(desk: Desk) -> Callable[..., Visit]:
    """Return what signs somebody in; it is 03:12, rounds 3 and 4 were missed, 6 and 7 found trouble."""
    reader = house_of_rounds.move_in(desk)
    return lambda account="fang", language="en": Visit(desk, reader, account, language)


async def kinds(desk: Desk) -> list[str]:
    return [entry.kind for entry in await desk.station.store.read(journal.entries, 300)]


async def test_a_round_is_read_in_one_tap_and_says_so(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    assert "Nobody has read this round yet." in (await visit.page("/rounds/7")).words
    said = await visit.said("/rounds/7/read")
    assert "Marked as read at 03:12." in said
    assert "03:12王芳" in said
    assert "Add to my note" in said
    assert "Next unread round: Mon 23 Nov 21:00" in said
    await visit.said("/rounds/7/read")
    assert (await kinds(desk)).count("round_read") == 1


async def test_a_ready_phrase_and_own_words_are_one_note(at: Callable[..., Visit]) -> None:
    said = await at(language="zh").said("/rounds/6/read", phrase="reported", note="工单 771")
    assert "王芳 “已知，跟进中 / 已报维保单位：工单 771”" in said
    said = await at("lei").said("/rounds/6/read", phrase="nonsense")
    assert "王芳 “已知，跟进中 / 已报维保单位：工单 771” 03:12赵磊" in said


async def test_a_missed_round_is_read_with_what_is_known_of_it(at: Callable[..., Visit]) -> None:
    visit = at()
    answer = await visit.sent("/rounds/4/read", note="  ")
    assert answer.status_code == 409
    assert "Say what you know of it, or that nobody knows yet." in Outline(answer.text).words
    assert "What is known of why it was missed" in answer.text
    assert "王芳 “power cut”" in await visit.said("/rounds/4/read", phrase="power")


async def test_what_is_seen_in_a_room_stands_in_the_round(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    fields = {"item.smell": "bad", "value.smell": "烧焦味", "item.leak": "well", "value.mains": "  "}
    said = await visit.said("/rounds/4/lines", **{"room": "hz1/机房A", **fields})
    assert "What you saw is in the record." in said
    assert "Smell 杭州一机房 机房A !not well 烧焦味 王芳 03:12 Leak 杭州一机房 机房A ✓well 王芳 03:12" in said
    assert "!Seen by people and not well: 1" in said
    lines = (await review.read_review(desk.station, 4)).lines
    assert [(line.item, line.well) for line in lines] == [(Item.LEAK, True), (Item.SMELL, False)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({}, "Choose for at least one item", id="nothing"),
        pytest.param({"item.smell": "bad"}, "Say of each item that is not well what you saw.", id="bad and no word"),
        pytest.param({"value.smell": "burnt"}, "whether it is well: Smell.", id="a word and no verdict"),
        pytest.param({"item.smell": "well", "room": "hz1/kitchen"}, "Choose the room.", id="no such room"),
        pytest.param({"item.smell": "well", "room": ""}, "Choose the room.", id="no room"),
        pytest.param({"item.smell": "fine"}, "Choose for at least one item", id="no verdict that there is"),
    ],
)
async def test_a_refusal_keeps_what_was_typed(at: Callable[..., Visit], fields: dict[str, str], said: str) -> None:
    sent = {"room": "hz1/机房A", "value.noise": "", "item.cooling": ""} | fields
    answer = await at().sent("/rounds/7/lines", **sent)
    assert answer.status_code == 409
    assert said in Outline(answer.text).words
    assert re.search(r'<details class="more" id="add-lines" open', answer.text)
    for name, value in fields.items():
        if name.startswith("value."):
            assert f'value="{value}"' in answer.text
        elif name.startswith("item.") and value in ("well", "bad"):
            assert re.search(rf'name="{name}" value="{value}" checked', answer.text)
    if sent["room"] == "hz1/机房A":
        assert re.search(r'<option value="hz1/机房A" selected', answer.text)


async def test_who_may_not_write_reads_and_finds_no_form(at: Callable[..., Visit], desk: Desk) -> None:
    for account in ("guest", "admin"):
        visit = at(account)
        text = (await visit.get("/rounds/6")).text
        assert "已知，跟进中" in text
        assert "/rounds/6/read" not in text
        assert "/rounds/6/lines" not in text
        assert f"{NIGHT}/read" not in (await visit.get(NIGHT)).text
        for path in ("/rounds/6/read", "/rounds/6/lines", f"{NIGHT}/read"):
            assert (await visit.sent(path, rounds="1")).status_code == 403
    assert "round_read" not in await kinds(desk)


async def test_a_round_that_there_is_not_cannot_be_read(at: Callable[..., Visit]) -> None:
    visit = at()
    for number in ("99", "x", "9" * 16):
        assert (await visit.sent(f"/rounds/{number}/read")).status_code == 404
        sent = {"room": "hz1/机房A", "item.smell": "well"}
        assert (await visit.sent(f"/rounds/{number}/lines", **sent)).status_code == 404


async def test_the_log_of_a_night_answers_what_a_manager_asks(at: Callable[..., Visit]) -> None:
    text = (await at("lei").get(NIGHT)).text
    words = Outline(text).words
    for said in (
        "Night of Mon 23 Nov, 杭州一机房",
        "Not everything was inspected: 6 of 8 rounds were made, 2 missed, 0 cut short; not read yet: 5.",
        "Made6 of 12 Missed2 Late1 Read3 of 8",
        "Technician王芳Duty manager赵磊",
        "22:00 – 23:00: 2 rounds missed: the agent was not running.",
        "Nobody saw the whole between 21:00 and 00:00.",
        "王芳 “主机重启”",
        "01:00 complete 3 ×not reached 1 !abnormal 1 ✓well 1seen by people and not well: 1",
        "HZ1-ACC-31 ✓→×not reachedHZ1-DB-01 ✓→!abnormal",
        "王芳 01:20 “已知，跟进中”",
        "04:00 to come",
        "!abnormal HZ1-DB-01 01:00 – 02:00, 2 rounds !WARNING disk /var is 93.1 % full (limit 85 %)",
        "Fire panel机房A !not well 3 号回路故障灯亮",
    ):
        assert said in words
    links = re.findall(r'href="(/nights/[^"]+)"', text)
    assert {f"{NIGHT}.pdf", f"{NIGHT}.xlsx", "/nights/hz1/2026-11-23?turn=day"} <= set(links)


async def test_the_log_speaks_chinese(at: Callable[..., Visit]) -> None:
    words = (await at("lei", "zh").page(NIGHT)).words
    for said in (
        "11月23日 周一 夜班 杭州一机房",
        "有未检时段：应巡 8 轮，已巡 6 轮，漏检 2 轮，中断 0 轮；未阅 5 轮。",
        "22:00 – 23:00：漏检 2 轮，巡检程序未运行。 21:00 至 00:00 之间没有完整巡检。 王芳 “主机重启”",
        "以下轮次不正常且尚无人阅看，请逐一打开： 23:00 02:00",
    ):
        assert said in words


async def test_rounds_in_which_all_is_well_are_read_together_and_the_others_by_themselves(
    at: Callable[..., Visit], desk: Desk
) -> None:
    visit = at("lei")
    text = (await visit.get(NIGHT)).text
    (rounds,) = re.findall(r'name="rounds" value="([\d,]+)"', text)
    assert rounds == "1,2,5,8"
    assert "I have read these 4 rounds in which all is well" in text
    said = await visit.said(f"{NIGHT}/read", rounds=rounds)
    assert "Marked as read: 4." in said
    assert "in which all is well" not in said
    assert "opened one by one: 23:00 02:00" in said
    answer = await visit.sent(f"{NIGHT}/read", rounds="7")
    assert answer.status_code == 409
    assert "something in these rounds wants to be looked at" in Outline(answer.text).words
    for nonsense in ("", "x", "99", "1" * 5000, ",".join(map(str, range(1000)))):
        assert (await visit.sent(f"{NIGHT}/read", rounds=nonsense)).status_code == 409
    assert (await kinds(desk)).count("round_read") == 4


async def test_the_list_has_each_shift_newest_first(at: Callable[..., Visit]) -> None:
    visit = at("guest")
    assert "Mon 23 Nov Night 杭州一机房 20:00 – 08:00 now 8 2 0 1 5" in (await visit.page("/nights")).words
    older = await visit.page("/nights?until=2026-11-20T00:00:00%2B00:00")
    assert "There are no rounds in the record yet." in older.words
    assert "Newest" in older.words
    for wrong in ("x", "2026-11-20", "9999-12-31T00:00:00+00:00"):
        assert "Mon 23 Nov Night" in (await visit.page(f"/nights?until={wrong.replace('+', '%2B')}")).words


async def test_a_shift_that_there_is_not_is_not_found(at: Callable[..., Visit]) -> None:
    visit = at()
    for path in ("/nights/nowhere/2026-11-23", "/nights/hz1/x", "/nights/hz1/20261123", "/nights/hz1/2026-11-24",
                 "/nights/hz1/9999-12-31", f"{NIGHT}?turn=noon", "/nights/hz1/2026-W48-1"):  # fmt: skip
        assert (await visit.get(path)).status_code == 404, path
    day = (await visit.page("/nights/hz1/2026-11-23?turn=day")).words
    assert "No round of this shift is due yet." in day


async def test_tonight_says_how_many_are_unread_and_leads_there(at: Callable[..., Visit]) -> None:
    visit = at()
    text = (await visit.get("/")).text
    assert f'<a href="{NIGHT}">unread: 5</a>' in text
    assert re.findall(r'href="/rounds/(\d+)" title="[^"]*not read yet"', text) == ["8", "7", "5", "4", "2"]
    await visit.said("/rounds/7/read")
    assert "unread: 4" in (await visit.page("/")).words


async def test_an_address_alone_makes_nothing_true(at: Callable[..., Visit]) -> None:
    visit = at()
    for path in ("/rounds/7?done=read", "/rounds/7?done=lines", f"{NIGHT}?done=well&n=9", f"{NIGHT}?done=well&n=x"):
        assert "bar done" not in (await visit.get(path)).text


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_hostile_words_do_no_harm(at: Callable[..., Visit], desk: Desk, language: str) -> None:
    visit = at(language=language)
    for text in HOSTILE:
        name = text.encode("utf-8", "replace").decode()
        await visit.said("/rounds/6/read", note=name, phrase=name)
        await visit.said("/rounds/6/lines", **{"room": "hz1/机房A", "item.smell": "bad", "value.smell": name})
        refused = await visit.sent("/rounds/6/lines", **{"room": name, "item.smell": name, "value.smell": name})
        assert refused.status_code == 409
        for page in ((await visit.get("/rounds/6")).text, (await visit.get(NIGHT)).text, refused.text):
            assert not re.search(r"<script>alert|<img|<svg", page)
            assert "\x1b" not in page
            assert not [a for _, attributes in Outline(page).elements for a in attributes if HANDLERS.match(a)]
    assert html.escape(HOSTILE[0]) in (await visit.get(NIGHT)).text
