"""From settings to rules and plans; the plan that is shipped is sound, and can be replaced."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.build_incidents import build_incident_terms, build_plans, shipped_plans
from config.load import parse
from config.schema import Settings
from duty.blanks import unknown_fields
from duty.findings import Severity
from duty.incident_rules import SHIPPED, IncidentRule
from duty.incident_terms import IncidentTerms
from duty.incidents import Grade, IncidentClass
from duty.people import Contact, Post
from duty.plans import Evidence, PlanStep, Spoken, StepKind

SITE = "sites: {hz1: {zone: Asia/Shanghai}}\n"
WAYS = """
channels:
  mail: {kind: smtp, host: mail.example.com, sender: night@example.com}
  siren: {kind: command, path: /usr/local/bin/siren}
fallback: [{channel: mail, address: night@example.com}]
"""


def said(text: str = "") -> Settings:
    return parse(SITE + text, "settings.yaml")


def test_without_a_word_the_shipped_rules_and_plan_are_in_force() -> None:
    terms = build_incident_terms(said())
    assert terms.rules == SHIPPED
    assert [plan.name for plan in terms.plans] == ["general"]
    defaults = IncidentTerms()
    assert (terms.report_every, terms.report_within, terms.legal_within, terms.keep_reports) == (
        defaults.report_every,
        defaults.report_within,
        defaults.legal_within,
        defaults.keep_reports,
    )
    assert terms.commands == frozenset()


def test_no_rules_are_no_rules() -> None:
    assert build_incident_terms(said("incidents: {rules: []}\n")).rules == ()


def test_a_rule_of_ones_own() -> None:
    text = """
incidents:
  rules:
    - name: cooling
      kind: security
      grade: major
      checks: [part_temperature, room_temperature]
      instances: ["*Cold Aisle*"]
      targets: ["env-*"]
      sites: [hz1]
      severity: warning
      key: true
      lasting: 10m
      also: [part]
      below: 5.5
    - {name: half, checks: [reach], share: 50}
    - {name: twins, checks: [reach], pair: true}
    - {name: line, checks: [port], uplink: true}
"""
    cooling, half, twins, line = build_incident_terms(said(text)).rules
    assert cooling == IncidentRule(
        "cooling",
        IncidentClass.SECURITY,
        Grade.MAJOR,
        checks=("part_temperature", "room_temperature"),
        instances=("*cold aisle*",),
        targets=("env-*",),
        sites=("hz1",),
        severity=Severity.WARNING,
        key=True,
        lasting=timedelta(minutes=10),
        also=("part",),
        below=5.5,
    )
    assert half == IncidentRule("half", IncidentClass.NETWORK, Grade.GENERAL, checks=("reach",), share=50)
    assert (twins.pair, line.uplink) == (True, True)


@pytest.mark.parametrize("name", shipped_plans())
def test_a_shipped_plan_says_something_in_both_languages_and_every_blank_is_known(name: str) -> None:
    plan = next(plan for plan in build_plans(said()) if plan.name == name)
    for words in (plan.title, *(step.text for step in plan.steps)):
        assert words.zh
        assert words.en
        assert words.zh != words.en
        assert not unknown_fields(words.zh) + unknown_fields(words.en)
    assert all(step.posts for step in plan.steps)
    assert all(step.kind is not StepKind.RUN and not step.people and not step.contacts for step in plan.steps)


def test_a_plan_called_general_takes_the_place_of_the_shipped_one() -> None:
    ours = "plans:\n  general: {title: 自己的预案, steps: [{tell: 集合, posts: [leader]}]}\n"
    (plan,) = build_plans(said(ours))
    assert (plan.title, plan.steps[0].text) == (Spoken("自己的预案", "自己的预案"), Spoken("集合", "集合"))


def test_plans_of_the_file_are_asked_before_the_shipped_one() -> None:
    ours = "plans:\n  water: {title: 漏水, steps: [{tell: 集合, posts: [leader]}]}\n"
    assert [plan.name for plan in build_plans(said(ours))] == ["water", "general"]


def test_a_plan_of_ones_own() -> None:
    text = """
plans:
  power:
    title: {zh: 断电, en: power}
    when: {kinds: [network], grades: [], rules: [battery_short], targets: ["ups-*"], sites: [hz1]}
    at_once: false
    steps:
      - {tell: 断电, channels: [{channel: siren}], people: [王芳]}
      - {after: 5m, ask: {en: look}, posts: [technician, manager], within: 3m, evidence: photo, overdue: [leader]}
      - {after: 1h, run: [/usr/local/sbin/off, "{target}"], text: off, posts: [manager], within: 30s}
plan_commands: [/usr/local/sbin/off]
"""
    terms = build_incident_terms(said(WAYS + text))
    plan = terms.plan("power")
    assert plan is not None
    assert (plan.title, plan.kinds, plan.grades, plan.rules, plan.targets, plan.sites, plan.at_once) == (
        Spoken("断电", "power"),
        (IncidentClass.NETWORK,),
        (),
        ("battery_short",),
        ("ups-*",),
        ("hz1",),
        False,
    )
    assert plan.steps == (
        PlanStep(StepKind.TELL, Spoken("断电", "断电"), contacts=(Contact("siren", "", "local"),), people=("王芳",)),
        PlanStep(
            StepKind.ASK,
            Spoken("", "look"),
            timedelta(minutes=5),
            (Post.TECHNICIAN, Post.MANAGER),
            within=timedelta(minutes=3),
            evidence=Evidence.PHOTO,
            overdue=(Post.LEADER,),
        ),
        PlanStep(
            StepKind.RUN,
            Spoken("off", "off"),
            timedelta(hours=1),
            (Post.MANAGER,),
            within=timedelta(seconds=30),
            command=("/usr/local/sbin/off", "{target}"),
        ),
    )
    assert terms.commands == {"/usr/local/sbin/off"}
    assert terms.plan("gone") is None


def test_whom_an_incident_concerns() -> None:
    text = """
incidents:
  departments: {security: [{channel: mail, address: guard@example.com}]}
  customer_service: [{channel: mail, address: desk@example.com}]
  countersign: [行政部]
  archive: 档案室
"""
    terms = build_incident_terms(said(WAYS + text))
    assert [way.address for way in terms.departments[IncidentClass.SECURITY]] == ["guard@example.com"]
    assert terms.departments[IncidentClass.NETWORK] == ()
    assert [way.address for way in terms.customer_service] == ["desk@example.com"]
    assert (terms.countersign, terms.archive) == (("行政部",), "档案室")
