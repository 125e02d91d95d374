"""What python-docx has no words for: fonts by script, shades, fixed widths, heads that repeat, page numbers."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from typing import Final

from docx.document import Document as Book
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

LATIN: Final = "Arial"
SONG: Final = "SimSun"
HEI: Final = "SimHei"
"""Text and headings of a Chinese form. They are named by the names that Word knows in every language."""
FONTS: Final = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:fonts {nsdecls("w")}>'
    '<w:font w:name="Arial"><w:altName w:val="Liberation Sans,DejaVu Sans"/><w:family w:val="swiss"/></w:font>'
    '<w:font w:name="SimSun"><w:altName w:val="宋体,Songti SC,Noto Serif CJK SC,WenQuanYi Micro Hei"/>'
    '<w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
    '<w:font w:name="SimHei"><w:altName w:val="黑体,Heiti SC,Noto Sans CJK SC,WenQuanYi Micro Hei"/>'
    '<w:charset w:val="86"/><w:family w:val="modern"/></w:font></w:fonts>'
)
"""What to take where one of the fonts is missing: a host without Windows has other ones."""
TWIPS_PER_MM: Final = 1440 / 25.4
_CELL: Final = ("tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "vAlign")
_ROW: Final = ("cantSplit", "trHeight", "tblHeader")


def name_fonts(book: Book) -> None:
    """Tell a document what stands in for a font that a host has not got."""
    part = book.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = FONTS.encode()


def fonts(properties: BaseOxmlElement, chinese: str) -> None:
    """Set the fonts of a style or of a run: one for Latin, one for Chinese; the theme's would win over them."""
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    properties.insert(0, _element("rFonts", ascii=LATIN, hAnsi=LATIN, cs=LATIN, eastAsia=chinese))


def speaks(properties: BaseOxmlElement, language: str) -> None:
    """Set the language that a text is checked in: a Chinese form underlined in red is not handed in."""
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    latin = "en-US" if language.startswith("zh") else language
    properties.append(_element("lang", val=latin, eastAsia="zh-CN"))


def fixed(table: Table, widths: Sequence[float]) -> None:
    """Give a table its widths in millimetres for good, and a little air in its cells."""
    table.autofit = False
    properties = table._tbl.tblPr
    whole_width, layout = properties.find(qn("w:tblW")), properties.find(qn("w:tblLayout"))
    assert whole_width is not None and layout is not None  # noqa: S101, PT018 each table of python-docx has both
    whole_width.set(qn("w:type"), "dxa")
    whole_width.set(qn("w:w"), _twips(sum(widths)))
    air = _element("tblCellMar")
    air.extend(_element(side, w=_twips(millimetres), type="dxa") for side, millimetres in _AIR)
    layout.addnext(air)
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.set(qn("w:w"), _twips(width))


_AIR: Final = (("top", 0.7), ("left", 1.3), ("bottom", 0.7), ("right", 1.3))


def wide(cell: _Cell, width: float) -> None:
    """Give a cell its width in millimetres."""
    _put(cell._tc.get_or_add_tcPr(), _element("tcW", w=_twips(width), type="dxa"), _CELL)


def shade(cell: _Cell, colour: str) -> None:
    """Fill a cell."""
    _put(cell._tc.get_or_add_tcPr(), _element("shd", val="clear", color="auto", fill=colour), _CELL)


def heads(row: _Row) -> None:
    """Let a row stand on each page of its table."""
    _put(row._tr.get_or_add_trPr(), _element("tblHeader"), _ROW)


def whole(row: _Row) -> None:
    """Keep a row on one page."""
    _put(row._tr.get_or_add_trPr(), _element("cantSplit"), _ROW)


def page_numbers(paragraph: Paragraph, template: str) -> None:
    """Write "page n of m" as fields, which Word counts."""
    codes = {"n": "PAGE", "all": "NUMPAGES"}
    for text, name, _, _ in string.Formatter().parse(template):
        paragraph.add_run(text)
        if name in codes:
            for run, part in zip(_runs(paragraph, 5), _field(codes[name]), strict=True):
                run._r.append(part)


def _runs(paragraph: Paragraph, many: int) -> Iterator[Run]:
    return (paragraph.add_run() for _ in range(many))


def _field(code: str) -> Iterator[BaseOxmlElement]:
    yield _element("fldChar", fldCharType="begin")
    instruction = _element("instrText")
    instruction.text = f" {code} "
    yield instruction
    yield _element("fldChar", fldCharType="separate")
    shown = _element("t")
    shown.text = "1"
    yield shown
    yield _element("fldChar", fldCharType="end")


def _put(properties: BaseOxmlElement, element: BaseOxmlElement, order: Sequence[str]) -> None:
    """Put an element among its neighbours in the order of the standard, which Word insists on; once."""
    tags = [qn(f"w:{name}") for name in order]
    for old in properties.findall(element.tag):
        properties.remove(old)
    before = tags[: tags.index(element.tag)]
    place = sum(child.tag in before for child in properties)
    properties.insert(place, element)


def _element(name: str, **attributes: str) -> BaseOxmlElement:
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _twips(millimetres: float) -> str:
    return str(round(millimetres * TWIPS_PER_MM))
