"""What a plan leaves blank: names in braces that are filled in from the incident and its target when it starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

FIELD: Final = re.compile(r"\{\s*(\w+)\s*\}")
FIELDS: Final = (
    "incident", "target", "address", "site", "room", "rack", "unit", "place", "asset", "serial", "business",
    "maintainer", "hotline", "contract_ends", "carrier", "circuit", "menders",
)  # fmt: skip
"""What a step's text may have filled in from the incident and its target: ``{hotline}``.

``{place}`` is the site with room, rack and unit, ``{menders}`` who mends the target and who carries its circuit, with
their numbers, as far as these are known.
"""

UNKNOWN: Final = "—"
"""What stands where the settings do not say it: a blank would read as if nothing had been meant."""


def unknown_fields(text: str) -> tuple[str, ...]:
    """Return the names in braces that nothing can be filled in for."""
    return tuple(name for name in FIELD.findall(text) if name not in FIELDS)


def blanks(texts: Iterable[str], of: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names that texts have in braces and that nothing is known of, each once."""
    named = dict.fromkeys(name for text in texts for name in FIELD.findall(text))
    return tuple(name for name in named if not of.get(name))


def filled(text: str, of: Mapping[str, str]) -> str:
    """Fill in what is known."""
    return FIELD.sub(lambda found: of.get(found[1]) or UNKNOWN, text)
