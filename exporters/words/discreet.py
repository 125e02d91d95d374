"""Texts of people for readers outside: telephone numbers, mail addresses and addresses of devices are struck out."""

from __future__ import annotations

import re
from typing import Final

MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
PHONE: Final = re.compile(
    r"\+\d[\d -]{6,16}\d"
    r"|(?<![\w-])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w-])"
    r"|(?<![\w-])\(?0\d{2,3}\)?[ -]?\d{7,8}(?![\w-])"
    r"|(?<![\w-])[48]00-?\d{3,4}-?\d{3,4}(?![\w-])"
)
ADDRESS: Final = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?!\.?\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![\w:])"
    r"|(?<![\w:])[0-9a-f:]*::[0-9a-f:]*(?![\w:])"
    r"|(?<![\w-])(?:[0-9a-f]{2}-){5}[0-9a-f]{2}(?![\w-])",
    re.IGNORECASE,
)


def discreet(text: str, instead: str) -> str:
    """Return a text in which ``instead`` stands for each number by which somebody is rung or a device is reached."""
    for pattern in (MAIL, ADDRESS, PHONE):
        text = pattern.sub(instead, text)
    return text
