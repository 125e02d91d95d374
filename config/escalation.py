"""Who is told when, what holds back what, and the work that comes again, as the operator writes it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from config.model import Model
from config.people import RosteredPost
from config.units import Between, Day, Name, Text, TimeOfDay
from duty import steps
from duty.alerts import TakePolicy
from duty.escalation import EscalationPolicy

Pattern = Annotated[str, Field(min_length=1, max_length=200)]
"""A shell pattern."""

Patterns = Annotated[tuple[Pattern, ...], Field(max_length=50)]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

TOLD: Final = 20
"""How often a step that repeats tells, unless it says so."""


def _clause(number: str) -> dict[str, Any]:
    return {"clause": number}


class StepModel(Model):
    """One step: whom to tell when nobody has taken the alert by then. It names a post, a person or a channel."""

    after: Annotated[timedelta, Between("0s", "1d")] = Field(
        description="How long after the alert fired; time in which it may not ring does not count."
    )
    post: RosteredPost | None = Field(
        default=None,
        description="Who is told; where nobody holds the post, who stands in for it. "
        "A reserve who is not there is told by a first step alone.",
    )
    person: Name | None = Field(default=None, description="Instead of a post: somebody by name, on duty or not.")
    channel: Name | None = Field(default=None, description="Instead of a post: a channel, to tell a group.")
    address: Text = Field(default="", description="Who on the channel, as with contacts.")
    contact: int = Field(
        default=1, ge=1, le=10, description="By which of their contacts; 2 is the second, and repeats nothing."
    )
    until: Literal["taken", "resolved"] = Field(
        default="taken", description="`resolved` tells although somebody has taken it, until it is over."
    )
    repeat: Annotated[timedelta, Between("1m", "1d")] | None = Field(
        default=None, description="Tells again each time this long has passed; without it, once."
    )
    times: int = Field(default=TOLD, ge=1, le=TOLD, description="How often it tells in all, with `repeat`.")


def _steps(of: tuple[steps.Step, ...]) -> tuple[StepModel, ...]:
    return tuple(
        StepModel.model_validate({"after": s.after, "post": s.post and s.post.value, "contact": s.contact + 1})
        for s in of
    )


Steps = Annotated[tuple[StepModel, ...], Field(min_length=1, max_length=20)]


class WhichModel(Model):
    """Which alerts are meant; what is not written may be anything."""

    severity: Literal["warning", "critical"] | None = Field(default=None, description="Only of this severity.")
    targets: Patterns = Field(default=(), description="Only targets that fit one of these shell patterns.")
    sites: Patterns = Field(default=(), description="Only sites that fit one of these.")
    checks: Patterns = Field(default=(), description="Only checks that fit one of these.")


class RuleModel(WhichModel):
    """Steps for alerts that are alike. Of all rules the first that fits an alert at the moment decides."""

    key: bool | None = Field(default=None, description="Only key equipment, or only what is none.")
    grade: Literal["general", "major"] | None = Field(
        default=None,
        description="Only alerts of an incident of this grade.",
        json_schema_extra=_clause("4.4b"),
    )
    hours: tuple[TimeOfDay, TimeOfDay] | None = Field(
        default=None, description='Only between these two, like `["22:00", "07:00"]`, by the site\'s clock.'
    )
    steps: Steps = Field(description="Whom to tell, and when.")


class Holds(Model):
    """How long an acknowledgement holds before the alert fires again; a change of shift always ends it."""

    critical: Annotated[timedelta, Between("1m", "7d")] = Field(
        default=TakePolicy().critical, description="Of a critical alert.", json_schema_extra=_clause("4.4b")
    )
    warning: Annotated[timedelta, Between("1m", "7d")] = Field(
        default=TakePolicy().warning, description="Of a warning.", json_schema_extra=_clause("4.4b")
    )


class Escalation(Model):
    """Who is told of an alert that nobody takes, and when. What is in force when an alert opens is so until its end."""

    rules: tuple[RuleModel, ...] = Field(
        default=(),
        max_length=50,
        description="Steps of your own for some alerts, the first that fits; all else goes by the two lists below.",
    )
    critical: Steps = Field(
        default=_steps(steps.CRITICAL), description="Steps of a critical alert.", json_schema_extra=_clause("4.4b")
    )
    warning: Steps = Field(
        default=_steps(steps.WARNING), description="Steps of a warning.", json_schema_extra=_clause("4.4b")
    )
    quiet: tuple[TimeOfDay, TimeOfDay] = Field(
        default=EscalationPolicy().quiet,
        description="When only that rings which may wake somebody, by the site's clock; the rest waits for the end.",
        json_schema_extra=_clause("1.3"),
    )
    holds: Holds = Field(default=Holds(), description="How long an acknowledgement holds.")
    self_test: TimeOfDay | None = Field(
        default=time(17, 0),
        description="When each channel gets a test message each day, by the clock of the first site; null for never.",
    )


class InhibitModel(Model):
    """While an alert like `source` is open, those like `target` call for nobody. Both stay in the list."""

    source: WhichModel = Field(description="What holds back.")
    target: WhichModel = Field(description="What is held back.")
    same_site: bool = Field(default=True, description="Only alerts of the site of the source.")
    same_target: bool = Field(default=True, description="Only alerts of the target of the source.")


class MaintenanceModel(Model):
    """Work that comes again: its windows are written eight days ahead."""

    name: Name = Field(description="What it is called, for good.")
    targets: Patterns = Field(default=("*",), min_length=1, description="The targets, by shell patterns.")
    sites: Patterns = Field(default=("*",), min_length=1, description="Only those of sites that fit one of these.")
    checks: Patterns = Field(
        default=("*",), min_length=1, description="Only these checks are silenced; without it nothing is judged."
    )
    days: tuple[Weekday, ...] = Field(default=(), max_length=7, description="On which days; without it, daily.")
    begin: TimeOfDay = Field(description="When it begins, by the clock of the first site that is meant.")
    end: TimeOfDay = Field(description="When it ends; not after `begin` is on the next day.")
    first: Day = Field(alias="from", description="The first day, like `2026-05-01`.")
    last: Day = Field(alias="until", description="The last day, at most a year later.")
    why: Text = Field(min_length=1, description="What is done, for whoever finds it in the night.")

    @property
    def length(self) -> timedelta:
        """For how long it holds in all."""
        return self.last - self.first


def weekdays(days: tuple[Weekday, ...]) -> frozenset[int]:
    """Return days as numbers, Monday as 0; none are all."""
    return frozenset(WEEKDAYS.index(day) for day in days or WEEKDAYS)
