"""Where the evidence of each line of a paper is to be had."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the evidence of each line is to be had: an address for each, "" on paper, where nobody can follow it."""

    def target(self, name: str) -> str:
        """Return where a target is told of."""
        return ""

    def alert(self, number: int) -> str:
        """Return where an alert is told of."""
        return ""

    def alerts(self, target: str = "", check: str = "") -> str:
        """Return where the alerts are listed that a paper counts, those of a target or a check alone."""
        return ""

    def round(self, number: int) -> str:
        """Return where a round is told of."""
        return ""

    def form(self, number: int) -> str:
        """Return where a handover form is to be read."""
        return ""

    def night(self, day: date) -> str:
        """Return where the log of a night is to be read."""
        return ""

    def incident(self, number: int) -> str:
        """Return where an incident is told of."""
        return ""

    def incident_report(self, number: int) -> str:
        """Return where the report of an incident is to be read."""
        return ""

    def tasks(self) -> str:
        """Return where the tasks are listed."""
        return ""


ON_PAPER: Final = Evidence()
"""Nobody follows an address on paper."""
