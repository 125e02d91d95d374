"""Papers as Word documents: on A4, heads that repeat, fonts for both scripts, and nothing that breaks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as Book
from docx.oxml.ns import qn
from docx.shared import Mm

from exporters.papers.docx import docx
from exporters.papers.handover_form import form_paper
from exporters.papers.paper import Block, Cell, Entry, Mark, Pairs, Paper, Section, SignatureLine, Table, Words
from exporters.words import words
from tests.exporters.papers.samples import HOSTILE, MORNING, TITLES, content, form
from tests.exporters.papers.test_pdf import PHRASES, paper, table


def read(of: Paper) -> Book:
    return Document(BytesIO(docx(of)))


def millimetres(length: int | None) -> int:
    assert length is not None
    return round(length / Mm(1))


def xml(of: Paper, part: str = "document") -> str:
    with ZipFile(BytesIO(docx(of))) as packed:
        return packed.read(f"word/{part}.xml").decode()


def blocks(*these: Block) -> Paper:
    return paper(Section("一、设备", these))


def rows(of: Paper, nth: int = -1) -> Sequence[Sequence[str]]:
    return [[cell.text for cell in row.cells] for row in read(of).tables[nth].rows]


def test_it_is_a4_upright_or_on_its_side() -> None:
    for landscape, size in ((False, (210, 297)), (True, (297, 210))):
        sheet = read(paper(landscape=landscape)).sections[0]
        assert (millimetres(sheet.page_width), millimetres(sheet.page_height)) == size


def test_number_check_code_and_pages_stand_on_each_page() -> None:
    sheet = read(paper()).sections[0]
    assert sheet.header.paragraphs[0].text == "夜班值守工作交接表\t编号：JB-20261123-N"
    assert sheet.footer.paragraphs[0].text == "校验码 AB12\t第 1 页，共 1 页"
    codes = [e.text for e in sheet.footer.paragraphs[0]._p.iter(qn("w:instrText"))]
    assert codes == [" PAGE ", " NUMPAGES "], "Word counts them"


def test_chinese_has_a_chinese_font_and_a_substitute_where_there_is_none() -> None:
    styles = xml(paper(), "styles")
    assert 'w:eastAsia="SimSun"' in styles
    assert 'w:eastAsia="SimHei"' in styles
    assert "eastAsiaTheme" not in styles.split('w:styleId="Normal"')[1].split("</w:style>")[0], "it would win"
    assert "宋体" in xml(paper(), "fontTable")


def test_the_head_of_a_table_is_on_each_page_and_no_short_row_is_torn() -> None:
    text = xml(paper(table(3)))
    assert text.count("<w:tblHeader/>") == 1
    assert text.count("<w:cantSplit/>") == 4


def test_columns_are_as_wide_as_the_paper_says() -> None:
    one = Table(["a", "b"], [(Cell("x"), Cell("y"))], widths=(1, 3))
    grid = read(blocks(one)).tables[-1]
    assert [millimetres(column.width) for column in grid.columns] == [45, 135]
    assert [millimetres(cell.width) for cell in grid.rows[1].cells] == [45, 135]
    assert not grid.autofit


def test_a_field_has_the_width_beside_its_name_and_room_to_write_where_it_is_empty() -> None:
    made = blocks(Pairs([("等级", Cell("重大")), ("时间", Cell("03:10"))]), Entry("原因", [], room=3))
    grid = read(made).tables[-1]
    assert [cell.text for cell in grid.rows[0].cells] == ["等级", "重大", "时间", "03:10"]
    assert grid.rows[1].cells[1]._tc is grid.rows[1].cells[3]._tc, "one cell over all columns"
    assert millimetres(grid.rows[1].height) == 21


def test_each_line_of_a_field_is_a_paragraph() -> None:
    assert rows(blocks(Entry("经过", [Cell("一\n二"), Cell("三")])))[0][1] == "一\n二\n三"


def test_a_mark_is_a_colour_a_weight_and_a_sign() -> None:
    one = Table(["a"], [(Cell("磁盘 /var 已用 93.1%，超过限值", Mark.CRITICAL),), (Cell("正常"),)])
    square = read(blocks(one)).tables[-1].rows[1].cells[0]
    assert square.text.startswith("▲ ")
    assert square.paragraphs[0].runs[0].bold
    assert 'w:fill="F8CBAD"' in xml(blocks(one))


def test_who_signed_and_who_has_yet_to_sign() -> None:
    made = paper(signatures=[SignatureLine("交班人", "王芳 08:00", ["备注：无"]), SignatureLine("接班人")])
    (first, second) = rows(made)
    assert first == ["交班人", "王芳 08:00\n备注：无"]
    assert second[0] == "接班人"
    assert second[1].startswith("签名")


def test_the_same_paper_is_the_same_file() -> None:
    one = paper(table(10), made=datetime(2026, 11, 24, 1, tzinfo=UTC))
    assert docx(one) == docx(one)
    said = read(one).core_properties
    assert (said.title, said.author) == ("夜班值守工作交接表", "nightduty")
    assert said.created is not None
    assert said.created.replace(tzinfo=UTC) == one.made


def test_what_is_left_off_is_said() -> None:
    assert "另有 300 行" in "\n".join(p.text for p in read(paper(table(2300))).paragraphs)
    cut = rows(blocks(Entry("经过", [Cell("断\n" * 3000)])))[0][1]
    assert cut.endswith("到此为止")


def test_a_table_without_a_row_says_so() -> None:
    empty = blocks(
        Table(["a"], [], empty="没有告警。", title="告警"), Words("注意", Mark.WARNING), Words("轻", Mark.QUIET)
    )
    assert [p.text for p in read(empty).paragraphs if p.text][-4:] == ["告警", "没有告警。", "! 注意", "轻"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_string_breaks_it(text: str) -> None:
    made = Paper(
        text, text, Pairs([(text, Cell(text))]),
        [Section(text, [Table([text], [(Cell(text),)], title=text), Entry(text, [Cell(text)]), Words(text)])],
        [SignatureLine(text, text, [text])], text, summary=Words(text), phrases=PHRASES,
    )  # fmt: skip
    assert read(made).tables
    assert "\u202e" not in xml(made)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_any_other_paper_is_a_document_too(language: str) -> None:
    made = form_paper(form(signed=True), content(), words(language), MORNING, TITLES)
    text = "\n".join(cell.text for grid in read(made).tables for row in grid.rows for cell in row.cells)
    for said in ("HZ-8842", "更换 HZ1-DB-01 的磁盘", "王芳 2026-11-24 07:55"):
        assert said in text
    assert read(replace(made, landscape=True)).tables
