"""The command that shows what is made of a recorded walk: without a device, settings or an agent."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from agent import bootstrap
from agent.cli.look_sheet import print_look
from agent.cli.options import AsJson, Language, wide_paper
from agent.cli.sayings import print_line
from agent.clock import SteadyClock
from agent.control.wire import plain
from agent.services.memory import Memory
from collectors.snmp.port import Value
from collectors.snmp.recorded import read_walk
from config.build import build_rules, build_targets
from config.schema import Settings
from config.single import NAME, single
from duty.errors import Problem, SettingsError
from duty.rounds import Sheet, SheetState, sheet
from exporters.words import words

_BUDGET: Final = timedelta(minutes=1)
_NOBODY: Final = {"address": "192.0.2.1"}
"""An address of documentation (RFC 5737): nobody is asked."""


def replay(
    walk: Annotated[
        Path, typer.Argument(metavar="WALK", help="A recorded walk: a line IDENTIFIER|TYPE|VALUE for each object.")
    ],
    lang: Language,
    profile: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="What it is read by; without it what fits the device. Several times."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--profiles", metavar="FOLDER", help="Profiles of your own, as polling.profiles names them."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show what the profiles make of a recorded walk: what is read, what is missing, what is not well.

    Exit status: 0 all is well, 1 something is not, or could not be read.
    """
    settings = _settings(profile or (), folder and folder.absolute())
    seen = asyncio.run(_look(settings, read_walk(_text(walk), str(walk)), walk.stem))
    if as_json:
        print(json.dumps(plain(Sheet, seen), ensure_ascii=False, indent=2))
    else:
        out, say = wide_paper(), words(lang)
        print_line(out, seen, None, say, set())
        if seen.look is not None:
            print_look(out, seen.look, walk.name, (), say)
    return 0 if seen.state is SheetState.OK else 1


def _text(walk: Path) -> str:
    try:
        return walk.read_text("utf-8", "surrogateescape")
    except OSError as error:
        problem = Problem(str(walk), 0, "", f"cannot be read: {error.strerror}", "a recorded walk")
        raise SettingsError([problem]) from None


def _settings(profiles: list[str] | tuple[str, ...], folder: Path | None) -> Settings:
    target: dict[str, Any] = {**_NOBODY, "profiles": tuple(profiles)}
    try:
        return single(target, {"community": "env:NOBODY"}, folder)
    except SettingsError as error:
        told = [f"{p.what}, expected {p.expected}" for p in error.problems]
        raise typer.BadParameter("; ".join(told), param_hint="--profile") from None


async def _look(settings: Settings, walk: dict[str, Value], name: str) -> Sheet:
    """Look at the walk once, judge it as a first look at a device is judged, and return its sheet under a name."""
    targets = build_targets(settings)
    looker = bootstrap.make_replaying_looker(settings, walk, SteadyClock())
    try:
        look = await looker.look(targets[NAME], _BUDGET, full=True)
    finally:
        await looker.close()
    judged = Memory(targets, {NAME: build_rules(settings, NAME)}).take(look)
    return replace(sheet(judged.look, judged.findings), target=name)


COMMANDS = (replay,)
