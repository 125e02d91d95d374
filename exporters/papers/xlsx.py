"""Papers as a workbook, one sheet each: numbers that count, text that never becomes a formula, ready to print on A4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from typing import Final
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell as Square
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exporters.papers.paper import Cell, Entry, Mark, Pairs, Paper, SignatureLine, Table, Words
from exporters.papers.pen import EPOCH
from exporters.words import shown

MOST_ROWS: Final = 5000
MOST_SHEETS: Final = 20
LONGEST_TEXT: Final = 2000
LONGEST_LINE: Final = 1000
LONGEST_NAME: Final = 31
NARROWEST, WIDEST = 6.0, 46.0
LEAST_COLUMNS: Final = 6
A4: Final = 9
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")

_THIN: Final = Side(style="thin", color="808080")
_GRID: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD: Final = PatternFill("solid", fgColor="E4E4E4")
_NAME: Final = PatternFill("solid", fgColor="F3F3F3")
_SHADES: Final = {
    Mark.WARNING: PatternFill("solid", fgColor="FFF2CC"),
    Mark.CRITICAL: PatternFill("solid", fgColor="F8CBAD"),
}
_PLAIN: Final = Font(name="Microsoft YaHei", size=10)
_BOLD: Final = Font(name="Microsoft YaHei", size=10, bold=True)
_QUIET: Final = Font(name="Microsoft YaHei", size=10, color="666666")
_TITLE: Final = Font(name="Microsoft YaHei", size=16, bold=True)
_SECTION: Final = Font(name="Microsoft YaHei", size=12, bold=True)
_WRAP: Final = Alignment(vertical="center", wrap_text=True)
_MIDDLE: Final = Alignment(horizontal="center", vertical="center", wrap_text=True)
_RIGHT: Final = Alignment(horizontal="right", vertical="center")


def workbook(sheets: Sequence[tuple[str, Paper]]) -> bytes:
    """Return papers as one workbook, a sheet each under its name; the same papers give the same cells."""
    book = Workbook()
    blank = book.active
    taken: set[str] = set()
    for name, paper in sheets[:MOST_SHEETS]:
        page = book.create_sheet(sheet_name(name, taken))
        _Page(page, paper).fill()
        if blank is not None and blank in book.worksheets:
            # A book must have a sheet; the one that it is born with is only needed until there is another.
            book.remove(blank)
    if sheets:
        book.properties.title = shown(sheets[0][1].title)
        book.properties.creator = "nightduty"
        book.properties.created = book.properties.modified = (sheets[0][1].made or EPOCH).replace(tzinfo=None)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def sheet_name(name: str, taken: set[str]) -> str:
    """Return a name that Excel takes, and that no sheet before it has (upper and lower case are the same to it)."""
    base = _FORBIDDEN.sub(" ", shown(name)).strip().strip("'")[:LONGEST_NAME].strip() or "-"
    found, number = base, 1
    while found.lower() in taken:
        number += 1
        tail = f" {number}"
        found = base[: LONGEST_NAME - len(tail)] + tail
    taken.add(found.lower())
    return found


class _Page:
    """One sheet while it is filled, from the top down."""

    def __init__(self, page: Worksheet, paper: Paper) -> None:
        self._page = page
        self._paper = paper
        tables = [block for section in paper.sections for block in section.blocks if isinstance(block, Table)]
        self._columns = max(LEAST_COLUMNS, *(len(table.head) for table in tables), 0)
        self._widths = [NARROWEST] * self._columns
        self._row = 1
        self._heads: list[int] = []

    def fill(self) -> None:
        """Write the paper down."""
        self._wide(self._paper.title, _TITLE, _MIDDLE, height=28)
        self._wide(self._paper.number, _PLAIN, _RIGHT)
        self._pairs(self._paper.head)
        if self._paper.summary is not None:
            self._words(self._paper.summary)
        for section in self._paper.sections:
            self._row += 1
            if section.title:
                self._wide(section.title, _SECTION, _WRAP, height=20)
            for block in section.blocks:
                match block:
                    case Pairs():
                        self._pairs(block)
                    case Table():
                        self._table(block)
                    case Words():
                        self._words(block)
                    case Entry():
                        self._entry(block)
        for signature in self._paper.signatures:
            self._signature(signature)
        if self._paper.foot:
            self._row += 1
            self._wide(self._paper.foot, _QUIET, _WRAP)
        self._set_up()

    def _wide(self, text: str, font: Font, alignment: Alignment, height: float = 0) -> None:
        self._merged(text, 1, self._columns, font, alignment)
        if height:
            self._page.row_dimensions[self._row].height = height
        self._row += 1

    def _merged(self, text: str, first: int, last: int, font: Font, alignment: Alignment) -> Square:
        square = self._put(self._row, first, Cell(text), font, alignment)
        if last > first:
            self._page.merge_cells(start_row=self._row, end_row=self._row, start_column=first, end_column=last)
        return square

    def _put(self, row: int, column: int, cell: Cell, font: Font | None = None, alignment: Alignment = _WRAP) -> Square:
        square = self._page.cell(row, column)
        assert isinstance(square, Square)  # noqa: S101 the merged ones are never written to
        text = (f"{self._paper.phrases.new} " if cell.new else "") + shown(cell.text, LONGEST_TEXT)
        if cell.value is not None and not cell.new and abs(cell.value) < float("inf"):
            square.value = cell.value
        elif text:
            square.value = text
            # A text that begins with "=" would be a formula: what a device calls itself must not compute anything.
            square.data_type = "s"
            square.quotePrefix = text[0] in "=+-@"
        square.font = font or (
            _BOLD if cell.mark in (Mark.WARNING, Mark.CRITICAL) else _QUIET if cell.mark is Mark.QUIET else _PLAIN
        )
        square.alignment = alignment
        if fill := _SHADES.get(cell.mark):
            square.fill = fill
        return square

    def _pairs(self, pairs: Pairs) -> None:
        half = self._columns // 2
        shown_pairs = list(pairs.pairs[:MOST_ROWS])
        for left in range(0, len(shown_pairs), 2):
            for place, (name, cell) in enumerate(shown_pairs[left : left + 2]):
                first = 1 + place * half
                last = self._columns if place else half
                label = self._put(self._row, first, Cell(name), _BOLD)
                label.fill, label.border = _NAME, _GRID
                self._put(self._row, first + 1, cell).border = _GRID
                if last > first + 1:
                    self._page.merge_cells(
                        start_row=self._row, end_row=self._row, start_column=first + 1, end_column=last
                    )
                self._widths[first - 1] = max(self._widths[first - 1], min(_length(name) + 2, 16))
            self._row += 1

    def _words(self, words: Words) -> None:
        self._merged(
            (f"{self._paper.phrases.new} " if words.new else "") + words.text,
            1,
            self._columns,
            _BOLD if words.mark in (Mark.WARNING, Mark.CRITICAL) else _PLAIN,
            _WRAP,
        )
        lines = 1 + _length(words.text) // 100
        self._page.row_dimensions[self._row].height = min(16.0 * lines, 200.0)
        self._row += 1

    def _entry(self, entry: Entry) -> None:
        """Write a field with its name, a row for each of its lines: Excel shows no row of more than 30 lines."""
        parts = [
            (line[at : at + LONGEST_LINE], cell.mark)
            for cell in entry.said
            for line in cell.text.splitlines()
            for at in range(0, len(line), LONGEST_LINE)
        ]
        for number, (text, mark) in enumerate(parts[:MOST_ROWS] or [("", Mark.PLAIN)]):
            label = self._put(self._row, 1, Cell("" if number else entry.name), _BOLD)
            label.fill, label.border = _NAME, _GRID
            strong = mark in (Mark.WARNING, Mark.CRITICAL)
            self._merged(text, 2, self._columns, _BOLD if strong else _PLAIN, _WRAP)
            self._page.row_dimensions[self._row].height = 16.0 * (1 + len(text) // 40)
            self._row += 1

    def _table(self, table: Table) -> None:
        if table.title:
            self._wide(table.title, _BOLD, _WRAP)
        if not table.rows:
            if table.empty:
                self._wide(table.empty, _QUIET, _WRAP)
            return
        for place, name in enumerate(table.head):
            square = self._put(self._row, place + 1, Cell(name), _BOLD, _MIDDLE)
            square.fill, square.border = _HEAD, _GRID
            self._widths[place] = max(self._widths[place], min(_length(name) + 2, WIDEST))
        self._heads.append(self._row)
        self._row += 1
        for row in islice(table.rows, MOST_ROWS):
            for place, cell in enumerate(row[: len(table.head)]):
                short = cell.value is None and len(cell.text) <= 2
                self._put(self._row, place + 1, cell, None, _MIDDLE if short else _WRAP).border = _GRID
                self._widths[place] = max(self._widths[place], min(_length(cell.text) + 2, WIDEST))
            self._row += 1
        if len(table.rows) > MOST_ROWS:
            self._wide(self._paper.phrases.left.format(n=len(table.rows) - MOST_ROWS), _BOLD, _WRAP)

    def _signature(self, signature: SignatureLine) -> None:
        phrases = self._paper.phrases
        self._put(self._row, 1, Cell(signature.role), _BOLD).fill = _NAME
        said = signature.signed or f"{phrases.signature}                    {phrases.time}"
        self._merged("    ".join([said, *signature.lines]), 2, self._columns, _PLAIN, _WRAP)
        self._page.row_dimensions[self._row].height = 30
        self._row += 1

    def _set_up(self) -> None:
        """Set widths, the head that stays, and how it prints."""
        page, paper = self._page, self._paper
        for place, width in enumerate(self._widths, 1):
            page.column_dimensions[get_column_letter(place)].width = width
        page.page_setup.paperSize = A4
        page.page_setup.orientation = "landscape" if paper.landscape else "portrait"
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.print_options.horizontalCentered = True
        page.HeaderFooter.oddFooter = _footer(paper.phrases.page.format(n="&P", all="&N"))
        if len(self._heads) == 1:
            # With one table its head stays in sight and is on each page; of several, none is the head of all.
            page.freeze_panes = f"A{self._heads[0] + 1}"
            page.print_title_rows = f"{self._heads[0]}:{self._heads[0]}"


def _footer(text: str) -> HeaderFooterItem:
    return HeaderFooterItem(center=_HeaderFooterPart(text=text))


def _length(text: str) -> float:
    """Return how many narrow characters wide a text is; a Chinese one takes two."""
    return sum(_wide_ones(text[:100]))


def _wide_ones(text: Iterable[str]) -> Iterator[int]:
    return (2 if east_asian_width(c) in "WF" else 1 for c in text)
