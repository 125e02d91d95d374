"""A paper: what stands on a form in order, in words already, so that page, PDF and spreadsheet show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Mark(StrEnum):
    """How a cell is set off; on paper by weight and a sign, never by colour alone."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    CRITICAL = "critical"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``value`` is its number where a spreadsheet should count with it; ``link`` leads to its evidence."""

    text: str
    mark: Mark = Mark.PLAIN
    value: int | float | None = None
    link: str = ""
    new: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and what belongs to them, in up to three columns of pairs."""

    pairs: Sequence[tuple[str, Cell]]
    kind: Literal["pairs"] = "pairs"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head. ``widths`` are shares of the page; ``empty`` is said where there is no row."""

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float] = ()
    empty: str = ""
    title: str = ""
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, or a line to write on where the text is empty."""

    text: str
    mark: Mark = Mark.PLAIN
    new: bool = False
    kind: Literal["words"] = "words"


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a form over the whole width: its name, and what is written there, however long; each cell a paragraph.

    Where nothing is, there are ``room`` lines to write on.
    """

    name: str
    said: Sequence[Cell] = ()
    room: int = 1
    kind: Literal["entry"] = "entry"


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """Who signs as what; ``signed`` is what stands there, "" for a line to sign on by hand."""

    role: str
    signed: str = ""
    lines: Sequence[str] = ()
    """What was said with it: a remark, a reason."""


Block = Pairs | Table | Words | Entry


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of a paper under its heading; "" for none."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a paper says by itself, wherever it is printed. ``page`` and ``left`` have fields to fill in.

    ``language`` is its tag, as in zh-CN. ``new`` stands before what is new; ``left`` tells how many rows are left off,
    ``cut`` that a paper ends before its end.
    """

    language: str = "en"
    new: str = "[new]"
    page: str = "{n} / {all}"
    left: str = "+ {n}"
    cut: str = "…"
    signature: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. ``foot`` is the small last line: version, time of printing, check code.

    ``made`` is the time that its file bears, None for none: the same paper is the same file to the byte.
    """

    title: str
    number: str
    head: Pairs
    sections: Sequence[Section]
    signatures: Sequence[SignatureLine] = ()
    foot: str = ""
    landscape: bool = False
    summary: Words | None = field(default=None)
    phrases: Phrases = field(default_factory=Phrases)
    made: datetime | None = None
