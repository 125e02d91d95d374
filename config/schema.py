"""The settings as the operator writes them; every default is documentation, and cites the policy where it has one."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from config.channels import AnyChannel
from config.escalation import Escalation, Holds, InhibitModel, MaintenanceModel, RuleModel, StepModel, WhichModel
from config.handover import Briefs, Handover
from config.incidents import Incidents, PlanModel
from config.limits import Checks, Limit
from config.model import Model
from config.outside import HeartbeatOut, Hooks, Peer, Syslog, Traps
from config.people import ContactModel, PersonModel, RotationModel
from config.secret import Secret
from config.serving import Console, Metrics
from config.targets import (
    ROLES,
    AnyTarget,
    ExpositionTarget,
    HostTarget,
    HttpTarget,
    IcmpTarget,
    PortModel,
    Role,
    SnmpCredential,
    SnmpTarget,
    TargetModel,
    TcpTarget,
)
from config.units import Between, Day, Name, Text, TimeOfDay, Zone

__all__ = [
    "ROLES",
    "Agent",
    "AnyChannel",
    "AnyTarget",
    "Briefs",
    "CadenceModel",
    "Checks",
    "Console",
    "ContactModel",
    "Escalation",
    "ExpositionTarget",
    "Handover",
    "HeartbeatOut",
    "Holds",
    "Hooks",
    "HostTarget",
    "HttpTarget",
    "IcmpTarget",
    "Incidents",
    "InhibitModel",
    "Limit",
    "MaintainerModel",
    "MaintenanceModel",
    "Metrics",
    "Model",
    "Peer",
    "PersonModel",
    "PlanModel",
    "Policy",
    "Polling",
    "PortModel",
    "Retention",
    "Role",
    "RotationModel",
    "RuleModel",
    "Secret",
    "Settings",
    "SiteModel",
    "SnmpCredential",
    "SnmpTarget",
    "StepModel",
    "Syslog",
    "TargetModel",
    "TcpTarget",
    "Traps",
    "Watch",
    "WhichModel",
]


def _clause(number: str) -> dict[str, Any]:
    return {"clause": number}


class Agent(Model):
    """The agent itself."""

    name: Name = Field(
        default="agent", description="Its name in the records; agents that share a database differ in it."
    )
    state_dir: Path = Field(
        default=Path("state"), description="The folder of what it keeps; under systemd, STATE_DIRECTORY."
    )
    database: Text = Field(
        default="", description="`postgresql+psycopg://user@host/name`; without it, a SQLite file in `state_dir`."
    )
    database_password: Secret | None = Field(default=None, description="The database's password.")
    language: Literal["zh", "en"] = Field(
        default="zh", description="The language that pages, forms and messages are in."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much it logs.")


class SiteModel(Model):
    """A place with its own clock."""

    title: Text = Field(default="", description="Its name for people; without it, the key.")
    zone: Zone = Field(description="Its IANA time zone, like `Asia/Shanghai`; a night runs by the site's clock.")


class MaintainerModel(Model):
    """Who mends what is broken."""

    hotline: Text = Field(min_length=1, description="The number to ring at night.")
    contract_ends: Day | None = Field(
        default=None, description="The last day of their contract; the monthly report warns before it."
    )


class CadenceModel(Model):
    """A plan by which rounds are made."""

    interval: Annotated[timedelta, Between("1m", "1d")] = Field(
        default=timedelta(hours=1), description="From one round to the next.", json_schema_extra=_clause("4.3a")
    )
    anchor: TimeOfDay = Field(default=time(0, 0), description="When the day's first round is due, by the site's clock.")
    hours: tuple[TimeOfDay, TimeOfDay] | None = Field(
        default=None, description='Only between these two, like `["20:00", "08:00"]`; without it, by day and night.'
    )
    site: Name | None = Field(
        default=None, description="The site whose clock counts; without it, the first of the file."
    )
    targets: tuple[Name, ...] | None = Field(default=None, description="Only these targets; without it, all.")
    window: Annotated[timedelta, Between("10s", "12h")] = Field(
        default=timedelta(minutes=10), description="How late a round may begin; after that it is missed."
    )


class Watch(Model):
    """The looks between the rounds."""

    interval: Annotated[timedelta, Between("10s", "1h")] = Field(
        default=timedelta(minutes=1), description="From one look to the next.", json_schema_extra=_clause("3.3")
    )
    budget: Annotated[timedelta, Between("1s", "10m")] = Field(
        default=timedelta(seconds=10), description="The longest that the watch looks at one target."
    )
    keep_every: Annotated[timedelta, Between("10s", "1d")] = Field(
        default=timedelta(minutes=5), description="One look in this time is kept, for plots."
    )
    keep: Annotated[timedelta, Between("1h", "90d")] = Field(
        default=timedelta(hours=48), description="How long it is kept; the long history is Prometheus's."
    )


class Polling(Model):
    """How hard the agent looks."""

    concurrency: int = Field(default=200, ge=1, le=2000, description="Targets looked at at the same time.")
    budget: Annotated[timedelta, Between("1s", "10m")] = Field(
        default=timedelta(seconds=10), description="The longest that an inspection looks at one target."
    )
    snmp_in_flight: int = Field(
        default=200, ge=1, le=500, description="SNMP devices asked at the same time; pysnmp asks at most 50."
    )
    profiles: Path | None = Field(
        default=None,
        description="A folder with SNMP profiles of your own; one of a shipped name takes its place.",
    )


class Retention(Model):
    """How long records are kept. What is deleted is the body: heads and digests stay, and the journal says so."""

    sheets: Annotated[timedelta, Between("30d")] = Field(
        default=timedelta(days=400), description="What the sheets of the rounds say in full."
    )


class Policy(Model):
    """The numbers of the night-duty policy."""

    night: tuple[TimeOfDay, TimeOfDay] = Field(
        default=(time(20, 0), time(8, 0)),
        description="When the night shift begins and ends, by the site's clock.",
        json_schema_extra=_clause("4.1"),
    )
    confirm_within: Annotated[timedelta, Between("1h", "30d")] = Field(
        default=timedelta(hours=24),
        description="Who is put on the roster confirms within this time.",
        json_schema_extra=_clause("4.1"),
    )
    change_ahead: Annotated[timedelta, Between("0s", "30d")] = Field(
        default=timedelta(hours=48),
        description="A change of shift is asked for this long ahead.",
        json_schema_extra=_clause("4.1"),
    )
    arrive_early: Annotated[timedelta, Between("0s", "2h")] = Field(
        default=timedelta(minutes=15),
        description="The next shift arrives this long before it begins.",
        json_schema_extra=_clause("4.2"),
    )
    patrol_every: Annotated[timedelta, Between("10m", "1d")] = Field(
        default=timedelta(hours=2), description="From one patrol to the next.", json_schema_extra=_clause("4.3c")
    )
    report_within: Annotated[timedelta, Between("1h", "30d")] = Field(
        default=timedelta(hours=24),
        description="An incident's report is filed within this time after it was handled.",
        json_schema_extra=_clause("4.4c"),
    )


class Settings(Model):
    """The whole file."""

    agent: Agent = Field(default=Agent(), description="The agent itself.")
    sites: dict[Name, SiteModel] = Field(
        default={"main": SiteModel(zone="UTC")}, min_length=1, description="Places by name; the first is the default."
    )
    maintainers: dict[Name, MaintainerModel] = Field(default={}, description="Who mends what is broken, by name.")
    credentials: dict[Name, SnmpCredential] = Field(
        default={}, description="How groups of SNMP devices are asked, by name."
    )
    targets: tuple[AnyTarget, ...] = Field(default=(), max_length=5000, description="What is inspected.")
    checks: Checks = Field(default=Checks(), description="Limits that differ from those shipped.")
    cadences: dict[Name, CadenceModel] = Field(
        default={"inspection": CadenceModel()}, min_length=1, description="Plans by which rounds are made, by name."
    )
    watch: Watch = Field(default=Watch(), description="The looks between the rounds.")
    polling: Polling = Field(default=Polling(), description="How hard the agent looks.")
    retention: Retention = Field(default=Retention(), description="How long records are kept.")
    channels: dict[Name, AnyChannel] = Field(
        default={}, max_length=50, description="The ways by which messages leave, by name."
    )
    people: tuple[PersonModel, ...] = Field(
        default=(), max_length=1000, description="People to begin with; who is taken out here stays in the record."
    )
    rotations: dict[Name, RotationModel] = Field(
        default={}, max_length=200, description="Rules that write the roster, by name."
    )
    fallback: tuple[ContactModel, ...] = Field(
        default=(),
        max_length=10,
        description="Who is told when nobody is on duty; required with channels, people or rotations.",
    )
    escalation: Escalation = Field(
        default=Escalation(), description="Who is told of an alert that nobody takes, and when."
    )
    inhibit: tuple[InhibitModel, ...] = Field(
        default=(), max_length=50, description="Which open alerts let others that follow from them call for nobody."
    )
    maintenance: tuple[MaintenanceModel, ...] = Field(
        default=(), max_length=100, description="Work that comes again: what is not judged meanwhile."
    )
    incidents: Incidents = Field(
        default=Incidents(), description="When alerts become an incident, whom it concerns, what is reported by when."
    )
    plans: dict[Name, PlanModel] = Field(
        default={}, max_length=100, description="Emergency plans by name; the first that is for an incident counts."
    )
    plan_commands: tuple[Text, ...] = Field(
        default=(), max_length=50, description="Absolute paths of the commands that steps of plans may run; none: none."
    )
    policy: Policy = Field(default=Policy(), description="The numbers of the night-duty policy.")
    handover: Handover = Field(default=Handover(), description="When the form of a change of shift is ready and due.")
    briefs: Briefs = Field(default=Briefs(), description="What is told at set times, be all well or not.")
    metrics: Metrics = Field(default=Metrics(), description="What Prometheus reads.")
    console: Console = Field(default=Console(), description="The pages for people.")
    hooks: Hooks = Field(default=Hooks(), description="Where other programs post to us.")
    peers: dict[Name, Peer] = Field(
        default={}, max_length=50, description="Whose sign of life we expect, by name; silence is an alert."
    )
    heartbeat: HeartbeatOut | None = Field(default=None, description="Our own sign of life to somebody outside.")
    syslog: Syslog | None = Field(default=None, description="Where the journal is handed on to.")
    traps: Traps = Field(default=Traps(), description="What devices say by themselves.")

    def target(self, name: str) -> AnyTarget:
        """Return a target by its name. Raises KeyError."""
        for target in self.targets:
            if target.name == name:
                return target
        raise KeyError(name)
