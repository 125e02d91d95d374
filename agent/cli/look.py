"""The command that looks at one device and shows all of it: without settings, without a daemon."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from agent import bootstrap
from agent.cli import sayings
from agent.cli.credential import (
    Auth,
    AuthPassword,
    Community,
    Context,
    Priv,
    PrivPassword,
    Retries,
    SnmpPort,
    Timeout,
    User,
    Version,
    checked,
    typed,
)
from agent.cli.fleet import look_at_all, read_list
from agent.cli.look_sheet import print_look
from agent.cli.options import AsJson, Language, wide_paper
from agent.cli.packets import Teller
from agent.clock import SteadyClock
from agent.control.wire import plain
from collectors.snmp.engines import ENGINES
from config.build import build_targets
from config.schema import Settings
from config.single import NAME
from duty.readings import Look
from duty.rounds import HARMLESS_GAPS
from exporters.words import words

WELL, PARTIAL, NOT_REACHED = 0, 1, 2

BUDGET: Final = timedelta(minutes=10)
"""A person watches and can stop it; a chassis with a slow agent takes some minutes."""

DEFAULT_ENGINE: Final = next(iter(ENGINES))


def look(
    lang: Language,
    address: Annotated[str, typer.Argument(help="The device: an IP address or a name.", show_default=False)] = "",
    community: Community = "public",
    version: Version = "",
    user: User = "",
    auth: Auth = "none",
    auth_password: AuthPassword = None,
    priv: Priv = "none",
    priv_password: PrivPassword = None,
    context: Context = "",
    port: SnmpPort = 161,
    timeout: Timeout = 2.0,
    retries: Retries = 2,
    profile: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="What it is asked for: a file of config/profiles; may be given several times."
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="NAME", help=f"What speaks SNMP: {' or '.join(ENGINES)}.")
    ] = DEFAULT_ENGINE,
    debug: Annotated[bool, typer.Option("--debug", help="Tell each packet, on standard error.")] = False,
    as_json: AsJson = False,
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Many devices: a line NAME HOST:PORT COMMUNITY each, by version 2c."),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Of many devices, a line of JSON each.")] = False,
) -> int:
    """Look at one device by SNMP and show all of it; needs no settings and no agent.

    Exit status: 0 all was read, 1 something could not be read, 2 it did not answer.
    """
    if (targets is None) == (not address) or (targets is None) == jsonl:
        raise typer.BadParameter("either ADDRESS, or --targets FILE with --jsonl")
    if targets is not None:
        return _look_at_all(targets)
    if engine not in ENGINES:
        raise typer.BadParameter(f"{engine} is not known; choose {' or '.join(ENGINES)}", param_hint="--engine")
    credential = typed(community, version, user, auth, auth_password, priv, priv_password, context)
    target: dict[str, Any] = {
        "address": address,
        "port": port,
        "timeout": timedelta(seconds=timeout),
        "retries": retries,
    }
    settings = checked(target | ({"profiles": tuple(profile)} if profile else {}), credential)
    say, err = words(lang), sayings.aside()
    quiet = debug or as_json or not sys.stderr.isatty()
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=quiet, transient=True) as bar:
        line = bar.add_task(say("look.progress", n=0), total=None)
        teller = Teller(say, err, debug, None if quiet else bar, line)
        seen = asyncio.run(_look(settings, engine, teller))
    if as_json:
        steps = [
            {"title": s.title, "took": s.took.total_seconds(), "asked": s.asked, "values": s.values}
            for s in teller.steps.values()
        ]
        print(json.dumps({"address": address, "look": plain(Look, seen), "steps": steps}, ensure_ascii=False, indent=2))
    else:
        print_look(wide_paper(), seen, address, teller.steps.values(), say)
    if not seen.reached:
        return NOT_REACHED
    return PARTIAL if any(gap.code not in HARMLESS_GAPS for gap in seen.gaps) else WELL


def _look_at_all(targets: Path) -> int:
    lines = asyncio.run(look_at_all(read_list(targets), sayings.aside(), quiet=not sys.stderr.isatty()))
    for line in lines:
        print(line)
    return WELL


async def _look(settings: Settings, engine: str, teller: Teller) -> Look:
    looker = bootstrap.make_close_looker(settings, engine, teller, SteadyClock())
    try:
        return await looker.look(build_targets(settings)[NAME], BUDGET, full=True)
    finally:
        await looker.close()


COMMANDS = (look,)
