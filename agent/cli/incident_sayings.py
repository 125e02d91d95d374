"""Incidents as they are printed: plain words, by the site's clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from agent.cli.alert_sayings import joined
from agent.services.call_clocks import Running
from agent.services.incident_board import Entry, IncidentCase, IncidentList
from agent.store.incident_events import IncidentEvent, IncidentEventKind
from agent.store.journal import AGENT
from duty.alerts import Alert
from duty.filing import Report, ReportState
from duty.incidents import LONGEST_WORD, Incident
from duty.plans import PlanRun, RunStep, StepState
from exporters.words import Say, format_ago, format_time, say_alert, shown, words

STYLES = {"open": "bold red", "restored": "yellow", "handled": "", "archived": "dim"}
"""Each standing's colour; the word stands beside it."""


def print_incidents(out: Console, found: IncidentList, language: str) -> None:
    """Print each incident in two lines."""
    say = words(language)
    for entry in found.entries:
        site = found.sites.get(entry.incident.site)
        zone = ZoneInfo(site.zone if site else found.site_zone)
        _print_head(out, entry.incident, entry.first, entry.report, entry.clocks, found.now, zone, say)
        if due := _due(entry, found.now, zone, say):
            out.print(f"    {due}", markup=False)
    if not found.entries:
        out.print(say("cli.incidents.none"))
    elif found.more:
        out.print(say("cli.incidents.more", n=len(found.entries)), style="dim")


def print_standing(out: Console, case: IncidentCase, language: str) -> None:
    """Print how an incident stands, and the steps that wait for somebody."""
    say, zone = words(language), ZoneInfo(case.site_zone)
    first = case.alerts[0] if case.alerts else None
    _print_head(out, case.incident, first, case.report, case.clocks, case.now, zone, say)
    for run in case.runs:
        for step in run.steps:
            if step.state is StepState.DUE:
                out.print("    " + _step(step, case, zone, say), markup=False)


def print_incident(out: Console, case: IncidentCase, language: str) -> None:
    """Print an incident with its plan, step by step, and all that happened."""
    say, zone = words(language), ZoneInfo(case.site_zone)
    first = case.alerts[0] if case.alerts else None
    _print_head(out, case.incident, first, case.report, case.clocks, case.now, zone, say)
    for run in case.runs:
        _print_run(out, run, case, zone, say)
    for event in case.events:
        out.print(f"  {format_time(event.at, case.now, zone, say)}  {_event(event, case, say)}", markup=False)


def _print_head(
    out: Console, incident: Incident, first: Alert | None, report: Report, clocks: Iterable[Running], now: datetime,
    zone: ZoneInfo, say: Say,
) -> None:  # fmt: skip
    standing = _standing(incident, report)
    title = incident.title or (f"{first.key[0]} {say_alert(first, say)}" if first else incident.target)
    grade = say(f"cli.incidents.grade.{incident.grade.value}")
    words_ = {"name": incident.name, "grade": grade, "state": say(f"cli.incidents.standing.{standing}")}
    out.print(Text(say("cli.incidents.line", title=shown(title), **words_), style=STYLES[standing]))
    since = {"clock": format_time(incident.began, now, zone, say), "ago": format_ago(incident.began, now, say)}
    parts = [
        say(f"cli.incidents.kind.{incident.kind.value}"),
        shown(incident.site),
        say("alerting.since", **since),
        *([say("cli.incidents.leads", person=incident.leads)] if incident.leads else []),
        *([say("cli.incidents.rehearsal")] if incident.rehearsal else []),
    ]
    for running in clocks:
        code = f"cli.incidents.clock.{running.clock.value}" + ("_late" if running.until < now else "")
        parts.append(say(code, clock=format_time(running.until, now, zone, say)))
    out.print("    " + joined(parts, say), markup=False)


def _standing(incident: Incident, report: Report) -> str:
    if incident.open:
        return "open" if incident.restored is None else "restored"
    return "archived" if report.state is ReportState.ARCHIVED else "handled"


def _due(entry: Entry, now: datetime, zone: ZoneInfo, say: Say) -> str:
    late = [f"{step.nth}" for step in entry.due if step.deadline is not None and step.deadline < now]
    due = [f"{step.nth}" for step in entry.due if f"{step.nth}" not in late]
    parts = [say("cli.incidents.steps_due", steps=", ".join(due))] if due else []
    return joined([*parts, *([say("cli.incidents.steps_late", steps=", ".join(late))] if late else [])], say)


def _print_run(out: Console, run: PlanRun, case: IncidentCase, zone: ZoneInfo, say: Say) -> None:
    title = shown(run.title.in_(say.language))
    clock = format_time(run.started, case.now, zone, say)
    by = say("cli.incidents.agent") if run.started_by == AGENT else case.title(run.started_by)
    out.print(Text(say("cli.incidents.plan", title=title, name=run.plan, clock=clock, who=by), style="bold"))
    for step in run.steps:
        out.print("    " + _step(step, case, zone, say), markup=False)


def _step(step: RunStep, case: IncidentCase, zone: ZoneInfo, say: Say) -> str:
    parts = [say(f"cli.incidents.step.{step.state.value}")]
    if step.state is StepState.DUE and step.deadline is not None:
        code = "cli.incidents.step_late" if step.deadline < case.now else "cli.plan.until"
        parts.append(say(code, clock=format_time(step.deadline, case.now, zone, say)))
        if step.step.evidence.value != "none":
            parts.append(say(f"cli.plan.evidence.{step.step.evidence.value}"))
    elif step.at is not None:
        parts.append(format_time(step.at, case.now, zone, say))
    if step.by:
        parts.append(case.title(step.by))
    # Not through words, which cut a field at what fits a line.
    note = f"  {shown(step.note, LONGEST_WORD)}" if step.note else ""
    return f"{step.nth:>2}  {shown(step.step.text.in_(say.language), LONGEST_WORD)}\n        {joined(parts, say)}{note}"


def _event(event: IncidentEvent, case: IncidentCase, say: Say) -> str:
    rehearsed = event.kind is IncidentEventKind.TOLD and event.data.get("rehearsed") is True
    parts = [say("cli.incidents.event.rehearsed" if rehearsed else f"cli.incidents.event.{event.kind.value}")]
    if event.kind in (IncidentEventKind.TOLD, IncidentEventKind.UNTOLD, IncidentEventKind.NAMED):
        whom = case.title(str(event.data.get("person") or ""))
        channel = str(event.data.get("channel") or "")
        parts.append(say("cli.aside", text=whom, aside=channel) if whom and channel else whom or channel)
    if nth := event.data.get("nth") if event.kind is not IncidentEventKind.BULLETIN else None:
        parts.append(say("cli.incidents.nth", n=nth))
    if alert := event.data.get("alert"):
        parts.append(say("message.number", n=f"{int(alert):02d}"))
    for name in ("plan", "rule", "file", "clock"):
        if said := event.data.get(name):
            code = f"cli.incidents.clock_name.{said}"
            parts.append(say(code) if name == "clock" and code in say else shown(said))
    if event.actor != AGENT:
        parts.append(case.title(event.actor))
    return joined(parts, say) + (f"  {shown(event.text, LONGEST_WORD)}" if event.text else "")
