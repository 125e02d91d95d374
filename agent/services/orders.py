"""What is in force by the settings, as values of duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from duty.alerts import TakePolicy
from duty.briefs import BriefTerms
from duty.escalation import EscalationPolicy
from duty.findings import Rule
from duty.handover import HandoverTerms
from duty.incident_terms import IncidentTerms
from duty.inhibition import Inhibition
from duty.maintenance import Maintenance
from duty.people import Contact, Person
from duty.roster import Night, Rotation
from duty.rounds import Cadence
from duty.targets import Site, Target


@dataclass(frozen=True, slots=True)
class Orders:
    """What is in force by the settings, as values of duty."""

    agent: str
    zone: str
    language: str
    sites: Mapping[str, Site]
    targets: Mapping[str, Target]
    rules: Mapping[str, tuple[Rule, ...]]
    cadences: tuple[Cadence, ...]
    watch_every: timedelta
    keep_every: timedelta
    budget: timedelta
    watch_budget: timedelta
    keep_sheets: timedelta
    keep_looks: timedelta
    digest: str
    night: tuple[time, time] = (time(20, 0), time(8, 0))
    people: tuple[Person, ...] = ()
    rotations: tuple[Rotation, ...] = ()
    fallback: tuple[Contact, ...] = ()
    escalation: Mapping[str, EscalationPolicy] = field(default_factory=dict)
    inhibitions: tuple[Inhibition, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    take_policy: TakePolicy = field(default_factory=TakePolicy)
    self_test: time | None = None
    self_tested: frozenset[str] = frozenset()
    handover: HandoverTerms = field(default_factory=HandoverTerms)
    briefs: BriefTerms = field(default_factory=BriefTerms)
    incidents: IncidentTerms = field(default_factory=IncidentTerms)
    answers: bool = False
    """Answers by SMS reach us, so that a message may ask for one."""

    def policy(self, site: str) -> EscalationPolicy:
        """Return who is told of a site's alerts; a site that left the settings is treated as by default."""
        return self.escalation.get(site, EscalationPolicy(zone=self.zone))

    def site_or_first(self, name: str) -> str:
        """Return a site's name if it is one, else the first of the settings, where the agent stands."""
        return name if name in self.sites else next(iter(self.sites))

    def zone_of(self, site: str) -> ZoneInfo:
        """Return the clock of a site; of one that left the settings, the agent's."""
        known = self.sites.get(site)
        return ZoneInfo(known.zone if known is not None else self.zone)

    def night_of(self, site: str) -> Night:
        """Return the hours of the night shift by a site's clock."""
        return Night(*self.night, self.zone_of(site).key)

    def cadences_of(self, site: str) -> tuple[Cadence, ...]:
        """Return the cadences by which any target of a site is inspected."""
        here = {target.name for target in self.targets.values() if target.site == site}
        return tuple(c for c in self.cadences if c.targets is None or not here.isdisjoint(c.targets))

    def concerns(self, cadence: str, site: str) -> bool:
        """Say whether a site is inspected by a cadence; one that left the settings is taken to have been for all."""
        elsewhere = {c.name for c in self.cadences} - {c.name for c in self.cadences_of(site)}
        return cadence not in elsewhere

    def judged(self, target: str, check: str) -> bool:
        """Say whether a target is judged by a check; of any other a state may be known from before."""
        return any(rule.name == check for rule in self.rules.get(target, ()))

    @property
    def in_force(self) -> Mapping[tuple[str, str], str]:
        """The parameter of each (target, check) that is judged; of any other a state may be known from before."""
        return {(target, rule.name): rule.parameter for target, rules in self.rules.items() for rule in rules}
