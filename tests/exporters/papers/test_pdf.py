"""Papers as PDF: what a reader finds on the pages, in a file that is the same each time it is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from exporters.papers.paper import Cell, Mark, Pairs, Paper, Phrases, Section, SignatureLine, Table, Words
from exporters.papers.pdf import pdf
from tests.exporters.papers.samples import HOSTILE

PHRASES = Phrases("zh-CN", "【新】", "第 {n} 页，共 {all} 页", "另有 {n} 行", "到此为止", "签名", "时间")


def paper(*sections: Section, **more: object) -> Paper:
    made = Paper(
        "夜班值守工作交接表", "编号：JB-20261123-N", Pairs([("站点", Cell("杭州一机房"))]), sections,
        foot="校验码 AB12", phrases=PHRASES,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]  # named as there


def table(rows: int, text: str = "正常") -> Section:
    return Section("一、设备", [Table(["序号", "设备"], [(Cell(str(n), value=n), Cell(text)) for n in range(rows)])])


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def test_the_words_can_be_read_and_searched_in_either_script() -> None:
    (page,) = pages(pdf(paper(Section("一、设备运行情况", [Words("Fan 2 已更换"), table(1).blocks[0]]))))
    for text in ("夜班值守工作交接表", "编号：JB-20261123-N", "杭州一机房", "一、设备运行情况", "Fan 2 已更换"):
        assert text in page


def test_the_file_says_its_title_and_its_language() -> None:
    read = PdfReader(BytesIO(pdf(paper())))
    assert read.metadata is not None
    assert read.metadata.title == "夜班值守工作交接表"
    assert str(read.root_object["/Lang"]) == "zh-CN"
    sheet = read.pages[0].mediabox
    assert (round(sheet.width), round(sheet.height)) == (595, 842), "A4"


def test_a_wide_paper_lies_on_its_side() -> None:
    sheet = PdfReader(BytesIO(pdf(paper(landscape=True)))).pages[0].mediabox
    assert (round(sheet.width), round(sheet.height)) == (842, 595)


def test_the_same_paper_is_the_same_file_whenever_it_is_made() -> None:
    one = paper(table(100), made=datetime(2026, 11, 24, tzinfo=UTC))
    assert pdf(one) == pdf(one)
    assert PdfReader(BytesIO(pdf(one))).metadata.creation_date == one.made  # type: ignore[union-attr]


def test_each_page_has_the_head_of_its_table_its_number_and_the_check_code() -> None:
    read = pages(pdf(paper(table(120))))
    assert len(read) > 2
    for number, page in enumerate(read, 1):
        assert "序号" in page
        assert f"第 {number} 页，共 {len(read)} 页" in page
        assert "校验码 AB12" in page


def test_what_is_new_is_said_in_a_word() -> None:
    rows = [(Cell("A07", new=True),), (Cell("A08"),)]
    (page,) = pages(pdf(paper(Section("", [Table(["编号"], rows), Words("钥匙 3 把", new=True)]))))
    assert "【新】 A07" in page
    assert "【新】 A08" not in page
    assert "【新】 钥匙 3 把" in page


def test_a_failure_has_a_sign_that_a_copier_keeps() -> None:
    (page,) = pages(pdf(paper(Section("", [Words("核心交换机失联", Mark.CRITICAL)]))))
    assert "▲ 核心交换机失联" in page


def test_who_has_signed_is_named_and_who_has_not_finds_a_line() -> None:
    (page,) = pages(
        pdf(
            paper(
                signatures=[
                    SignatureLine("交班人", "王芳 2026-11-24 07:55", ["原因：主管同意"]),
                    SignatureLine("接班人"),
                ]
            )
        )
    )
    assert "王芳 2026-11-24 07:55" in page
    assert "原因：主管同意" in page
    assert page.count("签名") == 1, "only where nobody has signed"


@pytest.mark.parametrize("rows", range(20, 34))
def test_signatures_are_never_torn_apart(rows: int) -> None:
    lines = [SignatureLine(f"签署{n}") for n in range(3)]
    read = pages(pdf(paper(table(rows), Section("七、确认", []), signatures=lines)))
    holding = [page for page in read if "签署" in page]
    assert len(holding) == 1
    assert "七、确认" in holding[0]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_string_breaks_a_paper(text: str) -> None:
    cell = Cell(text, Mark.WARNING, new=True)
    hostile = Paper(
        text, text, Pairs([(text, cell)] * 3),
        [Section(text, [Table([text, "b"], [(cell, cell)] * 3, title=text), Words(text), Pairs([(text, cell)])])],
        [SignatureLine(text, text, [text]), SignatureLine(text)], text, summary=Words(text), phrases=PHRASES,
    )  # fmt: skip
    read = pages(pdf(hostile))
    assert 1 <= len(read) <= 6
    assert "第 1 页" in read[0]


def test_what_the_font_cannot_draw_is_a_box() -> None:
    (page,) = pages(pdf(paper(Section("", [Words("温度 🔥 23 ℃")]))))
    assert "温度 □ 23 °C" in page


def test_a_long_word_without_a_space_is_all_there() -> None:
    (page,) = pages(pdf(paper(Section("", [Table(["a", "b"], [(Cell("x" * 300), Cell("y"))], widths=(1, 3))]))))
    assert page.count("x") == 300


def test_a_table_without_end_is_cut_and_says_how_much_is_left_off() -> None:
    read = pages(pdf(paper(table(2300))))
    assert "另有 300 行" in read[-1]


def test_a_paper_without_end_ends_and_says_so() -> None:
    many = [table(2000, "长" * 400) for _ in range(2)]
    read = PdfReader(BytesIO(pdf(paper(*many))))
    assert len(read.pages) == 400
    assert "到此为止" in read.pages[-1].extract_text()


def test_a_table_without_a_row_says_so() -> None:
    (page,) = pages(pdf(paper(Section("", [Table(["a"], [], empty="没有未恢复的告警。", title="告警")]))))
    assert "没有未恢复的告警。" in page
