"""Papers as a workbook: what Excel finds in the cells."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from exporters.papers.paper import Cell, Mark, Pairs, Paper, Phrases, Section, SignatureLine, Table, Words
from exporters.papers.xlsx import sheet_name, workbook
from tests.exporters.papers.samples import HOSTILE

PHRASES = Phrases(new="[new]", page="Page {n} of {all}", left="{n} more", signature="Signature", time="Time")


def paper(*rows: tuple[Cell, ...], landscape: bool = True) -> Paper:
    table = Table(["No.", "Target", "CPU"], rows, empty="none")
    return Paper(
        "Night inspection sheet", "No. 7", Pairs([("Site", Cell("杭州一机房"))]), [Section("", [table])],
        [SignatureLine("Technician")], "printed", landscape, phrases=PHRASES,
    )  # fmt: skip


def opened(*sheets: tuple[str, Paper]) -> Workbook:
    return load_workbook(BytesIO(workbook(sheets)))


def test_numbers_count_and_words_are_words() -> None:
    page = opened(("s", paper((Cell("1", value=1), Cell("HZ1-CORE-01"), Cell("37.5 %", value=37.5)))))["s"]
    found = {cell.value: cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None}
    assert found[1] == "n"
    assert found[37.5] == "n"
    assert found["HZ1-CORE-01"] == "s"


@pytest.mark.parametrize("text", [*HOSTILE, "=1+1", "@x", "\r=1", "#REF!", "=cmd|' /C calc'!A0", "TRUE", "1e5", ""])
def test_no_string_of_a_device_becomes_a_formula(text: str) -> None:
    cell = Cell(text, Mark.WARNING)
    hostile = Paper(
        text, text, Pairs([(text, cell)]), [Section(text, [Table([text], [(cell,)], title=text), Words(text)])],
        [SignatureLine(text, text, [text])], text, phrases=PHRASES,
    )  # fmt: skip
    page = opened((text, hostile)).worksheets[0]
    kinds = {cell.data_type for row in page.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}, "an empty cell is n"
    assert not any(isinstance(c.value, int | float) for row in page.iter_rows() for c in row)


def test_a_string_that_begins_as_a_formula_stays_text_when_somebody_edits_it() -> None:
    page = opened(("s", paper((Cell("1"), Cell("=HYPERLINK(1)"), Cell("")))))["s"]
    (cell,) = (c for row in page.iter_rows() for c in row if c.value == "=HYPERLINK(1)")
    assert cell.quotePrefix
    assert cell.data_type == "s"


def test_infinity_is_said_and_not_counted() -> None:
    page = opened(("s", paper((Cell("1"), Cell("x"), Cell("—", value=float("nan"))))))["s"]
    assert any(cell.value == "—" for row in page.iter_rows() for cell in row)


def test_it_prints_on_a4_with_its_head_on_each_page_and_its_head_stays_in_sight() -> None:
    page = opened(("s", paper(*[(Cell("1"), Cell("x"), Cell("2"))] * 60)))["s"]
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    head = next(cell.row for row in page.iter_rows() for cell in row if cell.value == "Target")
    assert page.print_title_rows == f"${head}:${head}"
    assert page.freeze_panes == f"A{head + 1}"
    assert page.page_setup.fitToWidth == 1


def test_a_narrow_paper_stands_upright() -> None:
    assert opened(("s", paper(landscape=False)))["s"].page_setup.orientation == "portrait"


def test_the_title_spans_the_sheet() -> None:
    page = opened(("s", paper()))["s"]
    assert page["A1"].value == "Night inspection sheet"
    assert any(str(area).startswith("A1:") for area in page.merged_cells.ranges)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("设备×时段", "设备×时段", id="as it is"),
        pytest.param("a/b:c*d?[e]\\f", "a b c d  e  f", id="no sign that Excel refuses"),
        pytest.param("x" * 50, "x" * 31, id="31 characters"),
        pytest.param("'", "-", id="never empty"),
    ],
)
def test_the_name_of_a_sheet_is_one_that_excel_takes(name: str, expected: str) -> None:
    assert sheet_name(name, set()) == expected


def test_two_sheets_never_have_one_name() -> None:
    assert opened(("Key", paper()), ("KEY", paper()), ("x" * 40, paper()), ("x" * 41, paper())).sheetnames == [
        "Key", "KEY 2", "x" * 31, "x" * 29 + " 2",
    ]  # fmt: skip


def test_a_table_without_end_is_cut_and_says_so() -> None:
    page = opened(("s", paper(*[(Cell("1"), Cell("x"), Cell("2"))] * 5003)))["s"]
    assert any(cell.value == "3 more" for row in page.iter_rows() for cell in row)


def test_no_paper_makes_a_book_with_a_sheet() -> None:
    assert len(opened().sheetnames) == 1
