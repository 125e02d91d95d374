"""A message's text within what a channel allows, counted as the channel counts."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from exporters.notify.port import Message
from exporters.words.shown import shown

ELLIPSIS: Final = "…"
_LONGEST: Final = 4000
_LABEL_MOST: Final = 60
_PHONE: Final = re.compile(r"\+?[0-9][0-9-]{4,19}")
_WEB: Final = re.compile(r"https?://[^\s\"'<>()\[\]\\]{1,1000}")

Size = Callable[[str], int]


def utf8(text: str) -> int:
    """Count the bytes of ``text``."""
    return len(text.encode())


def in_json(text: str) -> int:
    """Count the bytes of ``text`` within a JSON document, where a quote or a line's end takes two."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def cut(text: str, most: int, size: Size = utf8) -> str:
    """Return ``text``, or as much of its beginning as fits into ``most`` with an ellipsis; never half a character."""
    if size(text) <= most:
        return text
    # What the beginning takes grows with its length, so the longest that fits is found by halving.
    fits = bisect_right(range(len(text)), most, key=lambda length: size(text[:length] + ELLIPSIS))
    return text[: fits - 1].rstrip() + ELLIPSIS if fits else ""


def line(text: str) -> str:
    """Return ``text`` on one line, without what cannot be seen."""
    return shown(text, _LONGEST).strip()


def headed(message: Message, *keywords: str) -> str:
    """Return the title, with every keyword in it that the text must carry."""
    title = line(message.title)
    for keyword in (message.keyword, *keywords):
        if keyword and keyword not in title:
            title = f"{line(keyword)}{title}"
    return title


def phones(message: Message) -> list[str]:
    """Return the telephone numbers to mention, without what is none."""
    return [phone for phone in message.mention[:20] if _PHONE.fullmatch(phone)]


def links(message: Message) -> list[tuple[str, str]]:
    """Return the links that lead to a page, without what would break out of a link's markup."""
    return [(cut(line(label), _LABEL_MOST), target) for label, target in message.links[:8] if _WEB.fullmatch(target)]


def fitted(
    title: str,
    lines: Iterable[str],
    tail: Sequence[str],
    most: int,
    *,
    gap: str = "\n",
    between: str = "\n",
    size: Size = utf8,
) -> str:
    """Join title, lines and tail; where that is too much the lines lose their end, for the tail is how to act.

    The tail may take half of the room, and gives up its last pieces first.
    """
    kept = list(tail)
    while size(between.join(kept)) > most // 2:
        kept.pop()
    end = gap + between.join(kept) if kept else ""
    body = gap.join([title, *(line(each) for each in lines)])
    return cut(body, most - size(end), size) + end
