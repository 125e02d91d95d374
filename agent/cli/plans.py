"""Commands on emergency plans: plan list, show, rehearse."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from agent.cli import plan_sayings
from agent.cli.alerting import As, tell
from agent.cli.options import AsJson, Language, SettingsFile, paper
from agent.control.plan_verbs import PlansInForce
from agent.control.wire import plain, typed
from agent.services.rehearse import Rehearsal
from config.load import load
from duty.errors import NotFound
from duty.plans import Plan

app = typer.Typer(name="plan", help="Emergency plans: which are in force, what is in them, and to rehearse one.")

Name = Annotated[str, typer.Argument(help="The plan's name; `nightduty plan list` has them.")]


@app.command("list")
def list_all(config: SettingsFile, lang: Language, as_json: AsJson = False) -> None:
    """List the plans in force in the order in which they are asked: the first that is for an incident is started."""
    told = tell(config, "plans")
    if as_json:
        _print_json(told["plans"])
    else:
        plan_sayings.print_plans(paper(), typed(PlansInForce, told).plans, lang)


@app.command()
def show(name: Name, config: SettingsFile, lang: Language, as_json: AsJson = False) -> None:
    """Show a plan: for which incidents it is, and each step as it is written."""
    found = typed(PlansInForce, tell(config, "plans"))
    plan = next((each for each in found.plans if each.name == name), None)
    if plan is None:
        raise NotFound(f"there is no plan {name}; there are: {', '.join(each.name for each in found.plans)}")
    if as_json:
        _print_json(plain(Plan, plan))
    else:
        plan_sayings.print_plan(paper(), plan, found.commands, lang)


@app.command()
def rehearse(
    name: Name,
    config: SettingsFile,
    lang: Language,
    target: Annotated[str, typer.Option("--target", help="Which target it is about; its numbers are filled in.")] = "",
    site: Annotated[str, typer.Option("--site", help="Where; else the target's site, or the first.")] = "",
    by: As = None,
    as_json: AsJson = False,
) -> None:
    """Rehearse a plan in the running agent: tells nobody outside, runs no command, is on record."""
    whose = {} if by is None else {"as": by}
    told = tell(config, "plan_rehearse", plan=name, target=target, site=site, lang=lang, **whose)
    if as_json:
        _print_json(told)
        return
    console = load(config).console
    public = console.public_url or f"http{'s' if console.tls_certificate else ''}://{console.listen}"
    plan_sayings.print_rehearsal(paper(), typed(Rehearsal, told), public, lang)


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))
