"""What is ruled in a Word document: fields with their names, tables under their heads, boxes to sign in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final
from unicodedata import east_asian_width

from docx.document import Document as Book
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell as Square
from docx.table import _Row as Row
from docx.text.paragraph import Paragraph

from exporters.papers import wordml
from exporters.papers.paper import Cell, Entry, Mark, Pairs, Phrases, SignatureLine, Table
from exporters.papers.ruled import LINE_TO_WRITE, LONGEST_WORDS, MOST_PAIRS, MOST_ROWS, SIGN_FROM, SIGNS
from exporters.words import shown

NAME_SHADE: Final = "F3F3F3"
HEAD_SHADE: Final = "E4E4E4"
SHADES: Final = {Mark.WARNING: "FFF2CC", Mark.CRITICAL: "F8CBAD"}
GREY: Final = RGBColor(0x59, 0x59, 0x59)
NAME: Final = 0.155
"""The part of the width that a name has, as in the PDF; what belongs to it has the rest of its half."""
ROLE: Final = 0.2
TO_SIGN: Final = 13.0
LONG: Final = 68
"""Narrow characters from which on a pair has a row for itself."""
SHORT: Final = 9
"""Narrow characters up to which a text stands in the middle of its column, if all of them do."""
WHOLE_UP_TO: Final = 400
"""Characters up to which a row is kept on one page; a longer one goes on on the next."""
MOST_PARAGRAPHS: Final = 1000
MEASURED: Final = 60
"""Rows that are measured where a table does not say how wide its columns are."""


class Fields:
    """Names and what belongs to them, as one table however many blocks they come from."""

    def __init__(self, book: Book, width: float, phrases: Phrases) -> None:
        half = width / 2
        self._widths = [width * NAME, half - width * NAME, width * NAME, half - width * NAME]
        self._grid = _grid(book, self._widths)
        self._phrases = phrases

    def add(self, block: Pairs | Entry) -> None:
        """Add the rows of a block."""
        if isinstance(block, Entry):
            self._entry(block)
            return
        waiting: list[tuple[str, Cell]] = []
        for pair in block.pairs[:MOST_PAIRS]:
            if length(pair[1].text) > LONG:
                self._pairs(waiting)
                self._pairs([pair])
                waiting = []
                continue
            waiting.append(pair)
            if len(waiting) == 2:
                self._pairs(waiting)
                waiting = []
        self._pairs(waiting)

    def across(self, cell: Cell) -> None:
        """Add a row over the whole width."""
        squares = _add_row(self._grid, self._widths)[1]
        write(squares[0].merge(squares[3]), [cell], self._phrases, bold=True)

    def _pairs(self, row: Sequence[tuple[str, Cell]]) -> None:
        if not row:
            return
        squares = _add_row(self._grid, self._widths)[1]
        for place, (name, cell) in enumerate(row):
            _name(squares[2 * place], name)
            value = squares[1].merge(squares[3]) if len(row) == 1 else squares[2 * place + 1]
            write(value, [cell], self._phrases)

    def _entry(self, entry: Entry) -> None:
        row, squares = _add_row(self._grid, self._widths)
        _name(squares[0], entry.name)
        write(squares[1].merge(squares[3]), entry.said, self._phrases)
        if not any(cell.text.strip() for cell in entry.said):
            row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Mm(entry.room * LINE_TO_WRITE)
        if sum(len(cell.text) for cell in entry.said) < WHOLE_UP_TO:
            wordml.whole(row)
        else:
            # In the middle of several pages nobody would find the name.
            squares[0].vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.TOP


def table(book: Book, block: Table, width: float, phrases: Phrases) -> None:
    """Add a table with its rows; its head stands on each page."""
    widths = _widths(block, width)
    grid = _grid(book, widths)
    head, squares = _add_row(grid, widths)
    wordml.heads(head)
    wordml.whole(head)
    for square, name in zip(squares, block.head, strict=True):
        write(square, [Cell(name)], phrases, bold=True, middle=True)
        wordml.shade(square, HEAD_SHADE)
    rows = block.rows[:MOST_ROWS]
    middle = {
        n for n in range(len(widths)) if all(length(row[n].text) <= SHORT for row in rows[:MEASURED] if n < len(row))
    }
    for cells in rows:
        row, squares = _add_row(grid, widths)
        if sum(len(cell.text) for cell in cells) < WHOLE_UP_TO:
            wordml.whole(row)
        for n, (square, cell) in enumerate(zip(squares, cells, strict=False)):
            write(square, [cell], phrases, middle=n in middle)


def signatures(book: Book, lines: Sequence[SignatureLine], width: float, phrases: Phrases) -> None:
    """Add the boxes to sign in, which stay together on one page."""
    widths = [width * ROLE, width * (1 - ROLE)]
    grid = _grid(book, widths)
    for place, line in enumerate(lines):
        row, (role, room) = _add_row(grid, widths)
        wordml.whole(row)
        row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Mm(TO_SIGN)
        _name(role, line.role)
        write(room, [Cell(text) for text in (line.signed, *line.lines) if text], phrases)
        if line.signed:
            room.paragraphs[0].runs[0].bold = True
        else:
            _to_sign(room.add_paragraph() if line.lines else room.paragraphs[0], phrases)
        if place < len(lines) - 1:
            for square in (role, room):
                for paragraph in square.paragraphs:
                    paragraph.paragraph_format.keep_with_next = True


def write(
    square: Square,
    said: Sequence[Cell],
    phrases: Phrases,
    *,
    bold: bool = False,
    middle: bool = False,
) -> None:
    """Write into a cell, a paragraph for each line."""
    square.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = square.paragraphs[0]
    lines = list(islice(_lines(said), MOST_PARAGRAPHS + 1))
    if len(lines) > MOST_PARAGRAPHS:
        lines[-1] = Cell(phrases.cut, Mark.WARNING)
    for place, cell in enumerate(lines):
        if place:
            paragraph = square.add_paragraph()
        _say(paragraph, cell, phrases, bold=bold)
        if middle:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    marks = {cell.mark for cell in said}
    if len(marks) == 1 and (colour := SHADES.get(marks.pop())):
        wordml.shade(square, colour)


def _lines(said: Sequence[Cell]) -> Iterator[Cell]:
    for cell in said:
        for number, line in enumerate(cell.text[:LONGEST_WORDS].splitlines()):
            yield cell if line == cell.text else Cell(line, cell.mark, new=cell.new and not number)


def _say(paragraph: Paragraph, cell: Cell, phrases: Phrases, *, bold: bool = False) -> None:
    sign = SIGNS.get(cell.mark, "") if len(cell.text) >= SIGN_FROM else ""
    new = f"{phrases.new} " if cell.new else ""
    run = paragraph.add_run(new + sign + shown(cell.text, LONGEST_WORDS))
    run.bold = bold or cell.mark in (Mark.WARNING, Mark.CRITICAL) or None
    if cell.mark is Mark.QUIET:
        run.font.color.rgb = GREY


def _name(square: Square, name: str) -> None:
    square.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    square.paragraphs[0].add_run(shown(name, 120))
    wordml.shade(square, NAME_SHADE)


def _to_sign(paragraph: Paragraph, phrases: Phrases) -> None:
    """Draw the two lines to write on: the name, the time."""
    # Of strokes: tabs with a leader, and blanks underlined, are not drawn by every program behind the last word.
    lines = ((phrases.signature, 34), (phrases.time, 22))
    paragraph.add_run("    ".join(f"{shown(name, 40)} {'_' * strokes}" for name, strokes in lines))


def _grid(book: Book, widths: Sequence[float]) -> Grid:
    grid: Grid = book.add_table(0, len(widths))
    grid.style, grid.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    wordml.fixed(grid, widths)
    return grid


def _add_row(grid: Grid, widths: Sequence[float]) -> tuple[Row, Sequence[Square]]:
    row: Row = grid.add_row()
    squares = row.cells
    for square, width in zip(squares, widths, strict=True):
        wordml.wide(square, width)
    return row, squares


def _widths(block: Table, width: float) -> list[float]:
    """Return how wide each column is: by its share, or by what stands in it."""
    many = len(block.head)
    shares = [max(share, 0.0) for share in block.widths][:many]
    if len(shares) < many or not sum(shares):
        rows = [[Cell(name) for name in block.head], *block.rows[:MEASURED]]
        shares = [max(3, *(min(length(row[n].text), 40) for row in rows if n < len(row))) + 2 for n in range(many)]
    return [share / sum(shares) * width for share in shares]


def length(text: str) -> int:
    """Return how many narrow characters wide a text is; a Chinese one takes two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text[:LONGEST_WORDS])


def small(paragraph: Paragraph, points: float) -> None:
    """Make an empty paragraph as low as a gap: Word would join two tables without one between them."""
    paragraph.paragraph_format.line_spacing = Pt(points)
    paragraph.paragraph_format.space_after = Pt(0)
