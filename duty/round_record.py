"""One round as it stands on paper (FORMS A.3): its sheets, what differs from the round before, and what people add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from duty.changes import Change
from duty.night_log import Handled
from duty.round_review import ManualLine, RoundRead
from duty.rounds import Counts, Round, Sheet
from duty.targets import Site, Target


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A round as of ``now``, by the clock of ``zone``. ``technicians`` are who held the post at its slot, by site.

    ``compared`` tells that there is a round before it. ``alerts`` are those that were open while it was made, by
    target. Names of people are the record's; ``title`` says them.
    """

    round: Round
    counts: Counts
    zone: str
    now: datetime
    sheets: tuple[Sheet, ...] = ()
    changes: tuple[Change, ...] = ()
    compared: bool = False
    targets: Mapping[str, Target] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    technicians: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reads: tuple[RoundRead, ...] = ()
    manual: tuple[ManualLine, ...] = ()
    alerts: Mapping[str, tuple[Handled, ...]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def title(self, name: str) -> str:
        """Return what people call somebody."""
        return self.titles.get(name) or name
