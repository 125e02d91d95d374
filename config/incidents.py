"""Incidents and emergency plans, as the operator writes them (policy 4.4)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.model import Model
from config.people import ContactModel, RosteredPost
from config.units import Between, Name, Text, mistake
from duty.incident_report import LEGAL_WITHIN

ClassName = Literal["network", "complaint", "security", "other"]
GradeName = Literal["general", "major"]
Pattern = Annotated[Text, Field(min_length=1)]


def _clause(number: str) -> dict[str, Any]:
    return {"clause": number}


class SpokenModel(Model):
    """Words for people in both languages; one that is missing is said in the other."""

    zh: Annotated[str, Field(max_length=1000)] = Field(default="", description="In Chinese.")
    en: Annotated[str, Field(max_length=1000)] = Field(default="", description="In English.")


def _spoken(said: Any) -> Any:
    return {"zh": said, "en": said} if isinstance(said, str) else said


def _says(spoken: SpokenModel) -> SpokenModel:
    if not spoken.zh and not spoken.en:
        raise mistake("says nothing", "words, or `zh:` and `en:`")
    return spoken


Words = Annotated[SpokenModel, BeforeValidator(_spoken), AfterValidator(_says)]
"""Words for people: one text, or ``{zh: ..., en: ...}``."""


class IncidentRuleModel(Model):
    """Which alerts are an incident; all that is said must hold. Of several, those that make it major go first."""

    name: Name = Field(description="What the rule is called; the report names it.")
    kind: ClassName = Field(default="network", description="The incident's class.", json_schema_extra=_clause("4.4a"))
    grade: GradeName = Field(default="general", description="Its grade.", json_schema_extra=_clause("4.4b"))
    checks: tuple[Pattern, ...] = Field(default=("*",), min_length=1, description="Checks, as patterns.")
    instances: tuple[Pattern, ...] = Field(
        default=("*",), min_length=1, description="What of the target it is, as patterns; capitals do not matter."
    )
    targets: tuple[Pattern, ...] = Field(default=("*",), min_length=1, description="Targets, as patterns.")
    sites: tuple[Pattern, ...] = Field(default=("*",), min_length=1, description="Sites, as patterns.")
    severity: Literal["warning", "critical"] = Field(default="critical", description="At least so severe.")
    key: bool = Field(default=False, description="Key equipment only.")
    uplink: bool = Field(default=False, description="Ports that are an uplink, a circuit or key only.")
    pair: bool = Field(default=False, description="Both of two targets that are `redundant_with` each other.")
    lasting: Annotated[timedelta, Between("0s", "1d")] = Field(
        default=timedelta(0), description="The alert has been open so long."
    )
    also: tuple[Pattern, ...] = Field(default=(), description="Checks with an open alert at the same target.")
    below: float | None = Field(
        default=None, description="The alert's value was this or less when it became so severe."
    )
    share: Annotated[float, Field(gt=0, le=100)] | None = Field(
        default=None, description="So many per cent of the site's targets do not answer, three at least."
    )

    @model_validator(mode="after")
    def _of_one_kind(self) -> Self:
        if self.pair and self.share is not None:
            raise mistake("a pair is no share of a site", "one of pair and share")
        return self


class Departments(Model):
    """Whom an incident of a class concerns besides those on duty."""

    network: tuple[ContactModel, ...] = Field(default=(), max_length=10, description="A network failure.")
    complaint: tuple[ContactModel, ...] = Field(default=(), max_length=10, description="A customer's complaint.")
    security: tuple[ContactModel, ...] = Field(default=(), max_length=10, description="A security accident.")
    other: tuple[ContactModel, ...] = Field(default=(), max_length=10, description="Any other.")


class Incidents(Model):
    """When alerts become an incident, whom it concerns, and by when what is reported."""

    rules: tuple[IncidentRuleModel, ...] | None = Field(
        default=None,
        max_length=50,
        description="Instead of the rules shipped, which `docs/operating.md` lists; `[]` for none.",
        json_schema_extra=_clause("4.4b"),
    )
    report_every: Annotated[timedelta, Between("5m", "12h")] = Field(
        default=timedelta(minutes=30),
        description="While a major one lasts, the next report to superiors is due after this time.",
        json_schema_extra=_clause("4.4b"),
    )
    legal_within: Annotated[timedelta, Between("10m", "24h")] = Field(
        default=LEGAL_WITHIN,
        description="A cyber-security incident of grade 较大 or above is reported outside within this time after it "
        "was found: 4h, or 1h for critical information infrastructure "
        "(国家网络安全事件报告管理办法, in force since 2025-11-01, Art. 4).",
    )
    departments: Departments = Field(
        default=Departments(), description="The departments concerned, by class.", json_schema_extra=_clause("4.4b")
    )
    customer_service: tuple[ContactModel, ...] = Field(
        default=(),
        max_length=10,
        description="Who gets a sentence that customers may be told.",
        json_schema_extra=_clause("4.3b"),
    )
    countersign: tuple[Text, ...] = Field(
        default=(),
        max_length=10,
        description="Departments that countersign a report after its review, by name.",
        json_schema_extra=_clause("4.4c"),
    )
    archive: Text = Field(
        default="",
        description="The department that keeps reports; without it, the agent's record alone does.",
        json_schema_extra=_clause("4.4c"),
    )
    keep_reports: Annotated[timedelta, Between("180d", "7300d")] = Field(
        default=timedelta(days=1825), description="How long an archived report is to be kept; it stands on it."
    )


def _command(command: tuple[str, ...]) -> tuple[str, ...]:
    path = PurePosixPath(command[0])
    if not path.is_absolute() or ".." in path.parts or "{" in command[0]:
        raise mistake("not an absolute path", "a command like [/usr/local/sbin/failover, '{target}']")
    return command


Command = Annotated[
    tuple[Annotated[str, Field(max_length=500)], ...],
    Field(min_length=1, max_length=20),
    AfterValidator(_command),
]
"""A command by its absolute path, with its arguments; no shell."""


class PlanStepModel(Model):
    """One step of a plan: exactly one of `tell`, `ask` and `run` says what it does."""

    after: Annotated[timedelta, Between("0s", "1d")] = Field(
        default=timedelta(0), description="How long after the plan was started it is due."
    )
    tell: Words | None = Field(default=None, description="What somebody is told.")
    ask: Words | None = Field(
        default=None, description="What somebody is asked to do, and ticks off. Braces fill in: `{hotline}`."
    )
    run: Command | None = Field(
        default=None, description="A command with its arguments; only what `plan_commands` allows is run."
    )
    text: Words | None = Field(default=None, description="What the command is for, in words.")
    posts: tuple[RosteredPost, ...] = Field(default=(), max_length=4, description="Whom, by post.")
    people: tuple[Name, ...] = Field(default=(), max_length=20, description="Whom, by name.")
    channels: tuple[ContactModel, ...] = Field(default=(), max_length=10, description="Which groups, by contact.")
    within: Annotated[timedelta, Between("5s", "1d")] = Field(
        default=timedelta(minutes=10),
        description="An asked step is overdue after this time; a command is ended, after a minute at the latest.",
    )
    evidence: Literal["none", "note", "photo"] = Field(
        default="none", description="What whoever ticks it off must leave with it."
    )
    overdue: tuple[RosteredPost, ...] = Field(
        default=("manager",), max_length=4, description="Who is told that nobody did it; then the leading group."
    )

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(each is not None for each in (self.tell, self.ask, self.run)) != 1:
            raise mistake("a step does one thing", "exactly one of tell, ask, run")
        if self.run is not None:
            if self.text is None:
                raise mistake("nobody knows what this command is for", "text: words for people")
        elif self.text is not None:
            raise mistake("text is for commands", "the words in tell or ask")
        if not (self.posts or self.people or self.channels):
            raise mistake("a step without anybody", "posts, people or channels")
        return self


class PlanWhen(Model):
    """For which incidents a plan is; all that is said must hold."""

    kinds: tuple[ClassName, ...] = Field(default=(), description="Classes; none: all.")
    grades: tuple[GradeName, ...] = Field(default=("major",), description="Grades; none: all.")
    rules: tuple[Pattern, ...] = Field(default=("*",), min_length=1, description="Rules that graded it, as patterns.")
    targets: tuple[Pattern, ...] = Field(default=("*",), min_length=1, description="Its first target, as patterns.")
    sites: tuple[Pattern, ...] = Field(default=("*",), min_length=1, description="Its site, as patterns.")


class PlanModel(Model):
    """An emergency plan (应急预案)."""

    title: Words = Field(description="What people call it.")
    when: PlanWhen = Field(default=PlanWhen(), description="For which incidents it is.")
    at_once: bool = Field(
        default=True,
        description="It starts as soon as there is such an incident; else the duty manager starts it.",
        json_schema_extra=_clause("4.3a"),
    )
    steps: tuple[PlanStepModel, ...] = Field(min_length=1, max_length=100, description="What is done, in order.")
