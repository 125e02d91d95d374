"""Telephone numbers within what people wrote, so that a thumb can ring them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

NUMBER: Final = re.compile(
    r"""(?<![A-Za-z0-9_.:/#-])(?:
        \+\d(?:[ -]?\d){6,14}               # with the country's number
        | 1[3-9]\d[ -]?\d{4}[ -]?\d{4}      # a mobile telephone
        | 0\d{2,3}[ -]?\d{7,8}              # with the city's number
        | [48]00[ -]?\d{3,4}[ -]?\d{3,4}    # a hotline
        | 1(?:10|19|20|22) | 12387 | 123\d{2} | 100\d{2} | 9[56]\d{3}
    )(?![A-Za-z0-9_:/-]|\.\d)""",
    re.VERBOSE,
)
"""Numbers as they are written in China, and any with its country's; an address or a serial number is none."""


def phones(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in parts, and of each whether it is a number to ring."""
    at = 0
    for found in NUMBER.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], False
        yield found[0], True
        at = found.end()
    if at < len(text):
        yield text[at:], False
