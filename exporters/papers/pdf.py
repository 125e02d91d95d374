"""A paper as PDF, as a company's form looks: ruled, on A4, legible in black and white and when it was copied twice."""

from __future__ import annotations

from itertools import zip_longest
from typing import Final

from exporters.papers import ruled
from exporters.papers.paper import Block, Cell, Entry, Pairs, Paper, Phrases, Section, SignatureLine, Table, Words
from exporters.papers.pen import MARGIN, MM_PER_POINT, MOST_LINES, Full, Pen, height_of

SMALL: Final = 7.0
ROLE: Final = 0.2
"""The part of the width in which it stands who signs."""
HEADING: Final = 34.0
"""Millimetres that must be free for a heading: it does not stand alone at the end of a page."""
SIGNED: Final = 7.0
TO_SIGN: Final = 11.0


def pdf(paper: Paper) -> bytes:
    """Return a paper as a file; the same paper gives the same bytes."""
    phrases = paper.phrases
    pen = Pen(landscape=paper.landscape, title=paper.title, language=phrases.language, made=paper.made)
    try:
        _top(pen, paper)
        last = len(paper.sections) - 1
        together = sum(_signature_height(pen, signature) for signature in paper.signatures)
        for place, section in enumerate(paper.sections):
            _section(pen, section, phrases, together if place == last and not section.blocks else 0)
        if together < pen.bottom - MARGIN:
            # Nobody signs on a page of which nothing else is to be seen, nor half of them on another.
            ruled.make_room(pen, together)
        for signature in paper.signatures:
            _signature(pen, signature, phrases)
    except Full:
        # Hundreds of pages help nobody; that the paper ends here is said at its end.
        pen.write(pen.left, pen.bottom + 1, pen.clean(phrases.cut, 120), ruled.SIZE, bold=True)
    for number, total in pen.pages():
        _foot(pen, paper, number, total)
    return pen.finish()


def _top(pen: Pen, paper: Paper) -> None:
    for line in pen.wrap(pen.clean(paper.title, ruled.LONGEST_CELL), pen.width, 16, 2):
        pen.write(pen.left + (pen.width - pen.width_of(line, 16)) / 2, pen.y, line, 16, bold=True)
        pen.y += height_of(1, 16)
    number = pen.clean(paper.number, 80)
    pen.y += 0.5
    pen.write(pen.left + pen.width - pen.width_of(number, 9), pen.y, number, 9)
    pen.y += height_of(1, 9) + 0.8
    ruled.pairs(pen, paper.head, paper.phrases)
    if paper.summary is not None:
        lines = _cell_lines(pen, Cell(paper.summary.text, paper.summary.mark, new=paper.summary.new), pen.width, paper)
        height = height_of(len(lines), ruled.SIZE + 1.5) + 2 * ruled.PAD + 1
        pen.box(pen.left, pen.y, pen.width, height, shade=ruled.SHADES.get(paper.summary.mark, 255))
        for place, line in enumerate(lines):
            y = pen.y + ruled.PAD + 0.5 + height_of(place, ruled.SIZE + 1.5)
            pen.write(pen.left + ruled.PAD + 0.5, y, line, ruled.SIZE + 1.5, bold=True)
        pen.y += height
    pen.y += 2.5


def _cell_lines(pen: Pen, cell: Cell, width: float, paper: Paper) -> list[str]:
    return pen.wrap(ruled.text_of(pen, cell, paper.phrases), width - 2 * ruled.PAD - 1, ruled.SIZE + 1.5)


def _section(pen: Pen, section: Section, phrases: Phrases, signed: float = 0) -> None:
    if section.title:
        ruled.make_room(pen, min(max(HEADING, 11 + signed), pen.bottom - MARGIN))
        pen.box(pen.left, pen.y + 0.4, 1.3, 4.4, shade=0, ruled=False)
        pen.write(pen.left + 3, pen.y, pen.clean(section.title, 120), 11, bold=True)
        pen.y += height_of(1, 11) + 1.2
    for block, after in zip_longest(section.blocks, section.blocks[1:]):
        _block(pen, block, phrases)
        if not (isinstance(block, Entry | Pairs) and isinstance(after, Entry | Pairs)):
            # Fields that follow one another are one form: no gap between them.
            pen.y += 2
    pen.y += 2


def _block(pen: Pen, block: Block, phrases: Phrases) -> None:
    match block:
        case Pairs():
            ruled.pairs(pen, block, phrases)
        case Table():
            ruled.table(pen, block, phrases)
        case Words():
            ruled.words(pen, block, phrases)
        case Entry():
            ruled.entry(pen, block, phrases)


def _signature(pen: Pen, signature: SignatureLine, phrases: Phrases) -> None:
    role, said = _signature_lines(pen, signature)
    role_width, height = pen.width * ROLE, _signature_height(pen, signature)
    ruled.make_room(pen, height)
    ruled.boxed(pen, pen.left, role_width, height, role, shade=ruled.NAME_SHADE)
    x, room = pen.left + role_width, pen.width - role_width - 2 * ruled.PAD
    pen.box(x, pen.y, pen.width - role_width, height)
    top = pen.y + ruled.PAD
    if signature.signed:
        line = pen.wrap(pen.clean(signature.signed, ruled.LONGEST_CELL), room * 0.95, 10.5, 1)[0]
        pen.write(x + ruled.PAD, top, line, 10.5, bold=True)
        top += SIGNED
    else:
        _to_sign(pen, x + ruled.PAD, pen.y + height - 3, room, phrases)
    for place, line in enumerate(said):
        pen.write(x + ruled.PAD, top + height_of(place, ruled.SIZE), line, ruled.SIZE)
    pen.y += height


def _signature_lines(pen: Pen, signature: SignatureLine) -> tuple[list[str], list[str]]:
    role = pen.wrap(pen.clean(signature.role, 120), pen.width * ROLE - 2 * ruled.PAD, ruled.SIZE)
    room = pen.width * (1 - ROLE) - 2 * ruled.PAD
    cleaned = [pen.clean(text, ruled.LONGEST_CELL) for text in signature.lines]
    said = [line for text in cleaned for line in pen.wrap(text, room, ruled.SIZE)]
    return role, said[: 2 * MOST_LINES]


def _signature_height(pen: Pen, signature: SignatureLine) -> float:
    role, said = _signature_lines(pen, signature)
    own = SIGNED if signature.signed else TO_SIGN
    return max(height_of(len(role), ruled.SIZE), height_of(len(said), ruled.SIZE) + own) + 2 * ruled.PAD


def _to_sign(pen: Pen, x: float, y: float, width: float, phrases: Phrases) -> None:
    """Draw the two lines to write on: the name, the time."""
    for words, begin, length in ((phrases.signature, 0.0, 0.55), (phrases.time, 0.58, 0.4)):
        name = pen.clean(words, 40)
        own = pen.width_of(name, ruled.SIZE) + 1.5
        pen.write(x + width * begin, y - ruled.SIZE * MM_PER_POINT, name, ruled.SIZE)
        pen.rule(x + width * begin + own, y, width * length - own)


def _foot(pen: Pen, paper: Paper, number: int, total: int) -> None:
    y = pen.bottom + 4
    pen.rule(pen.left, y, pen.width)
    page = pen.clean(paper.phrases.page.format(n=number, all=total), 60)
    own = pen.width_of(page, SMALL)
    for line in pen.wrap(pen.clean(paper.foot, ruled.LONGEST_CELL), pen.width - own - 4, SMALL, 1):
        pen.write(pen.left, y + 1, line, SMALL, grey=60)
    pen.write(pen.left + pen.width - own, y + 1, page, SMALL, grey=60)
