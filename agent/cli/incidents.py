"""Commands on incidents: incident list, show, open, note, step, report, done, grade."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from agent.cli import incident_sayings
from agent.cli.alerting import As, tell
from agent.cli.options import AsJson, Language, SettingsFile, paper
from agent.control.wire import typed
from agent.services.incident_board import IncidentCase, IncidentList

app = typer.Typer(name="incident", help="Incidents: what is being handled, and what is done with it.")

LONGEST_PLAIN = 18
"""Digits of a plain number; a larger one the record cannot have."""


def _number(text: str) -> str:
    """Read an incident's number as it stands on paper (TF-20261124-01) or as it is."""
    if not re.fullmatch(rf"(?i:TF|YL)-[0-9]{{8}}-[0-9]{{2,6}}|[0-9]{{1,{LONGEST_PLAIN}}}", text):
        raise typer.BadParameter(f"{text} is no incident's number; `nightduty incident list` has them")
    return text


def _alert(text: str) -> int:
    if not re.fullmatch(rf"[Aa]?[0-9]{{1,{LONGEST_PLAIN}}}", text):
        raise typer.BadParameter(f"{text} is no alert's number; `nightduty alerts` lists them")
    return int(text.lstrip("Aa"))


Number = Annotated[
    str, typer.Argument(parser=_number, metavar="NUMBER", help="The incident's number, like TF-20261124-01 or 7.")
]
Time = 'By the site\'s clock: "2026-11-24 02:10".'


@app.command("list")
def list_all(config: SettingsFile, lang: Language, as_json: AsJson = False) -> None:
    """List the newest incidents, those that are being handled first."""
    told = tell(config, "incidents")
    if as_json:
        _print_json(told)
    else:
        incident_sayings.print_incidents(paper(), typed(IncidentList, told), lang)


@app.command()
def show(number: Number, config: SettingsFile, lang: Language, as_json: AsJson = False) -> None:
    """Show one incident: its clocks, the steps of its plan, all that happened."""
    told = tell(config, "incident", incident=number)
    if as_json:
        _print_json(told)
    else:
        incident_sayings.print_incident(paper(), typed(IncidentCase, told), lang)


@app.command("open")
def open_(
    title: Annotated[str, typer.Argument(help="What people call it.")],
    config: SettingsFile,
    lang: Language,
    kind: Annotated[str, typer.Option("--kind", help="network, complaint, security or other.")],
    grade: Annotated[str, typer.Option("--grade", help="general or major; a major one is reported at once.")] = (
        "general"
    ),
    site: Annotated[str, typer.Option("--site", help="Of which site; may be left out where there is one.")] = "",
    target: Annotated[str, typer.Option("--target", help="Which target it is about.")] = "",
    alert: Annotated[
        int | None, typer.Option("--alert", parser=_alert, metavar="NUMBER", help="The alert that it began with.")
    ] = None,
    found_by: Annotated[str, typer.Option("--found-by", help="alert, customer, patrol or hand.")] = "hand",
    began: Annotated[str | None, typer.Option("--began", metavar="TIME", help=f"{Time} Else now.")] = None,
    text: Annotated[str, typer.Option("--text", help="What more is known of it.")] = "",
    by: As = None,
) -> None:
    """Open an incident by hand. A major one starts its emergency plan and is reported to superiors at once."""
    _do(
        config, lang, "incident_open", by,
        title=title, kind=kind, grade=grade, site=site, target=target, found_by=found_by, text=text,
        alert=alert, began=began,
    )  # fmt: skip


@app.command()
def note(
    number: Number,
    text: Annotated[str, typer.Argument(help="What happened.")],
    config: SettingsFile,
    lang: Language,
    kind: Annotated[
        str, typer.Option("--kind", help="note; instruction: of superiors; outside: others were called.")
    ] = "note",
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help=f"When; {Time} Else now.")] = None,
    by: As = None,
) -> None:
    """Write a line into the timeline, from which the incident report is drafted."""
    _do(config, lang, "incident_note", by, incident=number, text=text, kind=kind, at=at)


@app.command()
def step(
    number: Number,
    nth: Annotated[int, typer.Argument(min=1, max=1000, metavar="STEP", help="The step's number.")],
    config: SettingsFile,
    lang: Language,
    text: Annotated[str, typer.Argument(help="What was seen or done; the reason, where it is left out.")] = "",
    skip: Annotated[bool, typer.Option("--skip", help="Leave it out, with a reason.")] = False,
    plan: Annotated[str, typer.Option("--plan", help="Of which plan, where several were started.")] = "",
    by: As = None,
) -> None:
    """Tick off a step of the plan, or leave it out. A photo is left on the incident's page."""
    _do(config, lang, "incident_step", by, incident=number, nth=nth, text=text, skip=skip or None, plan=plan)


@app.command()
def report(
    number: Number,
    text: Annotated[str, typer.Argument(help="What happened, and what was done.")],
    config: SettingsFile,
    lang: Language,
    risk: Annotated[str, typer.Option("--risk", help="What may come.")] = "",
    expected: Annotated[str, typer.Option("--expected", help="When it should be over.")] = "",
    next_: Annotated[
        str | None, typer.Option("--next", metavar="TIME", help=f"When the next report comes. {Time}")
    ] = None,
    by: As = None,
) -> None:
    """Send a progress report to superiors and all who were told, and promise the next one."""
    _do(config, lang, "incident_report", by, incident=number, text=text, risk=risk, expected=expected, next=next_)


@app.command()
def done(
    number: Number,
    result: Annotated[str, typer.Argument(help="What came of it.")],
    config: SettingsFile,
    lang: Language,
    by: As = None,
) -> None:
    """Say that the handling is over: from now on runs the time in which the incident report is filed."""
    _do(config, lang, "incident_done", by, incident=number, result=result)


@app.command()
def grade(
    number: Number,
    grade: Annotated[str, typer.Argument(help="general or major.")],
    why: Annotated[str, typer.Argument(help="For which reason.")],
    config: SettingsFile,
    lang: Language,
    by: As = None,
) -> None:
    """Grade an incident anew, with a reason; down only in the name of a duty manager or of the leading group."""
    _do(config, lang, "incident_grade", by, incident=number, grade=grade, why=why)


def _do(config: Path, lang: str, verb: str, by: str | None, **args: object) -> None:
    """Have the daemon change an incident, and say how it stands now."""
    given = {name: value for name, value in ({"as": by} | args).items() if value is not None}
    number = tell(config, verb, lang=lang, **given)
    case = typed(IncidentCase, tell(config, "incident", incident=str(number)))
    incident_sayings.print_standing(paper(), case, lang)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))
