"""A paper as a Word document on A4, ruled like the PDF, for whoever must go on writing in it."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from exporters.papers import word_tables, wordml
from exporters.papers.paper import Block, Cell, Entry, Mark, Pairs, Paper, Section, Table, Words
from exporters.papers.pen import EPOCH, MARGIN
from exporters.papers.ruled import LONGEST_CELL, LONGEST_WORDS, MOST_ROWS, SIGNS
from exporters.papers.word_tables import GREY, Fields
from exporters.words import shown

SIZE: Final = 9.0
SMALL: Final = 7.5
GAP: Final = 5.0
LONGEST_TITLE: Final = 250
"""Characters of a title in the file's properties; Word takes 255."""


def docx(paper: Paper) -> bytes:
    """Return a paper as a file; the same paper gives the same bytes."""
    kept = BytesIO()
    sheet = _Sheet(paper)
    sheet.fill()
    sheet.book.save(kept)
    return _timeless(kept)


def _timeless(kept: BytesIO) -> bytes:
    """Return an archive without the moment at which it was packed."""
    out = BytesIO()
    with ZipFile(kept) as packed, ZipFile(out, "w") as made:
        for name in packed.namelist():
            made.writestr(ZipInfo(name), packed.read(name), ZIP_DEFLATED)
    return out.getvalue()


class _Sheet:
    """One document while it is filled, from the top down."""

    def __init__(self, paper: Paper) -> None:
        self.book = Document()
        self._paper = paper
        self._width = (297 if paper.landscape else 210) - 2 * MARGIN
        self._fields: Fields | None = None
        """The table that the next fields belong to."""

    def fill(self) -> None:
        """Write the paper down."""
        paper = self._paper
        self._set_up()
        self._edges()
        self.book.add_heading(shown(paper.title), 1).alignment = WD_ALIGN_PARAGRAPH.CENTER
        head = Fields(self.book, self._width, paper.phrases)
        head.add(paper.head)
        if paper.summary is not None:
            head.across(Cell(paper.summary.text, paper.summary.mark, new=paper.summary.new))
        self._gap()
        for section in paper.sections:
            self._section(section)
        self._close()
        if paper.signatures:
            word_tables.signatures(self.book, paper.signatures, self._width, paper.phrases)
            self._gap()

    def _section(self, section: Section) -> None:
        self._close()
        if section.title:
            self.book.add_heading(shown(section.title, 120), 2)
        for block in section.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Pairs() | Entry():
                if self._fields is None:
                    self._fields = Fields(self.book, self._width, self._paper.phrases)
                self._fields.add(block)
            case Table():
                self._close()
                self._table(block)
            case Words():
                self._close()
                self._words(block)

    def _table(self, block: Table) -> None:
        if block.title:
            title = self.book.add_paragraph(style="Normal")
            title.add_run(shown(block.title)).bold = True
            title.paragraph_format.keep_with_next = True
            title.paragraph_format.space_before = Pt(2)
        if block.rows:
            word_tables.table(self.book, block, self._width, self._paper.phrases)
            left = len(block.rows) - MOST_ROWS
            if left > 0:
                self._words(Words(self._paper.phrases.left.format(n=left), Mark.WARNING))
            self._gap()
        elif block.empty:
            self._words(Words(block.empty, Mark.QUIET))

    def _words(self, block: Words) -> None:
        sign = SIGNS.get(block.mark, "") + (f"{self._paper.phrases.new} " if block.new else "")
        for number, line in enumerate(block.text[:LONGEST_WORDS].splitlines()):
            run = self.book.add_paragraph().add_run(("" if number else sign) + shown(line, LONGEST_WORDS))
            run.bold = block.mark in (Mark.WARNING, Mark.CRITICAL) or None
            if block.mark is Mark.QUIET:
                run.font.color.rgb = GREY

    def _close(self) -> None:
        """End the table of fields: what comes next stands under it."""
        if self._fields is not None:
            self._fields = None
            self._gap()

    def _gap(self) -> None:
        word_tables.small(self.book.add_paragraph(), GAP)

    def _edges(self) -> None:
        """Write what stands on each page: the title and the number above, version, time and check code below."""
        paper, section = self._paper, self.book.sections[0]
        top, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        top.add_run(f"{shown(paper.title, 80)}\t{shown(paper.number, 80)}")
        foot.add_run(f"{shown(paper.foot, LONGEST_CELL)}\t")
        wordml.page_numbers(foot, paper.phrases.page)
        for paragraph in (top, foot):
            self._edge(paragraph)

    def _edge(self, paragraph: Paragraph) -> None:
        paragraph.style = self.book.styles["Normal"]
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self._width), WD_TAB_ALIGNMENT.RIGHT)
        for run in paragraph.runs:
            run.font.size = Pt(SMALL)
            run.font.color.rgb = GREY

    def _set_up(self) -> None:
        """Set the sheet, the fonts and what the file says of itself."""
        paper, section = self._paper, self.book.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        if paper.landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin = section.right_margin = Mm(MARGIN)
        section.top_margin, section.bottom_margin = Mm(18), Mm(18)
        section.header_distance = section.footer_distance = Mm(9)
        wordml.name_fonts(self.book)
        for name, size, chinese, before, after in (
            ("Normal", SIZE, wordml.SONG, 0, 0),
            ("Heading 1", 16, wordml.HEI, 0, 6),
            ("Heading 2", 11, wordml.HEI, 6, 3),
        ):
            style = self.book.styles[name]
            assert isinstance(style, ParagraphStyle)  # noqa: S101 the template that python-docx brings has them
            style.font.size, style.font.color.rgb = Pt(size), RGBColor(0, 0, 0)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.line_spacing = 1.0
            wordml.fonts(style.element.get_or_add_rPr(), chinese)
            wordml.speaks(style.element.get_or_add_rPr(), paper.phrases.language)
        said = self.book.core_properties
        said.title, said.language = shown(paper.title, LONGEST_TITLE), shown(paper.phrases.language)
        said.author = said.last_modified_by = "nightduty"
        said.comments = ""
        said.created = said.modified = (paper.made or EPOCH).replace(tzinfo=None)
