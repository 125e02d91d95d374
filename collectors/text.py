"""Words from outside made safe to keep and to show: device strings are hostile until they went through here."""

from __future__ import annotations

import unicodedata

_SPACES = frozenset("\t\n\v\f\r\x85\u2028\u2029")
# Control, format (bidi marks and overrides, zero widths, tags) and surrogates. A lone surrogate fails a whole scrape.
_HIDDEN = frozenset({"Cc", "Cf", "Cs"})


def clean(text: str, limit: int = 255) -> str:
    """Return ``text`` on one line, with what cannot be seen written as an escape, and not longer than ``limit``.

    Cleaning twice changes nothing more. What was cut ends in an ellipsis.
    """
    text = text.strip()
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    pieces: list[str] = []
    length = 0
    for char in text[: limit + 1]:
        piece = _visible(char)
        length += len(piece)
        if length > limit:
            return _cut(pieces, limit)
        pieces.append(piece)
    return "".join(pieces).strip()


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if char in _SPACES:
        return " "
    if unicodedata.category(char) not in _HIDDEN:
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _cut(pieces: list[str], limit: int) -> str:
    # Whole pieces only, so that no half of an escape is left at the end.
    while pieces and sum(map(len, pieces)) > limit - 1:
        pieces.pop()
    return "".join(pieces).rstrip() + "…" if limit else ""


def decode_text(raw: bytes) -> str:
    r"""Return the words in ``raw``: UTF-8 or GBK if it is one of them, else ASCII with the other bytes as ``\xff``.

    The result is not yet clean. NULs at the end are padding and go.
    """
    raw = raw.rstrip(b"\0")
    for codec in ("utf-8", "gbk"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError as error:
            # Devices cut a long name in the middle of a character; the rest of it is still good UTF-8. Where only ASCII
            # stands before the cut nothing tells the two codecs apart, and GBK has its turn.
            if error.end == len(raw) and len(raw) - error.start < 4 and not raw[: error.start].isascii():
                return raw[: error.start].decode(codec) + _escaped(raw[error.start :])
    return _escaped(raw)


def _escaped(raw: bytes) -> str:
    return raw.decode("ascii", "backslashreplace")
