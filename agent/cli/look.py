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
from agent.cli.fleet import look_at_all, read_list
from agent.cli.look_sheet import print_look
from agent.cli.options import AsJson, Language, wide_paper
from agent.cli.packets import Teller
from agent.clock import SteadyClock
from agent.control.wire import plain
from collectors.snmp.engines import ENGINES
from config.build import build_targets
from config.schema import Settings
from config.secret import Secret, Typed, is_reference
from config.single import NAME, single
from duty.errors import SettingsError
from duty.readings import Look
from duty.rounds import HARMLESS_GAPS
from exporters.words import words

WELL, PARTIAL, NOT_REACHED = 0, 1, 2

BUDGET: Final = timedelta(minutes=10)
"""A person watches and can stop it; a chassis with a slow agent takes some minutes."""

DEFAULT_ENGINE: Final = next(iter(ENGINES))

_CLEAR: Final = "Typed in clear it shows in the list of processes and in the shell's history."


def look(
    lang: Language,
    address: Annotated[str, typer.Argument(help="The device: an IP address or a name.", show_default=False)] = "",
    community: Annotated[
        str, typer.Option(metavar="SECRET", help=f"Versions 1 and 2c: itself, or env:NAME, file:/PATH. {_CLEAR}")
    ] = "public",
    version: Annotated[
        str,
        typer.Option("--snmp-version", metavar="1|2c|3", help="2c, or 3 where there is a user.", show_default=False),
    ] = "",
    user: Annotated[str, typer.Option(metavar="NAME", help="Version 3: the user.")] = "",
    auth: Annotated[
        str, typer.Option(metavar="ALGORITHM", help="md5, sha, sha224, sha256, sha384 or sha512.")
    ] = "none",
    auth_password: Annotated[
        str | None,
        typer.Option(metavar="SECRET", help=f"env:NAME or file:/PATH; without it you are asked. {_CLEAR}"),
    ] = None,
    priv: Annotated[str, typer.Option(metavar="ALGORITHM", help="des, aes, aes192 or aes256.")] = "none",
    priv_password: Annotated[str | None, typer.Option(metavar="SECRET", help="As --auth-password.")] = None,
    context: Annotated[str, typer.Option(metavar="NAME", help="Version 3: the context.")] = "",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The UDP port of its SNMP agent.")] = 161,
    timeout: Annotated[float, typer.Option(min=0.1, max=30, metavar="SECONDS", help="For each question.")] = 2.0,
    retries: Annotated[int, typer.Option(min=0, max=10, help="How often a question is asked again.")] = 2,
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
    kind = version or ("3" if user else "2c")
    credential: dict[str, Any] = {"version": kind}
    if kind == "3":
        credential |= {"user": user, "auth": auth, "priv": priv, "context": context}
        credential |= _password("auth", auth, auth_password) | _password("priv", priv, priv_password)
    else:
        credential |= {"community": _secret("--community", community)}
        given = {"user": user, "auth": auth, "priv": priv, "context": context}
        credential |= {name: text for name, text in given.items() if text not in ("", "none")}
    target: dict[str, Any] = {
        "address": address,
        "port": port,
        "timeout": timedelta(seconds=timeout),
        "retries": retries,
    }
    settings = _settings(target | ({"profiles": tuple(profile)} if profile else {}), credential)
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


def _settings(target: dict[str, Any], credential: dict[str, Any]) -> Settings:
    """Check what was asked for, and that every secret can be read. Raises SettingsError for those alone."""
    try:
        settings = single(target, credential)
    except SettingsError as error:
        told = [f"{_option(p.path)}: {p.what}, expected {p.expected}" for p in error.problems]
        raise typer.BadParameter("; ".join(told)) from None
    for secret in (
        getattr(settings.credentials[NAME], name) for name in ("community", "auth_password", "priv_password")
    ):
        if secret is not None:
            secret.reveal()
    return settings


def _option(setting: str) -> str:
    named = {"profiles": "profile", "version": "snmp-version"}
    return "ADDRESS" if setting == "address" else f"--{named.get(setting, setting).replace('_', '-')}"


def _password(way: str, algorithm: str, given: str | None) -> dict[str, Secret]:
    """Return the password of one way to protect messages; whoever gave none is asked where there is a terminal."""
    if given is None and algorithm != "none" and sys.stdin.isatty():
        given = typer.prompt(f"--{way}-password", hide_input=True, err=True)
    return {} if given is None else {f"{way}_password": _secret(f"--{way}-password", given)}


def _secret(option: str, text: str) -> Secret:
    if is_reference(text):
        return Secret(text)
    if text.startswith(("env:", "file:", "credential:")):
        raise typer.BadParameter("not a reference; env:NAME or file:/absolute/path", param_hint=option)
    return Typed(text)


COMMANDS = (look,)
