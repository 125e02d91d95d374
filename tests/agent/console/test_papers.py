"""Papers to download: their names, what is in them, and that nobody can keep the agent busy with them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from starlette.exceptions import HTTPException

from agent.console.papers import MOST_THERE, Press
from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from tests.agent.console import trouble
from tests.agent.console.desk import Desk, standing
from tests.agent.services.papered import EVENING, HOUR, write_night

TARGETS = ("HZ1-CORE-01", "HZ1-ACC-31", "HZ1-DB-01", "HZ2-UPS-02")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """03:12 in Shanghai, eight rounds into the night."""
    with standing(tmp_path, EVENING + 7 * HOUR + timedelta(minutes=12)) as desk:
        trouble.move_in(desk)
        write_night(desk, TARGETS)
        trouble.night(desk)
        yield desk


async def fetch(desk: Desk, path: str, language: str = "zh") -> httpx.Response:
    return await desk.get(LiveReader(desk.station, Pulse(desk.station)), path, language)


def name_of(response: httpx.Response) -> str:
    """Return the name under which a browser keeps the file."""
    return unquote(response.headers["content-disposition"].partition("filename*=UTF-8''")[2])


def text_of(response: httpx.Response) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)


async def test_a_round_on_paper(desk: Desk) -> None:
    response = await fetch(desk, "/rounds/8.pdf")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/pdf")
    assert response.headers["cache-control"] == "no-store"
    assert name_of(response) == "巡检记录表_8_2026-11-24_0300.pdf"
    text = text_of(response)
    for said in ("编号：8", "杭州一机房：王芳", "HZ1-ACC-31", "未达", "★ HZ1-CORE-01", "A02"):
        assert said in text


async def test_a_round_as_a_workbook(desk: Desk) -> None:
    response = await fetch(desk, "/rounds/8.xlsx")
    assert name_of(response) == "巡检记录表_8_2026-11-24_0300.xlsx"
    (sheet,) = load_workbook(BytesIO(response.content)).worksheets
    said = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
    for target in ("★ HZ1-CORE-01", "HZ1-ACC-31"):
        assert target in said


async def test_the_workbook_of_a_night(desk: Desk) -> None:
    response = await fetch(desk, "/nights/hz1/2026-11-23.xlsx")
    assert response.status_code == 200
    assert name_of(response) == "夜班巡检表_2026-11-23_杭州一机房.xlsx"
    book = load_workbook(BytesIO(response.content))
    assert book.sheetnames == ["汇总", "设备×时段", "异常与处理", "关键设备参数", "动环"]
    values = {cell.value for row in book["设备×时段"].iter_rows() for cell in row}
    assert {"★ HZ1-CORE-01", "HZ1-ACC-31", "√", "×", "未达", "漏"} <= values
    assert "HZ2-UPS-02" not in values


async def test_a_night_on_paper_in_english(desk: Desk) -> None:
    response = await fetch(desk, "/nights/hz1/2026-11-23.pdf", "en")
    assert name_of(response) == "night-inspection_2026-11-23_hz1.pdf"
    assert "Night inspection sheet" in text_of(response)


async def test_a_browser_that_knows_no_other_gets_a_plain_name(desk: Desk) -> None:
    said = (await fetch(desk, "/nights/hz1/2026-11-23.xlsx")).headers["content-disposition"]
    plain = said.partition('filename="')[2].partition('"')[0]
    assert plain.isascii()
    assert plain.endswith("_2026-11-23______.xlsx")


async def test_the_same_round_is_the_same_file(desk: Desk) -> None:
    assert (await fetch(desk, "/rounds/8.pdf")).content == (await fetch(desk, "/rounds/8.pdf")).content


@pytest.mark.parametrize(
    "path",
    [
        "/rounds/99.pdf",
        "/rounds/99.xlsx",
        "/rounds/x.pdf",
        "/rounds/9999999999999999999.pdf",
        "/nights/hz9/2026-11-23.xlsx",
        "/nights/hz1/2026-11-25.pdf",
        "/nights/hz1/2026-13-45.pdf",
        "/nights/hz1/x.xlsx",
        "/nights/hz1/2026-11-23.pdf?turn=week",
        "/nights/hz1/0001-01-01.pdf",
        "/nights/hz1/9999-12-31.xlsx",
    ],
)
async def test_what_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    assert (await fetch(desk, path)).status_code == 404


async def test_nobody_gets_a_paper_without_signing_in(desk: Desk) -> None:
    reader = LiveReader(desk.station, Pulse(desk.station))
    async with desk.client(desk.app(reader)) as client:
        for path in ("/rounds/8.pdf", "/nights/hz1/2026-11-23.xlsx", "/nights/hz1/2026-11-23.pdf"):
            response = await client.get(path)
            assert response.status_code == 303
            assert response.headers["location"].startswith("/sign-in")


async def test_the_page_of_a_round_leads_to_its_paper(desk: Desk) -> None:
    text = (await fetch(desk, "/rounds/8")).text
    assert 'href="/rounds/8.pdf"' in text
    assert 'href="/rounds/8.xlsx"' in text


async def test_one_is_made_at_a_time_and_who_comes_when_too_many_wait_is_told_to_come_again() -> None:
    press, at_work, most = Press(), 0, 0
    done = asyncio.Event()

    async def make() -> None:
        nonlocal at_work, most
        async with press.turn():
            at_work += 1
            most = max(most, at_work)
            await done.wait()
            at_work -= 1

    waiting = [asyncio.create_task(make()) for _ in range(MOST_THERE)]
    await asyncio.sleep(0)
    with pytest.raises(HTTPException) as refused:
        await make()
    assert refused.value.status_code == 429
    assert refused.value.headers == {"Retry-After": "10"}
    done.set()
    await asyncio.gather(*waiting)
    assert most == 1
    await make()
