"""The grid's cells as HTML: one sign for each state. Written by hand, and kept, because there are 24,000 of them.

Rendered by a template, 1,000 targets by 24 hours hold the loop for a third of a second.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from duty.rounds import SheetState
from exporters.words import SIGNS, Say, words

MISSED: Final = "missed"
ABSENT: Final = ""
"""The cell of a target that was not part of the round."""

Signs = tuple[tuple[int, str], ...]
"""A row of a grid: the number of each round, and what stands in its cell: a state, MISSED or ABSENT."""


def cells(language: str, target: str, signs: Signs, being_made: int) -> Markup:
    """Return one target's cells in these rounds, each a link to its sheet.

    The first ``being_made`` of them may still change; the others stand for good and are kept.
    """
    return _written(language, target, signs[:being_made]) + _kept(language, target, signs[being_made:])


def _written(language: str, target: str, signs: Signs) -> Markup:
    say = words(language)
    name = escape(quote(target, safe="", errors="replace"))
    # Nothing below is from outside but the name, which is quoted and escaped; the words are our own.
    return Markup("".join(_cell(number, sign, name, say) for number, sign in signs))  # noqa: S704 escaped above


# By content, so that no row is ever old. 1,000 targets by 24 rounds take 3 MB.
_kept = lru_cache(maxsize=4096)(_written)


def _cell(number: int, sign: str, name: str, say: Say) -> str:
    if sign == MISSED:
        return f'<td class="missed"><span class="unseen">{escape(say("tonight.missed"))}</span></td>'
    if sign == ABSENT:
        return f'<td><span class="unseen">{escape(say("tonight.not_in_round"))}</span></td>'
    word = escape(say(f"sheet.{sign}"))
    # The title is for who points, the label for who listens; the sign and the colour for who sees.
    return (
        f'<td class="{sign}"><a href="/rounds/{number}/{name}" title="{word}" aria-label="{word}">'
        f"{SIGNS[SheetState(sign)]}</a></td>"
    )
