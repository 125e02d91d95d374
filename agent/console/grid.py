"""Which rows the grid shows: all targets of a small house, in a large one what needs looking at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.console.cells import ABSENT, MISSED, Signs
from agent.services.overview import Overview
from duty.rounds import WORST_FIRST, RoundState, SheetState
from duty.targets import Target

MANY = 40
"""More targets than these are folded: a person does not read further down."""

SHOWN = 40
"""Rows that a folded grid still shows by themselves, the worst and the key ones."""

_RANK: dict[str, int] = {state: rank for rank, state in enumerate(WORST_FIRST)}
_RANK |= {ABSENT: len(_RANK), MISSED: len(_RANK)}
_WELL = _RANK[SheetState.PENDING]
_BAD = frozenset(sign for sign, rank in _RANK.items() if rank < _WELL)
"""What makes a target worth a line of its own; key equipment always is."""


Columns = Sequence[tuple[int, Mapping[str, SheetState] | None]]
"""Each round's number with its targets' states, or None where it was missed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One target's line."""

    target: Target
    signs: Signs


@dataclass(frozen=True, slots=True)
class FoldedCell:
    """What many targets were in one round: the worst of their states, how many were in it, and how many there were."""

    number: int
    sign: str
    count: int
    all: int


@dataclass(frozen=True, slots=True)
class SiteRows:
    """One site's part of the grid; ``folded`` are the targets that share one line."""

    name: str
    title: str
    total: int
    rows: tuple[Row, ...]
    folded: int = 0
    folded_cells: tuple[FoldedCell, ...] = ()
    opened: bool = False


def lay(overview: Overview, opened: str = "") -> tuple[SiteRows, ...]:
    """Lay the grid: sites in their order, in each the key equipment first; ``opened`` names a site to show in full."""
    columns: Columns = [
        (c.round.number, None if c.round.state is RoundState.MISSED else overview.cells.get(c.round.number, {}))
        for c in overview.rounds
    ]
    targets = overview.targets
    if len(targets) > MANY:
        # Not row by row: most of 1,000 are well in all their 24 cells, and share one line.
        bad = {name for _, states in columns if states for name, sign in states.items() if sign in _BAD}
        matter = [Row(target, _signs(target, columns)) for target in targets if target.key or target.name in bad]
        alone = {row.target.name: row for row in sorted(matter, key=_urgency)[:SHOWN]}
    else:
        alone = {target.name: Row(target, _signs(target, columns)) for target in targets}
    by_site: dict[str, list[Target]] = {name: [] for name in overview.sites}
    for target in targets:
        by_site.setdefault(target.site, []).append(target)
    return tuple(
        _site(overview, columns, name, of_site, alone, opened=name == opened)
        for name, of_site in by_site.items()
        if of_site
    )


def _site(
    overview: Overview, columns: Columns, name: str, targets: list[Target], alone: Mapping[str, Row], *, opened: bool
) -> SiteRows:
    site = overview.sites.get(name)
    if opened:
        rows = [alone.get(target.name) or Row(target, _signs(target, columns)) for target in targets]
    else:
        rows = [alone[target.name] for target in targets if target.name in alone]
    folded = [] if opened else [target.name for target in targets if target.name not in alone]
    return SiteRows(
        name=name,
        title=site.title if site else name,
        total=len(targets),
        rows=tuple(sorted(rows, key=lambda row: (not row.target.key, row.target.name))),
        folded=len(folded),
        folded_cells=tuple(_fold(columns, folded)) if folded else (),
        opened=opened and len(overview.targets) > MANY,
    )


def _signs(target: Target, columns: Columns) -> Signs:
    return tuple(
        (number, states.get(target.name, ABSENT) if states is not None else MISSED) for number, states in columns
    )


def _urgency(row: Row) -> tuple[int, bool, int, str]:
    """Order rows by what they are now, key equipment before the rest, then by the worst that they were."""
    ranks = [_RANK[sign] for _, sign in row.signs]
    now = next((rank for rank in ranks if rank not in (_WELL, _RANK[ABSENT])), _RANK[ABSENT])
    return now, not row.target.key, min(ranks, default=now), row.target.name


def _fold(columns: Columns, names: list[str]) -> Iterable[FoldedCell]:
    for number, states in columns:
        signs = [MISSED] * len(names) if states is None else [states.get(name, ABSENT) for name in names]
        worst = min(set(signs), key=lambda sign: (_RANK[sign], sign))
        yield FoldedCell(number, worst, signs.count(worst), len(signs))
