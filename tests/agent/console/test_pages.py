"""The pages as a reader gets them: what stands on them, in which language, and that nothing hostile comes through."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from agent.services.overview import Reader
from tests.agent.console.desk import Desk

Build = Callable[..., Reader]

HANDLERS = re.compile(r"on[a-z]+$")


class Outline(HTMLParser):
    """What a browser would see: the elements with their attributes, and the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


async def outline(desk: Desk, reader: Reader, path: str, language: str = "en") -> Outline:
    answer = await desk.get(reader, path, language)
    assert answer.status_code == 200
    return Outline(answer.text)


async def test_tonight_says_what_is_wrong_since_when_and_with_its_limit(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(), "/")
    assert "Not all is well: 3" in page.words
    assert "WARNING HZ1-DB-01 disk /var is 93.1 % full (limit 85 %) → Make room" in page.words
    assert "serves: 订单库 Mon 23 Nov 19:12 8 h ago" in page.words
    assert "‖suppressed ★ HZ1-FW-01" in page.words
    assert "depends on: HZ1-CORE-01" in page.words
    assert "Next round 04:00 in 48 min" in page.words
    assert "Round 03:11 is being made 2 of 6" in page.words
    assert "as of Tue 24 Nov 03:12" in page.words


async def test_tonight_speaks_chinese(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(), "/", "zh")
    assert page.all("html") == [{"lang": "zh-CN"}]
    assert "有 3 项异常" in page.words
    assert "磁盘 /var 已用 93.1%\uff08限值 85%\uff09 → 请清理空间" in page.words
    assert "承载业务\uff1a订单库 11月23日 周一 19:12 8 小时前" in page.words
    assert "下一轮 04:00 48 分钟后" in page.words


async def test_a_cell_is_a_colour_a_sign_and_a_word_and_opens_its_sheet(desk: Desk, house: Build) -> None:
    html = (await desk.get(house(), "/")).text
    cell = '<a href="/rounds/24/HZ1-ACC-31" title="not reached" aria-label="not reached">×</a>'
    assert f'<td class="not_reached">{cell}</td>' in html


async def test_a_missed_round_is_a_hatched_column_with_its_reason(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(), "/")
    assert len([td for td in page.all("td") if td.get("class") == "missed"]) == 6
    assert "Mon 23 Nov 22:00 missed: the agent was not running" in page.words
    assert "Mon 23 Nov 10:00 interrupted: the agent was stopped" in page.words


async def test_key_equipment_comes_first_in_its_site(desk: Desk, house: Build) -> None:
    words = (await outline(desk, house(), "/")).words
    grid = words[words.index("Rounds and targets") :]
    places = [grid.index(name) for name in ("HZ1-CORE-01", "HZ1-FW-01", "HZ1-ACC-31", "HZ1-DB-01", "HZ2-UPS-02")]
    assert places == sorted(places)


async def test_a_large_house_folds_what_is_well_into_one_line_a_site(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(1000), "/")
    rows = [th for th in page.all("th") if th.get("scope") == "row"]
    assert len(rows) < 60
    assert "492 more" in page.words
    assert "HZ1-SRV-0102" in page.words
    assert "HZ1-SRV-0100" not in page.words


async def test_a_folded_site_opens(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(1000), "/?site=hz1")
    assert "HZ1-SRV-0100" in page.words
    assert "HZ2-SRV-0101" not in page.words
    assert "fold again" in page.words


@pytest.mark.parametrize(
    ("targets", "opened", "said"),
    [
        pytest.param(0, False, "There are no targets yet.", id="no targets"),
        pytest.param(6, True, "The first round is being made.", id="the first round runs"),
        pytest.param(6, False, "The first one is due 04:00.", id="the first round is due"),
    ],
)
async def test_an_empty_house_says_what_comes_next(
    desk: Desk, house: Build, targets: int, opened: bool, said: str
) -> None:
    reader = house(targets, rounds=0, opened=opened)
    assert said in (await outline(desk, reader, "/")).words


async def test_a_round_shows_its_counts_and_what_is_not_well_first(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(), "/rounds/24")
    assert "6 ×not reached 1 !abnormal 2 ✓well 3" in page.words
    order = [
        page.words.index(name, page.words.index("Sheets that")) for name in ("HZ1-ACC-31", "HZ1-CORE-01", "monitor")
    ]
    assert order == sorted(order)
    assert "CRITICAL not reached: no answer in time" in page.words


async def test_a_round_says_what_changed(desk: Desk, house: Build) -> None:
    assert "HZ1-ACC-31 state suppressed → not reached" in (await outline(desk, house(), "/rounds/23")).words


async def test_a_missed_round_has_a_page_with_its_reason(desk: Desk, house: Build) -> None:
    words = (await outline(desk, house(), "/rounds/19")).words
    assert "missed: the agent was not running" in words
    assert "say above what is known of it" in words


async def test_a_sheet_says_who_it_is_and_whom_to_ring(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(), "/rounds/24/HZ1-CORE-01")
    for said in ("杭州一机房", "A07", "U40", "ZC-2021-0042", "2102351ABC10K5000042", "官网", "V200R021"):
        assert said in page.words
    assert "tel:4000000000" in [a.get("href") for a in page.all("a")]


async def test_a_sheet_has_findings_with_limits_before_readings_and_gaps_with_what_to_do(
    desk: Desk, house: Build
) -> None:
    words = (await outline(desk, house(), "/rounds/24/HZ1-CORE-01")).words
    assert words.index("memory used is 91.2 % (limit 85 %)") < words.index("uptime")
    assert "no answer in time ×1 → See that it is on and reachable" in words
    assert "a rate needs two looks ×28" in words
    assert "started again up 104 d 4 h → up 5 min" in words


async def test_a_sheet_without_a_look_says_so(desk: Desk, house: Build) -> None:
    words = (await outline(desk, house(), "/rounds/7/monitor")).words
    assert "There is no reading of this target in this round." in words
    assert "The round ended before this target's turn came." in words


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/nope", id="no such page"),
        pytest.param("/rounds/999", id="no such round"),
        pytest.param("/rounds/24/nobody", id="no such target"),
        pytest.param("/rounds/x", id="not a number"),
        pytest.param("/rounds/" + "9" * 5000, id="no database has this number"),
        pytest.param("/rounds/٣", id="a digit of another script"),
        pytest.param("/rounds/24/", id="no target"),
        pytest.param("/static/../app.py", id="outside of the static files"),
    ],
)
async def test_what_is_not_there_says_what_to_do_next(desk: Desk, house: Build, path: str) -> None:
    answer = await desk.get(house(), path, "zh")
    assert answer.status_code == 404
    assert "没有这个页面" in answer.text
    assert "回到今夜" in answer.text


async def test_nothing_can_be_changed_here(desk: Desk, house: Build) -> None:
    token, _ = desk.session()
    async with desk.client(desk.app(house()), token) as client:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = await client.request(method, "/")
            assert answer.status_code == 405
            assert "Go back to Tonight" in answer.text


async def test_a_failure_says_what_to_do_and_tells_nothing_of_itself(desk: Desk, house: Build) -> None:
    answer = await desk.get(house(failing=True), "/")
    assert answer.status_code == 500
    assert "The rounds go on." in answer.text
    assert "RuntimeError" not in answer.text
    assert "default-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("asked", "headers", "spoken"),
    [
        pytest.param("", {}, "zh", id="the setting"),
        pytest.param("", {"accept_language": "en-GB,en;q=0.9,zh;q=0.8"}, "en", id="the browser"),
        pytest.param("", {"accept_language": "fr, zh;q=0.5, en;q=x"}, "zh", id="a browser that errs"),
        pytest.param("", {"accept_language": "zh", "cookie": "lang=en"}, "en", id="the choice before"),
        pytest.param("?lang=en", {"cookie": "lang=zh"}, "en", id="the address"),
        pytest.param("?lang=tlh", {}, "zh", id="a language that there is not"),
    ],
)
async def test_the_language_is_the_readers(
    desk: Desk, house: Build, asked: str, headers: dict[str, str], spoken: str
) -> None:
    answer = await desk.get(house(), f"/{asked}", "zh", **headers)
    assert ("Rounds and targets" in answer.text) == (spoken == "en")


async def test_a_choice_of_language_is_kept_and_nothing_else_is(desk: Desk, house: Build) -> None:
    kept = (await desk.get(house(), "/?lang=en")).headers["set-cookie"]
    assert kept.startswith("lang=en;")
    assert "samesite=lax" in kept.lower()
    assert "set-cookie" not in (await desk.get(house(), "/")).headers


async def test_the_switch_of_language_keeps_the_view(desk: Desk, house: Build) -> None:
    page = await outline(desk, house(), "/?wall&site=hz1")
    assert "?wall=&site=hz1&lang=zh" in [a.get("href") for a in page.all("a")]


@pytest.mark.parametrize("path", ["/", "/rounds/24", "/rounds/24/HZ1-CORE-01", "/nope", "/static/base.css"])
async def test_every_answer_forbids_what_is_not_our_own(desk: Desk, house: Build, path: str) -> None:
    headers = (await desk.get(house(), path)).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", ""])
async def test_a_page_elsewhere_cannot_rebind_its_name_to_this_machine(desk: Desk, house: Build, host: str) -> None:
    assert (await desk.get(house(), "/", host=host)).status_code == 400


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"])
async def test_loopback_is_answered_by_each_of_its_names(desk: Desk, house: Build, host: str) -> None:
    assert (await desk.get(house(), "/", host=host)).status_code == 200


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_nothing_a_device_says_becomes_markup(
    desk: Desk, house: Build, hostile_words: tuple[str, ...], language: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader = house(14, hostile=True)
    sheets = [f"/rounds/24/{quote(text, safe='', errors='replace')}" for text in hostile_words]
    tags: set[str] = set()
    for path in ["/", "/?wall", "/rounds/24", "/rounds/23", "/rounds/24/HZ1-CORE-01", *sheets]:
        answer = await desk.get(reader, path, language)
        if "%EF%BF%BD" in path or "%3F" in path:
            continue  # a name that no address can carry is not found, and that is all
        assert answer.status_code == 200, path
        page = Outline(answer.text)
        assert "\x1b" not in answer.text
        assert "\u202e" not in answer.text
        for tag, attributes in page.elements:
            tags.add(tag)
            assert not [name for name in attributes if HANDLERS.match(name) or name == "style"]
            assert (attributes.get("href") or "/").startswith(("/", "?", "#", "tel:"))
            assert tag != "form" or attributes in (
                {"class": "inline", "method": "post", "action": "/sign-out"},
                {"method": "dialog"},
                {"class": "ask read", "method": "post", "action": path + "/read"},
                {"class": "ask card seen", "method": "post", "action": path + "/lines"},
            )
            assert tag != "script" or attributes.get("src") in ("/static/console.js", "/static/keys.js")
    assert not tags & {"img", "svg", "iframe", "object", "style", "base"}
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING and "alert" not in r.getMessage()]


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_every_word_on_the_pages_is_in_the_catalogue(
    desk: Desk, house: Build, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "exporters.words.catalogue"):
        for reader in (house(), house(1000), house(rounds=0)):
            for path in ("/", "/?wall", "/rounds/24", "/rounds/23", "/rounds/19", "/rounds/7/monitor", "/nope"):
                await desk.get(reader, path, language)
        for target in ("HZ1-CORE-01", "HZ1-DB-01", "HZ1-ACC-31"):
            await desk.get(house(), f"/rounds/24/{target}", language)
    assert [r.getMessage() for r in caplog.records] == []


async def test_a_page_has_landmarks_one_heading_and_names_for_what_can_be_pressed(desk: Desk, house: Build) -> None:
    for path in ("/", "/rounds/24", "/rounds/24/HZ1-CORE-01", "/nope"):
        answer = await desk.get(house(), path)
        page = Outline(answer.text)
        assert [len(page.all(tag)) for tag in ("header", "nav", "main", "footer", "h1", "title")] == [1] * 6
        assert page.all("a")[0].get("href") == "#content"
        ids = [str(a["id"]) for _, a in page.elements if "id" in a]
        assert len(ids) == len(set(ids))
        assert {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a} <= set(ids)
        assert not re.search(r"<a [^>]*>\s*</a>", answer.text)


async def test_an_hour_that_comes_twice_is_told_apart_in_the_grid(desk: Desk, house: Build) -> None:
    words = (await outline(desk, house(zone="Europe/Berlin", now=datetime(2026, 10, 25, 3, 12, tzinfo=UTC)), "/")).words
    assert "02:00 (CET)" in words
    assert "02:00 (CEST)" in words
