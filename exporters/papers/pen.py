"""A pen on A4: text that wraps in our font, lines and shades, and pages that follow one another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any, Final, cast
from unicodedata import normalize

from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from exporters.words import shown

FONT: Final = "wqy-microhei.ttc"
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""The time in the file of a paper that bears none."""
MM_PER_POINT: Final = 25.4 / 72
LEADING: Final = 1.36
MARGIN: Final = 15.0
FOOT: Final = 16.0
MOST_PAGES: Final = 400
MOST_LINES: Final = 40
"""Lines of one cell: with any more its row would not fit a page."""
MISSING: Final = "\u25a1"
NOT_FIRST: Final = frozenset(",.;:!?)]}%，。；：！？、）》】”’…℃")
BREAK_AFTER: Final = frozenset(" -/,;，。；：、）》】")
WIDE_FROM: Final = "\u2e80"
"""From here on stand the scripts that are written without spaces; they break anywhere."""


class Full(Exception):
    """There is no further page."""


class Pen:
    """Writes at millimetres from the upper left corner; ``y`` is where the next thing goes."""

    def __init__(self, *, landscape: bool, title: str, language: str, made: datetime | None) -> None:
        self.pdf = FPDF("landscape" if landscape else "portrait", "mm", "A4")
        self.pdf.set_auto_page_break(False)
        with as_file(files("exporters.papers") / "fonts" / FONT) as path:
            self.pdf.add_font("hei", "", path)
        self.pdf.set_font("hei", size=9)
        self._font = cast("TTFFont", self.pdf.current_font)
        self._outlines: Any = self._font.ttfont["glyf"]
        self._names: dict[int, str] = self._font.ttfont.getBestCmap()
        self._drawn: dict[str, str] = {}
        self._widths: dict[str, float] = {}
        self.pdf.set_title(shown(title))
        self.pdf.set_lang(language)
        self.pdf.set_creator("nightduty")
        self.pdf.set_producer("nightduty")
        self.pdf.set_creation_date(made or EPOCH)
        self.left = MARGIN
        self.width = self.pdf.w - 2 * MARGIN
        self.bottom = self.pdf.h - FOOT
        self.y = MARGIN
        self.new_page()

    def new_page(self) -> None:
        """Begin the next page. Full: there are too many."""
        if self.pdf.page >= MOST_PAGES:
            raise Full
        self.pdf.add_page()
        self.pdf.set_line_width(0.2)
        self.y = MARGIN

    def room(self, height: float) -> bool:
        """Say whether as much fits under what is written."""
        return self.y + height <= self.bottom

    def clean(self, text: str, longest: int) -> str:
        """Return a text on one line of characters that our font can draw; a box for each that it cannot."""
        return "".join(map(self._drawable, shown(text, longest)))

    def _drawable(self, character: str) -> str:
        known = self._drawn.get(character)
        if known is None:
            known = character
            if not self._draws(character):
                # Some signs (a degree with its letter) the font has empty; their plain letters it can draw.
                plain = normalize("NFKC", character)
                known = plain if plain and all(map(self._draws, plain)) else MISSING
            self._drawn[character] = known
        return known

    def _draws(self, character: str) -> bool:
        name = self._names.get(ord(character))
        if name is None or character.isspace():
            return character == " "
        return bool(self._outlines[name].numberOfContours)

    def width_of(self, text: str, size: float) -> float:
        """Return how wide a clean text is."""
        return sum(map(self._width, text)) * size

    def _width(self, character: str) -> float:
        # By the character, at one point: of a thousand lines most are made of the same few hundred.
        known = self._widths.get(character)
        if known is None:
            _, wide = self._font.get_text_width(character, 1000, None)
            known = self._widths[character] = float(wide) / 1000 * MM_PER_POINT
        return known

    def longest_word(self, text: str, size: float, most: float) -> float:
        """Return how wide the widest part is that should not be broken; what is wider than ``most`` may be."""
        widest, begin = 0.0, 0
        for at in range(1, len(text) + 1):
            if at == len(text) or text[at] == " " or _parts(text[at - 1], text[at]):
                wide = self.width_of(text[begin:at].strip(), size)
                widest = max(widest, wide if wide <= most else 0.0)
                begin = at
        return widest

    def wrap(self, text: str, width: float, size: float, most: int = MOST_LINES) -> list[str]:
        """Break a clean text into lines; what is left after the last of them is cut off with a sign."""
        lines: list[str] = []
        for line in self._lines(text, width / size):
            if len(lines) == most:
                lines[-1] = lines[-1][:-1] + "…"
                break
            lines.append(line)
        return lines or [""]

    def _lines(self, text: str, room: float) -> Iterator[str]:
        begin, at, used, place = 0, 0, 0.0, 0
        while at < len(text):
            used += self._width(text[at])
            if used > room and at > begin:
                # Where no word ends within the line, it breaks in the middle of one.
                end = place if place > begin else at
                yield text[begin:end].rstrip()
                begin = at = end
                while at < len(text) and text[at] == " ":
                    begin = at = at + 1
                used, place = 0.0, begin
                continue
            at += 1
            if at < len(text) and _parts(text[at - 1], text[at]):
                place = at
        if begin < len(text):
            yield text[begin:]

    def write(self, x: float, y: float, text: str, size: float, *, bold: bool = False, grey: int = 0) -> None:
        """Write a clean line with its upper left corner there."""
        if not text:
            return
        self.pdf.set_font_size(size)
        base = y + size * MM_PER_POINT * 1.06
        if bold:
            # The font has one weight: bold is drawn with a line around each letter.
            with self.pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=size / 40):
                self.pdf.text(x, base, text)
        elif grey:
            with self.pdf.local_context(text_color=grey):
                self.pdf.text(x, base, text)
        else:
            self.pdf.text(x, base, text)

    def box(self, x: float, y: float, width: float, height: float, *, shade: int = 255, ruled: bool = True) -> None:
        """Draw a box; ``shade`` is how light it is filled, 255 for not at all."""
        if shade < 255:
            self.pdf.set_fill_color(shade)
        style = ("F" if shade < 255 else "") + ("D" if ruled else "")
        if style:
            self.pdf.rect(x, y, width, height, style)

    def rule(self, x: float, y: float, width: float) -> None:
        """Draw a line to write on."""
        self.pdf.line(x, y, x + width, y)

    def pages(self) -> Iterator[tuple[int, int]]:
        """Go back to each page in turn: its number, and how many there are."""
        total = self.pdf.page
        for number in range(1, total + 1):
            self.pdf.page = number
            yield number, total
        self.pdf.page = total

    def finish(self) -> bytes:
        """Return the file."""
        return bytes(self.pdf.output())


def height_of(lines: int, size: float) -> float:
    """Return how high so many lines are."""
    return lines * size * MM_PER_POINT * LEADING


def _parts(before: str, after: str) -> bool:
    """Say whether a line may end between two characters."""
    if after in NOT_FIRST or after == " " or (before in "-/," and after.isdigit()):
        return False
    return before in BREAK_AFTER or before >= WIDE_FROM or after >= WIDE_FROM
