"""From settings to the values of duty: incidents, plans, what is reported by when. Pure but for the plans shipped."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from config.build_people import build_contact
from config.incidents import IncidentRuleModel, PlanModel, PlanStepModel, SpokenModel
from config.marked import read
from config.schema import Settings
from duty.findings import Severity
from duty.incident_rules import SHIPPED, IncidentRule
from duty.incident_terms import IncidentTerms
from duty.incidents import Grade, IncidentClass
from duty.people import Post
from duty.plans import Evidence, Plan, PlanStep, Spoken, StepKind

SHIPPED_PLANS: Final = Path(__file__).with_name("plans.yaml")


def build_incident_terms(settings: Settings) -> IncidentTerms:
    """Return what is in force of incidents."""
    written = settings.incidents
    departments = {
        kind: tuple(build_contact(settings, way) for way in getattr(written.departments, kind.value))
        for kind in IncidentClass
    }
    return IncidentTerms(
        rules=SHIPPED if written.rules is None else tuple(_rule(rule) for rule in written.rules),
        plans=build_plans(settings),
        report_every=written.report_every,
        report_within=settings.policy.report_within,
        legal_within=written.legal_within,
        departments=departments,
        group=tuple(build_contact(settings, way) for way in settings.briefs.group),
        customer_service=tuple(build_contact(settings, way) for way in written.customer_service),
        countersign=written.countersign,
        archive=written.archive,
        keep_reports=written.keep_reports,
        commands=frozenset(settings.plan_commands),
    )


def _rule(rule: IncidentRuleModel) -> IncidentRule:
    return IncidentRule(
        name=rule.name,
        kind=IncidentClass(rule.kind),
        grade=Grade(rule.grade),
        checks=rule.checks,
        instances=tuple(pattern.lower() for pattern in rule.instances),
        targets=rule.targets,
        sites=rule.sites,
        severity=Severity[rule.severity.upper()],
        key=rule.key,
        uplink=rule.uplink,
        pair=rule.pair,
        lasting=rule.lasting,
        also=rule.also,
        below=rule.below,
        share=rule.share,
    )


@cache
def shipped_plans() -> dict[str, PlanModel]:
    """Return the plans that are shipped, by name."""
    marked = read(SHIPPED_PLANS.read_text("utf-8"), SHIPPED_PLANS.name)
    return TypeAdapter(dict[str, PlanModel]).validate_json(json.dumps(marked.data))


def build_plans(settings: Settings) -> tuple[Plan, ...]:
    """Return the plans in the order in which they are asked: those of the file, then those shipped."""
    written = {**settings.plans, **{n: plan for n, plan in shipped_plans().items() if n not in settings.plans}}
    return tuple(_plan(name, plan, settings) for name, plan in written.items())


def _plan(name: str, plan: PlanModel, settings: Settings) -> Plan:
    return Plan(
        name=name,
        title=_spoken(plan.title),
        steps=tuple(_step(step, settings) for step in plan.steps),
        kinds=tuple(IncidentClass(kind) for kind in plan.when.kinds),
        grades=tuple(Grade(grade) for grade in plan.when.grades),
        rules=plan.when.rules,
        targets=plan.when.targets,
        sites=plan.when.sites,
        at_once=plan.at_once,
    )


def _step(step: PlanStepModel, settings: Settings) -> PlanStep:
    kind = StepKind.RUN if step.run else StepKind.ASK if step.ask else StepKind.TELL
    words = step.tell or step.ask or step.text or SpokenModel()
    return PlanStep(
        kind=kind,
        text=_spoken(words),
        after=step.after,
        posts=tuple(Post(post) for post in step.posts),
        people=step.people,
        contacts=tuple(build_contact(settings, way) for way in step.channels),
        within=step.within,
        evidence=Evidence(step.evidence),
        overdue=tuple(Post(post) for post in step.overdue),
        command=step.run or (),
    )


def _spoken(words: SpokenModel) -> Spoken:
    return Spoken(words.zh, words.en)
