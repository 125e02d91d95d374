"""From settings to the values of duty: who is told when, what holds back what, maintenance that repeats. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from config.build_people import build_contact
from config.escalation import MaintenanceModel, RuleModel, StepModel, WhichModel, weekdays
from config.people import ContactModel
from config.schema import Settings
from duty.escalation import EscalationPolicy, EscalationRule
from duty.findings import Severity
from duty.incidents import Grade
from duty.inhibition import Inhibition
from duty.maintenance import Maintenance
from duty.people import Post
from duty.steps import Step, laid_out
from duty.which import Which, fits


def build_escalation(settings: Settings, site: str) -> EscalationPolicy:
    """Return who is told of a site's alerts, and when, by the clock of the site. Raises KeyError."""
    written = settings.escalation
    return EscalationPolicy(
        critical=build_steps(settings, written.critical),
        warning=build_steps(settings, written.warning),
        quiet=written.quiet,
        zone=settings.sites[site].zone,
        unsigned=settings.handover.signed_within,
        rules=tuple(_rule(settings, rule) for rule in written.rules if fits(site, rule.sites)),
    )


def build_steps(settings: Settings, written: Iterable[StepModel]) -> tuple[Step, ...]:
    """Return steps in the order of their time, what repeats laid out."""
    return laid_out((_step(settings, step), step.repeat, step.times) for step in written)


def build_inhibitions(settings: Settings) -> tuple[Inhibition, ...]:
    """Return what holds back what."""
    return tuple(
        Inhibition(build_which(rule.source), build_which(rule.target), rule.same_site, rule.same_target)
        for rule in settings.inhibit
    )


def build_which(written: WhichModel) -> Which:
    """Return which alerts are meant."""
    severity = Severity[written.severity.upper()] if written.severity else None
    key = written.key if isinstance(written, RuleModel) else None
    return Which(severity, key, written.targets, written.sites, written.checks)


def build_maintenance(settings: Settings) -> tuple[Maintenance, ...]:
    """Return the maintenance that repeats; where its sites go by several clocks, by each of them."""
    return tuple(each for written in settings.maintenance for each in _maintenance(settings, written))


def _maintenance(settings: Settings, written: MaintenanceModel) -> Iterable[Maintenance]:
    zones: dict[str, list[str]] = {}
    for name, site in settings.sites.items():
        if fits(name, written.sites):
            zones.setdefault(site.zone, []).append(name)
    for zone, sites in zones.items():
        yield Maintenance(
            name=written.name,
            zone=zone,
            targets=written.targets,
            sites=written.sites if len(zones) == 1 else tuple(sites),
            checks=written.checks,
            days=weekdays(written.days),
            begin=written.begin,
            end=written.end,
            first=written.first,
            last=written.last,
            why=written.why,
        )


def _rule(settings: Settings, rule: RuleModel) -> EscalationRule:
    grade = Grade(rule.grade) if rule.grade else None
    return EscalationRule(build_steps(settings, rule.steps), build_which(rule), grade, rule.hours)


def _step(settings: Settings, step: StepModel) -> Step:
    group = step.channel and build_contact(settings, ContactModel(channel=step.channel, address=step.address))
    # People count contacts from one.
    return Step(
        after=step.after,
        post=Post(step.post) if step.post else None,
        contact=step.contact - 1,
        person=step.person or "",
        group=group or None,
        held=step.until == "resolved",
    )
