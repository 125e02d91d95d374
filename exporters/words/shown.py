"""Strings from devices and files made safe to stand in a line: the last gate before a terminal, a message or a page."""

from __future__ import annotations

LONGEST = 255
"""Characters of one string that are shown; collectors keep no more either."""


def shown(text: object, longest: int = LONGEST) -> str:
    """Return ``text`` on one line, without what cannot be seen, and not longer than ``longest``.

    Collectors clean what they keep; this stands for strings that came another way. Escape sequences would steer a
    terminal, bidi marks turn a line round, and a lone surrogate cannot be encoded at all.
    """
    words = str(text)
    visible = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in words[: longest + 1])
    return visible if len(visible) <= longest else visible[: longest - 1] + "…"
