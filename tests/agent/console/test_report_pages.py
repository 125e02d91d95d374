"""The monthly report over HTTP: which months there are, one of them, its files, and where its figures lead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from agent.services.overview import Reader
from duty.people import Post
from tests.agent.console import month
from tests.agent.console.desk import Desk, standing
from tests.agent.console.month import END, HOUR

Build = Callable[..., Reader]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk at which November is just over."""
    with standing(tmp_path, END + 2 * HOUR) as desk:
        month.move_in(desk)
        yield desk


async def test_every_month_of_every_site_is_listed(desk: Desk, house: Build) -> None:
    text = (await desk.get(house(6), "/reports")).text
    found = re.findall(r'href="(/reports/[^"]+)"', text)
    months = ("2026-12", "2026-11", "2026-10")
    assert found == [f"/reports/{s}/{m}{e}" for m in months for s in ("hz1", "hz2") for e in ("", ".pdf", ".xlsx")]
    assert "Nov 2026" in text
    assert text.count("so far") == 1
    assert 'href="/reports" aria-current="page"' in text


async def test_before_the_first_round_there_is_nothing_and_the_page_says_so(tmp_path: Path, house: Build) -> None:
    with standing(tmp_path, END) as fresh:
        text = (await fresh.get(house(0), "/reports", "zh")).text
        assert "暂无报表" in text
        assert (await fresh.get(house(0), "/reports/hz1/2026-11")).status_code == 404


@pytest.mark.parametrize(("language", "line"), [("en", "Availability 99.962 %"), ("zh", "可用率 99.962%")])
async def test_the_line_on_top_is_for_a_manager(desk: Desk, house: Build, language: str, line: str) -> None:
    answer = await desk.get(house(6), "/reports/hz1/2026-11", language)
    assert answer.status_code == 200
    assert line in answer.text
    assert answer.text.count("<svg") == 2
    assert "YB-202611-hz1" in answer.text
    assert "style=" not in answer.text


async def test_the_running_month_says_so_far(desk: Desk, house: Build) -> None:
    text = (await desk.get(house(6), "/reports/hz1/2026-12")).text
    assert "so far" in text
    assert "up to 2026-12-01 02:00" in text


async def test_every_figure_that_is_a_link_leads_somewhere(desk: Desk, house: Build) -> None:
    page = (await desk.get(house(6), "/reports/hz1/2026-11")).text
    main = page[page.index("<main") : page.index("</main>")]
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"]+)"', main)}
    assert {"/alerts/1", "/targets/HZ1-CORE-01", "/rounds/303"} <= links
    assert {"/nights/hz1/2026-11-05", "/handover/4"} <= links
    # Forms are only headers in this record, and the rounds are those of the played house.
    for link in sorted(link for link in links if not link.startswith(("/rounds/", "/handover/"))):
        assert (await desk.get(house(6), link)).status_code == 200, link


async def test_the_alerts_of_a_check_begin_with_the_newest_of_the_month(desk: Desk, house: Build) -> None:
    page = (await desk.get(house(6), "/reports/hz1/2026-11")).text
    link = re.search(r'href="(/alerts\?[^"]*check=disk[^"]*)"', page)
    assert link is not None
    text = (await desk.get(house(6), link[1].replace("&amp;", "&"))).text
    assert "Only the check disk." in text
    assert re.findall(r'href="/alerts/(\d+)"', text)[:1] == ["4"]
    assert 'href="/alerts/1"' not in text


async def test_pdf_and_workbook_are_given_under_the_name_of_the_month(desk: Desk, house: Build) -> None:
    answer = await desk.get(house(6), "/reports/hz1/2026-11.pdf", "zh")
    assert answer.headers["content-type"] == "application/pdf"
    assert "2026-11" in answer.headers["content-disposition"]
    assert "YB-202611-hz1" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    answer = await desk.get(house(6), "/reports/hz1/2026-11.xlsx", "zh")
    assert load_workbook(BytesIO(answer.content)).sheetnames[1] == "设备可用率"


@pytest.mark.parametrize(
    "path",
    [
        "hz1/2026-13",
        "hz1/2026-1",
        "hz1/2025-01",
        "hz1/2027-01",
        "nowhere/2026-11",
        "hz1/0000-01",
        "hz1/x",
        "hz1/9999-12",
    ],
)
@pytest.mark.parametrize("ending", ["", ".pdf", ".xlsx"])
async def test_what_there_is_not_is_not_found(desk: Desk, house: Build, path: str, ending: str) -> None:
    assert (await desk.get(house(6), f"/reports/{path}{ending}")).status_code == 404


async def test_nobody_reads_it_without_signing_in(desk: Desk, house: Build) -> None:
    async with desk.client(desk.app(house(6))) as client:
        for path in ("/reports", "/reports/hz1/2026-11", "/reports/hz1/2026-11.pdf"):
            assert (await client.get(path)).status_code == 303


async def test_a_viewer_may_read_it(desk: Desk, house: Build) -> None:
    desk.account("guest", Post.VIEWER)
    token, _ = desk.session("guest")
    async with desk.client(desk.app(house(6)), token) as client:
        assert (await client.get("/reports/hz2/2026-11")).status_code == 200
