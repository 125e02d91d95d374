"""Commands of the service: run, reload, check-config."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.options import Language, SettingsFile
from config.load import check, warned
from exporters.words import words


def run(config: SettingsFile) -> None:
    """Go on duty: run the agent until it is told to stop."""
    # Not at the top: the pages and their papers would make each command wait half a second for them.
    from agent import daemon

    asyncio.run(daemon.run(config))


def check_config(
    config: SettingsFile,
    lang: Language,
    file: Annotated[Path | None, typer.Argument(help="The file; else that of --config.")] = None,
) -> None:
    """Check a settings file; every mistake is named with its line, and what may leave an alert with nobody."""
    path = file or config
    targets = check(path).targets
    for doubt in warned(path):
        print(f"warning: {doubt}", file=sys.stderr)
    print(words(lang)("cli.settings_good", file=path, n=len(targets), key=sum(target.key for target in targets)))


COMMANDS = (run, check_config)
