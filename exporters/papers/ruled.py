"""What is ruled on a paper: pairs in a grid, tables with their heads, paragraphs and lines to write on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import islice
from typing import Final

from exporters.papers.paper import Cell, Entry, Mark, Pairs, Phrases, Table, Words
from exporters.papers.pen import Pen, height_of

MOST_ROWS: Final = 2000
MOST_PAIRS: Final = 200
LONGEST_CELL: Final = 1200
LONGEST_WORDS: Final = 12_000
MOST_ENTRY_LINES: Final = 1000
LINE_TO_WRITE: Final = 7.0
"""Millimetres of a line that somebody writes on by hand."""
SIZE: Final = 8.5
PAD: Final = 1.1
HEAD_SHADE: Final = 228
NAME_SHADE: Final = 243
SHADES: Final = {Mark.WARNING: 238, Mark.CRITICAL: 214}
SIGNS: Final = {Mark.WARNING: "! ", Mark.CRITICAL: "▲ "}
"""Weight, sign and shade: a copy in black and white tells the same as the screen."""
SIGN_FROM: Final = 13
"""From this length on a cell gets a sign: a word alone, bold and shaded, is one itself."""
LONGEST_WORD: Final = 24.0
"""Millimetres of a word for which a column is made wider; a longer one breaks."""
SHORT: Final = 15.0
"""Millimetres up to which a text stands in the middle of its column, if all of them do."""
NATURAL_OF: Final = 60
"""Rows that are measured where a table does not say how wide its columns are."""


def pairs(pen: Pen, block: Pairs, phrases: Phrases) -> None:
    """Draw names and what belongs to them, two pairs side by side, three on a wide page."""
    columns, name_width = _names(pen)
    each = pen.width / columns
    kept = [(pen.clean(name, 80), cell) for name, cell in block.pairs[:MOST_PAIRS]]
    for row in _rows_of_pairs(pen, kept, each - name_width, columns, phrases):
        wide = len(row) == 1
        value_width = pen.width - name_width if wide else each - name_width
        names = [pen.wrap(name, name_width - 2 * PAD, SIZE) for name, _ in row]
        values = [pen.wrap(text_of(pen, cell, phrases), value_width - 2 * PAD, SIZE) for _, cell in row]
        height = height_of(max(map(len, names + values)), SIZE) + 2 * PAD
        make_room(pen, height)
        for place, (name, value, (_, cell)) in enumerate(zip(names, values, row, strict=True)):
            x = pen.left + place * each
            boxed(pen, x, name_width, height, name, shade=NAME_SHADE)
            boxed(pen, x + name_width, value_width, height, value, cell.mark)
        for place in range(len(row), 1 if wide else columns):
            pen.box(pen.left + place * each, pen.y, each, height)
        pen.y += height


def entry(pen: Pen, block: Entry, phrases: Phrases) -> None:
    """Draw a field with its name; one that is long goes on in a box on the next page, under its name again."""
    _, name_width = _names(pen)
    x, width = pen.left + name_width, pen.width - name_width
    name = pen.wrap(pen.clean(block.name, 80), name_width - 2 * PAD, SIZE)
    lines = [(line, cell.mark) for cell in block.said for line in _paragraph(pen, cell, width - 2 * PAD, phrases)]
    if len(lines) > MOST_ENTRY_LINES:
        lines = [*lines[:MOST_ENTRY_LINES], (pen.clean(phrases.cut, 80), Mark.WARNING)]
    least = height_of(len(name), SIZE) + 2 * PAD
    if not lines:
        height = max(least, block.room * LINE_TO_WRITE)
        make_room(pen, height)
        boxed(pen, pen.left, name_width, height, name, shade=NAME_SHADE)
        pen.box(x, pen.y, width, height)
        pen.y += height
    while lines:
        make_room(pen, max(least, height_of(min(len(lines), 3), SIZE) + 2 * PAD))
        fit = int((pen.bottom - pen.y - 2 * PAD) / height_of(1, SIZE))
        part, lines = lines[:fit], lines[fit:]
        height = max(least, height_of(len(part), SIZE) + 2 * PAD)
        boxed(pen, pen.left, name_width, height, name, shade=NAME_SHADE)
        (mark, *others) = {mark for _, mark in part}
        pen.box(x, pen.y, width, height, shade=255 if others else SHADES.get(mark, 255))
        y = pen.y + (height - height_of(len(part), SIZE)) / 2
        for line, mark in part:
            bold, grey = _weight(mark)
            pen.write(x + PAD, y, line, SIZE, bold=bold, grey=grey)
            y += height_of(1, SIZE)
        pen.y += height


def _paragraph(pen: Pen, cell: Cell, width: float, phrases: Phrases) -> Iterator[str]:
    """Yield the lines of a text that may have lines of its own."""
    sign = SIGNS.get(cell.mark, "") if len(cell.text) >= SIGN_FROM else ""
    before = (f"{phrases.new} " if cell.new else "") + sign
    for part in (before + cell.text[:LONGEST_WORDS]).splitlines():
        yield from pen.wrap(pen.clean(part, LONGEST_WORDS), width, SIZE, MOST_ENTRY_LINES)


def _names(pen: Pen) -> tuple[int, float]:
    """Return how many names stand side by side, and how wide one is."""
    return (3, pen.width / 3 * 0.32) if pen.width > 200 else (2, pen.width / 2 * 0.31)


def _rows_of_pairs(
    pen: Pen, pairs: Sequence[tuple[str, Cell]], width: float, columns: int, phrases: Phrases
) -> Iterator[list[tuple[str, Cell]]]:
    """Yield pairs side by side; a long one, and one that would stand alone, has a row for itself."""
    row: list[tuple[str, Cell]] = []
    for pair in pairs:
        if pen.width_of(text_of(pen, pair[1], phrases), SIZE) > 1.9 * (width - 2 * PAD):
            if row:
                yield row
            yield [pair]
            row = []
            continue
        row.append(pair)
        if len(row) == columns:
            yield row
            row = []
    if row:
        yield row


def table(pen: Pen, block: Table, phrases: Phrases) -> None:
    """Draw a table; its head is repeated on each page."""
    make_room(pen, 16)
    if block.title:
        pen.write(pen.left, pen.y, pen.clean(block.title, 200), 9, bold=True)
        pen.y += height_of(1, 9) + 0.6
    if not block.rows:
        if block.empty:
            pen.write(pen.left, pen.y, pen.clean(block.empty, LONGEST_CELL), SIZE, grey=70)
            pen.y += height_of(1, SIZE)
        return
    widths = _widths(pen, block, phrases)
    head = [Cell(name) for name in block.head]
    centred = _short(pen, block, phrases)
    _row(pen, head, widths, phrases, head=True)
    for row in islice(block.rows, MOST_ROWS):
        _row(pen, row, widths, phrases, repeat=head, centred=centred)
    if len(block.rows) > MOST_ROWS:
        words(pen, Words(phrases.left.format(n=len(block.rows) - MOST_ROWS), Mark.WARNING), phrases)


def _row(
    pen: Pen,
    cells: Sequence[Cell],
    widths: Sequence[float],
    phrases: Phrases,
    *,
    head: bool = False,
    repeat: Sequence[Cell] = (),
    centred: Set[int] = frozenset(),
) -> None:
    wrapped = [
        pen.wrap(text_of(pen, cell, phrases), width - 2 * PAD, SIZE) for cell, width in zip(cells, widths, strict=False)
    ]
    height = height_of(max(map(len, wrapped), default=1), SIZE) + 2 * PAD
    if not pen.room(height):
        pen.new_page()
        if repeat:
            _row(pen, repeat, widths, phrases, head=True)
    x = pen.left
    for place, width in enumerate(widths):
        if place < len(wrapped):
            cell, lines = cells[place], wrapped[place]
            shade = HEAD_SHADE if head else SHADES.get(cell.mark, 255)
            middle = head or place in centred
            boxed(pen, x, width, height, lines, cell.mark, shade=shade, centred=middle, bold=head)
        else:
            pen.box(x, pen.y, width, height)
        x += width
    pen.y += height


def boxed(
    pen: Pen,
    x: float,
    width: float,
    height: float,
    lines: Sequence[str],
    mark: Mark = Mark.PLAIN,
    *,
    shade: int | None = None,
    centred: bool = False,
    bold: bool = False,
) -> None:
    """Draw a box with its lines in it, in the middle of its height."""
    pen.box(x, pen.y, width, height, shade=SHADES.get(mark, 255) if shade is None else shade)
    strong, grey = _weight(mark)
    y = pen.y + (height - height_of(len(lines), SIZE)) / 2
    for line in lines:
        indent = (width - pen.width_of(line, SIZE)) / 2 if centred else PAD
        pen.write(x + indent, y, line, SIZE, bold=bold or strong, grey=grey)
        y += height_of(1, SIZE)


def words(pen: Pen, block: Words, phrases: Phrases) -> None:
    """Draw a paragraph, or a line to write on."""
    if not block.text.strip():
        make_room(pen, 8)
        pen.y += 7
        pen.rule(pen.left, pen.y, pen.width)
        return
    bold, grey = _weight(block.mark)
    sign = SIGNS.get(block.mark, "") + (f"{phrases.new} " if block.new else "")
    for number, part in enumerate(block.text[:LONGEST_WORDS].splitlines()):
        for line in pen.wrap(pen.clean((sign if number == 0 else "") + part, LONGEST_WORDS), pen.width, SIZE, 200):
            make_room(pen, height_of(1, SIZE))
            pen.write(pen.left, pen.y, line, SIZE, bold=bold, grey=grey)
            pen.y += height_of(1, SIZE)


def _widths(pen: Pen, table: Table, phrases: Phrases) -> list[float]:
    """Return how wide each column is: by its share, or by what stands in it; no word is broken that need not be."""
    many = len(table.head)
    rows = [[Cell(name) for name in table.head], *islice(table.rows, NATURAL_OF)]
    columns = [[text_of(pen, row[n], phrases) for row in rows if n < len(row)] for n in range(many)]
    shares = [max(share, 0.0) for share in table.widths][:many]
    if len(shares) < many or not sum(shares):
        longest = pen.width * 0.45
        shares = [max(min(pen.width_of(text, SIZE), longest) for text in texts) + 3 * PAD for texts in columns]
    widths = [share / sum(shares) * pen.width for share in shares]
    least = [max(pen.longest_word(text, SIZE, LONGEST_WORD) for text in texts) + 3 * PAD for texts in columns]
    short = sum(max(0.0, need - width) for need, width in zip(least, widths, strict=True))
    spare = sum(max(0.0, width - need) for need, width in zip(least, widths, strict=True))
    if not 0 < short <= spare:
        return widths
    return [
        need if width <= need else width - (width - need) / spare * short
        for need, width in zip(least, widths, strict=True)
    ]


def _short(pen: Pen, table: Table, phrases: Phrases) -> frozenset[int]:
    """Return the columns that have short texts or numbers only: they stand in the middle."""
    rows = list(islice(table.rows, NATURAL_OF))
    return frozenset(
        n
        for n in range(len(table.head))
        if all(pen.width_of(text_of(pen, row[n], phrases), SIZE) < SHORT for row in rows if n < len(row))
    )


def text_of(pen: Pen, cell: Cell, phrases: Phrases) -> str:
    """Return what stands in a cell, with the word for new and the sign of its mark."""
    sign = SIGNS.get(cell.mark, "") if len(cell.text) >= SIGN_FROM else ""
    return pen.clean((f"{phrases.new} " if cell.new else "") + sign + cell.text, LONGEST_CELL)


def _weight(mark: Mark) -> tuple[bool, int]:
    """Return whether a mark is bold, and how grey it is."""
    return mark in (Mark.WARNING, Mark.CRITICAL), 90 if mark is Mark.QUIET else 0


def make_room(pen: Pen, height: float) -> None:
    """Begin a page where the height does not fit under what is written."""
    if not pen.room(height):
        pen.new_page()
