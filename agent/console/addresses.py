"""The pages on which the lines of a paper can be seen for themselves."""

from __future__ import annotations

from dataclasses import dataclass

from agent.console.render import round_url, target_url
from exporters.papers.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Addresses(Evidence):
    """Where each thing has its page."""

    def target(self, name: str) -> str:
        return target_url(name)

    def alert(self, number: int) -> str:
        return f"/alerts/{number}"

    def round(self, number: int) -> str:
        return round_url(number)

    def form(self, number: int) -> str:
        return f"/handover/{number}"

    def incident(self, number: int) -> str:
        return f"/incidents/{number}"

    def incident_report(self, number: int) -> str:
        return f"/incidents/{number}/report"

    def tasks(self) -> str:
        return "/tasks"
