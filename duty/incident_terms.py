"""What is in force of incidents by the settings: rules, plans, times, and whom they concern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from duty.incident_report import LEGAL_WITHIN
from duty.incident_rules import SHIPPED, IncidentRule
from duty.incidents import IncidentClass
from duty.people import Contact
from duty.plans import Plan


@dataclass(frozen=True, slots=True)
class IncidentTerms:
    """The numbers and names of policy 4.4. ``commands`` are the absolute paths that a plan may run."""

    rules: tuple[IncidentRule, ...] = SHIPPED
    plans: tuple[Plan, ...] = ()
    report_every: timedelta = timedelta(minutes=30)
    report_within: timedelta = timedelta(hours=24)
    legal_within: timedelta = LEGAL_WITHIN
    departments: Mapping[IncidentClass, tuple[Contact, ...]] = field(default_factory=dict)
    group: tuple[Contact, ...] = ()
    customer_service: tuple[Contact, ...] = ()
    countersign: tuple[str, ...] = ()
    archive: str = ""
    keep_reports: timedelta = timedelta(days=1825)
    commands: frozenset[str] = frozenset()

    def plan(self, name: str) -> Plan | None:
        """Return a plan by its name."""
        return next((plan for plan in self.plans if plan.name == name), None)
