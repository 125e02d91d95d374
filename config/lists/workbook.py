"""The rows of a workbook (XLSX) and of a text with separators (CSV), as plain text."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from config.lists.entry import LARGEST, Listed
from config.lists.table import read_table
from duty.errors import Problem, SettingsError

_WIDEST: Final = 200
_LONGEST: Final = 4000
_MOST_ROWS: Final = 20_000


def read_workbook(content: bytes, into: Listed) -> None:
    """Read all sheets that are shown. Raises SettingsError for what is no workbook."""
    # Not at the top: it takes a fifth of a second, and no other list needs it.
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > 10 * LARGEST:
            raise _none(into, "it unpacks to too much", f"{10 * LARGEST} bytes at most")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles that it does not know
            book: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        into.drop("sheets that are hidden", len(book.worksheets) - len(sheets))
        for sheet in sheets:
            rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(
                max_row=_MOST_ROWS, max_col=_WIDEST, values_only=True
            )]  # fmt: skip
            if any(map(any, rows)):
                read_table(rows, into, sheet.title[:40] if len(sheets) > 1 else "")
        book.close()
    except SettingsError:
        raise
    except Exception:  # noqa: BLE001  # a broken workbook breaks its reader in any way it likes
        raise _none(into, "no workbook that can be read", "an XLSX file; save it anew, or as CSV") from None


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell)[:_LONGEST].strip()


def read_csv(content: bytes, into: Listed) -> None:
    """Read a text with separators, in UTF-8, UTF-16 with its mark, or GB 18030. Raises SettingsError."""
    text = _decoded(content, into)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096].partition("\n")[0] or ",", ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        read_table(_rows(csv.reader(io.StringIO(text), delimiter=dialect.delimiter)), into)
    except csv.Error as error:
        raise _none(into, f"no list with separators: {error}", "a CSV file") from None


def _rows(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    for row, _ in zip(reader, range(_MOST_ROWS), strict=False):
        yield [cell[:_LONGEST].strip() for cell in row[:_WIDEST]]


def _decoded(content: bytes, into: Listed) -> str:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for codec in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    raise _none(into, "text that nobody can read", "UTF-8 or GB 18030")


def _none(into: Listed, what: str, expected: str) -> SettingsError:
    return SettingsError([Problem(into.file, 0, "", what, expected)])
