"""What the people on duty see: the last rounds as a grid, one round, one sheet. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from duty.changes import Change
from duty.findings import Finding, Severity
from duty.rounds import Counts, Round, Sheet, SheetState
from duty.targets import Site, Target


@dataclass(frozen=True, slots=True)
class RoundColumn:
    """A round with its counts: one column of the grid."""

    round: Round
    counts: Counts


@dataclass(frozen=True, slots=True)
class Abnormal:
    """What is wrong now: a confirmed state that is not well."""

    target: str
    check: str
    instance: str
    severity: Severity
    since: datetime | None
    value: int | float | None
    unit: str
    limit: float | None
    reason: str
    suppressed: bool = False
    parameter: str = ""

    @property
    def finding(self) -> Finding:
        """Return the finding that it stands for, to be said as any other."""
        return Finding(
            self.check, self.instance, self.severity, self.reason, self.parameter, self.value, self.unit, self.limit
        )


@dataclass(frozen=True, slots=True)
class Health:
    """One line on the agent's own health: what, whether it is well, and the figure behind it."""

    code: str
    ok: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """The progress of the round that is open now."""

    cadence: str
    slot: datetime
    done: int
    expected: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page. ``rounds`` are newest first; ``cells`` maps round number, then target, to state."""

    agent: str
    site_zone: str
    now: datetime
    targets: tuple[Target, ...]
    sites: Mapping[str, Site]
    rounds: tuple[RoundColumn, ...]
    cells: Mapping[int, Mapping[str, SheetState]]
    next_slot: datetime | None
    abnormal: tuple[Abnormal, ...]
    running: Running | None
    health: tuple[Health, ...]


@dataclass(frozen=True, slots=True)
class SheetView:
    """One target's sheet in one round, with what stood there the round before."""

    target: Target
    round: Round
    sheet: Sheet
    previous: Sheet | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round with its sheets, and what changed since the round ``before``; None where there is none to compare."""

    column: RoundColumn
    sheets: tuple[Sheet, ...]
    changes: tuple[Change, ...]
    targets: Mapping[str, Target]
    before: Round | None = None


class Reader(Protocol):
    """What the console and the command line ask of the agent."""

    async def overview(self) -> Overview:
        """Return the first page's content."""

    async def rounds(self, limit: int) -> tuple[RoundColumn, ...]:
        """Return the newest rounds, newest first."""

    async def round(self, number: int) -> RoundView | None:
        """Return a round with its sheets and what changed since the one before, or None."""

    async def sheet(self, number: int, target: str) -> SheetView | None:
        """Return one sheet, or None."""
