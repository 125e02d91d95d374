"""The roll of all targets: which of them a reader asked for, in which order, a page at a time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duty.readings import Fact
from duty.rounds import WORST_FIRST, SheetState
from duty.targets import Target

LINES = 100
"""Targets of one page."""
LONGEST_WORDS = 80
NOT_WELL = "not_well"
"""Asks for every state that is not well."""
_RANK = {state: rank for rank, state in enumerate(WORST_FIRST)}
_WELL = frozenset({SheetState.OK, SheetState.PENDING})
KINDS_OF_MODEL = ("model", "system", "description", "version")
"""Facts that tell what a target is, the best first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One target as the roll has it: what it is (``model``), how it is now, and how many alerts of it are open."""

    target: Target
    state: SheetState
    model: str
    alerts: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked for: ``words`` in name, address, place or business; one site; one state."""

    words: str = ""
    site: str = ""
    state: str = ""
    page: int = 1

    @property
    def all(self) -> bool:
        return not (self.words or self.site or self.state)


@dataclass(frozen=True, slots=True)
class Roll:
    """A page of the roll. ``counts`` are of all that fit words and site, by state."""

    lines: tuple[Line, ...]
    found: int
    page: int
    pages: int
    counts: Mapping[SheetState, int]


def wanted(query: Mapping[str, str]) -> Wanted:
    """Read what a reader asked for from an address; what makes no sense there is left out."""
    page = query.get("page", "")
    state = query.get("state", "")
    return Wanted(
        query.get("q", "").strip()[:LONGEST_WORDS],
        query.get("site", ""),
        state if state == NOT_WELL or state in _RANK else "",
        int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1,
    )


def call(lines: Iterable[Line], asked: Wanted) -> Roll:
    """Return the page of those that fit: the worst first, key equipment before the rest, then by name."""
    words = asked.words.casefold().split()
    fitting = [
        line
        for line in lines
        if (not asked.site or line.target.site == asked.site) and all(word in _text(line) for word in words)
    ]
    counts: dict[SheetState, int] = {}
    for line in fitting:
        counts[line.state] = counts.get(line.state, 0) + 1
    found = sorted((line for line in fitting if _has(line, asked.state)), key=_urgency)
    pages = max(1, -(-len(found) // LINES))
    page = min(max(asked.page, 1), pages)
    return Roll(tuple(found[(page - 1) * LINES : page * LINES]), len(found), page, pages, counts)


def model_of(facts: Iterable[Fact]) -> str:
    """Return what tells best what a target is, "" where nothing is known."""
    told = {fact.parameter: fact.text for fact in facts if not fact.instance and fact.text}
    return next((told[kind] for kind in KINDS_OF_MODEL if kind in told), "")


def _text(line: Line) -> str:
    target = line.target
    places = (target.name, target.address, target.room, target.rack, target.asset, target.serial, target.business)
    return " ".join((*places, line.model)).casefold()


def _has(line: Line, state: str) -> bool:
    return not state or (line.state not in _WELL if state == NOT_WELL else line.state == state)


def _urgency(line: Line) -> tuple[int, bool, str]:
    return _RANK[line.state], not line.target.key, line.target.name
