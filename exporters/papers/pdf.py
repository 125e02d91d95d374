"""A paper as PDF, as a company's form looks: ruled, on A4, legible in black and white and when it was copied twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from exporters.papers.paper import Block, Cell, Mark, Pairs, Paper, Phrases, Section, SignatureLine, Table, Words
from exporters.papers.pen import MM_PER_POINT, MOST_LINES, Full, Pen, height_of

MOST_ROWS: Final = 2000
MOST_PAIRS: Final = 200
LONGEST_CELL: Final = 500
LONGEST_WORDS: Final = 4000
SIZE: Final = 8.5
SMALL: Final = 7.0
PAD: Final = 1.1
HEAD_SHADE: Final = 228
NAME_SHADE: Final = 243
SHADES: Final = {Mark.WARNING: 238, Mark.CRITICAL: 214}
SIGNS: Final = {Mark.WARNING: "! ", Mark.CRITICAL: "▲ "}
"""Weight, sign and shade: a copy in black and white tells the same as the screen."""
SIGN_FROM: Final = 3
"""From this length on a cell gets a sign: a shorter one is a sign itself."""
NATURAL_OF: Final = 60
"""Rows that are measured where a table does not say how wide its columns are."""


def pdf(paper: Paper) -> bytes:
    """Return a paper as a file; the same paper gives the same bytes."""
    phrases = paper.phrases
    pen = Pen(landscape=paper.landscape, title=paper.title, language=phrases.language, made=paper.made)
    try:
        _top(pen, paper)
        for section in paper.sections:
            _section(pen, section, phrases)
        _signatures(pen, paper.signatures, phrases)
    except Full:
        # Hundreds of pages help nobody; that the paper ends here is said at its end.
        pen.write(pen.left, pen.bottom + 1, pen.clean("…", 1), SIZE, bold=True)
    for number, total in pen.pages():
        _foot(pen, paper, number, total)
    return pen.finish()


def _top(pen: Pen, paper: Paper) -> None:
    for line in pen.wrap(pen.clean(paper.title, LONGEST_CELL), pen.width, 16, 2):
        pen.write(pen.left + (pen.width - pen.width_of(line, 16)) / 2, pen.y, line, 16, bold=True)
        pen.y += height_of(1, 16)
    number = pen.clean(paper.number, 80)
    pen.y += 0.5
    pen.write(pen.left + pen.width - pen.width_of(number, 9), pen.y, number, 9)
    pen.y += height_of(1, 9) + 0.8
    _pairs(pen, paper.head, paper.phrases)
    if paper.summary is not None:
        lines = _cell_lines(pen, Cell(paper.summary.text, paper.summary.mark, new=paper.summary.new), pen.width, paper)
        height = height_of(len(lines), SIZE + 1.5) + 2 * PAD + 1
        pen.box(pen.left, pen.y, pen.width, height, shade=SHADES.get(paper.summary.mark, 255))
        for place, line in enumerate(lines):
            y = pen.y + PAD + 0.5 + height_of(place, SIZE + 1.5)
            pen.write(pen.left + PAD + 0.5, y, line, SIZE + 1.5, bold=True)
        pen.y += height
    pen.y += 2.5


def _cell_lines(pen: Pen, cell: Cell, width: float, paper: Paper) -> list[str]:
    return pen.wrap(_text(pen, cell, paper.phrases), width - 2 * PAD - 1, SIZE + 1.5)


def _section(pen: Pen, section: Section, phrases: Phrases) -> None:
    if section.title:
        _room(pen, 20)
        pen.box(pen.left, pen.y + 0.4, 1.3, 4.4, shade=0, ruled=False)
        pen.write(pen.left + 3, pen.y, pen.clean(section.title, 120), 11, bold=True)
        pen.y += height_of(1, 11) + 1.2
    for block in section.blocks:
        _block(pen, block, phrases)
    pen.y += 2


def _block(pen: Pen, block: Block, phrases: Phrases) -> None:
    match block:
        case Pairs():
            _pairs(pen, block, phrases)
        case Table():
            _table(pen, block, phrases)
        case Words():
            _words(pen, block, phrases)
    pen.y += 2


def _words(pen: Pen, words: Words, phrases: Phrases) -> None:
    if not words.text.strip():
        _room(pen, 8)
        pen.y += 7
        pen.rule(pen.left, pen.y, pen.width)
        return
    bold, grey = _weight(words.mark)
    sign = SIGNS.get(words.mark, "") + (f"{phrases.new} " if words.new else "")
    for number, part in enumerate(words.text[:LONGEST_WORDS].splitlines()):
        for line in pen.wrap(pen.clean((sign if number == 0 else "") + part, LONGEST_WORDS), pen.width, SIZE, 200):
            _room(pen, height_of(1, SIZE))
            pen.write(pen.left, pen.y, line, SIZE, bold=bold, grey=grey)
            pen.y += height_of(1, SIZE)


def _pairs(pen: Pen, pairs: Pairs, phrases: Phrases) -> None:
    columns = 3 if pen.width > 200 else 2
    each = pen.width / columns
    name_width = each * (0.27 if columns == 2 else 0.32)
    kept = [(pen.clean(name, 80), cell) for name, cell in pairs.pairs[:MOST_PAIRS]]
    for row in _rows_of_pairs(pen, kept, each - name_width, columns, phrases):
        wide = len(row) == 1
        value_width = pen.width - name_width if wide else each - name_width
        names = [pen.wrap(name, name_width - 2 * PAD, SIZE) for name, _ in row]
        values = [pen.wrap(_text(pen, cell, phrases), value_width - 2 * PAD, SIZE) for _, cell in row]
        height = height_of(max(map(len, names + values)), SIZE) + 2 * PAD
        _room(pen, height)
        for place, (name, value, (_, cell)) in enumerate(zip(names, values, row, strict=True)):
            x = pen.left + place * each
            _lines(pen, x, name_width, height, name, shade=NAME_SHADE)
            _lines(pen, x + name_width, value_width, height, value, cell.mark)
        for place in range(len(row), 1 if wide else columns):
            pen.box(pen.left + place * each, pen.y, each, height)
        pen.y += height


def _rows_of_pairs(
    pen: Pen, pairs: Sequence[tuple[str, Cell]], width: float, columns: int, phrases: Phrases
) -> Iterator[list[tuple[str, Cell]]]:
    """Yield pairs side by side; a long one, and one that would stand alone, has a row for itself."""
    row: list[tuple[str, Cell]] = []
    for pair in pairs:
        if pen.width_of(_text(pen, pair[1], phrases), SIZE) > 1.9 * (width - 2 * PAD):
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


def _table(pen: Pen, table: Table, phrases: Phrases) -> None:
    _room(pen, 16)
    if table.title:
        pen.write(pen.left, pen.y, pen.clean(table.title, 200), 9, bold=True)
        pen.y += height_of(1, 9) + 0.6
    if not table.rows:
        if table.empty:
            pen.write(pen.left, pen.y, pen.clean(table.empty, LONGEST_CELL), SIZE, grey=70)
            pen.y += height_of(1, SIZE)
        return
    widths = _widths(pen, table, phrases)
    head = [Cell(name) for name in table.head]
    _row(pen, head, widths, phrases, head=True)
    for row in islice(table.rows, MOST_ROWS):
        _row(pen, row, widths, phrases, repeat=head)
    if len(table.rows) > MOST_ROWS:
        _words(pen, Words(phrases.left.format(n=len(table.rows) - MOST_ROWS), Mark.WARNING), phrases)


def _row(
    pen: Pen,
    cells: Sequence[Cell],
    widths: Sequence[float],
    phrases: Phrases,
    *,
    head: bool = False,
    repeat: Sequence[Cell] = (),
) -> None:
    wrapped = [
        pen.wrap(_text(pen, cell, phrases), width - 2 * PAD, SIZE) for cell, width in zip(cells, widths, strict=False)
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
            centred = head or (len(lines) == 1 and (cell.value is not None or len(cell.text) < SIGN_FROM))
            shade = HEAD_SHADE if head else SHADES.get(cell.mark, 255)
            _lines(pen, x, width, height, lines, cell.mark, shade=shade, centred=centred, bold=head)
        else:
            pen.box(x, pen.y, width, height)
        x += width
    pen.y += height


def _lines(
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


def _signatures(pen: Pen, signatures: Sequence[SignatureLine], phrases: Phrases) -> None:
    role_width, size = pen.width * 0.2, SIZE
    for signature in signatures:
        role = pen.wrap(pen.clean(signature.role, 120), role_width - 2 * PAD, size)
        room = pen.width - role_width - 2 * PAD
        said = [line for text in signature.lines for line in pen.wrap(pen.clean(text, LONGEST_CELL), room, size)]
        said = said[: 2 * MOST_LINES]
        height = max(height_of(len(role), size), height_of(len(said), size) + (7 if signature.signed else 11)) + 2 * PAD
        _room(pen, height)
        _lines(pen, pen.left, role_width, height, role, shade=NAME_SHADE)
        x = pen.left + role_width
        pen.box(x, pen.y, pen.width - role_width, height)
        if signature.signed:
            line = pen.wrap(pen.clean(signature.signed, LONGEST_CELL), room * 0.95, 10.5, 1)[0]
            pen.write(x + PAD, pen.y + PAD, line, 10.5, bold=True)
            top = pen.y + PAD + 7
        else:
            top = pen.y + PAD
            _to_sign(pen, x + PAD, pen.y + height - 3, room, phrases)
        for place, line in enumerate(said):
            pen.write(x + PAD, top + height_of(place, size), line, size)
        pen.y += height


def _to_sign(pen: Pen, x: float, y: float, width: float, phrases: Phrases) -> None:
    """Draw the two lines to write on: the name, the time."""
    for words, begin, length in ((phrases.signature, 0.0, 0.55), (phrases.time, 0.58, 0.4)):
        name = pen.clean(words, 40)
        own = pen.width_of(name, SIZE) + 1.5
        pen.write(x + width * begin, y - SIZE * MM_PER_POINT, name, SIZE)
        pen.rule(x + width * begin + own, y, width * length - own)


def _foot(pen: Pen, paper: Paper, number: int, total: int) -> None:
    y = pen.bottom + 4
    pen.rule(pen.left, y, pen.width)
    page = pen.clean(paper.phrases.page.format(n=number, all=total), 60)
    own = pen.width_of(page, SMALL)
    for line in pen.wrap(pen.clean(paper.foot, LONGEST_CELL), pen.width - own - 4, SMALL, 1):
        pen.write(pen.left, y + 1, line, SMALL, grey=60)
    pen.write(pen.left + pen.width - own, y + 1, page, SMALL, grey=60)


def _widths(pen: Pen, table: Table, phrases: Phrases) -> list[float]:
    """Return how wide each column is: by its share, or by what stands in it."""
    shares = [max(share, 0.0) for share in table.widths][: len(table.head)]
    if len(shares) < len(table.head) or not sum(shares):
        rows = [[Cell(name) for name in table.head], *islice(table.rows, NATURAL_OF)]
        longest = pen.width * 0.45
        shares = [
            max(
                (min(pen.width_of(_text(pen, row[n], phrases), SIZE), longest) for row in rows if n < len(row)),
                default=1.0,
            )
            + 3 * PAD
            for n in range(len(table.head))
        ]
    return [share / sum(shares) * pen.width for share in shares]


def _text(pen: Pen, cell: Cell, phrases: Phrases) -> str:
    sign = SIGNS.get(cell.mark, "") if len(cell.text) >= SIGN_FROM else ""
    return pen.clean((f"{phrases.new} " if cell.new else "") + sign + cell.text, LONGEST_CELL)


def _weight(mark: Mark) -> tuple[bool, int]:
    """Return whether a mark is bold, and how grey it is."""
    return mark in (Mark.WARNING, Mark.CRITICAL), 90 if mark is Mark.QUIET else 0


def _room(pen: Pen, height: float) -> None:
    if not pen.room(height):
        pen.new_page()
