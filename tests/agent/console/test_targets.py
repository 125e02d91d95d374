"""The pages of targets: found, told, drawn, and a limit raised from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest

from agent.console.guard import Visitor
from agent.console.roll import LINES
from agent.services.read import LiveReader
from agent.store import alerts, overrides, timeline, traps
from duty.traps import Meaning, TrapLine
from tests.agent.console.conftest import HOSTILE
from tests.agent.console.desk import Desk
from tests.agent.console.test_pages import HANDLERS, Outline
from tests.agent.console.yard import NOW, yard

MINUTE = timedelta(minutes=1)
Yard = tuple[Desk, LiveReader]
DB = "/targets/HZ1-DB-01"
OUR_SCRIPTS = [{"src": f"/static/{name}.js", "defer": None} for name in ("console", "keys")]
VAR = f"{DB}?parameter=disk_used&instance=/var"
LIMIT = {
    "check": "disk",
    "instance": "/var",
    "parameter": "disk_used",
    "warning": "93",
    "critical": "",
    "until": "4h",
    "why": "导入到早上",
}


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Yard]:
    with yard(tmp_path, step=timedelta(minutes=20)) as made:
        yield made


async def words(there: Yard, path: str, language: str = "en") -> str:
    desk, reader = there
    answer = await desk.get(reader, path, language)
    assert answer.status_code == 200, answer.text
    return Outline(answer.text).words


async def post(there: Yard, path: str, fields: dict[str, str], account: str = "wangfang") -> httpx.Response:
    desk, reader = there
    token, csrf = desk.session(account)
    async with desk.client(desk.app(reader), token) as client:
        return await client.post(path, data={"csrf": csrf, **fields})


async def test_what_a_target_said_by_itself_is_told_with_its_number_and_what_it_means(there: Yard) -> None:
    desk, _ = there
    assert "What it said by itself" not in await words(there, DB)
    lines = [
        TrapLine("HZ1-DB-01", "10.1.9.11", Meaning("power_failed", "1.3", HOSTILE[0]), NOW - 3 * MINUTE, NOW, 12),
        TrapLine("HZ1-DB-01", "10.1.9.11", Meaning("", "1.3.6.1.4.1.99999.0.7"), NOW - 9 * MINUTE, NOW - 9 * MINUTE),
    ]
    desk.station.store.write_now(traps.put_lines, [(None, line) for line in lines])
    page = await words(there, DB)
    table = page.partition("What it said by itself")[2].partition("A trap sets no state here")[0]
    assert "power supply failed" in table
    assert "from 10.1.9.11 12 × since 03:09" in table
    assert table.index("power supply failed") < table.index("1.3.6.1.4.1.99999.0.7")
    assert "电源故障" in await words(there, DB, "zh")


async def test_the_roll_tells_the_worst_first_what_it_is_and_whom_to_ring(there: Yard) -> None:
    page = await words(there, "/targets")
    order = [page.index(name) for name in ("HZ1-ACC-31", "HZ1-DB-01", "HZ1-CORE-01", "HZ2/UPS 02")]
    assert order == sorted(order)
    assert "not reached HZ1-ACC-31 10.1.3.31" in page
    assert "★ HZ1-CORE-01 10.1.0.1 S5735-L24T4X-A 杭州一机房 机房A A07 U40 华为服务 400-000-0000" in page
    assert "!abnormal HZ1-DB-01 10.1.9.11 Linux 6.1 杭州一机房 机房A C01 open: 1" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("?q=core", ["HZ1-CORE-01"], id="by name, whatever the case"),
        pytest.param("?q=10.1.9", ["HZ1-DB-01"], id="by address"),
        pytest.param("?q=机房A b02", ["HZ1-ACC-31"], id="by place, two words"),
        pytest.param("?q=订单", ["HZ1-DB-01"], id="by business"),
        pytest.param("?q=S5735", ["HZ1-CORE-01"], id="by model"),
        pytest.param("?site=hz2", ["HZ2/UPS 02"], id="by site"),
        pytest.param("?state=not_reached", ["HZ1-ACC-31"], id="by state"),
        pytest.param("?state=not_well", ["HZ1-ACC-31", "HZ1-DB-01"], id="all that is not well"),
        pytest.param("?q=nobody", [], id="nothing fits"),
        pytest.param("?page=999&state=moon", ["HZ1-ACC-31", "HZ1-DB-01", "HZ1-CORE-01", "HZ2/UPS 02"], id="nonsense"),
    ],
)
async def test_the_roll_is_searched_without_a_script(there: Yard, query: str, found: list[str]) -> None:
    desk, reader = there
    page = Outline((await desk.get(reader, f"/targets{query}")).text)
    links = [a.get("href") or "" for a in page.all("a")]
    assert [link for link in links if link.startswith("/targets/") and "#" not in link] == [
        f"/targets/{quote(name, safe='')}" for name in found
    ]
    assert ("No target fits" in page.words) == (not found)


async def test_a_thousand_targets_are_pages_that_keep_what_was_asked_for(tmp_path: Path) -> None:
    with yard(tmp_path, many=1000, step=timedelta(hours=6)) as (desk, reader):
        page = Outline((await desk.get(reader, "/targets?q=srv")).text)
        assert len([th for th in page.all("th") if th.get("scope") == "row"]) == LINES
        assert "1,000 of 1,004 targets" in page.words
        assert "?q=srv&page=2" in [a.get("href") for a in page.all("a")]
        assert "HZ2-SRV-0999" in (await desk.get(reader, "/targets?page=10&q=srv")).text


async def test_a_target_tells_who_it_is_what_hangs_on_it_and_whom_to_ring(there: Yard) -> None:
    desk, reader = there
    page = Outline((await desk.get(reader, "/targets/HZ1-CORE-01")).text)
    for said in ("杭州一机房", "U40", "ZC-2021-0042", "2102351ABC10K5000042", "官网", "V200R021", "至 HZ1-ACC"):
        assert said in page.words
    links = [a.get("href") for a in page.all("a")]
    assert {"tel:4000000000", "/targets/HZ1-DB-01", "/targets/HZ1-ACC-31", "/rounds/1/HZ1-CORE-01"} <= set(links)
    assert "What depends on it: 2" in page.words


async def test_a_target_tells_what_is_wrong_and_its_alerts(there: Yard) -> None:
    page = await words(there, DB)
    assert "Wrong now !WARNING disk /var is 91.0 % full (limit 85 %)" in page
    assert re.search(r"Its alerts .* !WARNING A0\d disk /var is", page)
    assert "磁盘 /var 已用 91.0%" in await words(there, DB, "zh")


async def test_maintenance_in_force_says_until_when_and_by_whom(there: Yard) -> None:
    assert "Maintenance: until 08:12 (in 5 h), 乙经理 “更换电池”" in await words(there, "/targets/HZ2%2FUPS%2002")


async def test_a_silent_target_says_so_and_shows_what_it_last_gave(there: Yard) -> None:
    page = await words(there, "/targets/HZ1-ACC-31")
    assert "It did not answer when it was last looked at" in page
    assert "not reached: no answer in time" in page


async def test_what_matters_is_drawn_by_itself_each_plot_with_a_name_of_its_own(there: Yard) -> None:
    desk, reader = there
    html = (await desk.get(reader, "/targets/HZ1-CORE-01")).text
    drawn = re.findall(r"<figcaption><a [^>]*><bdi>(.*?)</bdi>", html)
    assert drawn == [
        "CPU used", "memory used", "temperature MPU 1", "port in, load XGE0/0/1", "port out, load XGE0/0/1",
        "port in, load XGE0/0/2", "port out, load XGE0/0/2", "ping time",
    ]  # fmt: skip
    names = re.findall(r'id="([^"]+)"', html)
    assert len(names) == len(set(names))
    for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        ElementTree.fromstring(svg)
    assert html.count('class="plot-unseen"') == 8, "the hours in which it was silent, in each plot"


async def test_a_reading_that_is_picked_is_drawn_large_over_the_span_that_was_asked_for(there: Yard) -> None:
    desk, reader = there
    html = (await desk.get(reader, f"{VAR}&span=7d")).text
    assert '<h2 id="picked"><bdi>disk used /var</bdi></h2>' in html
    assert 'aria-labelledby="picked-0-wide-t picked-0-wide-d"' in html
    assert re.search(r'span=7d#picked" aria-current="true">7 days', html)
    assert "plot-mark warning" in (await desk.get(reader, VAR)).text


async def test_a_limit_is_raised_from_the_page_and_ended_there(there: Yard) -> None:
    desk, _ = there
    (alert,) = [a for a in await desk.station.store.read(alerts.open_alerts) if a.key == ("HZ1-DB-01", "disk", "/var")]
    page = await words(there, VAR)
    assert "Raise the limit: disk /var · warning now from 85 % · critical now from 95 %" in page
    answer = await post(there, f"{DB}/limit", LIMIT | {"alert": str(alert.number)})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"{DB}?parameter=disk_used&instance=%2Fvar#limit",
    )
    (made,) = await desk.station.store.read(overrides.list_overrides, 9)
    assert (made.warning, made.critical, made.by, made.end) == (93, 95, "wangfang", NOW + timedelta(hours=4))
    assert (await desk.station.store.read(timeline.events, alert.number))[-1].text == "导入到早上"
    page = await words(there, VAR)
    assert "Limit raised disk /var: until 07:12 (in 4 h), wangfang “导入到早上”" in page
    assert "warning now from 93 %" in page
    ended = await post(there, f"{DB}/limit/end", {"number": str(made.number)})
    assert ended.status_code == 303
    assert "Limit raised disk" not in await words(there, VAR)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param({"warning": "80"}, "The limit for warning is 85 % now. It can only be made milder", id="stricter"),
        pytest.param({"warning": "many"}, "The limit for warning is not a number.", id="no number"),
        pytest.param({"warning": "nan"}, "must be between 0 % and 100 %", id="not a number at all"),
        pytest.param({"warning": ""}, "Give a new limit for warning or for critical.", id="nothing"),
        pytest.param({"warning": "96,5"}, "The warning would come after what is critical.", id="order"),
        pytest.param({"why": " "}, "Say why", id="no reason"),
        pytest.param({"check": "no such"}, "no such", id="a check that is not there"),
    ],
)
async def test_a_form_that_cannot_be_carried_out_keeps_what_was_typed(
    there: Yard, typed: dict[str, str], said: str
) -> None:
    answer = await post(there, f"{DB}/limit", LIMIT | typed)
    assert answer.status_code == 422
    page = Outline(answer.text)
    assert said in page.words or "check" in typed
    if "check" not in typed:
        # The check that was meant is the first of two, and the other's form is as it was.
        kept = [i.get("value") for i in page.all("input") if i.get("name") in ("warning", "critical", "why")]
        assert kept == [(LIMIT | typed)[name] for name in ("warning", "critical", "why")] + [""] * 3
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="an empty form"),
        pytest.param(LIMIT | {"until": "for ever"}, id="a time that is no choice"),
        pytest.param(LIMIT | {"alert": "999"}, id="an alert that is not there"),
        pytest.param(LIMIT | {"instance": "x" * 300}, id="a name that is none"),
    ],
)
async def test_a_form_of_somebody_elses_making_is_refused(there: Yard, fields: dict[str, str]) -> None:
    answer = await post(there, f"{DB}/limit", fields)
    assert answer.status_code in (404, 422)
    assert await there[0].station.store.read(overrides.list_overrides, 9) == []
    assert (await post(there, "/targets/nobody/limit", LIMIT)).status_code == 404
    assert (await post(there, f"{DB}/limit/end", {"number": "99999999999999999999"})).status_code == 303


async def test_who_may_only_look_is_offered_no_form_and_may_send_none(there: Yard) -> None:
    desk, reader = there
    token, _ = desk.session("viewer")
    async with desk.client(desk.app(reader), token) as client:
        html = (await client.get(VAR)).text
    assert "To raise a limit is not among your rights." in html
    assert 'name="until"' not in html
    assert (await post(there, f"{DB}/limit", LIMIT, "viewer")).status_code == 403


async def test_a_check_without_a_number_says_that_nothing_can_be_raised(there: Yard) -> None:
    page = await words(there, f"{DB}?parameter=service_running&instance=nginx.service")
    assert "knows well and bad only: it has no limit that could be raised." in page
    assert "No check judges this reading" in await words(there, f"{DB}?parameter=uptime")


@pytest.mark.parametrize(
    "path",
    ["/targets/nobody", "/targets/", f"/targets/{'x' * 3000}", "/targets/%00", "/targets/%ff"],
)
async def test_a_target_that_is_not_there_says_what_to_do_next(there: Yard, path: str) -> None:
    desk, reader = there
    answer = await desk.get(reader, path)
    assert answer.status_code == 404
    assert "Begin at Tonight" in answer.text


@pytest.mark.parametrize(
    "query",
    ["?parameter=moon", "?parameter=cpu_used&instance=" + "x" * 400, "?span=99y", "?parameter=cpu_used&instance=%ff"],
)
async def test_what_makes_no_sense_in_an_address_does_no_harm(there: Yard, query: str) -> None:
    desk, reader = there
    assert (await desk.get(reader, DB + query)).status_code == 200


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_nothing_a_device_says_becomes_markup_here(
    tmp_path: Path, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    with yard(tmp_path, hostile=HOSTILE, step=timedelta(hours=6)) as (desk, reader):
        paths = ["/targets", "/targets/HZ1-CORE-01", VAR]
        paths += [f"/targets?q={quote(text, errors='replace')}" for text in HOSTILE]
        for text in HOSTILE:
            if "\ud800" not in text:
                name = quote(text, safe="")
                paths += [f"/targets/{name}", f"/targets/{name}?parameter=disk_used&instance={name}"]
        for path in paths:
            answer = await desk.get(reader, path, language)
            assert answer.status_code == 200, path
            for tag, attributes in Outline(answer.text).elements:
                assert tag not in ("img", "iframe", "object", "style", "base")
                assert not [name for name in attributes if HANDLERS.match(name) or name == "style"]
                assert (attributes.get("href") or "/").startswith(("/", "?", "#", "tel:"))
                assert (attributes.get("action") or "/").startswith("/")
                assert tag != "script" or attributes in OUR_SCRIPTS
    assert [
        r.getMessage() for r in caplog.records if "no words" in r.getMessage() or "no field" in r.getMessage()
    ] == []


def test_a_screen_has_no_right_to_raise_anything() -> None:
    assert not Visitor("", "", "wall", (), "", screen=True).may("silence")  # type: ignore[arg-type]
