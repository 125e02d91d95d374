"""The roster's page against a real record: who is on duty, what can be changed, what is refused and how it is said."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agent.services.overview import Reader
from agent.services.watch_self import watch_self
from agent.store import journal, shifts
from duty.own_alerts import Condition
from duty.people import Post
from duty.roster import AHEAD, Shift, on_duty
from tests.agent.console import trouble
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import Desk
from tests.agent.console.test_alert_pages import Visit

Build = Callable[..., Reader]
HOUR = timedelta(hours=1)
TECHNICIAN = Post.TECHNICIAN
TWO = trouble.SETTINGS.replace("posts: [reserve]", "posts: [technician, reserve]")


@pytest.fixture
def at(desk: Desk, house: Build) -> Callable[..., Visit]:
    """Return what signs somebody in; it is 03:12 and lina could stand in for wangfang."""
    trouble.move_in(desk, TWO)
    desk.account("lei", Post.MANAGER, person="zhaolei")
    return lambda account="lei", language="en": Visit(desk, house(), account, language)


async def technicians(desk: Desk, ahead: timedelta) -> tuple[str, ...]:
    now = desk.clock.now()
    found = await desk.station.store.read(shifts.shifts_between, now, now + AHEAD)
    return on_duty(found, "hz1", TECHNICIAN, now + ahead)


async def take_off(desk: Desk, place: int) -> Shift:
    """Take wangfang off her next shift but ``place``, unseen by any page, and have the watch find the gap."""
    now = desk.clock.now()
    found = await desk.station.store.read(shifts.shifts_between, now, now + AHEAD)
    shift = [s for s in found if s.post is TECHNICIAN][place]
    await desk.station.store.write(shifts.change_shift, shift, None)
    await desk.station.store.write(watch_self, desk.station.orders, Condition(), now)
    return shift


def links(text: str, look: str) -> list[str]:
    return [html.unescape(url) for url in re.findall(rf'<a class="{look}" href="([^"]+)"', text)]


def fields(text: str, action: str) -> dict[str, str]:
    """Return the fields of a form as a browser would send them back."""
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', text, re.DOTALL)
    assert form is not None
    inputs = re.findall(r"<input[^>]*>", form.group())
    named = [re.search(r'name="(\w+)"', one) for one in inputs]
    values = [re.search(r'value="([^"]*)"', one) for one in inputs]
    return {
        n.group(1): html.unescape(v.group(1)) if v else ""
        for n, v in zip(named, values, strict=True)
        if n is not None and n.group(1) != "csrf"
    }


async def test_the_page_tells_who_is_on_duty_with_a_number_to_ring(at: Callable[..., Visit]) -> None:
    text = (await at().get("/roster")).text
    words = (await at().page("/roster")).words
    assert 'href="tel:13800000001"' in text
    assert "technician 王芳 until 08:00" in words
    assert "Mon 23 Nov now 王芳 20:00–08:00 赵磊 you 20:00–08:00 Tue 24 Nov 王芳 20:00–08:00" in words
    assert words.count("王芳 20:00–08:00") == 14


async def test_the_page_speaks_chinese(at: Callable[..., Visit], desk: Desk) -> None:
    await take_off(desk, 1)
    words = (await at(language="zh").page("/roster")).words
    for said in ("值班表", "技术值班 王芳 至 08:00", "赵磊 本人", "无人值班 20:00–08:00", "安排值班 技术值班 备班技术"):
        assert said in words


async def test_a_gap_is_filled_from_its_alert(at: Callable[..., Visit], desk: Desk) -> None:
    gap = await take_off(desk, 1)
    visit = at()
    (url,) = links((await visit.get("/alerts/1")).text, "act main big")
    text = (await visit.get(url.partition("#")[0])).text
    form = fields(text, "/roster/put")
    assert (form["begin"], form["end"]) == ("2026-11-24T20:00", "2026-11-25T08:00")
    people = re.findall(r'<option value="(\w+)"', text.partition('action="/roster/put"')[2].partition("</form>")[0])
    assert people == ["lina", "wangfang"], "only who holds the post"
    said = await visit.said("/roster/put", **form | {"person": "lina", "why": "顶班"})
    assert "李娜 is on duty: technician, 20:00 – Wed 25 Nov 08:00." in said
    assert await technicians(desk, gap.begin - desk.clock.now()) == ("lina",)
    await desk.station.store.write(watch_self, desk.station.orders, Condition(), desk.clock.now())
    assert links((await visit.get("/alerts/1")).text, "act main big") == [], "it is over"


async def test_who_may_not_change_the_roster_sees_it_and_no_form(at: Callable[..., Visit], desk: Desk) -> None:
    shift = await take_off(desk, 1)
    for account in ("fang", "guest"):
        visit = at(account)
        text = (await visit.get("/roster?site=hz1&post=technician&begin=2026-11-24T20:00")).text
        assert "/roster/put" not in text
        assert not links(text, "entry")
        answer = await visit.sent("/roster/put", site="hz1", post="technician", person="lina")
        assert answer.status_code == 403
    assert links((await at("fang").get("/alerts/1")).text, "act main big") == ["/roster"]
    assert await technicians(desk, shift.begin - desk.clock.now()) == ()


async def test_somebody_stands_in_from_now_on(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    first = links((await visit.get("/roster")).text, "entry")[0]
    text = (await visit.get(first.partition("#")[0])).text
    assert "Then nobody is left at this post." in html.unescape(text)
    form = fields(text, "/roster/substitute")
    said = await visit.said("/roster/substitute", **form | {"person": "lina", "phrase": "ill", "why": "发烧"})
    assert "李娜 stands in: technician, 03:12 – 08:00." in said
    assert await technicians(desk, HOUR) == ("lina",)
    (entry,) = await entries(desk, "shift_changed")
    assert (entry["for"], entry["why"], entry["asker"]) == ("wangfang", "Ill: 发烧", "lei")
    assert "Nothing was done" in await visit.said("/roster/substitute", **form | {"person": "lina", "phrase": "ill"})


async def entries(desk: Desk, kind: str) -> list[dict[str, Any]]:
    store = desk.station.store
    found = await store.read(journal.entries, 100)
    said = [await store.read(journal.payload_of, entry.seq) for entry in found if entry.kind == kind]
    return [each or {} for each in said]


async def test_who_is_taken_off_leaves_a_gap_that_can_be_filled_at_once(at: Callable[..., Visit], desk: Desk) -> None:
    visit = at()
    second = links((await visit.get("/roster")).text, "entry")[1]
    form = fields((await visit.get(second.partition("#")[0])).text, "/roster/withdraw")
    assert "Say why first." in await visit.said("/roster/withdraw", **form)
    answer = await visit.post("/roster/withdraw", **form | {"phrase": "leave"})
    assert "王芳 is off duty: technician, 20:00 – Wed 25 Nov 08:00." in html.unescape(answer.text)
    assert "Nobody is left at this post then." in answer.text
    (url,) = links(answer.text, "act")
    assert "begin=2026-11-24T20%3A00" in url
    assert await technicians(desk, 17 * HOUR) == ()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"person": "zhaolei"}, "does not hold the post technician. Who does: 李娜, 王芳.", id="no post"),
        pytest.param({"person": "x" * 300}, "There is nobody named xxx", id="nobody"),
        pytest.param({"person": ""}, "Choose somebody first.", id="none chosen"),
        pytest.param({"begin": "soon"}, "Give a time", id="no time"),
        pytest.param({"begin": "9999-12-31T23:59", "end": "9999-12-31T23:59"}, "Give a time", id="the last moment"),
        pytest.param({"end": "2026-11-27T20:00"}, "at the most 24 hours", id="too long"),
        pytest.param({"end": "2026-11-24T19:00"}, "must end after it begins", id="backwards"),
        pytest.param({"begin": "2026-11-23T10:00", "end": "2026-11-23T20:00"}, "over already", id="past"),
        pytest.param({"person": "wangfang"}, "at this post already from 20:00 to Wed 25 Nov 08:00", id="twice"),
        pytest.param({"site": "nowhere"}, "no such site. There are: hz1, hz2", id="no site"),
        pytest.param({"post": "viewer"}, "viewer is no post of the roster", id="no post of the roster"),
        pytest.param({"post": "chef"}, "Nothing was done", id="no post at all"),
    ],
)
async def test_a_refusal_says_why_and_keeps_what_was_typed(
    at: Callable[..., Visit], typed: dict[str, str], said: str
) -> None:
    sound = {
        "site": "hz1", "post": "technician", "person": "lina", "begin": "2026-11-24T20:00", "end": "2026-11-25T08:00",
        "why": "升级期间",
    }  # fmt: skip
    answer = await at().sent("/roster/put", **sound | typed)
    assert answer.status_code == 409
    assert said in html.unescape(answer.text)
    if "site" not in typed and "post" not in typed:
        kept = fields(answer.text, "/roster/put")
        expected = {name: value for name, value in (sound | typed).items() if name not in ("person",)}
        assert kept == expected


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_hostile_words_do_no_harm(at: Callable[..., Visit], desk: Desk, language: str) -> None:
    visit = at(language=language)
    for text in HOSTILE:
        name = text.encode("utf-8", "replace").decode()
        for path in ("put", "substitute", "withdraw"):
            given = dict.fromkeys(("site", "post", "person", "for", "shift", "begin", "end", "why", "since"), name)
            answer = await visit.sent(f"/roster/{path}", **given | {"site": "hz1", "post": "technician"})
            assert answer.status_code == 409
            assert "<script>alert" not in answer.text
            assert "<img" not in answer.text
        for query in ({"done": "put", "site": name, "of": name, "at": name}, {"done": "withdrawn", "site": "hz1",
                      "post": "technician", "of": "wangfang", "at": name}, {"site": name, "post": name}):  # fmt: skip
            async with desk.client(visit._app, visit.token) as client:
                assert (await client.get("/roster", params=query)).status_code == 200


async def test_an_address_alone_makes_nothing_true(at: Callable[..., Visit]) -> None:
    times = "2026-11-24T12:00:00%2B00:00/2026-11-25T00:00:00%2B00:00"
    for code, of in (("put", "lina"), ("substituted", "lina"), ("withdrawn", "wangfang"), ("nonsense", "wangfang")):
        text = (await at().get(f"/roster?done={code}&site=hz1&post=technician&of={of}&at={times}")).text
        assert "bar done" not in text


async def test_tonight_leads_to_the_roster_where_nobody_is(at: Callable[..., Visit]) -> None:
    (url,) = links((await at().get("/")).text, "act small")
    assert url == "/roster?site=hz2&post=technician&begin=2026-11-24T03%3A12&end=2026-11-24T08%3A00#edit"
    assert links((await at("guest").get("/")).text, "act small") == ["/roster"]
