"""The registry of codes: every code that the record can hold, and so every catalogue must have words for."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from duty import duty_log, own_alerts, tasks
from duty.alerts import AlertState
from duty.bulletins import BulletinKind
from duty.deadlines import Clock
from duty.filing import REFUSALS as REFUSALS_OF_REPORTS
from duty.filing import ReportState
from duty.findings import Severity
from duty.handover import Field, FormState, Signer, Verdict
from duty.incident_news import NewsKind
from duty.incident_report import CauseClass, CyberLevel, ReportField, ReportVerdict
from duty.incident_rules import SHIPPED
from duty.incidents import Found, Grade, IncidentClass
from duty.operations import CONTRACTS
from duty.overrides import REFUSALS as REFUSALS_OF_LIMITS
from duty.parameters import FACTS, PARAMETERS
from duty.people import ROSTERED, Post
from duty.plans import Evidence, StepKind, StepState
from duty.readings import GAPS
from duty.round_review import REFUSALS as REFUSALS_OF_REVIEWS
from duty.round_review import Item
from duty.rounds import MISSED_REASONS, RoundState, SheetState
from duty.signing import CHECKS, HINDRANCES
from duty.silences import SilenceKind
from duty.substitutes import REFUSALS as REFUSALS_OF_ROSTER
from duty.tours import Turn
from duty.traps import LINES
from exporters.notify.port import REFUSALS

REASONS: Final = (
    "absence.not_reached",
    "absence.snmp_silent",
    "absence.cut_off",
    "absence.monitor_cut_off",
    "certificate.ends",
    "channel.failing",
    "disk.full",
    "errors.share",
    "external.fires",
    "handover.unsigned",
    "levels.high",
    "levels.low",
    "memory.low",
    "memory.swapping",
    "ports.down",
    "ports.went_down",
    "pages.failed",
    "peer.silent",
    "settings.rejected",
    "states.bad",
    "trend.full",
)
"""The reasons that a finding may have."""

CHECK_NAMES: Final = (
    "reach",
    "snmp_silent",
    "ping_loss",
    "ping_time",
    "cpu",
    "memory",
    "memory_used",
    "disk",
    "disk_trend",
    "inodes",
    "temperature",
    "temperature_low",
    "fan",
    "power",
    "battery",
    "battery_left",
    "battery_charge",
    "port",
    "port_in_used",
    "port_out_used",
    "port_in_errors",
    "port_out_errors",
    "port_in_discards",
    "port_out_discards",
    "optical_rx",
    "optical_tx",
    "optical_temperature",
    "clock_offset",
    "clock",
    "http_time",
    "http_status",
    "http_match",
    "certificate",
    "certificate_expired",
    "service",
    "process",
    *own_alerts.CHECKS,
)
"""The checks that are in force without a setting; an operator's own is said by its own name."""

HEALTH: Final = ("daemon", "record", "settings", "ticker", "traps", "writer")
"""The lines on the agent's own health; ``nightduty doctor`` says what to do for each."""

SOURCES: Final = ("alertmanager", "zabbix")
"""Who may hand alerts to us."""

OUTCOMES: Final = (
    "taken",
    "yours",
    "theirs",
    "over",
    "none_such",
    "passed_on",
    "given_back",
    "left",
    "nothing",
    "usage",
    "stranger",
    "several",
)
"""What may come of an answer by telephone."""

ASIDE: Final = ("snoozed", "silenced", "suppressed")
"""What stands beside an alert's state."""

RESULTS: Final = ("waiting", "accepted", "delivered", "unanswered", "failed", "unknown", *REFUSALS)
"""What may come of telling somebody."""


NOTES: Final = ("on_my_way", "working", "maintainer", "watching", "need_help")
"""Ready words for a note on an alert."""


SHIFT_REASONS: Final = ("ill", "leave", "swapped", "on_trip", "training", "called_in")
"""Ready words for why somebody stands in for another, or is taken off."""

READ_NOTES: Final = ("handled", "reported", "known", "on_site", "watching")
"""Ready words of who marks a round as read."""

MISSED_NOTES: Final = ("restarted", "maintenance", "power", "looking")
"""Ready words on why a round was missed."""


READY: Final = MappingProxyType(
    {
        "conclusion": ("normal", "remains", "handling"),
        "standby": ("main", "switched"),
        "changes": ("none", "done", "back"),
        "backups": ("done", "failed"),
        "things": ("whole", "missing"),
        "orders": ("none",),
        "cleanliness": ("clean", "dirty"),
        "heads_up": ("visit", "work", "watch"),
    }
)
"""Ready words for the fields of a handover form, by field."""
READY_REASONS: Final = ("ill", "away", "hours", "lasting", "spare")
"""Ready words for why a form is signed for another, or although something stands in the way."""
DEEDS: Final = ("taken", "given_back", "expired", "snoozed", "handed", "closed", "commented", "declined")
"""What people do about an alert, as papers tell it."""

CONCLUSIONS: Final = ("normal", "remains", "handling")
"""How the equipment is when a shift hands over."""
LOG_PHRASES: Final = (
    "took_over", "walked", "power_well", "visitor_came", "visitor_left", "told_manager", "customer_rang", "handed_over"
)  # fmt: skip
"""Ready words for a line of the duty log."""

STANDINGS: Final = ("open", "restored", "handled", "archived")
"""Where an incident is."""

CHAPTERS: Final = (
    "summary",
    "targets",
    "outages",
    "circuits",
    "alerts",
    "rounds",
    "forms",
    "contracts",
    "days",
    "notes",
)
"""The chapters of the monthly report."""


def codes() -> Iterator[str]:
    """Yield every code of the record."""
    yield from (f"gap.{code}" for code in GAPS)
    yield from (f"gap_next.{code}" for code in GAPS)
    yield from (f"sheet.{state}" for state in SheetState)
    yield from (f"round_state.{state}" for state in RoundState)
    yield from (f"round_reason.{reason}" for reason in (*MISSED_REASONS, "stopped"))
    yield from (f"severity.{severity.name.lower()}" for severity in Severity)
    yield from (f"parameter.{name}" for name in PARAMETERS)
    yield from (f"fact.{name}" for name in FACTS)
    yield from (f"trap.{name}" for name in LINES)
    yield from (f"finding.{reason}" for reason in REASONS)
    yield from (f"finding.roster.gap/{check}" for check in own_alerts.ROSTER.values())
    yield from (f"{kind}.{name}" for kind in ("check", "check_next") for name in CHECK_NAMES)
    yield from (f"{kind}.{code}" for kind in ("health", "health_ill", "doctor", "doctor_next") for code in HEALTH)
    yield from (f"weekday.{day}" for day in range(1, 8))
    yield from (f"month.{month}" for month in range(1, 13))
    yield from (f"post.{post}" for post in Post)
    yield from (f"alert.{state}" for state in (*AlertState, *ASIDE))
    yield from (f"step.{post}" for post in ROSTERED)
    yield from (f"step.instead_of_{post}" for post in ROSTERED)
    yield "step.fallback"
    yield from (f"external.source.{source}" for source in SOURCES)
    yield from (f"reply.{outcome}" for outcome in OUTCOMES)
    yield from (f"message.result.{result}" for result in RESULTS)
    yield from (f"limit_refused.{code}" for code in (*REFUSALS_OF_LIMITS, "stricter_below"))
    yield from (f"number_unit.{unit}" for unit in set(PARAMETERS.values()) - {"bool", "health"})
    yield from (f"message.grade.{severity.name.lower()}" for severity in Severity)
    yield from (f"desk.phrase.{note}" for note in NOTES)
    yield from (f"handover.field.{field}" for field in Field)
    yield from (f"handover.{kind}.{signer}" for kind in ("signer", "sign_as", "waits") for signer in Signer)
    yield from (f"handover.{kind}.{verdict}" for kind in ("verdict", "verdict_means") for verdict in Verdict)
    yield from (f"handover.{kind}.{code}" for kind in ("override", "hindrance") for code in HINDRANCES)
    yield from (f"handover.check.{code}" for code in CHECKS)
    yield from (f"handover.turn.{turn}" for turn in Turn)
    yield from (f"handover.ready.{field}.{phrase}" for field, phrases in READY.items() for phrase in phrases)
    yield from (f"handover.ready.reason.{phrase}" for phrase in READY_REASONS)
    yield from (f"roster_refused.{code}" for code in REFUSALS_OF_ROSTER)
    yield from (f"rostering.reason.{reason}" for reason in SHIFT_REASONS)
    yield from (f"review_refused.{code}" for code in (*REFUSALS_OF_REVIEWS, "no_verdict"))
    yield from (f"reviewing.phrase.{note}" for note in READ_NOTES)
    yield from (f"reviewing.reason.{note}" for note in MISSED_NOTES)
    yield from (f"paper.{turn}_{what}" for turn in Turn for what in ("title", "file"))
    yield from (f"paper.form.{turn}_title" for turn in Turn)
    yield from (f"paper.cell.{state}" for state in SheetState)
    yield from (f"paper.items.{item}" for item in Item)
    yield from (f"paper.deed.{kind}" for kind in DEEDS)
    yield from (f"paper.task.priorities.{priority}" for priority in tasks.Priority)
    yield from (f"paper.form.states.{state}" for state in FormState)
    yield from (f"paper.form.signers.{signer}" for signer in Signer)
    yield from (f"paper.form.verdicts.{verdict}" for verdict in Verdict)
    yield from (f"paper.form.fields.{field}" for field in Field)
    yield from (f"paper.form.kinds.{kind}" for kind in SilenceKind)
    yield from (f"paper.form.hindrances.{code}" for code in HINDRANCES)
    yield from (f"paper.form.conclusions.{code}" for code in CONCLUSIONS)
    yield from (f"monthly.chapter.{chapter}" for chapter in CHAPTERS)
    yield from (f"monthly.contract_{kind}" for kind in CONTRACTS)
    yield from (f"tasks.priority.{priority}" for priority in tasks.Priority)
    yield from (f"tasks.origin.{origin}" for origin in tasks.Origin)
    yield from (f"tasks.refused.{code}" for code in tasks.REFUSALS)
    yield from (f"duty_log.refused.{code}" for code in duty_log.REFUSALS)
    yield from (f"duty_log.phrase.{phrase}" for phrase in LOG_PHRASES)
    yield from (f"duty_log.turn.{turn}" for turn in Turn)
    yield from (f"incident.class.{kind}" for kind in IncidentClass)
    yield from (f"incident.grade.{grade}" for grade in Grade)
    yield from (f"incident.found.{found}" for found in Found)
    yield from (f"incident.cause.{cause}" for cause in CauseClass)
    yield from (f"incident.cyber.{level}" for level in CyberLevel)
    yield from (f"incident_report.field.{field}" for field in ReportField)
    yield from (f"incident_report.states.{state}" for state in ReportState)
    yield from (f"incident_report.verdict.{verdict}" for verdict in ReportVerdict)
    yield from (f"incident_report.bulletin.kinds.{kind}" for kind in BulletinKind)
    yield from (f"incident_report.refused.{code}" for code in REFUSALS_OF_REPORTS)
    yield from (f"incident.standing.{standing}" for standing in STANDINGS)
    yield from (f"incident.clock.{clock}" for clock in Clock)
    yield from (f"incident.rule.{rule.name}" for rule in SHIPPED)
    yield from (f"incident.news.{kind}" for kind in NewsKind)
    yield from (f"plan.state.{state}" for state in StepState)
    yield from (f"plan.kind.{kind}" for kind in StepKind)
    yield from (f"plan.evidence.{evidence}" for evidence in Evidence)
    yield from (f"bulletin.kind.{kind}" for kind in BulletinKind)
